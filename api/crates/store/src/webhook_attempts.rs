//! Attempts to deliver webhooks' messages; the newest of each webhook are kept.

use domain::id::{WebhookId, WorkspaceId};
use domain::webhook::{KEPT_ATTEMPTS, WebhookAttempt};
use entity::webhook_attempt::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::convert::all;
use crate::db::{Reader, WriteTx};
use crate::error::Result;

impl Reader {
    /// The newest attempts of a webhook, newest first, at most `limit` and at most [`KEPT_ATTEMPTS`].
    pub async fn webhook_attempts(&self, workspace: WorkspaceId, id: WebhookId, limit: u64) -> Result<Vec<WebhookAttempt>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::WebhookId.eq(id.0))
            .order_by_desc(Column::Number)
            .limit(limit.min(KEPT_ATTEMPTS.unsigned_abs()))
            .all(&self.db)
            .await?;
        all(rows, |row| Ok(to_attempt(row)))
    }
}

impl WriteTx {
    /// Adds an attempt, and drops those that are not kept any more.
    pub async fn insert_webhook_attempt(&self, workspace: WorkspaceId, new: &WebhookAttempt) -> Result<()> {
        let row = ActiveModel {
            webhook_id: Set(new.webhook_id.0),
            number: Set(new.number),
            workspace_id: Set(workspace.0),
            seq: Set(new.seq),
            event_type: Set(new.event_type.clone()),
            attempt: Set(i32::try_from(new.attempt).unwrap_or(i32::MAX)),
            at: Set(new.at),
            took_ms: Set(new.took_ms),
            status: Set(new.status.map(i32::from)),
            failure: Set(new.failure.clone()),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        let old =
            Entity::delete_many().filter(Column::WebhookId.eq(new.webhook_id.0)).filter(Column::Number.lte(new.number - KEPT_ATTEMPTS));
        old.exec(&self.db).await?;
        Ok(())
    }
}

fn to_attempt(row: Model) -> WebhookAttempt {
    WebhookAttempt {
        webhook_id: WebhookId(row.webhook_id),
        number: row.number,
        seq: row.seq,
        event_type: row.event_type,
        attempt: u32::try_from(row.attempt).unwrap_or_default(),
        at: row.at,
        took_ms: row.took_ms,
        status: row.status.and_then(|status| u16::try_from(status).ok()),
        failure: row.failure,
    }
}
