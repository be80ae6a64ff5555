//! Tenants: list, add, reset.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, Answer, body};
use crate::core::{Core, Inner};
use crate::seed::TenantSeed;
use crate::server::Call;
use crate::state::{Kind, Op, Tenant, tenant_from_seed};

pub(super) fn list(inner: &Inner) -> Answer {
    Ok(json!({"tenants": inner.world.tenants.values().map(describe).collect::<Vec<_>>()}))
}

pub(super) fn policies(inner: &Inner, tenant: Uuid) -> Answer {
    Ok(json!({"value": inner.world.tenants[&tenant].all(Kind::Policy).collect::<Vec<_>>()}))
}

pub(super) fn add(core: &Core, inner: &mut Inner, call: &Call) -> Answer {
    let given: Value = body(call)?;
    let mut seed = json!({
        "tenant_id": core.ids.uuid(), "display_name": "Tenant", "domain": format!("t{}.example", inner.world.tenants.len() + 1),
        "licences": {"p1": true, "p2": true, "intune": true, "workload": true}, "security_defaults": false,
        "apps": [], "users": [], "groups": [], "memberships": [], "service_principals": [], "role_assignments": [], "named_locations": [],
        "auth_strengths": [], "auth_contexts": [], "terms": [], "policies": []
    });
    for (name, value) in given.as_object().into_iter().flatten() {
        if seed.get(name).is_none() {
            return Err(AdminError(400, format!("a tenant seed has no {name}")));
        }
        seed[name] = value.clone();
    }
    let seed: TenantSeed = serde_json::from_value(seed)?;
    if inner.world.tenants.contains_key(&seed.tenant_id) || inner.world.find_tenant(&seed.domain).is_some() {
        return Err(AdminError(409, "a tenant with this id or domain exists".to_owned()));
    }
    let tenant = tenant_from_seed(seed, core.now());
    let described = describe(&tenant);
    inner.commit(tenant.id, vec![Op::PutTenant { tenant: Box::new(tenant) }], None, core.now())?;
    Ok(described)
}

pub(super) fn reset(core: &Core, inner: &mut Inner) -> Answer {
    core.return_to_present();
    inner.commit(Uuid::nil(), vec![Op::Reset { tenants: core.beginning() }], None, core.now())?;
    inner.faults.clear(None);
    inner.lag.clear(None);
    inner.budgets.clear();
    inner.requests.clear();
    inner.page_caps.clear();
    inner.late_sign_ins.clear();
    inner.forget_sign_ins();
    Ok(Value::Null)
}

fn describe(tenant: &Tenant) -> Value {
    let apps: Vec<Value> = tenant
        .apps
        .iter()
        .map(|app| {
            json!({
                "clientId": app.client_id, "objectId": app.object_id, "displayName": app.display_name, "roles": app.roles, "installed": app.installed,
                "secret": app.secrets.first().map(|secret| &secret.value)
            })
        })
        .collect();
    json!({
        "tenantId": tenant.id, "displayName": tenant.display_name, "domain": tenant.domain, "licences": tenant.licences, "apps": apps,
        "counts": {
            "policies": tenant.count(Kind::Policy), "namedLocations": tenant.count(Kind::Location), "users": tenant.count(Kind::User),
            "groups": tenant.count(Kind::Group), "servicePrincipals": tenant.count(Kind::ServicePrincipal)
        }
    })
}
