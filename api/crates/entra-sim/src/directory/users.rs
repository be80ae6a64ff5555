//! `/users` (graph-api.md section 11).

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use super::permission::{CHECK_GROUPS, USER_READ};
use super::{membership, relations, spec};
use crate::graph::{Answer, Family, GraphError, ListSpec, Session};
use crate::server::Reply;
use crate::state::Kind;

/// What Graph returns unless more is asked for.
const DEFAULT_SELECT: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

/// Groups checked by one call.
const MAX_CHECKED: usize = 20;

fn listing() -> ListSpec {
    let filterable: &[&str] = &[
        "id",
        "displayName",
        "userPrincipalName",
        "mail",
        "accountEnabled",
        "userType",
        "givenName",
        "surname",
        "onPremisesSyncEnabled",
        "externalUserState",
        "jobTitle",
        "department",
        "country",
        "createdDateTime",
    ];
    spec("users", "User", filterable, DEFAULT_SELECT)
}

pub(super) fn route(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method, path) {
        (&Method::GET, []) => {
            session.require(Family::Directory, USER_READ)?;
            session.list(&listing(), session.tenant().all(Kind::User).cloned().collect())
        }
        (&Method::GET, ["$count"]) => {
            session.require(Family::Directory, USER_READ)?;
            session.count(&listing(), session.tenant().all(Kind::User).cloned().collect())
        }
        (&Method::GET, [name]) => {
            session.require(Family::Directory, USER_READ)?;
            let user = find(session, name)?;
            let user = crate::odata::select(user, session.query.select.as_deref(), DEFAULT_SELECT);
            Ok(session.entity(200, "users/$entity", user))
        }
        (&Method::GET, [name, relation @ ("memberof" | "transitivememberof"), rest @ ..]) => {
            let user = id_of(&find(session, name)?);
            relations::member_of(session, &user, relation, rest)
        }
        (&Method::POST, [name, "checkmembergroups" | "microsoft.graph.checkmembergroups"]) => check_groups(session, name),
        (&Method::POST, [name, "getmembergroups" | "microsoft.graph.getmembergroups"]) => get_groups(session, name),
        (_, [] | [_] | [_, "memberof" | "transitivememberof" | "checkmembergroups" | "getmembergroups", ..]) => {
            Err(GraphError::method_not_allowed())
        }
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}

/// By object id or user principal name.
fn find(session: &Session<'_>, name: &str) -> Result<Value, GraphError> {
    let tenant = session.tenant();
    let by_name =
        || tenant.all(Kind::User).find(|user| user["userPrincipalName"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)));
    tenant.get(Kind::User, name).or_else(by_name).cloned().ok_or_else(|| GraphError::directory_not_found(name))
}

fn id_of(user: &Value) -> String {
    user["id"].as_str().unwrap_or_default().to_lowercase()
}

fn check_groups(session: &mut Session<'_>, name: &str) -> Answer {
    session.require(Family::Directory, CHECK_GROUPS)?;
    let user = id_of(&find(session, name)?);
    let body = session.body()?;
    let asked = body["groupIds"].as_array().ok_or_else(|| GraphError::bad_request("A value is required for parameter 'groupIds'."))?;
    if asked.len() > MAX_CHECKED {
        return Err(GraphError::bad_request(format!("The number of values in 'groupIds' exceeds the limit of {MAX_CHECKED}.")));
    }
    let groups = membership::groups_of(session.tenant(), &user, true);
    let found: Vec<&str> = asked.iter().filter_map(Value::as_str).filter(|id| groups.contains(&id.to_lowercase())).collect();
    Ok(strings(session, json!(found)))
}

fn get_groups(session: &mut Session<'_>, name: &str) -> Answer {
    session.require(Family::Directory, CHECK_GROUPS)?;
    let user = id_of(&find(session, name)?);
    let security_only = session.body()?["securityEnabledOnly"].as_bool().unwrap_or(false);
    let tenant = session.tenant();
    let mut groups: BTreeSet<String> = membership::groups_of(tenant, &user, true);
    groups.retain(|id| !security_only || tenant.get(Kind::Group, id).is_some_and(|group| group["securityEnabled"] == true));
    let groups = json!(groups);
    Ok(strings(session, groups))
}

fn strings(session: &Session<'_>, value: Value) -> Reply {
    Reply::graph(200, json!({"@odata.context": session.context("Collection(Edm.String)"), "value": value}))
}
