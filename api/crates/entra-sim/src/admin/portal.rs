//! A person who edits policies and named locations in the portal: same rules, no application, and the directory audit names the person.

use chrono::{DateTime, Utc};
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
    /// Id of the policy to edit.
    policy: Option<String>,
    /// Id of the named location to edit.
    location: Option<String>,
    /// What a `POST` makes: `policies` unless given, or `namedLocations`.
    collection: Option<String>,
    #[serde(default)]
    body: Value,
}

/// One of the two collections that the portal edits.
struct Collection {
    name: &'static str,
    live: Kind,
    deleted: Kind,
    noun: &'static str,
    property: &'static str,
}

const POLICIES: Collection = Collection {
    name: "policies",
    live: Kind::Policy,
    deleted: Kind::DeletedPolicy,
    noun: "conditional access policy",
    property: "ConditionalAccessPolicy",
};
const LOCATIONS: Collection = Collection {
    name: "namedLocations",
    live: Kind::Location,
    deleted: Kind::DeletedLocation,
    noun: "named location",
    property: "NamedLocation",
};

impl Edit {
    /// What is edited, and the id where there is one.
    fn target(&self) -> Result<(&'static Collection, Option<&str>), AdminError> {
        match (&self.policy, &self.location, self.collection.as_deref()) {
            (Some(policy), None, None) => Ok((&POLICIES, Some(policy))),
            (None, Some(location), None) => Ok((&LOCATIONS, Some(location))),
            (None, None, None | Some("policies")) => Ok((&POLICIES, None)),
            (None, None, Some("namedLocations")) => Ok((&LOCATIONS, None)),
            _ => Err(AdminError(400, "say one of policy, location, and collection (policies or namedLocations)".to_owned())),
        }
    }
}

impl Collection {
    fn create(&self, core: &Core, tenant: &Tenant, body: &Value, now: DateTime<Utc>) -> Result<Value, CaError> {
        let create = if self.live == Kind::Policy { ca::create_policy } else { ca::create_location };
        create(body, &View::truth(tenant), core.ids.uuid(), now)
    }

    fn patch(&self, tenant: &Tenant, before: &Value, body: &Value, now: DateTime<Utc>) -> Result<Value, CaError> {
        let patch = if self.live == Kind::Policy { ca::patch_policy } else { ca::patch_location };
        patch(before, body, &View::truth(tenant), now)
    }

    fn check_delete(&self, tenant: &Tenant, before: &Value) -> Result<(), CaError> {
        match self.live {
            Kind::Policy => ca::check_delete_policy(before),
            _ => ca::check_delete_location(before, &View::truth(tenant)),
        }
    }
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
    let (of, object) = edit.target()?;
    let before = object.and_then(|object| tenant.get(of.live, object)).cloned();
    let existing = || before.clone().ok_or_else(|| AdminError(404, format!("no such {}", of.noun)));
    let (verb, action, after, ops) = match edit.method.to_uppercase().as_str() {
        "POST" => {
            let after = of.create(core, tenant, &edit.body, now)?;
            ("Add", "create", Some(after.clone()), vec![Op::Put { kind: of.live, value: after }])
        }
        "PATCH" => {
            let after = of.patch(tenant, &existing()?, &edit.body, now)?;
            ("Update", "update", Some(after.clone()), vec![Op::Put { kind: of.live, value: after }])
        }
        "DELETE" => {
            let mut deleted = existing()?;
            of.check_delete(tenant, &deleted)?;
            let gone = Op::Remove { kind: of.live, id: deleted["id"].as_str().unwrap_or_default().to_lowercase() };
            deleted["deletedDateTime"] = json!(ca::graph_time(now));
            ("Delete", "delete", None, vec![gone, Op::Put { kind: of.deleted, value: deleted }])
        }
        method => return Err(AdminError(400, format!("method {method} is not one of POST, PATCH, DELETE"))),
    };
    let activity = Activity { verb, noun: of.noun, property: of.property, before: before.as_ref(), after: after.as_ref() };
    let effect = Effect { action: action.to_owned(), collection: of.name.to_owned(), id: activity.id().to_owned() };
    let initiator = json!({"app": null, "user": {
        "id": user["id"], "displayName": null, "userPrincipalName": user["userPrincipalName"], "ipAddress": "192.0.2.10", "userType": null, "homeTenantId": null, "homeTenantName": null
    }});
    let mut ops = ops;
    ops.push(Op::Put { kind: Kind::Audit, value: audit_entry(&activity, &initiator, core.ids.uuid(), now) });
    let draft = Draft {
        method: edit.method.to_uppercase(),
        path: format!("/identity/conditionalAccess/{}/{}", of.name, effect.id),
        body: edit.body,
        client_request_id: None,
        client: None,
        portal_user: user["userPrincipalName"].as_str().map(str::to_owned),
        effect,
    };
    if of.live == Kind::Policy {
        inner.before_policy_write(id, now);
    }
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
