//! Directory roles, their templates, definitions and assignments (graph-api.md section 12).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use http::Method;
use serde_json::{Value, json};

use super::permission::ROLE_READ;
use super::{check_id, membership, spec};
use crate::graph::{Answer, Family, GraphError, Session};
use crate::server::Reply;
use crate::state::{RoleAssignment, Tenant, derived};

/// The built-in roles; the same in every tenant.
static DEFINITIONS: LazyLock<Vec<Value>> = LazyLock::new(crate::seed::role_definitions);

/// A built-in role by template id.
pub(crate) fn role_definition(template_id: &str) -> Option<&'static Value> {
    DEFINITIONS.iter().find(|role| role["templateId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(template_id)))
}

/// A role as the older API shows it, once somebody holds it.
pub(super) fn directory_role(tenant: &Tenant, template_id: &str) -> Option<Value> {
    let definition = role_definition(template_id)?;
    Some(json!({
        "id": derived(tenant.id, &format!("directoryRole/{template_id}")), "deletedDateTime": null,
        "description": definition["description"], "displayName": definition["displayName"], "roleTemplateId": template_id
    }))
}

/// Only activated roles, all on one page.
pub(super) fn directory_roles(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    session.require(Family::Directory, ROLE_READ)?;
    if method != Method::GET {
        return Err(GraphError::method_not_allowed());
    }
    let activated: BTreeSet<&str> = session.tenant().role_assignments.iter().map(|given| given.role.as_str()).collect();
    let roles: Vec<Value> = activated.into_iter().filter_map(|role| directory_role(session.tenant(), role)).collect();
    match path {
        [] => unpaged(session, "directoryRoles", "DirectoryRole", &["id", "roleTemplateId", "displayName"], roles),
        [id] => Ok(session.entity(200, "directoryRoles/$entity", role_named(&roles, id)?)),
        [id, "members"] => {
            let role = role_named(&roles, id)?;
            let template = role["roleTemplateId"].as_str().unwrap_or_default();
            let tenant = session.tenant();
            let holders = tenant.role_assignments.iter().filter(|given| given.role == template);
            let members = holders.filter_map(|given| membership::object(tenant, &given.principal)).collect();
            unpaged(session, "directoryObjects", "DirectoryObject", &["id", "displayName"], members)
        }
        [_, segment, ..] => Err(GraphError::no_segment(segment)),
    }
}

fn role_named(roles: &[Value], id: &str) -> Result<Value, GraphError> {
    let (member, wanted) = match id.strip_prefix("@roletemplateid=") {
        Some(template) => ("roleTemplateId", template),
        None => ("id", id),
    };
    roles.iter().find(|role| role[member] == wanted).cloned().ok_or_else(|| GraphError::directory_not_found(wanted))
}

/// `/directoryRoleTemplates`.
pub(super) fn templates(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    session.require(Family::Directory, ROLE_READ)?;
    if method != Method::GET {
        return Err(GraphError::method_not_allowed());
    }
    let template = |role: &Value| json!({"id": role["templateId"], "deletedDateTime": null, "description": role["description"], "displayName": role["displayName"]});
    match path {
        [] => unpaged(
            session,
            "directoryRoleTemplates",
            "DirectoryRoleTemplate",
            &["id", "displayName"],
            DEFINITIONS.iter().map(template).collect(),
        ),
        [id] => {
            let found = role_definition(id).map(template).ok_or_else(|| GraphError::directory_not_found(id))?;
            Ok(session.entity(200, "directoryRoleTemplates/$entity", found))
        }
        [_, segment, ..] => Err(GraphError::no_segment(segment)),
    }
}

/// `/roleManagement/directory/...`.
pub(super) fn management(session: &mut Session<'_>, method: &Method, path: &[&str]) -> Answer {
    session.require(Family::Directory, ROLE_READ)?;
    match path {
        ["roledefinitions" | "roleassignments", ..] if method != Method::GET => Err(GraphError::method_not_allowed()),
        ["roledefinitions"] => {
            let filterable: &[&str] = &["id", "templateId", "displayName", "isBuiltIn", "isEnabled"];
            let spec = spec("roleManagement/directory/roleDefinitions", "UnifiedRoleDefinition", filterable, &[]);
            session.list(&spec, DEFINITIONS.clone())
        }
        ["roledefinitions", id] => {
            check_id(id)?;
            let found = role_definition(id).cloned().ok_or_else(|| GraphError::directory_not_found(id))?;
            Ok(session.entity(200, "roleManagement/directory/roleDefinitions/$entity", found))
        }
        ["roleassignments"] => assignments(session),
        [segment, ..] => Err(GraphError::no_segment(segment)),
        [] => Err(GraphError::method_not_allowed()),
    }
}

/// Graph lists assignments only by role or by principal.
fn assignments(session: &mut Session<'_>) -> Answer {
    let Some(filter) = &session.query.filter else {
        return Err(GraphError::bad_request("'filter' with roleDefinitionId or principalId is required for roleAssignments."));
    };
    if !filter.paths().iter().any(|path| ["roleDefinitionId", "principalId"].contains(path)) {
        return Err(GraphError::bad_request("'filter' with roleDefinitionId or principalId is required for roleAssignments."));
    }
    let (principal, definition) = (expands(session, "principal"), expands(session, "roleDefinition"));
    let tenant = session.tenant();
    let shown = |given: &RoleAssignment| {
        let mut value = json!({"id": given.id, "roleDefinitionId": given.role, "principalId": given.principal, "directoryScopeId": "/", "appScopeId": null});
        if principal {
            value["principal"] = membership::object(tenant, &given.principal).unwrap_or(Value::Null);
        }
        if definition {
            value["roleDefinition"] = role_definition(&given.role).cloned().unwrap_or(Value::Null);
        }
        value
    };
    let items = tenant.role_assignments.iter().map(shown).collect();
    let filterable: &[&str] = &["roleDefinitionId", "principalId", "directoryScopeId"];
    session.list(&spec("roleManagement/directory/roleAssignments", "UnifiedRoleAssignment", filterable, &[]), items)
}

fn expands(session: &Session<'_>, name: &str) -> bool {
    session.query.expand.iter().any(|expanded| expanded.eq_ignore_ascii_case(name))
}

/// Role collections don't page (graph-api.md section 0).
fn unpaged(session: &Session<'_>, context: &str, resource: &'static str, filterable: &'static [&'static str], items: Vec<Value>) -> Answer {
    let mut spec = spec(context, resource, filterable, &[]);
    spec.default_page = usize::MAX;
    spec.max_page = usize::MAX;
    if session.query.top.is_some() {
        return Err(GraphError::new(400, "Request_UnsupportedQuery", "This operation target is not yet supported for $top."));
    }
    let reply: Reply = session.list(&spec, items)?;
    Ok(reply)
}
