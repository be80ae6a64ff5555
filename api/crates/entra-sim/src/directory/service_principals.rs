//! `/servicePrincipals` (graph-api.md section 13).

use http::Method;
use serde_json::Value;

use super::permission::APPLICATION_READ;
use super::{check_id, relations, spec};
use crate::graph::{Answer, Family, GraphError, ListSpec, Session};
use crate::state::Kind;

fn listing() -> ListSpec {
    let filterable: &[&str] = &[
        "id",
        "appId",
        "displayName",
        "appDisplayName",
        "servicePrincipalType",
        "appOwnerOrganizationId",
        "accountEnabled",
        "signInAudience",
    ];
    spec("servicePrincipals", "ServicePrincipal", filterable, &[])
}

pub(super) fn route(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    session.require(Family::Directory, APPLICATION_READ)?;
    match (method, path) {
        (&Method::GET, []) => session.list(&listing(), session.tenant().all(Kind::ServicePrincipal).cloned().collect()),
        (&Method::GET, ["$count"]) => session.count(&listing(), session.tenant().all(Kind::ServicePrincipal).cloned().collect()),
        (&Method::GET, [name]) => {
            let found = find(session, name)?;
            Ok(session.entity(200, "servicePrincipals/$entity", found))
        }
        (&Method::GET, [name, relation @ ("memberof" | "transitivememberof"), rest @ ..]) => {
            let principal = find(session, name)?["id"].as_str().unwrap_or_default().to_lowercase();
            relations::member_of(session, &principal, relation, rest)
        }
        (_, [] | [_]) => Err(GraphError::method_not_allowed()),
        (_, [_, segment, ..]) => Err(GraphError::no_segment(segment)),
    }
}

/// By object id, or by `appId='..'`.
fn find(session: &Session<'_>, name: &str) -> Result<Value, GraphError> {
    let tenant = session.tenant();
    let found = match name.strip_prefix("@appid=") {
        Some(app) => tenant.all(Kind::ServicePrincipal).find(|sp| sp["appId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(app))),
        None => {
            check_id(name)?;
            tenant.get(Kind::ServicePrincipal, name)
        }
    };
    found.cloned().ok_or_else(|| GraphError::directory_not_found(name.trim_start_matches("@appid=")))
}
