//! `deleteWebhook`.

use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::WebhookId;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::AppResult;
use crate::idempotency::{Claim, Once};

/// `deleteWebhook`.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteWebhook {
    /// The webhook.
    pub id: WebhookId,
    /// The version the caller read; `None` is not compared.
    pub expected_revision: Option<i64>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Deletes a webhook with its secrets and its attempts; what it was stays in the audit. A message that is on its way still arrives.
    pub async fn delete_webhook(&self, actor: &Actor, command: DeleteWebhook) -> AppResult<WebhookId> {
        let subject = Subject::new(SubjectKind::Webhook, command.id.0, None);
        let work = async {
            authorize(actor, Operation::DeleteWebhook)?;
            let once = Once::new(Operation::DeleteWebhook, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            // Claimed first: a repeated call finds it gone already.
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
                return Ok(command.id);
            }
            let webhook = self.webhook_at(&tx, actor, command.id, command.expected_revision).await?;
            tx.delete_webhook(&webhook).await?;
            self.record_webhook(&tx, actor, Operation::DeleteWebhook, &webhook, json!({})).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(webhook.id)
        };
        self.audited(actor, Operation::DeleteWebhook, subject, work).await
    }
}
