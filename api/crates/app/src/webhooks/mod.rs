//! Use cases on webhooks, one file per verb, and their delivery. What is sent is written by crate `graphql`, because names and ids in it are the
//! API's own; how it is sent is crate `courier`.

mod create;
mod delete;
pub(crate) mod deliver;
mod draft;
mod message;
mod query;
mod replay;
mod rotate;
mod test;
mod update;

pub use create::{CreateWebhook, CreatedWebhook};
pub use delete::DeleteWebhook;
pub use message::{MessageWriter, WebhookMessage, WrittenMessage};
pub use replay::ReplayWebhook;
pub use rotate::RotateWebhookSecret;
pub use test::{TestWebhook, TestedWebhook};
pub use update::UpdateWebhook;

use chrono::{DateTime, Utc};
use courier::{Accepted, Failure, Message, SigningSecret};
use domain::access::Operation;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, MemberId, WebhookId};
use domain::webhook::Webhook;
use domain::workspace::Actor;
use serde_json::{Value, json};
use store::WriteTx;

use crate::App;
use crate::audited::Subject;
use crate::error::{AppError, AppResult};
use crate::seal::{SealBroken, Sealed};

impl App {
    /// The webhook as a mutation reads it, held until the transaction ends; refuses with `STALE_REVISION` when it is at another version than the caller read.
    async fn webhook_at(&self, tx: &WriteTx, actor: &Actor, id: WebhookId, expected: Option<i64>) -> AppResult<Webhook> {
        let webhook = tx.hold_webhook(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
        match expected {
            Some(expected) if expected != webhook.version => Err(AppError::StaleRevision { expected, current: webhook.version }),
            _ => Ok(webhook),
        }
    }

    /// The event and the audit entry of a member's step on a webhook. Neither says more of the address than its host.
    async fn record_webhook(&self, tx: &WriteTx, actor: &Actor, operation: Operation, webhook: &Webhook, more: Value) -> AppResult<i64> {
        let now = self.now();
        let what = operation.as_str();
        let event = webhook_event(webhook, Some(actor.member_id), EventKind::WebhookChanged, json!({ "what": what }));
        let events = tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let mut detail = json!({
            "displayName": webhook.display_name,
            "host": webhook.host(),
            "topics": webhook.choice.topics,
            "minSeverity": webhook.choice.min_severity,
            "tenantIds": webhook.choice.tenant_ids,
            "off": webhook.off,
        });
        if let (Value::Object(detail), Value::Object(more)) = (&mut detail, more) {
            detail.extend(more);
        }
        let entry = Subject::new(SubjectKind::Webhook, webhook.id.0, None).done(actor, operation, detail);
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        Ok(events.last().map_or(0, |event| event.seq))
    }

    fn seal_webhook_secret(&self, webhook: (domain::id::WorkspaceId, WebhookId), secret: &SigningSecret) -> Vec<u8> {
        self.sealer().seal(Sealed::Webhook(webhook.0, webhook.1), &secret.expose(), self.ids())
    }

    /// One attempt, signed at `at`.
    async fn send_message(&self, webhook: &Webhook, written: &WrittenMessage, at: DateTime<Utc>) -> Result<Accepted, Failure> {
        let Ok(secrets) = self.signing_secrets(webhook) else {
            return Err(Failure::Unsendable("its secret does not open with this seal key: rotate it"));
        };
        self.courier().send(&webhook.url, &secrets, &Message { id: &written.id, body: &written.body }, at).await
    }

    /// The secrets that sign the webhook's messages now, the present one first.
    fn signing_secrets(&self, webhook: &Webhook) -> Result<Vec<SigningSecret>, SealBroken> {
        let row = Sealed::Webhook(webhook.workspace_id, webhook.id);
        let open = |sealed: &[u8]| SigningSecret::read(&self.sealer().open(row, sealed)?).ok_or(SealBroken);
        webhook.secrets.signing_at(self.now()).map(open).collect()
    }
}

fn webhook_event(webhook: &Webhook, actor: Option<MemberId>, kind: EventKind, more: Value) -> NewEvent {
    let mut data = json!({ "displayName": webhook.display_name, "host": webhook.host() });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    NewEvent { kind, actor, tenant_id: None, subject_kind: SubjectKind::Webhook, subject_id: webhook.id.0, data }
}
