//! `/groups` (graph-api.md section 10).

use http::Method;
use serde_json::{Map, Value, json};

use super::permission::{GROUP_CREATE, GROUP_DELETE, GROUP_READ, GROUP_UPDATE, MEMBER_WRITE, ROLE_WRITE};
use super::{check_id, members, relations, spec};
use crate::ca::graph_time;
use crate::graph::{Answer, Family, GraphError, ListSpec, Session};
use crate::server::Reply;
use crate::state::{Kind, Op};

/// Members added by one create or update.
const MAX_BINDS: usize = 20;

/// What a caller may set, with the kind of value it must be.
const WRITABLE: &[&str] = &[
    "displayName",
    "description",
    "mailEnabled",
    "mailNickname",
    "securityEnabled",
    "groupTypes",
    "membershipRule",
    "membershipRuleProcessingState",
    "visibility",
    "isAssignableToRole",
];

fn listing() -> ListSpec {
    let filterable: &[&str] = &[
        "id",
        "displayName",
        "mailNickname",
        "mail",
        "mailEnabled",
        "securityEnabled",
        "isAssignableToRole",
        "onPremisesSyncEnabled",
        "createdDateTime",
        "description",
    ];
    spec("groups", "Group", filterable, &[])
}

pub(super) fn route(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method, path) {
        (&Method::GET, []) => {
            session.require(Family::Directory, GROUP_READ)?;
            session.list(&listing(), session.tenant().all(Kind::Group).cloned().collect())
        }
        (&Method::POST, []) => create(session),
        (&Method::GET, ["$count"]) => {
            session.require(Family::Directory, GROUP_READ)?;
            session.count(&listing(), session.tenant().all(Kind::Group).cloned().collect())
        }
        (&Method::GET, [id]) => {
            session.require(Family::Directory, GROUP_READ)?;
            let group = find(session, id)?;
            Ok(session.entity(200, "groups/$entity", group))
        }
        (&Method::PATCH, [id]) => update(session, id),
        (&Method::DELETE, [id]) => delete(session, id),
        (_, [] | [_]) => Err(GraphError::method_not_allowed()),
        (&Method::GET, [id, relation @ ("memberof" | "transitivememberof"), rest @ ..]) => {
            find(session, id)?;
            relations::member_of(session, id, relation, rest)
        }
        (_, [id, rest @ ..]) => members::route(session, method, id, rest),
    }
}

/// A group that exists.
pub(super) fn find(session: &Session<'_>, id: &str) -> Result<Value, GraphError> {
    check_id(id)?;
    session.tenant().get(Kind::Group, id).cloned().ok_or_else(|| GraphError::directory_not_found(id))
}

fn create(session: &mut Session<'_>) -> Answer {
    session.require(Family::Directory, GROUP_CREATE)?;
    let body = session.body()?;
    for name in ["displayName", "mailEnabled", "mailNickname", "securityEnabled"] {
        if body[name].is_null() {
            return Err(GraphError::bad_request(format!("A value is required for property '{name}' of resource 'Group'.")));
        }
    }
    let at = graph_time(session.now);
    let id = session.new_id();
    let mut group = json!({
        "id": id, "deletedDateTime": null, "classification": null, "createdDateTime": at, "creationOptions": [], "description": null,
        "displayName": null, "expirationDateTime": null, "groupTypes": [], "isAssignableToRole": null, "mail": null, "mailEnabled": false,
        "mailNickname": null, "membershipRule": null, "membershipRuleProcessingState": null, "onPremisesSyncEnabled": null, "preferredDataLocation": null,
        "proxyAddresses": [], "renewedDateTime": at, "resourceProvisioningOptions": [], "securityEnabled": true,
        "securityIdentifier": null, "visibility": null
    });
    apply(&mut group, &body, true)?;
    let mut ops = vec![Op::Put { kind: Kind::Group, value: group.clone() }];
    ops.extend(binds(session, &id.to_string(), &body)?);
    session.commit("create", "groups", &id.to_string(), ops)?;
    let location = format!("{}/{}/groups/{id}", session.call.base, session.version);
    Ok(session.entity(201, "groups/$entity", group).with("location", &location))
}

fn update(session: &mut Session<'_>, id: &str) -> Answer {
    let mut group = find(session, id)?;
    let body = session.body()?;
    let only_members = body.as_object().is_some_and(|body| body.keys().all(|name| name == "members@odata.bind"));
    session.require(Family::Directory, if only_members { MEMBER_WRITE } else { GROUP_UPDATE })?;
    guard_role_assignable(session, &group)?;
    apply(&mut group, &body, false)?;
    let mut ops = vec![Op::Put { kind: Kind::Group, value: group }];
    ops.extend(binds(session, id, &body)?);
    session.commit("update", "groups", id, ops)?;
    Ok(Reply::empty(204))
}

/// Security groups disappear at once; policies keep the id.
fn delete(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::Directory, GROUP_DELETE)?;
    let group = find(session, id)?;
    guard_role_assignable(session, &group)?;
    session.commit("delete", "groups", id, vec![Op::Remove { kind: Kind::Group, id: id.to_owned() }])?;
    Ok(Reply::empty(204))
}

/// A group that can hold roles is protected by a permission of its own.
pub(super) fn guard_role_assignable(session: &Session<'_>, group: &Value) -> Result<(), GraphError> {
    if group["isAssignableToRole"] == true { session.require(Family::Directory, ROLE_WRITE) } else { Ok(()) }
}

fn apply(group: &mut Value, body: &Value, new: bool) -> Result<(), GraphError> {
    let empty = Map::new();
    for (name, value) in body.as_object().unwrap_or(&empty) {
        if name.contains('@') {
            continue;
        }
        if !WRITABLE.contains(&name.as_str()) || (!new && name == "isAssignableToRole") {
            return Err(GraphError::bad_request(format!(
                "Property '{name}' is read-only and cannot be set, or does not exist on resource 'Group'."
            )));
        }
        let fits = match name.as_str() {
            "mailEnabled" | "securityEnabled" | "isAssignableToRole" => value.is_boolean() || value.is_null(),
            "groupTypes" => value.as_array().is_some_and(|types| types.iter().all(Value::is_string)),
            _ => value.is_string() || value.is_null(),
        };
        if !fits || (name == "displayName" && value.as_str().is_none_or(|text| text.is_empty() || text.chars().count() > 256)) {
            return Err(GraphError::bad_request(format!("Invalid value specified for property '{name}' of resource 'Group'.")));
        }
        group[name] = value.clone();
    }
    Ok(())
}

fn binds(session: &Session<'_>, group: &str, body: &Value) -> Result<Vec<Op>, GraphError> {
    let Some(links) = body["members@odata.bind"].as_array() else { return Ok(Vec::new()) };
    if links.len() > MAX_BINDS {
        return Err(GraphError::bad_request(format!("The number of references in 'members@odata.bind' exceeds the limit of {MAX_BINDS}.")));
    }
    links.iter().map(|link| members::add_op(session, group, link)).collect()
}
