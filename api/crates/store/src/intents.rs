//! The write-ahead record of an apply: committed before Graph is called, so that whoever comes after a crash knows what may have happened (P1 to P4).

use chrono::{DateTime, Utc};
use domain::id::{ChangeId, ContentHash, JobId, SnapshotId, TenantId, WorkspaceId};
use entity::apply_intent::{ActiveModel, Column, Entity, Model};
use entity::job;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::convert::{json, optional_json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::intent_stage::IntentStage;
use crate::jobs::{JobLease, JobState};

/// One attempt to apply a change; the latest per change is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplyIntent {
    /// The change.
    pub change_id: ChangeId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The job that applies it.
    pub job_id: JobId,
    /// That job's claim.
    pub fence: i64,
    /// How far it got.
    pub stage: IntentStage,
    /// Canonical hash of the document that the plan was made against.
    pub base_hash: ContentHash,
    /// Canonical hash of the document that is intended.
    pub desired_hash: ContentHash,
    /// The body of the write.
    pub write: Value,
    /// The `client-request-id` sent with it.
    pub client_request_id: Uuid,
    /// The snapshot taken before.
    pub pre_snapshot_id: Option<SnapshotId>,
    /// Set, and committed, before the write is sent.
    pub write_started_at: Option<DateTime<Utc>>,
    /// HTTP status of Graph's answer.
    pub write_status: Option<i32>,
    /// What else is worth keeping of the answer, such as `request-id`.
    pub write_result: Option<String>,
    /// When the outcome was put on the change.
    pub finished_at: Option<DateTime<Utc>>,
    /// For creations: the ids of all objects of the kind just before the write, so that a new one can be told.
    pub known_ids: Option<Vec<String>>,
    /// For creations: the id that Graph gave, once known.
    pub result_graph_id: Option<String>,
}

impl Reader {
    /// The latest attempt to apply a change.
    pub async fn intent(&self, workspace: WorkspaceId, change: ChangeId) -> Result<Option<ApplyIntent>> {
        let row = Entity::find_by_id(change.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_intent).transpose()
    }

    /// Attempts without an outcome. Without a workspace because recovery after a crash asks it.
    pub async fn unfinished_intents(&self, limit: u64) -> Result<Vec<ApplyIntent>> {
        let rows = Entity::find().filter(Column::FinishedAt.is_null()).order_by_asc(Column::ChangeId).limit(limit).all(&self.db).await?;
        rows.into_iter().map(to_intent).collect()
    }
}

impl WriteTx {
    /// Records a new attempt, in place of a finished one. An unfinished one is never replaced: [`StoreError::StaleFence`].
    pub async fn begin_intent(&self, intent: &ApplyIntent) -> Result<()> {
        let conflict = OnConflict::column(Column::ChangeId)
            .update_columns([
                Column::JobId,
                Column::Fence,
                Column::Stage,
                Column::BaseHash,
                Column::DesiredHash,
                Column::Write,
                Column::ClientRequestId,
                Column::PreSnapshotId,
                Column::WriteStartedAt,
                Column::WriteStatus,
                Column::WriteResult,
                Column::FinishedAt,
                Column::KnownIds,
                Column::ResultGraphId,
            ])
            .action_and_where(Expr::col((Entity, Column::FinishedAt)).is_not_null())
            .to_owned();
        let inserted = Entity::insert(to_row(intent)?).on_conflict(conflict).exec_without_returning(&self.db).await?;
        if inserted == 1 { Ok(()) } else { Err(StoreError::StaleFence) }
    }

    /// Puts the present claim on an unfinished attempt: the job's own earlier claim, or one whose job no worker holds any more.
    pub async fn take_over_intent(&self, workspace: WorkspaceId, change: ChangeId, lease: JobLease) -> Result<ApplyIntent> {
        self.assert_fence(lease).await?;
        let held = Query::select()
            .column(job::Column::Id)
            .from(job::Entity)
            .and_where(Expr::col((job::Entity, job::Column::Id)).equals((Entity, Column::JobId)))
            .and_where(Expr::col((job::Entity, job::Column::State)).eq(JobState::Running.as_str()))
            .to_owned();
        let rows = Entity::update_many()
            .col_expr(Column::JobId, Expr::val(lease.id.0))
            .col_expr(Column::Fence, Expr::val(lease.fence))
            .filter(Column::ChangeId.eq(change.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::FinishedAt.is_null())
            .filter(Cond::any().add(Column::JobId.eq(lease.id.0)).add(Expr::exists(held).not()))
            .exec_with_returning(&self.db)
            .await?;
        rows.into_iter().next().map_or(Err(StoreError::StaleFence), to_intent)
    }

    /// Ends an attempt whose write has not started, so that no worker can start it any more: its next step finds the attempt over. The
    /// ended attempt; `None` when there is none, or when its write may have been sent.
    pub async fn stop_intent(&self, workspace: WorkspaceId, change: ChangeId, now: DateTime<Utc>) -> Result<Option<ApplyIntent>> {
        let rows = Entity::update_many()
            .col_expr(Column::Stage, Expr::val(IntentStage::Finished.as_str()))
            .col_expr(Column::FinishedAt, Expr::val(now))
            .filter(Column::ChangeId.eq(change.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::FinishedAt.is_null())
            .filter(Column::Stage.eq(IntentStage::Planned.as_str()))
            .exec_with_returning(&self.db)
            .await?;
        rows.into_iter().next().map(to_intent).transpose()
    }

    /// Saves how far the attempt got, if it is still this claim's.
    pub async fn advance_intent(&self, intent: &ApplyIntent) -> Result<()> {
        let row = ActiveModel { change_id: sea_orm::ActiveValue::NotSet, ..to_row(intent)? };
        let advanced = Entity::update_many()
            .set(row)
            .filter(Column::ChangeId.eq(intent.change_id.0))
            .filter(Column::WorkspaceId.eq(intent.workspace_id.0))
            .filter(Column::JobId.eq(intent.job_id.0))
            .filter(Column::Fence.eq(intent.fence))
            .filter(Column::FinishedAt.is_null())
            .exec(&self.db)
            .await?;
        if advanced.rows_affected == 1 { Ok(()) } else { Err(StoreError::StaleFence) }
    }
}

fn to_row(intent: &ApplyIntent) -> Result<ActiveModel> {
    Ok(ActiveModel {
        change_id: Set(intent.change_id.0),
        workspace_id: Set(intent.workspace_id.0),
        tenant_id: Set(intent.tenant_id.0),
        job_id: Set(intent.job_id.0),
        fence: Set(intent.fence),
        stage: Set(intent.stage.as_str().to_owned()),
        base_hash: Set(intent.base_hash.0.clone()),
        desired_hash: Set(intent.desired_hash.0.clone()),
        write: Set(to_json("apply_intent.write", &intent.write)?),
        client_request_id: Set(intent.client_request_id),
        pre_snapshot_id: Set(intent.pre_snapshot_id.map(|id| id.0)),
        write_started_at: Set(intent.write_started_at),
        write_status: Set(intent.write_status),
        write_result: Set(intent.write_result.clone()),
        finished_at: Set(intent.finished_at),
        known_ids: Set(intent.known_ids.as_ref().map(|ids| to_json("apply_intent.known_ids", ids)).transpose()?),
        result_graph_id: Set(intent.result_graph_id.clone()),
    })
}

fn to_intent(row: Model) -> Result<ApplyIntent> {
    Ok(ApplyIntent {
        change_id: ChangeId(row.change_id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        job_id: JobId(row.job_id),
        fence: row.fence,
        stage: text("apply_intent.stage", &row.stage)?,
        base_hash: ContentHash(row.base_hash),
        desired_hash: ContentHash(row.desired_hash),
        write: json("apply_intent.write", &row.write)?,
        client_request_id: row.client_request_id,
        pre_snapshot_id: row.pre_snapshot_id.map(SnapshotId),
        write_started_at: row.write_started_at,
        write_status: row.write_status,
        write_result: row.write_result,
        finished_at: row.finished_at,
        known_ids: optional_json("apply_intent.known_ids", row.known_ids.as_deref())?,
        result_graph_id: row.result_graph_id,
    })
}
