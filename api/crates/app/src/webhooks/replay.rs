//! `replayWebhook`.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::WebhookId;
use domain::webhook::Webhook;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `replayWebhook`.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayWebhook {
    /// The webhook.
    pub id: WebhookId,
    /// The version the caller read.
    pub expected_revision: i64,
    /// The place in the log after which it goes on; `None` is the newest event, which passes over all that waits.
    pub after: Option<i64>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Sets a webhook to another place in the log: back, to have messages again, or forward, past one that is never accepted. A message that comes
    /// again has the id that it had.
    pub async fn replay_webhook(&self, actor: &Actor, command: ReplayWebhook) -> AppResult<Webhook> {
        let subject = Subject::new(SubjectKind::Webhook, command.id.0, None);
        let work = async {
            authorize(actor, Operation::ReplayWebhook)?;
            let once = Once::new(Operation::ReplayWebhook, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
                return self.webhook_at(&tx, actor, command.id, None).await;
            }
            let mut webhook = self.webhook_at(&tx, actor, command.id, Some(command.expected_revision)).await?;
            let head = tx.event_head(actor.workspace_id).await?;
            let cursor = command.after.unwrap_or(head);
            if !(0..=head).contains(&cursor) {
                return Err(AppError::BadCursor);
            }
            let from = webhook.place.cursor;
            webhook.place = webhook.place.moved_to(cursor);
            webhook.updated_at = self.now();
            let webhook = tx.update_webhook(&webhook).await?;
            self.record_webhook(&tx, actor, Operation::ReplayWebhook, &webhook, json!({ "fromSeq": from, "toSeq": cursor })).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(webhook)
        };
        self.audited(actor, Operation::ReplayWebhook, subject, work).await
    }
}
