//! What holds for every principal: the groups and roles around it, and looking objects up by id.

use serde_json::{Value, json};

use super::members::cast_to;
use super::permission::{DIRECTORY_READ, MEMBERSHIP_READ};
use super::{membership, spec};
use crate::graph::{Answer, Family, GraphError, Session};
use crate::server::Reply;

/// Ids looked up by one call.
const MAX_IDS: usize = 1000;

/// `memberOf` and `transitiveMemberOf` of a principal that exists, with casts and counts.
pub(super) fn member_of(session: &mut Session<'_>, principal: &str, relation: &str, path: &[&str]) -> Answer {
    session.require(Family::Directory, MEMBERSHIP_READ)?;
    let all = membership::member_of(session.tenant(), principal, relation == "transitivememberof");
    let spec = spec("directoryObjects", "DirectoryObject", &["id", "displayName"], &[]);
    match path {
        [] => session.list(&spec, all),
        ["$count"] => session.count(&spec, all),
        [cast] => session.list(&spec, cast_to(cast, all)?),
        [cast, "$count"] => session.count(&spec, cast_to(cast, all)?),
        [_, segment, ..] => Err(GraphError::no_segment(segment)),
    }
}

/// `GET /directoryObjects/{id}`.
pub(super) fn object(session: &mut Session<'_>, id: &str) -> Answer {
    session.require(Family::Directory, DIRECTORY_READ)?;
    let found = membership::object(session.tenant(), id).ok_or_else(|| GraphError::directory_not_found(id))?;
    Ok(session.entity(200, "directoryObjects/$entity", found))
}

/// `POST /directoryObjects/getByIds`: those that exist; the others are simply missing.
pub(super) fn by_ids(session: &mut Session<'_>) -> Answer {
    session.require(Family::Directory, DIRECTORY_READ)?;
    let body = session.body()?;
    let ids = body["ids"].as_array().ok_or_else(|| GraphError::bad_request("A value is required for parameter 'ids'."))?;
    if ids.len() > MAX_IDS {
        return Err(GraphError::bad_request(format!("The number of values in 'ids' exceeds the limit of {MAX_IDS}.")));
    }
    let types: Vec<&str> = body["types"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let wanted = |object: &Value| {
        let name = object["@odata.type"].as_str().unwrap_or_default().trim_start_matches("#microsoft.graph.");
        types.is_empty() || types.iter().any(|kind| kind.eq_ignore_ascii_case(name) || kind.eq_ignore_ascii_case("directoryObject"))
    };
    let tenant = session.tenant();
    let found: Vec<Value> = ids.iter().filter_map(Value::as_str).filter_map(|id| membership::object(tenant, id)).filter(wanted).collect();
    Ok(Reply::graph(200, json!({"@odata.context": session.context("directoryObjects"), "value": found})))
}
