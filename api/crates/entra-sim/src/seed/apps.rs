//! Applications: Microsoft's own with their real ids, and the ones a company adds.

use serde_json::{Value, json};

use super::ids::SeedIds;

/// Microsoft's tenant, owner of its first-party applications.
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// First-party applications: every one that the sets name, and the usual targets of sign-ins.
const FIRST_PARTY: &[(&str, &str)] = &[
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"),
    ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"),
    ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services"),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"),
    ("00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal"),
    ("00000005-0000-0ff1-ce00-000000000000", "Office 365 Yammer"),
    ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal"),
    ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API"),
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    ("0000000a-0000-0000-c000-000000000000", "Microsoft Intune"),
    ("d4ebce55-015a-49b5-a083-c84d1797ae8c", "Microsoft Intune Enrollment"),
    ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service"),
    ("2793995e-0a7d-40d7-bd35-6968ba142197", "My Apps"),
    ("19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins"),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI"),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell"),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"),
    ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"),
    ("871c010f-5e61-4fb1-83ac-98610a7e9110", "Power BI Service"),
    ("f53895d3-095d-408f-8e93-8f94b391404e", "Microsoft Project Online"),
    ("905fcf26-4eb7-48a0-9ff0-8dcc7194b5ba", "Sway"),
    ("cc36962d-9a42-4331-90c7-f3b858b342c2", "Restricted cloud service"),
];

/// Service principals of the first-party applications in one tenant.
pub(super) fn first_party(ids: &SeedIds) -> Vec<Value> {
    FIRST_PARTY.iter().map(|(app_id, name)| principal(ids, app_id, name, MICROSOFT, "AzureADMultipleOrgs")).collect()
}

/// The service principal of an application registered in the tenant.
pub(super) fn registered(ids: &SeedIds, tenant_id: &str, app_id: &str, name: &str) -> Value {
    principal(ids, app_id, name, tenant_id, "AzureADMyOrg")
}

fn principal(ids: &SeedIds, app_id: &str, name: &str, owner: &str, audience: &str) -> Value {
    json!({
        "id": ids.id(&format!("servicePrincipal/{app_id}")), "appId": app_id, "displayName": name, "appDisplayName": name, "accountEnabled": true,
        "appOwnerOrganizationId": owner, "servicePrincipalType": "Application", "signInAudience": audience, "servicePrincipalNames": [app_id],
        "appRoleAssignmentRequired": false, "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
    })
}
