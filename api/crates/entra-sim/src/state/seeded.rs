//! A tenant from its seed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{App, AppSecret, Kind, RoleAssignment, Tenant};
use crate::seed::TenantSeed;

/// Builds the tenant. An application without a service principal in the seed gets one, as consent would create it.
pub(crate) fn tenant_from_seed(seed: TenantSeed, now: DateTime<Utc>) -> Tenant {
    let mut tenant = Tenant {
        id: seed.tenant_id,
        display_name: seed.display_name,
        domain: seed.domain,
        created_at: now,
        licences: seed.licences,
        security_defaults: seed.security_defaults,
        apps: Vec::new(),
        objects: BTreeMap::new(),
        members: BTreeMap::new(),
        role_assignments: Vec::new(),
    };
    let collections = [
        (Kind::Policy, seed.policies),
        (Kind::Location, seed.named_locations),
        (Kind::Strength, seed.auth_strengths),
        (Kind::Context, seed.auth_contexts),
        (Kind::Terms, seed.terms),
        (Kind::User, seed.users),
        (Kind::Group, seed.groups),
        (Kind::ServicePrincipal, seed.service_principals),
    ];
    for (kind, objects) in collections {
        objects.into_iter().for_each(|object| tenant.put(kind, object));
    }
    for (group, member) in seed.memberships {
        tenant.members.entry(group.to_lowercase()).or_default().insert(member.to_lowercase());
    }
    for (role, principal) in seed.role_assignments {
        let id = derived(tenant.id, &format!("{role}/{principal}")).to_string();
        tenant.role_assignments.push(RoleAssignment { id, role: role.to_lowercase(), principal: principal.to_lowercase() });
    }
    for app in seed.apps {
        let object_id = service_principal(&mut tenant, app.client_id, &app.display_name);
        let app = App {
            client_id: app.client_id,
            object_id,
            display_name: app.display_name,
            secrets: vec![AppSecret { value: app.secret, expires_at: None }],
            certificates: Vec::new(),
            roles: app.roles.into_iter().collect(),
            installed: true,
        };
        tenant.apps.push(app);
    }
    tenant
}

/// The object id of an application's service principal, which is created when the tenant has none.
pub(crate) fn service_principal(tenant: &mut Tenant, client_id: Uuid, display_name: &str) -> Uuid {
    let app_id = client_id.to_string();
    let found = tenant.all(Kind::ServicePrincipal).find(|sp| sp["appId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(&app_id)));
    if let Some(id) = found.and_then(|sp| sp["id"].as_str()).and_then(|id| Uuid::try_parse(id).ok()) {
        return id;
    }
    let id = derived(tenant.id, &app_id);
    let principal = json!({
        "id": id, "appId": app_id, "displayName": display_name, "appDisplayName": display_name, "accountEnabled": true,
        "appOwnerOrganizationId": tenant.id, "servicePrincipalType": "Application", "signInAudience": "AzureADMultipleOrgs",
        "servicePrincipalNames": [app_id], "appRoleAssignmentRequired": false, "tags": []
    });
    tenant.put(Kind::ServicePrincipal, principal);
    id
}

/// An id that follows from the tenant and a name: the same after every start from the same seed.
pub(crate) fn derived(tenant: Uuid, name: &str) -> Uuid {
    let digest = Sha256::new().chain_update(tenant.as_bytes()).chain_update(name.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
