//! Idempotency keys: the same key of the same member names the same operation (P10, P11).

use chrono::{DateTime, Utc};
use domain::id::{MemberId, WorkspaceId};
use entity::idempotency_key::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};

use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The member; keys of two members never meet.
    pub member_id: MemberId,
    /// The key, as sent.
    pub key: String,
    /// The operation's name.
    pub operation: String,
    /// Hash of its input: another hash under the same key is a mismatch.
    pub input_hash: String,
    /// What names the result, such as the change's id.
    pub result: String,
    /// When it was first used.
    pub created_at: DateTime<Utc>,
}

impl Reader {
    /// What a key stands for.
    pub async fn idempotency(&self, workspace: WorkspaceId, member: MemberId, key: &str) -> Result<Option<IdempotencyRecord>> {
        let row = Entity::find_by_id((workspace.0, member.0, key.to_owned())).one(&self.db).await?;
        Ok(row.map(to_record))
    }
}

impl WriteTx {
    /// Stores a key in the transaction of its operation. `None`: stored, the caller is the first. `Some`: a twin was first; drop the transaction and
    /// answer what the twin did. A concurrent twin waits here until the first commits or rolls back.
    pub async fn put_idempotency(&self, record: &IdempotencyRecord) -> Result<Option<IdempotencyRecord>> {
        let row = ActiveModel {
            workspace_id: Set(record.workspace_id.0),
            member_id: Set(record.member_id.0),
            key: Set(record.key.clone()),
            operation: Set(record.operation.clone()),
            input_hash: Set(record.input_hash.clone()),
            result: Set(record.result.clone()),
            created_at: Set(record.created_at),
        };
        let conflict = OnConflict::columns([Column::WorkspaceId, Column::MemberId, Column::Key]).do_nothing().to_owned();
        match Entity::insert(row).on_conflict(conflict).exec_without_returning(&self.db).await? {
            1.. => Ok(None),
            0 => {
                let twin = self.idempotency(record.workspace_id, record.member_id, &record.key).await?;
                // Gone again between the two statements: retention deleted it.
                twin.map(Some).ok_or(StoreError::Retry)
            }
        }
    }

    /// Deletes keys first used before an instant, at most `limit`, and says how many. Without a workspace because retention sweeps all.
    pub async fn delete_idempotency_before(&self, before: DateTime<Utc>, limit: u64) -> Result<u64> {
        let place = || [Column::WorkspaceId, Column::MemberId, Column::Key];
        let old = Query::select()
            .columns(place())
            .from(Entity)
            .and_where(Expr::col(Column::CreatedAt).lt(before))
            .order_by(Column::CreatedAt, sea_orm::Order::Asc)
            .limit(limit)
            .to_owned();
        let deleted = Entity::delete_many().filter(Expr::tuple(place().map(Expr::col)).in_subquery(old)).exec(&self.db).await?;
        Ok(deleted.rows_affected)
    }
}

fn to_record(row: Model) -> IdempotencyRecord {
    IdempotencyRecord {
        workspace_id: WorkspaceId(row.workspace_id),
        member_id: MemberId(row.member_id),
        key: row.key,
        operation: row.operation,
        input_hash: row.input_hash,
        result: row.result,
        created_at: row.created_at,
    }
}
