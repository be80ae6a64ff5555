//! Mutations on webhooks.

use app::{CreatedWebhook, TestedWebhook};
use async_graphql::{Context, ID, Object, SimpleObject};

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::input::webhook::{
    CreateWebhookInput, DeleteWebhookInput, ReplayWebhookInput, RotateWebhookSecretInput, TestWebhookInput, UpdateWebhookInput,
};
use crate::mutation::payload::{Payload, WebhookPayload, settle};
use crate::scope::scope;
use crate::types::webhook::Webhook;
use crate::user_error::UserError;

/// Mutations on webhooks.
#[derive(Default)]
pub struct WebhookMutations;

#[Object]
impl WebhookMutations {
    /// Has events pushed to an address, from now on. Its secret is in this answer and nowhere else, ever: a repeated call with the same
    /// `idempotencyKey` answers with the webhook and no secret. At most 20 in a workspace.
    #[graphql(complexity = "10 + child_complexity")]
    async fn create_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook.")] input: CreateWebhookInput,
    ) -> Nullable<WebhookSecretPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.create_webhook(&scope.actor, command).await?)
        };
        settle(run.await)
    }

    /// Changes a webhook, or turns it on or off. A message that is on its way still arrives.
    #[graphql(complexity = "10 + child_complexity")]
    async fn update_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook and what changes.")] input: UpdateWebhookInput,
    ) -> Nullable<WebhookPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Webhook(scope.app.update_webhook(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Deletes a webhook. What it was stays in the audit log.
    #[graphql(complexity = "10 + child_complexity")]
    async fn delete_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook.")] input: DeleteWebhookInput,
    ) -> Nullable<DeleteWebhookPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            let id = scope.app.delete_webhook(&scope.actor, command).await?;
            Ok(scope.ids.id(Kind::Webhook, id.0))
        };
        settle(run.await)
    }

    /// Replaces a webhook's secret. For 24 hours messages carry a signature of the new one and one of the old one; then the old one is worthless.
    /// The new secret is in this answer and nowhere else.
    #[graphql(complexity = "10 + child_complexity")]
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook, as the caller saw it.")] input: RotateWebhookSecretInput,
    ) -> Nullable<WebhookSecretPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.rotate_webhook_secret(&scope.actor, command).await?)
        };
        settle(run.await)
    }

    /// Sets a webhook to another place in the log: back, to have messages again, or forward, past one that is never accepted.
    #[graphql(complexity = "10 + child_complexity")]
    async fn replay_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook, as the caller saw it, and the place.")] input: ReplayWebhookInput,
    ) -> Nullable<WebhookPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Webhook(scope.app.replay_webhook(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Sends one message of type `webhook.test` now, also while the webhook is off, and waits for the answer, ten seconds at most. It is not tried
    /// again and changes nothing.
    #[graphql(complexity = "50 + child_complexity")]
    async fn test_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook.")] input: TestWebhookInput,
    ) -> Nullable<TestWebhookPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.test_webhook(&scope.actor, command).await?)
        };
        settle(run.await)
    }
}

/// What became of creating a webhook, or of replacing its secret.
#[derive(SimpleObject)]
pub struct WebhookSecretPayload {
    /// The webhook as it is now; `null` when the mutation was refused.
    webhook: Option<Webhook>,
    /// Its new secret: `whsec_` and 32 bytes in base64, as the libraries of Standard Webhooks take it. Shown this once; `null` in the answer to a
    /// repeated call.
    secret: Option<String>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for WebhookSecretPayload {
    type Noun = CreatedWebhook;

    fn done(created: CreatedWebhook) -> Self {
        let secret = created.secret.map(|secret| secret.expose().to_string());
        WebhookSecretPayload { webhook: Some(Webhook(created.webhook)), secret, user_errors: Vec::new() }
    }

    fn refused(error: UserError) -> Self {
        WebhookSecretPayload { webhook: None, secret: None, user_errors: vec![error] }
    }
}

/// What became of deleting a webhook.
#[derive(SimpleObject)]
pub struct DeleteWebhookPayload {
    /// The id of the webhook that is gone; `null` when the mutation was refused.
    deleted_id: Option<ID>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for DeleteWebhookPayload {
    type Noun = ID;

    fn done(id: ID) -> Self {
        DeleteWebhookPayload { deleted_id: Some(id), user_errors: Vec::new() }
    }

    fn refused(error: UserError) -> Self {
        DeleteWebhookPayload { deleted_id: None, user_errors: vec![error] }
    }
}

/// What became of a test message.
#[derive(SimpleObject)]
pub struct TestWebhookPayload {
    /// The webhook; `null` when the mutation was refused.
    webhook: Option<Webhook>,
    /// Whether the receiver accepted the message; `null` when none was sent.
    accepted: Option<bool>,
    /// HTTP status of the answer; `null` when none came.
    status: Option<i32>,
    /// What went wrong, for a person; `null` when it was accepted.
    failure: Option<String>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for TestWebhookPayload {
    type Noun = TestedWebhook;

    fn done(tested: TestedWebhook) -> Self {
        TestWebhookPayload {
            webhook: Some(Webhook(tested.webhook)),
            accepted: Some(tested.failure.is_none()),
            status: tested.status.map(i32::from),
            failure: tested.failure.map(|failure| failure.to_string()),
            user_errors: Vec::new(),
        }
    }

    fn refused(error: UserError) -> Self {
        TestWebhookPayload { webhook: None, accepted: None, status: None, failure: None, user_errors: vec![error] }
    }
}
