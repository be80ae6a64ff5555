//! `/identity/conditionalAccess/policies` and its alias `/policies/conditionalAccessPolicies`.

use serde_json::{Value, json};

use super::permission::{POLICY_DELETE, POLICY_READ};
use super::{Activity, Answer, Family, GraphError, ListSpec, Session};
use crate::ca;
use crate::odata::Over;
use crate::server::Reply;
use crate::state::{Kind, Op};

const CONTEXT: &str = "identity/conditionalAccess/policies";
const NOUN: &str = "conditional access policy";
const PROPERTY: &str = "ConditionalAccessPolicy";

fn spec() -> ListSpec {
    ListSpec {
        context: CONTEXT.to_owned(),
        resource: "conditionalAccessPolicy",
        // One page in practice: a tenant holds at most 240.
        default_page: 1000,
        max_page: 1000,
        over: Over::Clamp,
        filterable: &["id", "displayName", "state", "templateId", "createdDateTime", "modifiedDateTime", "description"],
        orderable: &["displayName", "createdDateTime", "modifiedDateTime", "state"],
        default_select: &[],
        count_needs_header: false,
    }
}

pub(super) fn list(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_READ)?;
    session.list(&spec(), session.reader().list(Kind::Policy))
}

pub(super) fn count(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_READ)?;
    session.count(&spec(), session.reader().list(Kind::Policy))
}

pub(super) fn get(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_READ)?;
    let policy = session.reader().get(Kind::Policy, id).ok_or_else(|| not_found(id))?;
    Ok(session.entity(200, &format!("{CONTEXT}/$entity"), policy))
}

pub(super) fn create(session: &mut Session<'_>) -> Answer {
    session.require_policy_write()?;
    let body = session.body()?;
    let policy = ca::create_policy(&body, &session.view(), session.new_id(), session.now)?;
    let activity = Activity { verb: "Add", noun: NOUN, property: PROPERTY, before: None, after: Some(&policy) };
    session.commit_audited("create", "policies", vec![Op::Put { kind: Kind::Policy, value: policy.clone() }], activity)?;
    let location = format!("{}/{}/{CONTEXT}/{}", session.call.base, session.version, policy["id"].as_str().unwrap_or_default());
    Ok(session.entity(201, &format!("{CONTEXT}/$entity"), policy).with("location", &location))
}

pub(super) fn update(session: &mut Session<'_>, id: &str) -> Answer {
    session.require_policy_write()?;
    let before = session.tenant().get(Kind::Policy, id).cloned().ok_or_else(|| not_found(id))?;
    let body = session.body()?;
    let after = ca::patch_policy(&before, &body, &session.view(), session.now)?;
    let activity = Activity { verb: "Update", noun: NOUN, property: PROPERTY, before: Some(&before), after: Some(&after) };
    session.commit_audited("update", "policies", vec![Op::Put { kind: Kind::Policy, value: after.clone() }], activity)?;
    Ok(Reply::empty(204))
}

/// Soft: the policy waits 30 days in `deletedItems`.
pub(super) fn delete(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, POLICY_DELETE)?;
    let before = session.tenant().get(Kind::Policy, id).cloned().ok_or_else(|| not_found(id))?;
    ca::check_delete_policy(&before)?;
    let deleted = marked_deleted(&before, json!(ca::graph_time(session.now)));
    let ops = vec![Op::Remove { kind: Kind::Policy, id: id.to_owned() }, Op::Put { kind: Kind::DeletedPolicy, value: deleted }];
    let activity = Activity { verb: "Delete", noun: NOUN, property: PROPERTY, before: Some(&before), after: None };
    session.commit_audited("delete", "policies", ops, activity)?;
    Ok(Reply::empty(204))
}

/// A copy whose `deletedDateTime` is `at` (null for one that lives again).
pub(super) fn marked_deleted(object: &Value, at: Value) -> Value {
    let mut copy = object.clone();
    copy["deletedDateTime"] = at;
    copy
}

fn not_found(id: &str) -> GraphError {
    GraphError::ca_not_found("ConditionalAccessPolicy", id)
}
