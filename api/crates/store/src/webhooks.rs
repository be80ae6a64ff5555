//! Webhooks. Their attempts are in `webhook_attempts`.

use chrono::{DateTime, Utc};
use domain::id::{MemberId, WebhookId, WorkspaceId};
use domain::webhook::{EventChoice, MAX_WEBHOOKS, SealedSecrets, Webhook, WebhookPlace};
use entity::webhook::{ActiveModel, Column, Entity, Model};
use entity::{webhook_attempt, workspace};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::convert::{all, json, optional_json, optional_text, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::workspaces::one_row;

impl Reader {
    /// One webhook.
    pub async fn webhook(&self, workspace: WorkspaceId, id: WebhookId) -> Result<Option<Webhook>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_webhook).transpose()
    }

    /// The workspace's webhooks, oldest first. There are [`MAX_WEBHOOKS`] at most.
    pub async fn webhooks(&self, workspace: WorkspaceId) -> Result<Vec<Webhook>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .limit(MAX_WEBHOOKS as u64)
            .all(&self.db)
            .await?;
        all(rows, to_webhook)
    }

    /// Webhooks that are on, not waiting for their next try, and behind the newest event, by id from the one after `after`, at most `limit`.
    /// Without a workspace because one look per process serves all of them.
    pub async fn due_webhooks(&self, now: DateTime<Utc>, after: Option<WebhookId>, limit: u64) -> Result<Vec<WebhookId>> {
        let head = Query::select()
            .column((workspace::Entity, workspace::Column::EventSeq))
            .from(workspace::Entity)
            .and_where(Expr::col((workspace::Entity, workspace::Column::Id)).equals((Entity, Column::WorkspaceId)))
            .to_owned();
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Off.is_null())
            .filter(Condition::any().add(Column::NextTryAt.is_null()).add(Column::NextTryAt.lte(now)))
            .filter(Expr::col((Entity, Column::EventCursor)).lt(Expr::SubQuery(None, Box::new(head.into()))))
            .filter(Column::Id.gt(after.map_or(Uuid::nil(), |id| id.0)))
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(WebhookId).collect())
    }

    /// Webhooks by id, in no order, of any workspace; one that can't be read is its own error, and nobody else's.
    pub async fn webhooks_to_deliver(&self, ids: &[WebhookId]) -> Result<Vec<Result<Webhook>>> {
        let rows = Entity::find().filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0))).all(&self.db).await?;
        Ok(rows.into_iter().map(to_webhook).collect())
    }
}

impl WriteTx {
    /// A webhook, which nobody else can write or hold until this transaction ends: what was read of it is what is written over.
    pub async fn hold_webhook(&self, workspace: WorkspaceId, id: WebhookId) -> Result<Option<Webhook>> {
        // A lock on PostgreSQL; on SQLite the transaction holds the only write lock anyway.
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).lock_exclusive().one(&self.db).await?;
        row.map(to_webhook).transpose()
    }

    /// Adds a webhook.
    pub async fn insert_webhook(&self, new: &Webhook) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            created_by: Set(new.created_by.0),
            created_at: Set(new.created_at),
            ..to_columns(new)?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves a webhook, its place included, if the row is still at `changed.version`, and returns it one version later. What a delivery that goes on
    /// beside this still finds out is lost: it states the version that it began with.
    pub async fn update_webhook(&self, changed: &Webhook) -> Result<Webhook> {
        let next = Webhook { version: changed.version + 1, ..changed.clone() };
        let update = Entity::update_many()
            .set(to_columns(&next)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Version.eq(changed.version));
        one_row(update.exec(&self.db).await?.rows_affected)?;
        Ok(next)
    }

    /// Saves how far a webhook has got, if no member changed it meanwhile. Its version stays.
    pub async fn put_webhook_place(&self, webhook: &Webhook, place: &WebhookPlace) -> Result<()> {
        let update = Entity::update_many()
            .set(place_columns(place))
            .filter(Column::Id.eq(webhook.id.0))
            .filter(Column::WorkspaceId.eq(webhook.workspace_id.0))
            .filter(Column::Version.eq(webhook.version));
        one_row(update.exec(&self.db).await?.rows_affected)
    }

    /// Deletes a webhook with its attempts, if the row is still at this version. [`WriteTx::hold_webhook`] comes first: a delivery adds attempts.
    pub async fn delete_webhook(&self, webhook: &Webhook) -> Result<()> {
        webhook_attempt::Entity::delete_many().filter(webhook_attempt::Column::WebhookId.eq(webhook.id.0)).exec(&self.db).await?;
        let delete = Entity::delete_many()
            .filter(Column::Id.eq(webhook.id.0))
            .filter(Column::WorkspaceId.eq(webhook.workspace_id.0))
            .filter(Column::Version.eq(webhook.version));
        one_row(delete.exec(&self.db).await?.rows_affected)
    }
}

fn to_columns(webhook: &Webhook) -> Result<ActiveModel> {
    let EventChoice { topics, min_severity, tenant_ids } = &webhook.choice;
    let (previous, until) = webhook.secrets.previous.clone().unzip();
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        display_name: Set(webhook.display_name.clone()),
        url: Set(webhook.url.clone()),
        topics: Set(to_json("webhook.topics", topics)?),
        min_severity: Set(min_severity.as_str().to_owned()),
        tenant_ids: Set(tenant_ids.as_ref().map(|ids| to_json("webhook.tenant_ids", ids)).transpose()?),
        off: Set(webhook.off.map(|off| off.as_str().to_owned())),
        secret: Set(webhook.secrets.current.clone()),
        previous_secret: Set(previous),
        previous_until: Set(until),
        created_by: NotSet,
        created_at: NotSet,
        updated_at: Set(webhook.updated_at),
        version: Set(webhook.version),
        ..place_columns(&webhook.place)
    })
}

fn place_columns(place: &WebhookPlace) -> ActiveModel {
    ActiveModel {
        event_cursor: Set(place.cursor),
        attempts: Set(place.attempts),
        failures: Set(i32::try_from(place.failures).unwrap_or(i32::MAX)),
        failing_since: Set(place.failing_since),
        next_try_at: Set(place.next_try_at),
        delivered_at: Set(place.delivered_at),
        ..Default::default()
    }
}

fn to_webhook(row: Model) -> Result<Webhook> {
    Ok(Webhook {
        id: WebhookId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        display_name: row.display_name,
        url: row.url,
        choice: EventChoice {
            topics: json("webhook.topics", &row.topics)?,
            min_severity: text("webhook.min_severity", &row.min_severity)?,
            tenant_ids: optional_json("webhook.tenant_ids", row.tenant_ids.as_deref())?,
        },
        off: optional_text("webhook.off", row.off.as_deref())?,
        secrets: SealedSecrets { current: row.secret, previous: row.previous_secret.zip(row.previous_until) },
        place: WebhookPlace {
            cursor: row.event_cursor,
            attempts: row.attempts,
            failures: u32::try_from(row.failures).unwrap_or_default(),
            failing_since: row.failing_since,
            next_try_at: row.next_try_at,
            delivered_at: row.delivered_at,
        },
        created_by: MemberId(row.created_by),
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    })
}
