//! What a webhook says.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::event::Event;
use domain::id::{MemberId, TenantId, WebhookId, WorkspaceId};
use domain::webhook::Webhook;
use uuid::Uuid;

use crate::App;
use crate::error::AppResult;

/// What a message is about, with the names that are not in it.
#[derive(Clone, Debug, PartialEq)]
pub enum WebhookMessage {
    /// Something happened.
    Event {
        /// What.
        event: Event,
        /// In which tenant, with its name.
        tenant: Option<(TenantId, String)>,
        /// Who did it, with the name.
        actor: Option<(MemberId, String)>,
    },
    /// The webhook stood longer than events are kept: some are lost to it.
    Gap {
        /// The workspace.
        workspace_id: WorkspaceId,
        /// The oldest event that is kept.
        oldest: i64,
        /// When it was noticed.
        at: DateTime<Utc>,
    },
    /// A member wants to know whether it works.
    Test {
        /// The workspace.
        workspace_id: WorkspaceId,
        /// The webhook.
        webhook_id: WebhookId,
        /// A fresh id.
        id: Uuid,
        /// When it was asked for.
        at: DateTime<Utc>,
    },
}

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenMessage {
    /// Its id: the same whenever the same message is sent again.
    pub id: String,
    /// Its type.
    pub event_type: String,
    /// Its body, JSON.
    pub body: Vec<u8>,
}

/// Writes messages in the API's own names and ids.
pub type MessageWriter = Arc<dyn Fn(&WebhookMessage) -> WrittenMessage + Send + Sync>;

impl App {
    /// The message of an event, with the names of today.
    pub(super) async fn event_message(&self, webhook: &Webhook, event: Event) -> AppResult<WrittenMessage> {
        let (workspace, reader) = (webhook.workspace_id, self.store().reader());
        let tenant = match event.event.tenant_id {
            Some(id) => reader.tenant(workspace, id).await?.map(|tenant| (id, tenant.display_name)),
            None => None,
        };
        let actor = match event.event.actor {
            Some(id) => reader.members_by_ids(workspace, &[id]).await?.pop().map(|member| (id, member.display_name)),
            None => None,
        };
        Ok(self.write_message(&WebhookMessage::Event { event, tenant, actor }))
    }

    pub(super) fn write_message(&self, message: &WebhookMessage) -> WrittenMessage {
        (self.message_writer())(message)
    }
}
