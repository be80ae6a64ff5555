//! `/identity/conditionalAccess/namedLocations`.

use serde_json::json;

use super::permission::{POLICY_DELETE, POLICY_READ};
use super::policies::marked_deleted;
use super::{Activity, Answer, Family, GraphError, ListSpec, Session};
use crate::ca::{self, DirectoryView};
use crate::odata::Over;
use crate::server::Reply;
use crate::state::{Kind, Op};

const CONTEXT: &str = "identity/conditionalAccess/namedLocations";
const NOUN: &str = "named location";
const PROPERTY: &str = "NamedLocation";

fn spec() -> ListSpec {
    ListSpec {
        context: CONTEXT.to_owned(),
        resource: "namedLocation",
        default_page: 1000,
        max_page: 1000,
        over: Over::Clamp,
        filterable: &["id", "displayName", "createdDateTime", "modifiedDateTime", "isTrusted"],
        orderable: &["displayName", "createdDateTime", "modifiedDateTime"],
        default_select: &[],
        count_needs_header: false,
    }
}

pub(super) fn list(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_READ)?;
    session.list(&spec(), session.reader().list(Kind::Location))
}

pub(super) fn count(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_READ)?;
    session.count(&spec(), session.reader().list(Kind::Location))
}

pub(super) fn get(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_READ)?;
    let location = session.reader().get(Kind::Location, id).ok_or_else(|| not_found(id))?;
    Ok(session.entity(200, &format!("{CONTEXT}/$entity"), location))
}

pub(super) fn create(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_DELETE)?;
    let body = session.body()?;
    let location = ca::create_location(&body, &session.view(), session.new_id(), session.now)?;
    let activity = Activity { verb: "Add", noun: NOUN, property: PROPERTY, before: None, after: Some(&location) };
    session.commit_audited("create", "namedLocations", vec![Op::Put { kind: Kind::Location, value: location.clone() }], activity)?;
    let link = format!("{}/{}/{CONTEXT}/{}", session.call.base, session.version, location["id"].as_str().unwrap_or_default());
    Ok(session.entity(201, &format!("{CONTEXT}/$entity"), location).with("location", &link))
}

pub(super) fn update(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_DELETE)?;
    let before = session.tenant().get(Kind::Location, id).cloned().ok_or_else(|| not_found(id))?;
    let body = session.body()?;
    let after = ca::patch_location(&before, &body, &session.view(), session.now)?;
    let activity = Activity { verb: "Update", noun: NOUN, property: PROPERTY, before: Some(&before), after: Some(&after) };
    session.commit_audited("update", "namedLocations", vec![Op::Put { kind: Kind::Location, value: after.clone() }], activity)?;
    Ok(Reply::empty(204))
}

pub(super) fn delete(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_DELETE)?;
    let before = session.tenant().get(Kind::Location, id).cloned().ok_or_else(|| not_found(id))?;
    // A location that still reads as trusted still counts as trusted.
    let view = session.view();
    ca::check_delete_location(view.named_location(id).as_ref().unwrap_or(&before), &view)?;
    let deleted = marked_deleted(&before, json!(ca::graph_time(session.now)));
    let ops = vec![Op::Remove { kind: Kind::Location, id: id.to_owned() }, Op::Put { kind: Kind::DeletedLocation, value: deleted }];
    let activity = Activity { verb: "Delete", noun: NOUN, property: PROPERTY, before: Some(&before), after: None };
    session.commit_audited("delete", "namedLocations", ops, activity)?;
    Ok(Reply::empty(204))
}

fn not_found(id: &str) -> GraphError {
    GraphError::ca_not_found("NamedLocation", id)
}
