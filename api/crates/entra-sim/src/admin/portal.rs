//! A person who edits policies in the portal: same rules, no application, and the directory audit names the person.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, Answer, body};
use crate::ca::{self, CaError};
use crate::core::{Core, Draft, Inner};
use crate::graph::{Activity, audit_entry};
use crate::ledger::Effect;
use crate::server::Call;
use crate::state::{Kind, Op, Tenant, View};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// User principal name or object id; the first user of the tenant when absent.
    user: Option<String>,
    method: String,
    policy: Option<String>,
    #[serde(default)]
    body: Value,
}

impl From<CaError> for AdminError {
    fn from(error: CaError) -> Self {
        AdminError(error.status, error.message)
    }
}

pub(super) fn edit(core: &Core, inner: &mut Inner, call: &Call, id: Uuid) -> Answer {
    let edit: Edit = body(call)?;
    let now = core.now();
    let tenant = &inner.world.tenants[&id];
    let user = person(tenant, edit.user.as_deref())?;
    let before = edit.policy.as_deref().and_then(|policy| tenant.get(Kind::Policy, policy)).cloned();
    let existing = || before.clone().ok_or_else(|| AdminError(404, "no such policy".to_owned()));
    let (verb, action, after, ops) = match edit.method.to_uppercase().as_str() {
        "POST" => {
            let after = ca::create_policy(&edit.body, &View::truth(tenant), core.ids.uuid(), now)?;
            ("Add", "create", Some(after.clone()), vec![Op::Put { kind: Kind::Policy, value: after }])
        }
        "PATCH" => {
            let after = ca::patch_policy(&existing()?, &edit.body, &View::truth(tenant), now)?;
            ("Update", "update", Some(after.clone()), vec![Op::Put { kind: Kind::Policy, value: after }])
        }
        "DELETE" => {
            let mut deleted = existing()?;
            ca::check_delete_policy(&deleted)?;
            let gone = Op::Remove { kind: Kind::Policy, id: deleted["id"].as_str().unwrap_or_default().to_lowercase() };
            deleted["deletedDateTime"] = json!(ca::graph_time(now));
            ("Delete", "delete", None, vec![gone, Op::Put { kind: Kind::DeletedPolicy, value: deleted }])
        }
        method => return Err(AdminError(400, format!("method {method} is not one of POST, PATCH, DELETE"))),
    };
    let activity = Activity {
        verb,
        noun: "conditional access policy",
        property: "ConditionalAccessPolicy",
        before: before.as_ref(),
        after: after.as_ref(),
    };
    let effect = Effect { action: action.to_owned(), collection: "policies".to_owned(), id: activity.id().to_owned() };
    let initiator = json!({"app": null, "user": {
        "id": user["id"], "displayName": null, "userPrincipalName": user["userPrincipalName"], "ipAddress": "192.0.2.10", "userType": null, "homeTenantId": null, "homeTenantName": null
    }});
    let mut ops = ops;
    ops.push(Op::Put { kind: Kind::Audit, value: audit_entry(&activity, &initiator, core.ids.uuid(), now) });
    let draft = Draft {
        method: edit.method.to_uppercase(),
        path: format!("/identity/conditionalAccess/policies/{}", effect.id),
        body: edit.body,
        client_request_id: None,
        client: None,
        portal_user: user["userPrincipalName"].as_str().map(str::to_owned),
        effect,
    };
    inner.before_policy_write(id, now);
    inner.commit(id, ops, Some(draft), now)?;
    Ok(after.unwrap_or(Value::Null))
}

/// Who edits; a tenant without users has an anonymous administrator.
fn person(tenant: &Tenant, name: Option<&str>) -> Result<Value, AdminError> {
    let known = |user: &&Value, name: &str| {
        ["id", "userPrincipalName"].iter().any(|member| user[member].as_str().is_some_and(|text| text.eq_ignore_ascii_case(name)))
    };
    match name {
        Some(name) => {
            tenant.all(Kind::User).find(|user| known(user, name)).cloned().ok_or_else(|| AdminError(404, format!("no user {name}")))
        }
        None => Ok(tenant
            .all(Kind::User)
            .next()
            .cloned()
            .unwrap_or_else(|| json!({"id": Uuid::nil(), "userPrincipalName": format!("admin@{}", tenant.domain)}))),
    }
}
