//! Inputs of mutations on webhooks.

use std::collections::BTreeSet;

use app::{CreateWebhook, DeleteWebhook, ReplayWebhook, RotateWebhookSecret, TestWebhook, UpdateWebhook};
use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::id::WebhookId;

use crate::enums::{EventSeverity, EventTopic};
use crate::ids::Kind;
use crate::input::tenant::tenants;
use crate::scalars::EventCursor;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id, invalid};

/// A webhook to create.
#[derive(InputObject)]
pub struct CreateWebhookInput {
    /// Display name: 1 to 200 characters.
    display_name: String,
    /// Where messages go: `https`, to a public address, at most 2,000 characters, without user name, password and fragment. Hosts that the operator
    /// named (`webhooks.internal_hosts`) may be private and may be spoken to over `http`.
    url: String,
    /// What the events that it carries are filed under, at most 100; anything unless given.
    #[graphql(validator(max_items = 100))]
    topics: Option<Vec<EventTopic>>,
    /// How severe an event must be at least; `INFO` unless given.
    min_severity: Option<EventSeverity>,
    /// The tenants that it is limited to, at least one and at most 1,000; all, and what has no tenant, unless given.
    #[graphql(validator(max_items = 1000))]
    tenant_ids: Option<Vec<ID>>,
    /// Makes a repeated call return the webhook that the first one created, without its secret: 1 to 128 printable characters, kept for 24 hours
    /// at least.
    idempotency_key: Option<String>,
}

impl CreateWebhookInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CreateWebhook, Refused> {
        Ok(CreateWebhook {
            display_name: self.display_name,
            url: self.url,
            topics: topics(self.topics.unwrap_or_default()),
            min_severity: self.min_severity.unwrap_or(EventSeverity::Info).into(),
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)).transpose()?,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What changes about a webhook. What is left out stays. Whatever failed before is forgotten, and the next message is tried at once.
#[derive(InputObject)]
pub struct UpdateWebhookInput {
    /// The webhook.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Display name: 1 to 200 characters.
    display_name: Option<String>,
    /// Where messages go; as of `createWebhook`.
    url: Option<String>,
    /// What the events that it carries are filed under, at most 100; empty is anything.
    #[graphql(validator(max_items = 100))]
    topics: Option<Vec<EventTopic>>,
    /// How severe an event must be at least.
    min_severity: Option<EventSeverity>,
    /// The tenants that it is limited to, at least one and at most 1,000; `null` lifts the limit.
    #[graphql(validator(max_items = 1000))]
    tenant_ids: MaybeUndefined<Vec<ID>>,
    /// Turns it on, or off. One that is turned on goes on where it stood: `replayWebhook` first to leave out what waits.
    enabled: Option<bool>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl UpdateWebhookInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<UpdateWebhook, Refused> {
        let tenant_ids = match self.tenant_ids {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(ids) => Some(Some(tenants(scope, &ids)?)),
        };
        Ok(UpdateWebhook {
            id: read_id(scope, &self.id)?,
            expected_revision: self.expected_revision,
            display_name: self.display_name,
            url: self.url,
            topics: self.topics.map(topics),
            min_severity: self.min_severity.map(Into::into),
            tenant_ids,
            enabled: self.enabled,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A webhook to delete.
#[derive(InputObject)]
pub struct DeleteWebhookInput {
    /// The webhook.
    id: ID,
    /// Its revision that the caller read; left out, it is not compared.
    expected_revision: Option<i64>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl DeleteWebhookInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DeleteWebhook, Refused> {
        let id = read_id(scope, &self.id)?;
        Ok(DeleteWebhook { id, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

/// A webhook whose secret is to be replaced.
#[derive(InputObject)]
pub struct RotateWebhookSecretInput {
    /// The webhook.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result, without the secret: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RotateWebhookSecretInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RotateWebhookSecret, Refused> {
        let id = read_id(scope, &self.id)?;
        Ok(RotateWebhookSecret { id, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

/// Where in the log a webhook is to go on.
#[derive(InputObject)]
pub struct ReplayWebhookInput {
    /// The webhook.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// It goes on after this place: an earlier one delivers again, a later one passes over what waits. `null`: after the newest event.
    after: Option<EventCursor>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ReplayWebhookInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ReplayWebhook, Refused> {
        let bad_cursor = |_| invalid(vec!["input".to_owned(), "after".to_owned()], "not a cursor of this workspace's events");
        Ok(ReplayWebhook {
            id: read_id(scope, &self.id)?,
            expected_revision: self.expected_revision,
            after: scope.ids.place(self.after).map_err(bad_cursor)?,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A webhook to try.
#[derive(InputObject)]
pub struct TestWebhookInput {
    /// The webhook.
    id: ID,
}

impl TestWebhookInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<TestWebhook, Refused> {
        Ok(TestWebhook { id: read_id(scope, &self.id)? })
    }
}

fn topics(topics: Vec<EventTopic>) -> BTreeSet<domain::event::EventTopic> {
    topics.into_iter().map(Into::into).collect()
}

fn read_id(scope: &Scope, id: &ID) -> Result<WebhookId, Refused> {
    scope.ids.key(id, Kind::Webhook).map(WebhookId).map_err(|error| bad_id(error, "id"))
}
