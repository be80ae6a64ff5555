//! One step on many changes in a handful of statements: what approving, withdrawing and giving up a bulk change cost.

use chrono::{DateTime, Utc};
use domain::change::request::ChangeRequest;
use entity::approval;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};

use crate::changes::approval_row;
use crate::convert::to_json;
use crate::db::WriteTx;
use crate::error::{Result, StoreError};

/// Changes of one statement.
const BATCH: usize = 500;

const SQLITE: &str = "
UPDATE change_request SET
    status = s.status, close_reason = s.close_reason, revision = change_request.revision + 1, updated_at = ?2
FROM (SELECT unhex(value ->> 0) AS id, value ->> 1 AS revision, value ->> 2 AS status, value ->> 3 AS close_reason FROM json_each(?1)) s
WHERE change_request.id = s.id AND change_request.revision = s.revision AND change_request.workspace_id = ?3";

const POSTGRES: &str = "
UPDATE change_request SET
    status = s.status, close_reason = s.close_reason, revision = change_request.revision + 1, updated_at = $2
FROM (SELECT (value ->> 0)::uuid AS id, (value ->> 1)::bigint AS revision, value ->> 2 AS status, value ->> 3 AS close_reason
      FROM json_array_elements($1::json)) s
WHERE change_request.id = s.id AND change_request.revision = s.revision AND change_request.workspace_id = $3";

const SQLITE_POLICIES: &str = "
UPDATE policy SET latest_change_status = s.status
FROM (SELECT unhex(value ->> 0) AS id, value ->> 2 AS status, unhex(value ->> 4) AS policy_id FROM json_each(?1)) s
WHERE policy.id = s.policy_id AND policy.latest_change_id = s.id AND policy.workspace_id = ?2";

const POSTGRES_POLICIES: &str = "
UPDATE policy SET latest_change_status = s.status
FROM (SELECT (value ->> 0)::uuid AS id, value ->> 2 AS status, (value ->> 4)::uuid AS policy_id FROM json_array_elements($1::json)) s
WHERE policy.id = s.policy_id AND policy.latest_change_id = s.id AND policy.workspace_id = $2";

impl WriteTx {
    /// Saves changes of one workspace after a step that moved nothing but their status and their approvals, each with its `revision` raised by
    /// one since it was read; another revision in any of the rows is a conflict. A change is at most once in `changed`.
    pub async fn update_changes_stepped(&self, changed: &[ChangeRequest], now: DateTime<Utc>) -> Result<()> {
        for batch in changed.chunks(BATCH) {
            self.step_batch(batch, now).await?;
        }
        Ok(())
    }

    async fn step_batch(&self, changed: &[ChangeRequest], now: DateTime<Utc>) -> Result<()> {
        let Some(workspace) = changed.first().map(|change| change.workspace_id) else { return Ok(()) };
        let id = |id: uuid::Uuid| id.simple().to_string();
        let line = |change: &ChangeRequest| {
            let policy = change.policy_id.map(|policy| id(policy.0));
            json!([id(change.id.0), change.revision - 1, change.status, change.close_reason, policy])
        };
        let lines: Vec<Value> = changed.iter().map(line).collect();
        let list = to_json("change_request.step", &lines)?;
        let (changes, policies) = if self.db.postgres() { (POSTGRES, POSTGRES_POLICIES) } else { (SQLITE, SQLITE_POLICIES) };
        let backend = self.db.get_database_backend();
        let step = Statement::from_sql_and_values(backend, changes, [list.clone().into(), now.into(), workspace.0.into()]);
        if self.db.execute_raw(step).await?.rows_affected() != changed.len() as u64 {
            return Err(StoreError::Conflict);
        }
        let copies = Statement::from_sql_and_values(backend, policies, [list.into(), workspace.0.into()]);
        self.db.execute_raw(copies).await?;
        self.save_approvals_of(changed).await
    }

    async fn save_approvals_of(&self, changed: &[ChangeRequest]) -> Result<()> {
        use approval::Column;
        let rows = changed.iter().flat_map(|change| change.approvals.iter().map(move |approval| approval_row(change, approval)));
        let rows = rows.collect::<Result<Vec<_>>>()?;
        for batch in rows.chunks(BATCH) {
            let conflict = OnConflict::column(Column::Id)
                .update_columns([Column::State, Column::DecidedBy, Column::DecidedAt, Column::Comment, Column::Decisions])
                .to_owned();
            approval::Entity::insert_many(batch.to_vec()).on_conflict(conflict).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }
}
