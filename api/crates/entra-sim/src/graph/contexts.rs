//! `/identity/conditionalAccess/authenticationContextClassReferences` (graph-api.md section 6).

use serde_json::{Value, json};

use super::permission::{CONTEXT_READ, CONTEXT_WRITE};
use super::{Activity, Answer, Family, GraphError, ListSpec, Session};
use crate::odata::Over;
use crate::server::Reply;
use crate::state::{Kind, Op};

const CONTEXT: &str = "identity/conditionalAccess/authenticationContextClassReferences";

pub(super) fn list(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, CONTEXT_READ)?;
    let spec = ListSpec {
        context: CONTEXT.to_owned(),
        resource: "authenticationContextClassReference",
        default_page: 1000,
        max_page: 1000,
        over: Over::Clamp,
        filterable: &["id", "displayName", "isAvailable"],
        orderable: &["displayName"],
        default_select: &[],
        count_needs_header: false,
    };
    session.list(&spec, session.reader().list(Kind::Context))
}

pub(super) fn get(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, CONTEXT_READ)?;
    let found = find(session, id)?;
    Ok(session.entity(200, &format!("{CONTEXT}/$entity"), found))
}

pub(super) fn create(session: &mut Session<'_>) -> Answer {
    session.require(Family::ConditionalAccess, CONTEXT_WRITE)?;
    let body = session.body()?;
    let id = body["id"].as_str().unwrap_or_default().to_lowercase();
    check_id(&id)?;
    if session.tenant().get(Kind::Context, &id).is_some() {
        return Err(GraphError::new(400, "BadRequest", format!("Authentication context class reference with id {id} already exists.")));
    }
    let value = merged(&json!({"id": id, "displayName": null, "description": null, "isAvailable": false}), &body)?;
    save(session, "create", "Add", None, &value)?;
    Ok(session.entity(201, &format!("{CONTEXT}/$entity"), value))
}

/// An upsert: a missing context is made.
pub(super) fn update(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, CONTEXT_WRITE)?;
    check_id(id)?;
    let before = session.tenant().get(Kind::Context, id).cloned();
    let base = before.clone().unwrap_or_else(|| json!({"id": id, "displayName": null, "description": null, "isAvailable": false}));
    let after = merged(&base, &session.body()?)?;
    let verb = if before.is_some() { "Update" } else { "Add" };
    save(session, "update", verb, before.as_ref(), &after)?;
    Ok(Reply::empty(204))
}

/// Only an unpublished context that no policy names.
pub(super) fn delete(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::ConditionalAccess, CONTEXT_WRITE)?;
    let before = find(session, id)?;
    if before["isAvailable"] == true {
        return Err(GraphError::new(
            403,
            "AccessDenied",
            "The authentication context is published and cannot be deleted. Set isAvailable to false first.",
        ));
    }
    let named = |policy: &Value| {
        let ids = policy["conditions"]["applications"]["includeAuthenticationContextClassReferences"].as_array();
        ids.is_some_and(|ids| ids.iter().any(|each| each.as_str().is_some_and(|each| each.eq_ignore_ascii_case(id))))
    };
    if session.tenant().all(Kind::Policy).any(named) {
        return Err(GraphError::new(
            400,
            "BadRequest",
            "The authentication context is referenced by a conditional access policy and cannot be deleted.",
        ));
    }
    let activity = Activity {
        verb: "Delete",
        noun: "authentication context",
        property: "AuthenticationContextClassReference",
        before: Some(&before),
        after: None,
    };
    session.commit_audited(
        "delete",
        "authenticationContextClassReferences",
        vec![Op::Remove { kind: Kind::Context, id: id.to_owned() }],
        activity,
    )?;
    Ok(Reply::empty(204))
}

fn save(session: &mut Session<'_>, action: &str, verb: &str, before: Option<&Value>, after: &Value) -> Result<(), GraphError> {
    let activity =
        Activity { verb, noun: "authentication context", property: "AuthenticationContextClassReference", before, after: Some(after) };
    session.commit_audited(
        action,
        "authenticationContextClassReferences",
        vec![Op::Put { kind: Kind::Context, value: after.clone() }],
        activity,
    )
}

fn find(session: &Session<'_>, id: &str) -> Result<Value, GraphError> {
    session.reader().get(Kind::Context, id).ok_or_else(|| GraphError::ca_not_found("AuthenticationContextClassReference", id))
}

fn check_id(id: &str) -> Result<(), GraphError> {
    let number = id.strip_prefix('c').and_then(|digits| digits.parse::<u8>().ok());
    match number {
        Some(1..=99) => Ok(()),
        _ => Err(GraphError::new(400, "BadRequest", "The id of an authentication context class reference must be one of c1 to c99.")),
    }
}

fn merged(base: &Value, body: &Value) -> Result<Value, GraphError> {
    let mut after = base.clone();
    for (name, value) in body.as_object().into_iter().flatten() {
        let fits = match name.as_str() {
            "id" => true,
            "displayName" | "description" => value.is_string() || value.is_null(),
            "isAvailable" => value.is_boolean(),
            name => name.starts_with('@'),
        };
        if !fits {
            return Err(GraphError::new(400, "BadRequest", format!("Invalid property '{name}' for authenticationContextClassReference.")));
        }
        if name != "id" && !name.starts_with('@') {
            after[name] = value.clone();
        }
    }
    Ok(after)
}
