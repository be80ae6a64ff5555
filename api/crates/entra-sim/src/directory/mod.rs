//! Directory objects: groups with members, users, roles, service principals.

mod groups;
mod members;
mod membership;
mod permission;
mod relations;
mod roles;
mod service_principals;
mod users;

use http::Method;
use serde_json::{Value, json};

pub(crate) use roles::role_definition;

use crate::graph::{Answer, GraphError, ListSpec, Session};
use crate::odata::Over;

/// Paths below the version that belong to the directory.
pub(crate) fn route(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    match path {
        ["groups", rest @ ..] => groups::route(session, method, rest),
        ["users", rest @ ..] => users::route(session, method, rest),
        ["directoryroles", rest @ ..] => roles::directory_roles(session, method, rest),
        ["directoryroletemplates", rest @ ..] => roles::templates(session, method, rest),
        ["rolemanagement", "directory", rest @ ..] => roles::management(session, method, rest),
        ["serviceprincipals", rest @ ..] => service_principals::route(session, method, rest),
        ["directoryobjects", "getbyids" | "microsoft.graph.getbyids"] if method == Method::POST => relations::by_ids(session),
        ["directoryobjects", id] if method == Method::GET => relations::object(session, id),
        ["directoryobjects", _] => Err(GraphError::method_not_allowed()),
        [segment, ..] => Err(GraphError::no_segment(segment)),
        [] => Err(GraphError::no_segment("")),
    }
}

/// The listing rules that all directory objects share.
fn spec(context: &str, resource: &'static str, filterable: &'static [&'static str], default_select: &'static [&'static str]) -> ListSpec {
    ListSpec {
        context: context.to_owned(),
        resource,
        default_page: 100,
        max_page: 999,
        over: Over::Refuse,
        filterable,
        orderable: &["displayName", "userPrincipalName"],
        default_select,
        count_needs_header: true,
    }
}

/// Any directory object with its type, as mixed collections show it.
fn typed(object: &Value, kind: &str) -> Value {
    let mut object = object.clone();
    object["@odata.type"] = json!(format!("#microsoft.graph.{kind}"));
    object
}

/// Refuses what can't be an object id.
fn check_id(id: &str) -> Result<(), GraphError> {
    if uuid::Uuid::try_parse(id).is_ok() { Ok(()) } else { Err(GraphError::bad_request(format!("Invalid object identifier '{id}'."))) }
}
