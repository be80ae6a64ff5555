//! Items of drift: writing them, and what a sync asks of them.

use domain::drift::{Acceptance, ActorSource, Drift, DriftActor, DriftSource, Version};
use domain::id::{ChangeId, ContentHash, DriftId, MemberId, PolicyId, SnapshotId, TenantId, WorkspaceId};
use entity::drift::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::{all, json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::workspaces::one_row;

/// Rows of one insert: 34 parameters each, far below both databases' limits.
const BATCH: usize = 200;

/// The most items that one sync looks at again. A tenant has a few hundred objects.
const MAX_UNSETTLED: u64 = 5_000;

impl Reader {
    /// A tenant's items that are neither reverted nor resolved (open and accepted ones), oldest first, at most 5,000.
    pub async fn unsettled_drift(&self, workspace: WorkspaceId, tenant: TenantId, source: DriftSource) -> Result<Vec<Drift>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::Source.eq(source.as_str()))
            .filter(Column::ClosedAt.is_null())
            .order_by_asc(Column::DetectedAt)
            .order_by_asc(Column::Id)
            .limit(MAX_UNSETTLED)
            .all(&self.db)
            .await?;
        all(rows, to_drift)
    }

    /// A tenant's items, closed ones too, whose actor is not known after fewer than `lookups` look-ups; newest first, at most 5,000.
    pub async fn unattributed_drift(&self, workspace: WorkspaceId, tenant: TenantId, lookups: i32) -> Result<Vec<Drift>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::Source.eq(DriftSource::PortalEdit.as_str()))
            .filter(Column::ActorSource.eq(ActorSource::Unknown.as_str()))
            .filter(Column::ActorLookups.lt(lookups))
            .order_by_desc(Column::DetectedAt)
            .order_by_desc(Column::Id)
            .limit(MAX_UNSETTLED)
            .all(&self.db)
            .await?;
        all(rows, to_drift)
    }
}

impl WriteTx {
    /// Adds items. Their documents and snapshots must be stored already: foreign keys hold them.
    pub async fn insert_drift(&self, new: &[Drift]) -> Result<()> {
        for batch in new.chunks(BATCH) {
            let rows = batch.iter().map(to_row).collect::<Result<Vec<_>>>()?;
            Entity::insert_many(rows).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    /// Saves who did it, what became of it, its severity and its drafts if the row is still at `changed.version`, and returns it one
    /// version later. What was found (object, kind, documents, snapshots) is never rewritten.
    pub async fn update_drift(&self, changed: &Drift) -> Result<Drift> {
        let next = Drift { version: changed.version + 1, ..changed.clone() };
        let update = Entity::update_many()
            .set(to_columns(&next)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }
}

fn to_row(drift: &Drift) -> Result<ActiveModel> {
    let hashes = |version: &Option<Version>| {
        let version = version.as_ref();
        (version.map(|version| version.document_hash.0.clone()), version.map(|version| version.content_hash.0.clone()))
    };
    let ((before_document, before_content), (after_document, after_content)) = (hashes(&drift.before), hashes(&drift.after));
    Ok(ActiveModel {
        id: Set(drift.id.0),
        workspace_id: Set(drift.workspace_id.0),
        tenant_id: Set(drift.tenant_id.0),
        source: Set(drift.source.as_str().to_owned()),
        kind: Set(drift.kind.as_str().to_owned()),
        object_kind: Set(drift.object_kind.as_str().to_owned()),
        object_id: Set(drift.object_id.clone()),
        display_name: Set(drift.display_name.clone()),
        policy_id: Set(drift.policy_id.map(|id| id.0)),
        baseline_policy_id: Set(drift.baseline_policy_id),
        before_document_hash: Set(before_document),
        before_content_hash: Set(before_content),
        after_document_hash: Set(after_document),
        after_content_hash: Set(after_content),
        before_snapshot_id: Set(drift.before_snapshot_id.map(|id| id.0)),
        after_snapshot_id: Set(drift.after_snapshot_id.map(|id| id.0)),
        changed_after: Set(drift.changed_after),
        detected_at: Set(drift.detected_at),
        ..to_columns(drift)?
    })
}

fn to_columns(drift: &Drift) -> Result<ActiveModel> {
    let acceptance = drift.acceptance.as_ref();
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        tenant_id: NotSet,
        source: NotSet,
        kind: NotSet,
        object_kind: NotSet,
        object_id: NotSet,
        display_name: NotSet,
        policy_id: NotSet,
        baseline_policy_id: NotSet,
        severity: Set(drift.severity.as_str().to_owned()),
        before_document_hash: NotSet,
        before_content_hash: NotSet,
        after_document_hash: NotSet,
        after_content_hash: NotSet,
        before_snapshot_id: NotSet,
        after_snapshot_id: NotSet,
        changed_after: NotSet,
        detected_at: NotSet,
        actor_source: Set(drift.actor.source.as_str().to_owned()),
        actor_object_id: Set(drift.actor.object_id.clone()),
        actor_name: Set(drift.actor.name.clone()),
        actor_app_id: Set(drift.actor.app_id.clone()),
        actor_at: Set(drift.actor.at),
        actor_lookups: Set(drift.actor.lookups),
        status: Set(drift.status.as_str().to_owned()),
        accepted_by: Set(acceptance.map(|acceptance| acceptance.by.0)),
        accepted_at: Set(acceptance.map(|acceptance| acceptance.at)),
        accepted_reason: Set(acceptance.map(|acceptance| acceptance.reason.clone())),
        accepted_until: Set(acceptance.map(|acceptance| acceptance.until)),
        reverts: Set(to_json("drift.reverts", &drift.reverts)?),
        closed_at: Set(drift.closed_at),
        version: Set(drift.version),
    })
}

pub(crate) fn to_drift(row: Model) -> Result<Drift> {
    let reverts: Vec<ChangeId> = json("drift.reverts", &row.reverts)?;
    Ok(Drift {
        id: DriftId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        source: text("drift.source", &row.source)?,
        kind: text("drift.kind", &row.kind)?,
        object_kind: text("drift.object_kind", &row.object_kind)?,
        object_id: row.object_id,
        display_name: row.display_name,
        policy_id: row.policy_id.map(PolicyId),
        baseline_policy_id: row.baseline_policy_id,
        severity: text("drift.severity", &row.severity)?,
        before: version("drift.before", row.before_document_hash, row.before_content_hash)?,
        after: version("drift.after", row.after_document_hash, row.after_content_hash)?,
        before_snapshot_id: row.before_snapshot_id.map(SnapshotId),
        after_snapshot_id: row.after_snapshot_id.map(SnapshotId),
        changed_after: row.changed_after,
        detected_at: row.detected_at,
        actor: DriftActor {
            source: text("drift.actor_source", &row.actor_source)?,
            object_id: row.actor_object_id,
            name: row.actor_name,
            app_id: row.actor_app_id,
            at: row.actor_at,
            lookups: row.actor_lookups,
        },
        status: text("drift.status", &row.status)?,
        acceptance: match (row.accepted_by, row.accepted_at, row.accepted_reason, row.accepted_until) {
            (Some(by), Some(at), Some(reason), Some(until)) => Some(Acceptance { by: MemberId(by), at, reason, until }),
            (None, None, None, None) => None,
            _ => return Err(StoreError::corrupt("drift.accepted_*: some without the others")),
        },
        reverts,
        closed_at: row.closed_at,
        version: row.version,
    })
}

fn version(column: &str, document: Option<String>, content: Option<String>) -> Result<Option<Version>> {
    match (document, content) {
        (Some(document), Some(content)) => Ok(Some(Version { document_hash: ContentHash(document), content_hash: ContentHash(content) })),
        (None, None) => Ok(None),
        _ => Err(StoreError::corrupt(format!("{column}: one hash without the other"))),
    }
}
