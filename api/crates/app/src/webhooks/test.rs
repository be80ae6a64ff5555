//! `testWebhook`.

use courier::Failure;
use domain::access::Operation;
use domain::event::SubjectKind;
use domain::id::{AuditId, WebhookId};
use domain::webhook::Webhook;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use super::WebhookMessage;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};

/// `testWebhook`.
#[derive(Clone, Debug, Serialize)]
pub struct TestWebhook {
    /// The webhook.
    pub id: WebhookId,
}

/// What became of a test message.
#[derive(Debug)]
pub struct TestedWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// The HTTP status that the receiver answered with; `None` when no answer came.
    pub status: Option<u16>,
    /// Why the message was not accepted; `None` when it was.
    pub failure: Option<Failure>,
}

impl App {
    /// Sends one message of type `webhook.test` at once, also while the webhook is off, and waits for the answer: seconds. It has no place in the
    /// log and is not tried again.
    pub async fn test_webhook(&self, actor: &Actor, command: TestWebhook) -> AppResult<TestedWebhook> {
        let subject = Subject::new(SubjectKind::Webhook, command.id.0, None);
        let work = async {
            authorize(actor, Operation::TestWebhook)?;
            let webhook = self.store().reader().webhook(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
            let now = self.now();
            let facts = WebhookMessage::Test { workspace_id: webhook.workspace_id, webhook_id: webhook.id, id: self.ids().uuid(), at: now };
            let written = self.write_message(&facts);
            let (status, failure) = match self.send_message(&webhook, &written, now).await {
                Ok(accepted) => (Some(accepted.status), None),
                Err(failure) => (failure.status(), Some(failure)),
            };
            let detail = json!({ "host": webhook.host(), "status": status, "failure": failure.as_ref().map(Failure::code) });
            let tx = self.store().write().await?;
            let entry = subject.done(actor, Operation::TestWebhook, detail);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), self.now(), entry).await?;
            tx.commit().await?;
            Ok(TestedWebhook { webhook, status, failure })
        };
        self.audited(actor, Operation::TestWebhook, subject, work).await
    }
}
