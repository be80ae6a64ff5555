//! `/groups/{id}/members`, `/transitiveMembers` and their references.

use http::Method;
use serde_json::Value;

use super::permission::{MEMBER_READ, MEMBER_WRITE, USER_READ};
use super::{check_id, groups, membership, spec};
use crate::graph::{Answer, Family, GraphError, ListSpec, Session};
use crate::server::Reply;
use crate::state::Op;

/// Paths below one group.
pub(super) fn route(session: &mut Session<'_>, method: &Method, group: &str, path: &[&str]) -> Answer {
    match (method, path) {
        (&Method::POST, ["members", "$ref"]) => add(session, group),
        (&Method::DELETE, ["members", member, "$ref"]) => remove(session, group, member),
        // Without `$ref` Graph would delete the member itself, if it may: nobody's token here allows that.
        (&Method::DELETE, ["members", _]) => {
            Err(GraphError::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."))
        }
        (&Method::GET, [relation @ ("members" | "transitivemembers"), rest @ ..]) => read(session, group, relation, rest),
        (_, ["members" | "transitivemembers", ..]) => Err(GraphError::method_not_allowed()),
        (_, [segment, ..]) => Err(GraphError::no_segment(segment)),
        (_, []) => Err(GraphError::method_not_allowed()),
    }
}

fn listing() -> ListSpec {
    spec("directoryObjects", "DirectoryObject", &["id", "displayName", "userPrincipalName", "userType", "accountEnabled", "mail"], &[])
}

fn read(session: &mut Session<'_>, group: &str, relation: &str, path: &[&str]) -> Answer {
    session.require(Family::Directory, MEMBER_READ)?;
    groups::find(session, group)?;
    let all = match relation {
        "members" => membership::members(session.tenant(), group),
        _ => membership::transitive_members(session.tenant(), group),
    };
    let (cast, counted) = match path {
        [] => (None, false),
        ["$count"] => (None, true),
        ["$ref"] => return references(session, &all),
        [cast] => (Some(*cast), false),
        [cast, "$count"] => (Some(*cast), true),
        [_, segment, ..] => return Err(GraphError::no_segment(segment)),
    };
    let mut items = match cast {
        Some(cast) => cast_to(cast, all)?,
        None => all,
    };
    if counted {
        return session.count(&listing(), items);
    }
    if !session.may(USER_READ) {
        items.iter_mut().filter(|item| item["@odata.type"] == "#microsoft.graph.user").for_each(|user| *user = membership::limited(user));
    }
    session.list(&listing(), items)
}

/// Keeps one type; its name is no longer news to the caller but stays, as Graph leaves it.
pub(super) fn cast_to(cast: &str, items: Vec<Value>) -> Result<Vec<Value>, GraphError> {
    let name = cast.strip_prefix("microsoft.graph.").or_else(|| cast.strip_prefix("graph.")).ok_or_else(|| GraphError::no_segment(cast))?;
    if !["user", "group", "serviceprincipal", "device", "directoryrole", "orgcontact", "application", "administrativeunit"].contains(&name)
    {
        return Err(GraphError::no_segment(cast));
    }
    let wanted = format!("#microsoft.graph.{name}");
    Ok(items.into_iter().filter(|item| item["@odata.type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case(&wanted))).collect())
}

fn references(session: &Session<'_>, all: &[Value]) -> Answer {
    let link = |item: &Value| serde_json::json!({"@odata.id": format!("{}/{}/directoryObjects/{}", session.call.base, session.version, item["id"].as_str().unwrap_or_default())});
    let body =
        serde_json::json!({"@odata.context": session.context("Collection($ref)"), "value": all.iter().map(link).collect::<Vec<_>>()});
    Ok(Reply::graph(200, body))
}

fn add(session: &mut Session<'_>, group: &str) -> Answer {
    session.require(Family::Directory, MEMBER_WRITE)?;
    guard(session, group)?;
    let body = session.body()?;
    let op = add_op(session, group, &body["@odata.id"])?;
    session.commit("addMember", "groups", group, vec![op])?;
    Ok(Reply::empty(204))
}

fn remove(session: &mut Session<'_>, group: &str, member: &str) -> Answer {
    session.require(Family::Directory, MEMBER_WRITE)?;
    guard(session, group)?;
    check_id(member)?;
    if !session.tenant().members.get(group).is_some_and(|members| members.contains(member)) {
        return Err(GraphError::directory_not_found(member));
    }
    let op = Op::RemoveMember { group: group.to_owned(), member: member.to_owned() };
    session.commit("removeMember", "groups", group, vec![op])?;
    Ok(Reply::empty(204))
}

/// Membership of a dynamic group follows its rule and nothing else.
fn guard(session: &Session<'_>, group: &str) -> Result<(), GraphError> {
    let group = groups::find(session, group)?;
    if group["groupTypes"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "DynamicMembership")) {
        return Err(GraphError::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."));
    }
    groups::guard_role_assignable(session, &group)
}

/// The operation that adds what a link points at (`.../directoryObjects/{id}` or `.../users/{id}`).
pub(super) fn add_op(session: &Session<'_>, group: &str, link: &Value) -> Result<Op, GraphError> {
    let link = link.as_str().ok_or_else(|| GraphError::bad_request("A value is required for '@odata.id'."))?;
    let member = link.rsplit('/').next().unwrap_or_default().to_lowercase();
    check_id(&member)?;
    if membership::object(session.tenant(), &member).is_none() || member == group {
        return Err(GraphError::directory_not_found(&member));
    }
    if session.tenant().members.get(group).is_some_and(|members| members.contains(&member)) {
        return Err(GraphError::bad_request(
            "One or more added object references already exist for the following modified properties: 'members'.",
        ));
    }
    Ok(Op::AddMember { group: group.to_owned(), member })
}
