//! The tenant itself: `/organization`, `/subscribedSkus`, security defaults (graph-api.md section 15).

use serde_json::{Value, json};

use super::permission::{DEFAULTS_READ, DEFAULTS_WRITE, ORGANIZATION_READ, SKUS_READ};
use super::{Activity, Answer, Family, GraphError, Session};
use crate::ca::graph_time;
use crate::server::Reply;
use crate::state::{Op, Tenant};

const SECURITY_DEFAULTS_ID: &str = "00000000-0000-0000-0000-000000000005";

/// A product that a tenant may have bought.
struct Product {
    sku: &'static str,
    sku_id: &'static str,
    plan: &'static str,
    plan_id: &'static str,
    service: &'static str,
    owned: fn(&Tenant) -> bool,
}

/// Ids from Microsoft's licensing service plan reference; the first two plans are quoted in graph-api.md section 15.
const PRODUCTS: [Product; 4] = [
    Product {
        sku: "AAD_PREMIUM",
        sku_id: "078d2b04-f1bd-4111-bbd4-b4b1b354cef4",
        plan: "AAD_PREMIUM",
        plan_id: "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
        service: "AADPremiumService",
        owned: |tenant| tenant.licences.p1 || tenant.licences.p2,
    },
    Product {
        sku: "AAD_PREMIUM_P2",
        sku_id: "84a661c4-e949-4bd2-a560-ed7766fcaf2b",
        plan: "AAD_PREMIUM_P2",
        plan_id: "eec0eb4f-6444-4f95-aba0-50c24d67f998",
        service: "AADPremiumService",
        owned: |tenant| tenant.licences.p2,
    },
    Product {
        sku: "INTUNE_A",
        sku_id: "061f9ace-7d42-4136-88ac-31dc755f143f",
        plan: "INTUNE_A",
        plan_id: "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
        service: "SCO",
        owned: |tenant| tenant.licences.intune,
    },
    Product {
        sku: "Workload_Identities_P1",
        sku_id: "52cdf00e-8303-4223-a749-ff69a13e2dd0",
        plan: "AAD_WRKLDID_P1",
        plan_id: "84c289f0-efcb-486f-8581-07f44fc9efad",
        service: "AADPremiumService",
        owned: |tenant| tenant.licences.workload,
    },
];

pub(super) fn list_organizations(session: &mut Session<'_>) -> Answer {
    session.require(Family::Directory, ORGANIZATION_READ)?;
    let item = crate::odata::select(organization(session.tenant()), session.query.select.as_deref(), &[]);
    Ok(Reply::graph(200, json!({"@odata.context": session.context("organization"), "value": [item]})))
}

pub(super) fn get_organization(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::Directory, ORGANIZATION_READ)?;
    if session.tenant().id.to_string() != id {
        return Err(GraphError::directory_not_found(id));
    }
    Ok(session.entity(200, "organization/$entity", organization(session.tenant())))
}

fn organization(tenant: &Tenant) -> Value {
    let since = graph_time(tenant.created_at);
    let plans: Vec<Value> = PRODUCTS
        .iter()
        .filter(|product| (product.owned)(tenant))
        .map(|product| json!({"assignedDateTime": since, "capabilityStatus": "Enabled", "service": product.service, "servicePlanId": product.plan_id}))
        .collect();
    let provisioned: Vec<Value> = PRODUCTS
        .iter()
        .filter(|product| (product.owned)(tenant))
        .map(|product| json!({"capabilityStatus": "Enabled", "provisioningStatus": "Success", "service": product.service}))
        .collect();
    json!({
        "id": tenant.id, "deletedDateTime": null, "businessPhones": [], "city": null, "country": null, "countryLetterCode": "US",
        "createdDateTime": since, "displayName": tenant.display_name, "isMultipleDataLocationsForServicesEnabled": null,
        "onPremisesSyncEnabled": null, "preferredLanguage": "en", "securityComplianceNotificationMails": [], "technicalNotificationMails": [],
        "tenantType": "AAD", "assignedPlans": plans, "provisionedPlans": provisioned,
        "verifiedDomains": [{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": true, "name": tenant.domain, "type": "Managed"}]
    })
}

pub(super) fn list_skus(session: &mut Session<'_>) -> Answer {
    session.require(Family::Directory, SKUS_READ)?;
    let tenant = session.tenant();
    let users = tenant.count(crate::state::Kind::User);
    let skus: Vec<Value> = PRODUCTS
        .iter()
        .filter(|product| (product.owned)(tenant))
        .map(|product| {
            json!({
                "id": format!("{}_{}", tenant.id, product.sku_id), "accountName": tenant.display_name, "accountId": tenant.id, "appliesTo": "User",
                "capabilityStatus": "Enabled", "consumedUnits": users, "skuId": product.sku_id, "skuPartNumber": product.sku, "subscriptionIds": [],
                "prepaidUnits": {"enabled": users, "suspended": 0, "warning": 0, "lockedOut": 0},
                "servicePlans": [{"servicePlanId": product.plan_id, "servicePlanName": product.plan, "provisioningStatus": "Success", "appliesTo": "User"}]
            })
        })
        .collect();
    Ok(Reply::graph(200, json!({"@odata.context": session.context("subscribedSkus"), "value": skus})))
}

pub(super) fn get_security_defaults(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, DEFAULTS_READ)?;
    let value = security_defaults(session.tenant().security_defaults);
    Ok(session.entity(200, "policies/identitySecurityDefaultsEnforcementPolicy/$entity", value))
}

pub(super) fn patch_security_defaults(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, DEFAULTS_WRITE)?;
    let enabled = session.body()?["isEnabled"].as_bool();
    let enabled = enabled
        .ok_or_else(|| GraphError::new(400, "BadRequest", "Invalid value for 'isEnabled' of identitySecurityDefaultsEnforcementPolicy."))?;
    let (before, after) = (security_defaults(session.tenant().security_defaults), security_defaults(enabled));
    let activity = Activity {
        verb: "Update",
        noun: "security defaults",
        property: "IdentitySecurityDefaultsEnforcementPolicy",
        before: Some(&before),
        after: Some(&after),
    };
    session.commit_audited("update", "identitySecurityDefaultsEnforcementPolicy", vec![Op::SecurityDefaults { enabled }], activity)?;
    Ok(Reply::empty(204))
}

fn security_defaults(enabled: bool) -> Value {
    json!({
        "id": SECURITY_DEFAULTS_ID, "displayName": "Security Defaults", "isEnabled": enabled,
        "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft. When enabled, these recommendations will be automatically enforced in your organization. Administrators and users will be better protected from common identity related attacks."
    })
}
