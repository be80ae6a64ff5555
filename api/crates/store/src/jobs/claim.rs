//! Claiming: look for candidates, then take one by compare-and-set. `FOR UPDATE SKIP LOCKED` would save a round on PostgreSQL, but SQLite has none,
//! and one code path on both is worth more.

use chrono::{DateTime, TimeDelta, Utc};
use entity::job::{Column, Entity};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};
use uuid::Uuid;

use super::{Job, JobState, to_job};
use crate::db::Db;
use crate::error::{Result, StoreError, constraint};
use crate::store::Store;

/// How often a worker that loses every candidate to others looks again before it goes back to sleep.
const ROUNDS: usize = 8;

/// Due jobs, and running ones whose lease ran out, unless a job with the same serial key is held. Fair between tenants: a tenant's second job comes
/// after every other tenant's first, and running jobs count. `{now}` and so on are this dialect's parameters.
const CANDIDATES: &str = "
SELECT id, fence FROM (
    SELECT j.id, j.fence, j.priority, j.run_at,
        row_number() OVER (PARTITION BY j.tenant_id ORDER BY j.priority, j.run_at, j.id)
            + (SELECT count(*) FROM job r WHERE r.tenant_id = j.tenant_id AND r.state = 'RUNNING' AND r.lease_until > {now}) AS turn
    FROM job j
    WHERE j.kind IN ({kinds})
        AND ((j.state = 'READY' AND j.run_at <= {now}) OR (j.state = 'RUNNING' AND j.lease_until <= {now}))
        AND NOT EXISTS (
            SELECT 1 FROM job s
            WHERE s.workspace_id = j.workspace_id AND s.serial_key = j.serial_key AND s.state = 'RUNNING' AND s.id <> j.id)
) due
ORDER BY priority, turn, run_at, id
LIMIT 8";

impl Store {
    /// Takes the next due job of these kinds for `owner` until `now + lease`; `None` when there is none. Its fence is one higher than ever before.
    ///
    /// Without a workspace because workers serve all of them; the job says which one it belongs to.
    pub async fn claim_job(&self, kinds: &[&str], owner: &str, now: DateTime<Utc>, lease: TimeDelta) -> Result<Option<Job>> {
        let db = self.autocommit();
        for _ in 0..ROUNDS {
            let candidates = candidates(&self.reader().db, kinds, now).await?;
            if candidates.is_empty() {
                return Ok(None);
            }
            for (id, fence) in candidates {
                if let Some(job) = take(&db, id, fence, owner, now + lease).await? {
                    return Ok(Some(job));
                }
            }
        }
        Ok(None)
    }
}

async fn candidates(db: &Db, kinds: &[&str], now: DateTime<Utc>) -> Result<Vec<(Uuid, i64)>> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![now.into()];
    let mut places = Vec::with_capacity(kinds.len());
    for kind in kinds {
        values.push((*kind).into());
        places.push(if db.postgres() { format!("${}", values.len()) } else { format!("?{}", values.len()) });
    }
    let sql = CANDIDATES.replace("{now}", if db.postgres() { "$1" } else { "?1" }).replace("{kinds}", &places.join(", "));
    let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// The fence is compared, and every claim raises it: of any number of workers one gets the row.
async fn take(db: &Db, id: Uuid, fence: i64, owner: &str, until: DateTime<Utc>) -> Result<Option<Job>> {
    let taken = Entity::update_many()
        .col_expr(Column::State, Expr::val(JobState::Running.as_str()))
        .col_expr(Column::LeaseOwner, Expr::val(owner))
        .col_expr(Column::LeaseUntil, Expr::val(until))
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::State.is_in([JobState::Ready.as_str(), JobState::Running.as_str()]))
        .exec_with_returning(db)
        .await;
    match taken.map_err(StoreError::from) {
        Ok(rows) => rows.into_iter().next().map(to_job).transpose(),
        // Another worker took a job with the same serial key a moment ago: the index refuses the second.
        Err(error) if error.violates(constraint::JOB_SERIAL) => Ok(None),
        // A deadlock in which this statement was the one to give way: the row is somebody else's, too.
        Err(StoreError::Retry) => Ok(None),
        Err(error) => Err(error),
    }
}
