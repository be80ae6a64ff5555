//! `rotateWebhookSecret`.

use courier::SigningSecret;
use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::WebhookId;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use super::CreatedWebhook;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::AppResult;
use crate::idempotency::{Claim, Once};

/// `rotateWebhookSecret`.
#[derive(Clone, Debug, Serialize)]
pub struct RotateWebhookSecret {
    /// The webhook.
    pub id: WebhookId,
    /// The version the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`]. A repeated call answers with the webhook, but never again with its secret.
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Replaces a webhook's secret. Messages carry a signature of each for [`domain::webhook::SECRET_OVERLAP`]; then the old one is worthless.
    pub async fn rotate_webhook_secret(&self, actor: &Actor, command: RotateWebhookSecret) -> AppResult<CreatedWebhook> {
        let subject = Subject::new(SubjectKind::Webhook, command.id.0, None);
        let work = async {
            authorize(actor, Operation::RotateWebhookSecret)?;
            let once = Once::new(Operation::RotateWebhookSecret, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
                return Ok(CreatedWebhook { webhook: self.webhook_at(&tx, actor, command.id, None).await?, secret: None });
            }
            let mut webhook = self.webhook_at(&tx, actor, command.id, Some(command.expected_revision)).await?;
            let (now, secret) = (self.now(), SigningSecret::make(self.ids()));
            let sealed = self.seal_webhook_secret((webhook.workspace_id, webhook.id), &secret);
            webhook.secrets = webhook.secrets.replaced(sealed, now);
            webhook.updated_at = now;
            let webhook = tx.update_webhook(&webhook).await?;
            self.record_webhook(&tx, actor, Operation::RotateWebhookSecret, &webhook, json!({})).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(CreatedWebhook { webhook, secret: Some(secret) })
        };
        self.audited(actor, Operation::RotateWebhookSecret, subject, work).await
    }
}
