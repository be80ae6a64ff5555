//! What the holder of a job may do with it: all conditional on its fence.

use chrono::{DateTime, Utc};
use entity::job::{ActiveModel, Column, Entity};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, UpdateMany};
use serde_json::Value;

use super::{Job, JobLease, JobState};
use crate::convert::json;
use crate::db::{Db, WriteTx};
use crate::error::{Result, StoreError};
use crate::store::Store;

impl Store {
    /// Extends a lease, in a transaction of its own. [`StoreError::StaleFence`]: it was lost, stop at once.
    pub async fn heartbeat_job(&self, lease: JobLease, until: DateTime<Utc>) -> Result<()> {
        update(&self.autocommit(), lease, ActiveModel { lease_until: Set(Some(until)), ..Default::default() }).await
    }
}

impl WriteTx {
    /// Fails unless the caller still holds the job, and keeps it held until this transaction ends: nobody else can claim it in between.
    pub async fn assert_fence(&self, lease: JobLease) -> Result<()> {
        // A lock, no update: whoever tries to claim a job with the same serial key would wait for an updated row to be committed, and hold a row
        // that `absorb_jobs` asks for next. On SQLite the transaction holds the only write lock anyway.
        let held = Entity::find().filter(held_by(lease)).lock_exclusive().one(&self.db).await?;
        held.map(|_| ()).ok_or(StoreError::StaleFence)
    }

    /// The job did its work.
    pub async fn complete_job(&self, lease: JobLease, at: DateTime<Utc>) -> Result<()> {
        update(&self.db, lease, ActiveModel { finished_at: Set(Some(at)), ..ended(JobState::Done) }).await
    }

    /// Takes every waiting job of the same kind and serial key as done, and returns their payloads: the holder does their work with its own,
    /// in this transaction. What such a job was put in with is committed, so it is there to be read now; a job that comes later stays.
    pub async fn absorb_jobs(&self, holder: &Job, at: DateTime<Utc>) -> Result<Vec<Value>> {
        let Some(serial_key) = &holder.serial_key else { return Ok(Vec::new()) };
        let row = ActiveModel { finished_at: Set(Some(at)), ..ended(JobState::Done) };
        let taken = Entity::update_many()
            .set(row)
            .filter(Column::WorkspaceId.eq(holder.workspace_id.0))
            .filter(Column::SerialKey.eq(serial_key))
            .filter(Column::Kind.eq(&holder.kind))
            .filter(Column::State.eq(JobState::Ready.as_str()))
            .exec_with_returning(&self.db)
            .await?;
        taken.iter().map(|row| json("job.payload", &row.payload)).collect()
    }

    /// The job is to be tried again at an instant.
    pub async fn retry_job(&self, lease: JobLease, run_at: DateTime<Utc>, error: &str) -> Result<()> {
        let row = ActiveModel { run_at: Set(run_at), last_error: Set(Some(error.to_owned())), ..ended(JobState::Ready) };
        update(&self.db, lease, row).await
    }

    /// The job gives up.
    pub async fn fail_job(&self, lease: JobLease, at: DateTime<Utc>, error: &str) -> Result<()> {
        let row = ActiveModel { finished_at: Set(Some(at)), last_error: Set(Some(error.to_owned())), ..ended(JobState::Failed) };
        update(&self.db, lease, row).await
    }
}

fn ended(state: JobState) -> ActiveModel {
    ActiveModel { state: Set(state.as_str().to_owned()), lease_owner: Set(None), lease_until: Set(None), ..Default::default() }
}

async fn update(db: &Db, lease: JobLease, row: ActiveModel) -> Result<()> {
    let update: UpdateMany<Entity> = Entity::update_many().set(row).filter(held_by(lease));
    match update.exec(db).await?.rows_affected {
        1 => Ok(()),
        _ => Err(StoreError::StaleFence),
    }
}

fn held_by(lease: JobLease) -> Condition {
    Condition::all().add(Column::Id.eq(lease.id.0)).add(Column::Fence.eq(lease.fence)).add(Column::State.eq(JobState::Running.as_str()))
}
