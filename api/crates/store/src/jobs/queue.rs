//! Putting jobs in and looking at them.

use chrono::{DateTime, Utc};
use domain::id::{JobId, WorkspaceId};
use entity::job::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{Job, JobState, NewJob, to_job};
use crate::convert::{text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError, constraint};

/// What became of an enqueued job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It waits for its turn.
    New,
    /// It was not taken: this job with the same dedup key is waiting or running.
    Duplicate(JobId),
}

impl Reader {
    /// One job.
    pub async fn job(&self, workspace: WorkspaceId, id: JobId) -> Result<Option<Job>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_job).transpose()
    }

    /// The waiting or running job with this dedup key.
    pub async fn active_job(&self, workspace: WorkspaceId, dedup_key: &str) -> Result<Option<Job>> {
        let row = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::DedupKey.eq(dedup_key))
            .filter(Column::State.is_in([JobState::Ready.as_str(), JobState::Running.as_str()]))
            .one(&self.db)
            .await?;
        row.map(to_job).transpose()
    }

    /// Jobs by kind and state. Without a workspace because it is what the operator's metrics show.
    pub async fn job_counts(&self) -> Result<Vec<(String, JobState, u64)>> {
        let rows: Vec<(String, String, i64)> = Entity::find()
            .select_only()
            .columns([Column::Kind, Column::State])
            .expr(Expr::col(Column::Id).count())
            .group_by(Column::Kind)
            .group_by(Column::State)
            .into_tuple()
            .all(&self.db)
            .await?;
        rows.into_iter().map(|(kind, state, count)| Ok((kind, text("job.state", &state)?, count.unsigned_abs()))).collect()
    }

    /// When the next waiting job of these kinds is due: how long an idle worker may sleep. Without a workspace because workers serve all.
    pub async fn next_job_at(&self, kinds: &[&str]) -> Result<Option<DateTime<Utc>>> {
        let next: Option<Option<DateTime<Utc>>> = Entity::find()
            .select_only()
            .expr(Expr::col(Column::RunAt).min())
            .filter(Column::State.eq(JobState::Ready.as_str()))
            .filter(Column::Kind.is_in(kinds.iter().copied()))
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(next.flatten())
    }
}

impl WriteTx {
    /// Puts a job in, in the transaction that makes it necessary.
    pub async fn enqueue_job(&self, new: &NewJob) -> Result<Enqueued> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            tenant_id: Set(new.tenant_id.map(|id| id.0)),
            kind: Set(new.kind.clone()),
            dedup_key: Set(new.dedup_key.clone()),
            serial_key: Set(new.serial_key.clone()),
            payload: Set(to_json("job.payload", &new.payload)?),
            priority: Set(new.priority),
            state: Set(JobState::Ready.as_str().to_owned()),
            run_at: Set(new.run_at),
            attempts: Set(0),
            max_attempts: Set(new.max_attempts),
            lease_owner: Set(None),
            lease_until: Set(None),
            fence: Set(0),
            last_error: Set(None),
            created_at: Set(new.created_at),
            finished_at: Set(None),
        };
        let inserted = Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned()).exec_without_returning(&self.db).await?;
        match (inserted, new.dedup_key.as_deref()) {
            (1.., _) => Ok(Enqueued::New),
            (0, Some(key)) => match self.active_job(new.workspace_id, key).await? {
                Some(twin) => Ok(Enqueued::Duplicate(twin.id)),
                // The twin ended between the two statements: run the transaction again.
                None => Err(StoreError::Retry),
            },
            (0, None) => Err(StoreError::Unique { constraint: constraint::JOB_DEDUP.to_owned() }),
        }
    }

    /// Deletes jobs that finished before an instant, at most `limit`, and says how many. Without a workspace because it is housekeeping.
    pub async fn delete_finished_jobs(&self, before: DateTime<Utc>, limit: u64) -> Result<u64> {
        let old = Query::select()
            .column(Column::Id)
            .from(Entity)
            .and_where(Expr::col(Column::FinishedAt).is_not_null())
            .and_where(Expr::col(Column::FinishedAt).lt(before))
            .limit(limit)
            .to_owned();
        Ok(Entity::delete_many().filter(Column::Id.in_subquery(old)).exec(&self.db).await?.rows_affected)
    }

    /// Takes back a job that no worker holds; false when one does, or it ended.
    pub async fn cancel_job(&self, workspace: WorkspaceId, id: JobId, at: DateTime<Utc>) -> Result<bool> {
        let cancelled = Entity::update_many()
            .col_expr(Column::State, Expr::val(JobState::Cancelled.as_str()))
            .col_expr(Column::FinishedAt, Expr::val(at))
            .filter(Column::Id.eq(id.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::State.eq(JobState::Ready.as_str()))
            .exec(&self.db)
            .await?;
        Ok(cancelled.rows_affected == 1)
    }
}
