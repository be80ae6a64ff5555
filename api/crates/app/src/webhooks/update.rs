//! `updateWebhook`.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::event::{EventSeverity, EventTopic, SubjectKind};
use domain::id::{TenantId, WebhookId};
use domain::webhook::{Webhook, WebhookOff};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use super::draft::{check_name, check_tenants, check_url};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::AppResult;
use crate::idempotency::{Claim, Once};

/// `updateWebhook`: `None` leaves a member as it is.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateWebhook {
    /// The webhook.
    pub id: WebhookId,
    /// The version the caller read.
    pub expected_revision: i64,
    /// Name: 1 to 200 characters.
    pub display_name: Option<String>,
    /// Where messages go.
    pub url: Option<String>,
    /// Topics; empty is any.
    pub topics: Option<BTreeSet<EventTopic>>,
    /// Least severity.
    pub min_severity: Option<EventSeverity>,
    /// The tenants it is limited to, 1 to 1,000; `Some(None)` lifts the limit.
    pub tenant_ids: Option<Option<BTreeSet<TenantId>>>,
    /// On or off.
    pub enabled: Option<bool>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Changes a webhook. What failed before is forgotten: the next message is tried at once. One that is turned on goes on where it stood.
    pub async fn update_webhook(&self, actor: &Actor, command: UpdateWebhook) -> AppResult<Webhook> {
        let subject = Subject::new(SubjectKind::Webhook, command.id.0, None);
        self.audited(actor, Operation::UpdateWebhook, subject, self.try_update_webhook(actor, &command)).await
    }

    async fn try_update_webhook(&self, actor: &Actor, command: &UpdateWebhook) -> AppResult<Webhook> {
        authorize(actor, Operation::UpdateWebhook)?;
        let once = Once::new(Operation::UpdateWebhook, &command.idempotency_key, command)?;
        let display_name = command.display_name.as_deref().map(check_name).transpose()?;
        let url = command.url.as_deref().map(|url| check_url(self, url)).transpose()?;
        let tx = self.store().write().await?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
            return self.webhook_at(&tx, actor, command.id, None).await;
        }
        let before = self.webhook_at(&tx, actor, command.id, Some(command.expected_revision)).await?;
        check_tenants(&tx, actor, command.tenant_ids.as_ref().and_then(Option::as_ref)).await?;
        let mut webhook = before.clone();
        webhook.display_name = display_name.unwrap_or(webhook.display_name);
        webhook.url = url.unwrap_or(webhook.url);
        webhook.choice.topics = command.topics.clone().unwrap_or(webhook.choice.topics);
        webhook.choice.min_severity = command.min_severity.unwrap_or(webhook.choice.min_severity);
        webhook.choice.tenant_ids = command.tenant_ids.clone().unwrap_or(webhook.choice.tenant_ids);
        webhook.off = match command.enabled {
            None => webhook.off,
            Some(true) => None,
            // Turned off by itself already: why stays.
            Some(false) => webhook.off.or(Some(WebhookOff::Asked)),
        };
        let cursor = webhook.place.cursor;
        webhook.place = webhook.place.moved_to(cursor);
        webhook.updated_at = self.now();
        let webhook = tx.update_webhook(&webhook).await?;
        let from = json!({
            "displayName": before.display_name,
            "host": before.host(),
            "topics": before.choice.topics,
            "minSeverity": before.choice.min_severity,
            "tenantIds": before.choice.tenant_ids,
            "off": before.off,
        });
        let detail = json!({ "from": from, "urlChanged": before.url != webhook.url });
        self.record_webhook(&tx, actor, Operation::UpdateWebhook, &webhook, detail).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(webhook)
    }
}
