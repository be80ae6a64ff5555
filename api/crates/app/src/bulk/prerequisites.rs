//! Named locations that come first. Until one is there, its name stands for an id that no object has; when the policy's turn comes, the
//! id of what was created takes its place. What was reviewed stays: the digest covers the stand-in, which is the same every time.

use domain::bulk::{BulkItem, BulkItemState, ItemFacts, placeholder};
use domain::change::dry_run::DryRun;
use domain::change::kind::{ChangePayload, WriteOperation};
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use domain::id::ContentHash;
use domain::tenant::{DirectoryKind, DirectoryObject};
use serde_json::Value;
use store::{Reader, WriteTx};

use crate::App;
use crate::changes::plan::load_document;
use crate::error::{AppError, AppResult};

/// What a write-ahead record says is to be written.
pub(crate) struct Planned {
    pub(crate) write: Value,
    pub(crate) desired_hash: ContentHash,
}

/// Lets the names of what earlier steps create stand for something, for a change that is part of a bulk change.
pub(crate) async fn stand_in(tx: &Reader, change: &ChangeRequest, names: &mut NameTable) -> AppResult<()> {
    let Some(bulk) = change.bulk_change_id else { return Ok(()) };
    let items = tx.bulk_items_of_tenant(change.workspace_id, bulk, change.tenant_id).await?;
    let own = items.iter().find(|item| item.change_id == Some(change.id)).map_or(u16::MAX, |item| item.step);
    let earlier: Vec<BulkItem> = items.into_iter().filter(|item| item.step < own).collect();
    let changes = tx.changes_of_items(change.workspace_id, &earlier).await?;
    for item in &earlier {
        // One that is applied is in the tenant, under its own id.
        let created = item.change_id.and_then(|id| changes.get(&id)).filter(|change| change.status != ChangeStatus::Applied);
        if let Some(ChangePayload::LocationCreate(create)) = created.map(|created| &created.payload) {
            add_stand_in(names, item, &create.display_name);
        }
    }
    Ok(())
}

/// Lets a name stand for what a step creates.
pub(super) fn add_stand_in(names: &mut NameTable, item: &BulkItem, display_name: &str) {
    names.add_named(
        display_name,
        DirectoryObject {
            kind: DirectoryKind::NamedLocation,
            object_id: placeholder(item.bulk_id, item.tenant_id, item.step).to_string(),
            display_name: display_name.to_owned(),
            member_count: None,
        },
    );
}

impl App {
    /// The write of a dry-run, with the ids of what earlier steps created in the place of their stand-ins.
    pub(crate) async fn with_prerequisites(&self, tx: &WriteTx, change: &ChangeRequest, dry_run: &DryRun) -> AppResult<Planned> {
        let mut planned = Planned { write: dry_run.write.clone(), desired_hash: dry_run.desired_hash.clone() };
        let Some(bulk) = change.bulk_change_id else { return Ok(planned) };
        let items = tx.bulk_items_of_tenant(change.workspace_id, bulk, change.tenant_id).await?;
        let text = dry_run.write.to_string();
        let mut replaced = false;
        for item in items {
            let stand_in = placeholder(item.bulk_id, item.tenant_id, item.step).to_string();
            if text.contains(&stand_in) {
                replace(&mut planned.write, &stand_in, &created(tx, &item).await?);
                replaced = true;
            }
        }
        if replaced {
            planned.desired_hash = desired_hash(tx, change, dry_run, &planned.write).await?;
        }
        Ok(planned)
    }
}

/// Graph's id of what a step created.
async fn created(tx: &WriteTx, item: &BulkItem) -> AppResult<String> {
    let change = match item.change_id {
        Some(id) => tx.change(item.workspace_id, id).await?,
        None => None,
    };
    let applied = change.as_ref().filter(|change| change.status == ChangeStatus::Applied);
    applied.and_then(|change| change.target_graph_id.clone()).ok_or_else(|| {
        let state = ItemFacts::of(item, item.planned_at, change.as_ref(), None).state();
        let state = if state == BulkItemState::Applied { BulkItemState::OutcomeUnknown } else { state };
        Refusal::BulkItemNotReady { state, why: "an earlier step of the tenant creates what this one refers to, and is not applied" }.into()
    })
}

fn replace(value: &mut Value, stand_in: &str, id: &str) {
    match value {
        Value::String(text) if text.eq_ignore_ascii_case(stand_in) => *text = id.to_lowercase(),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, stand_in, id)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, stand_in, id)),
        _ => {}
    }
}

/// Canonical hash of the policy after the write: of the document that the dry-run was made against.
async fn desired_hash(tx: &WriteTx, change: &ChangeRequest, dry_run: &DryRun, write: &Value) -> AppResult<ContentHash> {
    let internal = |what: &str| AppError::Internal(format!("change {}: {what}", change.id).into());
    let after = match (change.payload.kind().operation(), change.policy_id) {
        (WriteOperation::Create, _) => PolicyDocument::from_value(write.clone()).map_err(|cause| AppError::Internal(cause.into()))?,
        (_, Some(policy)) => {
            let version = tx.policy_version_with(change.workspace_id, policy, &dry_run.base_hash).await?;
            let version = version.ok_or_else(|| internal("the version that its dry-run was made against is missing"))?;
            load_document(tx, change, &version.document_hash).await?.merged(write)
        }
        (_, None) => return Err(internal("it names no policy")),
    };
    Ok(after.canonical().hash())
}
