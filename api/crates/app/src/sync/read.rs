//! The reading half of a sync: Graph calls only, no transaction open.

use std::collections::BTreeSet;

use domain::document::{PolicyDocument, Reference};
use domain::event::EventKind;
use domain::tenant::{DirectoryKind, DirectoryObject, EmergencyPrincipal, Licences, Tenant};
use graph::{Call, GraphError, Priority, TenantGraph};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{also, announce};
use crate::App;
use crate::changes::look_up::Findings;
use crate::runner::{JobError, ReadError};

/// Everything one sync read.
pub(super) struct Reading {
    pub(super) display_name: String,
    pub(super) licences: Licences,
    pub(super) security_defaults: Option<bool>,
    pub(super) policies: Vec<PolicyDocument>,
    pub(super) deleted: Vec<PolicyDocument>,
    pub(super) locations: Vec<Value>,
    pub(super) directory: Vec<DirectoryObject>,
    pub(super) emergency: Vec<EmergencyPrincipal>,
    /// What open changes and the baseline refer to beside; no part of the snapshot.
    pub(super) also: Findings,
}

const STAGES: usize = 5;

/// Reads the whole tenant, saying how far it is.
pub(super) async fn read(app: &App, tenant: &Tenant, graph: &TenantGraph) -> Result<Reading, ReadError> {
    let progress = async |done: usize, stage: &str| -> Result<(), JobError> {
        announce(app, tenant, EventKind::SyncProgress, json!({ "done": done, "total": STAGES, "stage": stage })).await
    };
    let call = || call(app);

    progress(0, "organization").await?;
    let organization = graph.organization(&call()).await?;
    let security_defaults = optional(graph.security_defaults(&call()).await)?;

    progress(1, "policies").await?;
    let policies = documents(graph.list_policies(&call()).await?)?;
    let deleted = documents(optional(graph.list_deleted_policies(&call()).await)?.unwrap_or_default())?;

    progress(2, "named locations").await?;
    let locations = graph.list_named_locations(&call()).await?;

    progress(3, "names").await?;
    let mut directory = optional(graph.authentication_strengths(&call()).await)?.unwrap_or_default();
    directory.extend(optional(graph.authentication_contexts(&call()).await)?.unwrap_or_default());
    directory.extend(optional(graph.directory_roles(&call()).await)?.unwrap_or_default());
    directory.extend(locations.iter().filter_map(location_object));
    let wanted = Wanted::of(policies.iter().chain(&deleted));
    directory.extend(optional(graph.groups_by_ids(&call(), &wanted.groups).await)?.unwrap_or_default());
    directory.extend(optional(graph.users_by_ids(&call(), &wanted.users).await)?.unwrap_or_default());
    directory.extend(optional(graph.service_principals_by_app_ids(&call(), &wanted.apps).await)?.unwrap_or_default());
    let service_principals = graph.objects_by_ids(&call(), DirectoryKind::ServicePrincipal, &wanted.service_principals).await;
    directory.extend(optional(service_principals)?.unwrap_or_default());
    let also = also::read(app, tenant, graph, &directory).await.map_err(JobError::app)?;

    progress(4, "emergency access").await?;
    let emergency = emergency(tenant, graph, call).await?;

    Ok(Reading {
        display_name: organization.display_name,
        licences: organization.licences,
        security_defaults,
        policies,
        deleted,
        locations,
        directory,
        emergency,
        also,
    })
}

fn call(app: &App) -> Call {
    Call { deadline: Instant::now() + app.settings().graph_call, client_request_id: app.ids().uuid(), priority: Priority::Sync }
}

/// What a missing permission, or an endpoint that a cloud doesn't have, leaves out of a reading without ending it.
fn optional<T>(result: Result<T, GraphError>) -> Result<Option<T>, GraphError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(GraphError::Forbidden { info } | GraphError::NotFound { info } | GraphError::Rejected { info }) => {
            tracing::info!(status = info.status, code = info.code, "a part of the tenant can't be read and is left out");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn documents(values: Vec<Value>) -> Result<Vec<PolicyDocument>, GraphError> {
    values
        .into_iter()
        .map(|value| match PolicyDocument::from_value(value) {
            Ok(document) if document.graph_id().is_some() => Ok(document),
            _ => Err(GraphError::Protocol {
                reason: "a policy in a list is not an object with an id".to_owned(),
                info: graph::Info::default(),
            }),
        })
        .collect()
}

fn location_object(location: &Value) -> Option<DirectoryObject> {
    Some(DirectoryObject {
        kind: DirectoryKind::NamedLocation,
        object_id: location.get("id")?.as_str()?.to_owned(),
        display_name: location.get("displayName")?.as_str()?.to_owned(),
        member_count: None,
    })
}

/// Re-resolves the configured emergency principals; one that is gone stays listed, without a name and with unknown memberships.
async fn emergency(tenant: &Tenant, graph: &TenantGraph, call: impl Fn() -> Call) -> Result<Vec<EmergencyPrincipal>, GraphError> {
    let mut resolved = Vec::with_capacity(tenant.emergency_access.principals.len());
    for principal in &tenant.emergency_access.principals {
        resolved.push(match optional(graph.resolve_emergency(&call(), principal.object_id).await)? {
            Some(found) => found,
            None => EmergencyPrincipal { display_name: None, member_of: None, roles: None, ..principal.clone() },
        });
    }
    Ok(resolved)
}

/// Objects whose names have to be asked for one by one.
struct Wanted {
    groups: Vec<String>,
    users: Vec<String>,
    apps: Vec<String>,
    service_principals: Vec<String>,
}

impl Wanted {
    fn of<'d>(documents: impl Iterator<Item = &'d PolicyDocument>) -> Self {
        let references: BTreeSet<Reference> = documents.flat_map(PolicyDocument::references).collect();
        let of = |kind: DirectoryKind| {
            references.iter().filter(|reference| reference.kind == kind).map(|reference| reference.id.clone()).collect()
        };
        Wanted {
            groups: of(DirectoryKind::Group),
            users: of(DirectoryKind::User),
            apps: of(DirectoryKind::Application),
            service_principals: of(DirectoryKind::ServicePrincipal),
        }
    }
}
