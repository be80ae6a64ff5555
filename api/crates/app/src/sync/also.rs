//! Objects that open changes, the tenant's baseline and the names that members keep refer to, and that no policy may refer to yet: a sync keeps asking for them, so that
//! their names don't fall out of the cache.

use std::collections::HashSet;

use domain::document::PolicyDocument;
use domain::tenant::{DirectoryKind, DirectoryObject, Tenant};
use graph::TenantGraph;
use serde_json::Value;
use store::Reader;

use crate::App;
use crate::baselines::documents_of;
use crate::changes::look_up::{Findings, Wanted};
use crate::error::{AppError, AppResult};

/// Looks them up, but for those that the sync has read already.
pub(super) async fn read(app: &App, tenant: &Tenant, graph: &TenantGraph, read: &[DirectoryObject]) -> AppResult<Findings> {
    let reader = app.store().reader();
    let known: HashSet<(DirectoryKind, String)> = read.iter().map(|object| (object.kind, object.object_id.to_lowercase())).collect();
    let names: HashSet<(DirectoryKind, String)> = read.iter().map(|object| (object.kind, object.display_name.to_lowercase())).collect();
    let of_changes = of_open_changes(&reader, tenant).await?;
    let of_baseline = of_baseline(&reader, tenant).await?;
    let kept = reader.tenant_aliases(tenant.workspace_id, tenant.id).await?;
    let kept = kept.into_iter().map(|alias| (alias.kind, alias.object_id));
    let missing = of_changes.into_iter().chain(of_baseline).chain(kept).filter(|(kind, text)| {
        let key = (*kind, text.to_lowercase());
        !known.contains(&key) && !names.contains(&key)
    });
    let wanted = Wanted::of(missing);
    if wanted.is_empty() { Ok(Findings::default()) } else { Ok(app.find(graph, &wanted).await) }
}

/// What the cache holds of the objects that open changes name, by id.
pub(crate) async fn of_open_changes(reader: &Reader, tenant: &Tenant) -> AppResult<Vec<(DirectoryKind, String)>> {
    let mut texts = HashSet::new();
    for payload in reader.open_payloads(tenant.workspace_id, tenant.id).await? {
        collect(&serde_json::to_value(&payload).map_err(|cause| AppError::Internal(cause.into()))?, &mut texts);
    }
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let aliases = reader.directory_aliases(tenant.workspace_id, tenant.id).await?;
    let aliased: HashSet<(DirectoryKind, &str)> =
        aliases.iter().filter(|alias| texts.contains(&alias.name)).map(|alias| (alias.kind, alias.object_id.as_str())).collect();
    let held = reader.directory(tenant.workspace_id, tenant.id).await?;
    let named = held.into_iter().filter(|object| {
        texts.contains(&object.object_id.to_lowercase())
            || texts.contains(&object.display_name.to_lowercase())
            || aliased.contains(&(object.kind, object.object_id.as_str()))
    });
    Ok(named.map(|object| (object.kind, object.object_id)).collect())
}

/// What the documents of the tenant's baseline refer to.
async fn of_baseline(reader: &Reader, tenant: &Tenant) -> AppResult<Vec<(DirectoryKind, String)>> {
    let documents = documents_of(reader, tenant).await?;
    Ok(documents.iter().flat_map(|(_, document): &(_, PolicyDocument)| domain::baseline::compare::references(document)).collect())
}

/// Every text of a payload, in lower case.
fn collect(value: &Value, texts: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.trim().to_lowercase());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
