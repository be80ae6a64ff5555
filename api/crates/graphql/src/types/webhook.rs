//! Webhooks.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::access::{Operation, allowed};
use domain::event::EventKind;
use domain::id::WebhookId;
use domain::webhook::KEPT_ATTEMPTS;

use crate::connection::Connection;
use crate::enums::{EventSeverity, EventTopic, WebhookDisabledReason};
use crate::fault::{Nullable, bad_input, fault, found};
use crate::ids::Kind;
use crate::paging::PageArgs;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{Scope, ids, scope};
use crate::types::event::{event_object, place_key, text};
use crate::types::member::tenants_of;
use crate::types::node::{Node, subject};
use crate::types::tenant::Tenant;
use crate::types::user::{User, user, user_of};

const ATTEMPTS: i32 = 20;

/// A webhook.
pub struct Webhook(pub domain::webhook::Webhook);

/// Loads a webhook by id.
pub async fn webhook(scope: &Scope, id: WebhookId) -> Nullable<Webhook> {
    found(scope.app.webhook(&scope.actor, id).await).map(|found| found.map(Webhook))
}

/// A page of the workspace's webhooks, oldest first.
pub async fn webhooks(scope: &Scope, page: &PageArgs) -> Result<Connection<Webhook>> {
    let webhooks = scope.app.webhooks(&scope.actor).await.map_err(fault)?;
    Connection::slice(webhooks, page, Webhook)
}

/// The event log, pushed to an address: messages, headers and secrets are those of Standard Webhooks (standardwebhooks.com), so that any of its
/// libraries verifies them.
///
/// Delivery: every chosen event, in the order of the log, at least once; a message that comes again has the same `webhook-id`. One that is not
/// answered with 2xx within ten seconds is tried again after 5 seconds, then ever later, up to an hour, and holds those after it; after three
/// days, or at once after a 410, the webhook is turned off. Redirects are not followed.
#[Object]
impl Webhook {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Webhook, self.0.id.0)
    }

    /// Display name.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Where messages go; `null` for callers who may not change it, because an address may hold a secret.
    async fn url(&self, ctx: &Context<'_>) -> Option<&str> {
        allowed(scope(ctx).actor.role, Operation::UpdateWebhook).then_some(self.0.url.as_str())
    }

    /// The host that messages go to, with the port where the address names one.
    async fn host(&self) -> &str {
        self.0.host()
    }

    /// What the events that it carries are filed under, at most 100; empty is anything.
    async fn topics(&self) -> Vec<EventTopic> {
        self.0.choice.topics.iter().map(|topic| (*topic).into()).collect()
    }

    /// How severe an event must be at least.
    async fn min_severity(&self) -> EventSeverity {
        self.0.choice.min_severity.into()
    }

    /// The tenants that it is limited to, at most 1,000; `null` when it carries the events of all, and those of no tenant.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn tenants(&self, ctx: &Context<'_>) -> Nullable<Vec<Nullable<Tenant>>> {
        tenants_of(scope(ctx), self.0.choice.tenant_ids.as_ref()).await
    }

    /// Whether it delivers.
    async fn enabled(&self) -> bool {
        self.0.off.is_none()
    }

    /// Why it does not; `null` while it does.
    async fn disabled_reason(&self) -> Option<WebhookDisabledReason> {
        self.0.off.map(Into::into)
    }

    /// The last place in the log that is behind it: delivered, or not chosen. It may stand still for a while when nothing chosen happens.
    async fn cursor(&self, ctx: &Context<'_>) -> EventCursor {
        ids(ctx).cursor(self.0.place.cursor)
    }

    /// Attempts in a row that failed; 0 while all is well.
    async fn consecutive_failures(&self) -> u32 {
        self.0.place.failures
    }

    /// Since when they fail.
    async fn failing_since(&self) -> Option<DateTime> {
        self.0.place.failing_since.map(DateTime::from)
    }

    /// When the next message is tried again; `null` when none waits for that.
    async fn next_try_at(&self) -> Option<DateTime> {
        self.0.place.next_try_at.filter(|_| self.0.off.is_none()).map(DateTime::from)
    }

    /// When a message was last accepted; `null` before the first.
    async fn last_delivered_at(&self) -> Option<DateTime> {
        self.0.place.delivered_at.map(DateTime::from)
    }

    /// Until when the secret before the present one signs beside it; `null` when only the present one signs.
    async fn previous_secret_until(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let until = self.0.secrets.previous.as_ref().map(|(_, until)| *until);
        until.filter(|until| scope(ctx).clock.now() < *until).map(DateTime::from)
    }

    /// The newest attempts to deliver, newest first, at most 100. What a receiver answered beside its status is not kept.
    #[graphql(complexity = "5 + first.unwrap_or(20).clamp(1, 100) as usize * child_complexity")]
    async fn attempts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100, 20 unless given.")] first: Option<i32>,
    ) -> Result<Vec<WebhookAttempt>> {
        let first = first.unwrap_or(ATTEMPTS);
        let most = KEPT_ATTEMPTS;
        if !(1..=most).contains(&i64::from(first)) {
            return Err(bad_input(format!("first must be between 1 and {most}, it is {first}.")));
        }
        let scope = scope(ctx);
        let attempts = scope.app.webhook_attempts(&scope.actor, self.0.id, u64::from(first.unsigned_abs())).await.map_err(fault)?;
        Ok(attempts.into_iter().map(|attempt| WebhookAttempt::of(scope, attempt)).collect())
    }

    /// Who created it. It stays when that member leaves.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.created_by).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When a member last changed it, or Causeway turned it off.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Raised by every such change, and not by deliveries; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.version
    }
}

/// One attempt to deliver one message.
#[derive(SimpleObject)]
pub struct WebhookAttempt {
    /// The event's place in the log.
    cursor: EventCursor,
    /// The place before it: as `after` of `replayWebhook` it has this message delivered again, and what came since.
    replay_after: EventCursor,
    /// The message's type, such as `rollout.paused`.
    event_type: String,
    /// Which attempt of this message it was, from 1.
    attempt: u32,
    /// When it began.
    at: DateTime,
    /// How long it took, in milliseconds.
    duration_ms: i64,
    /// HTTP status of the answer; `null` when none came.
    status: Option<i32>,
    /// Whether the receiver accepted it.
    accepted: bool,
    /// Why not, for a program: `STATUS`, `TIMED_OUT`, `UNREACHABLE`, `UNRESOLVED`, `BROKEN`, `PRIVATE_ADDRESS`, `ADDRESS_REFUSED` or
    /// `UNSENDABLE`. Expect new values.
    failure: Option<String>,
}

impl WebhookAttempt {
    fn of(scope: &Scope, attempt: domain::webhook::WebhookAttempt) -> Self {
        WebhookAttempt {
            cursor: scope.ids.cursor(attempt.seq),
            replay_after: scope.ids.cursor(attempt.seq - 1),
            event_type: attempt.event_type,
            attempt: attempt.attempt,
            at: attempt.at.into(),
            duration_ms: attempt.took_ms,
            status: attempt.status.map(i32::from),
            accepted: attempt.failure.is_none(),
            failure: attempt.failure,
        }
    }
}

/// What a `WebhookEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum WebhookEventType {
    /// It was created.
    Created,
    /// It was changed, turned on or turned off by a member.
    Updated,
    /// It was deleted.
    Deleted,
    /// Its secret was replaced.
    SecretRotated,
    /// It was set to another place in the log.
    Replayed,
    /// Its messages are not accepted any more, and it was turned off.
    Disabled,
}

event_object! {
    /// A webhook was created, changed or deleted, or turned off because its messages are not accepted.
    WebhookEvent {
        /// What happened.
        async fn kind(&self) -> WebhookEventType {
            match (self.0.event.kind, text(&self.0, "what")) {
                (EventKind::WebhookDisabled, _) => WebhookEventType::Disabled,
                (_, Some("createWebhook")) => WebhookEventType::Created,
                (_, Some("deleteWebhook")) => WebhookEventType::Deleted,
                (_, Some("rotateWebhookSecret")) => WebhookEventType::SecretRotated,
                (_, Some("replayWebhook")) => WebhookEventType::Replayed,
                _ => WebhookEventType::Updated,
            }
        }

        /// The name at that moment.
        async fn display_name(&self) -> Option<&str> {
            text(&self.0, "displayName")
        }

        /// Why it was turned off, for a person; `null` otherwise.
        async fn text(&self) -> Option<&str> {
            text(&self.0, "text")
        }

        /// The webhook as it is now; `null` when it was deleted.
        async fn webhook(&self, ctx: &Context<'_>) -> Nullable<Webhook> {
            webhook(scope(ctx), WebhookId(self.0.event.subject_id)).await
        }
    }
}
