//! Reading webhooks. They are of the whole workspace: members who are limited to some tenants see those only that carry nothing else.

use domain::id::WebhookId;
use domain::webhook::{Webhook, WebhookAttempt};
use domain::workspace::Actor;

use crate::App;
use crate::error::{AppError, AppResult};

impl App {
    /// The workspace's webhooks, oldest first; at most [`domain::webhook::MAX_WEBHOOKS`].
    pub async fn webhooks(&self, actor: &Actor) -> AppResult<Vec<Webhook>> {
        let webhooks = self.store().reader().webhooks(actor.workspace_id).await?;
        Ok(webhooks.into_iter().filter(|webhook| sees(actor, webhook)).collect())
    }

    /// One webhook.
    pub async fn webhook(&self, actor: &Actor, id: WebhookId) -> AppResult<Webhook> {
        let webhook = self.store().reader().webhook(actor.workspace_id, id).await?;
        webhook.filter(|webhook| sees(actor, webhook)).ok_or(AppError::NotFound)
    }

    /// The newest attempts of a webhook that the actor was shown, newest first.
    pub async fn webhook_attempts(&self, actor: &Actor, id: WebhookId, first: u64) -> AppResult<Vec<WebhookAttempt>> {
        Ok(self.store().reader().webhook_attempts(actor.workspace_id, id, first).await?)
    }
}

fn sees(actor: &Actor, webhook: &Webhook) -> bool {
    match &webhook.choice.tenant_ids {
        Some(tenants) => tenants.iter().all(|tenant| actor.sees(*tenant)),
        None => actor.tenant_scope.is_none(),
    }
}
