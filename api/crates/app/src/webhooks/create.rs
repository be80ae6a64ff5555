//! `createWebhook`.

use std::collections::BTreeSet;

use courier::SigningSecret;
use domain::access::Operation;
use domain::event::{EventSeverity, EventTopic, SubjectKind};
use domain::id::{TenantId, WebhookId};
use domain::webhook::{EventChoice, MAX_WEBHOOKS, SealedSecrets, Webhook, WebhookPlace};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use super::draft::{check_name, check_tenants, check_url};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `createWebhook`.
#[derive(Clone, Debug, Serialize)]
pub struct CreateWebhook {
    /// Name: 1 to 200 characters.
    pub display_name: String,
    /// Where messages go.
    pub url: String,
    /// Topics; empty is any.
    pub topics: BTreeSet<EventTopic>,
    /// Least severity.
    pub min_severity: EventSeverity,
    /// The tenants it is limited to, 1 to 1,000; `None` is all, and what has no tenant.
    pub tenant_ids: Option<BTreeSet<TenantId>>,
    /// See [`IdempotencyKey`]. A repeated call answers with the webhook, but never again with its secret.
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A webhook, and its secret where it is new.
pub struct CreatedWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// Its new secret, in the answer to the first call only.
    pub secret: Option<SigningSecret>,
}

impl App {
    /// Adds a webhook; it carries what happens from then on.
    pub async fn create_webhook(&self, actor: &Actor, command: CreateWebhook) -> AppResult<CreatedWebhook> {
        let subject = Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None);
        self.audited(actor, Operation::CreateWebhook, subject, self.try_create_webhook(actor, &command)).await
    }

    async fn try_create_webhook(&self, actor: &Actor, command: &CreateWebhook) -> AppResult<CreatedWebhook> {
        authorize(actor, Operation::CreateWebhook)?;
        let once = Once::new(Operation::CreateWebhook, &command.idempotency_key, command)?;
        let (display_name, url) = (check_name(&command.display_name)?, check_url(self, &command.url)?);
        let (workspace_id, id) = (actor.workspace_id, WebhookId(self.ids().uuid()));
        let tx = self.store().write().await?;
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            let webhook = tx.webhook(workspace_id, WebhookId(first)).await?.ok_or(AppError::NotFound)?;
            return Ok(CreatedWebhook { webhook, secret: None });
        }
        check_tenants(&tx, actor, command.tenant_ids.as_ref()).await?;
        let (now, secret) = (self.now(), SigningSecret::make(self.ids()));
        let mut webhook = Webhook {
            id,
            workspace_id,
            display_name,
            url,
            choice: EventChoice {
                topics: command.topics.clone(),
                min_severity: command.min_severity,
                tenant_ids: command.tenant_ids.clone(),
            },
            off: None,
            secrets: SealedSecrets { current: self.seal_webhook_secret((workspace_id, id), &secret), previous: None },
            place: WebhookPlace::at(0),
            created_by: actor.member_id,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        // The event's counter is one row of the workspace: twins wait here for each other, so that the limit holds.
        webhook.place.cursor = self.record_webhook(&tx, actor, Operation::CreateWebhook, &webhook, json!({})).await?;
        if tx.webhooks(workspace_id).await?.len() >= MAX_WEBHOOKS {
            return Err(AppError::invalid(&["input"], format!("a workspace has at most {MAX_WEBHOOKS} webhooks: delete one first")));
        }
        tx.insert_webhook(&webhook).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(CreatedWebhook { webhook, secret: Some(secret) })
    }
}
