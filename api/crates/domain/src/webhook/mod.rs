//! Webhooks: the event log, pushed to an address of the customer's (domain.md section 10). Delivery is in the log's order, at least once: a message
//! that is not accepted is tried again and holds those after it, until the webhook is turned off.
//!
//! Messages, headers and secrets are those of Standard Webhooks (standardwebhooks.com), so that any of its libraries verifies them.

mod choice;
mod place;

use chrono::{DateTime, TimeDelta, Utc};

use crate::id::{MemberId, WebhookId, WorkspaceId};
use crate::text_enum;

pub use choice::{EventChoice, kinds_of};
pub use place::{GIVES_UP_AFTER, Refused, WebhookPlace};

/// The most webhooks of a workspace.
pub const MAX_WEBHOOKS: usize = 20;

/// Attempts that are kept of each webhook, newest.
pub const KEPT_ATTEMPTS: i64 = 100;

/// How long a replaced secret goes on signing beside its successor (security-checklist D38).
pub const SECRET_OVERLAP: TimeDelta = TimeDelta::hours(24);

text_enum! {
    /// Why a webhook is off.
    WebhookOff {
        /// A member turned it off.
        Asked = "ASKED",
        /// Its messages were refused for [`GIVES_UP_AFTER`].
        Failing = "FAILING",
        /// The receiver answered 410: it wants no more.
        Gone = "GONE",
    }
}

/// A webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// Our id.
    pub id: WebhookId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Name: 1 to 200 characters.
    pub display_name: String,
    /// Where messages go.
    pub url: String,
    /// Which events it carries.
    pub choice: EventChoice,
    /// Why it is off; `None` while it is on.
    pub off: Option<WebhookOff>,
    /// The secrets that sign, sealed.
    pub secrets: SealedSecrets,
    /// How far it has got.
    pub place: WebhookPlace,
    /// Who made it. It is the workspace's: it stays when its maker leaves.
    pub created_by: MemberId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When a member last changed it.
    pub updated_at: DateTime<Utc>,
    /// Raised by every change of a member's, and when Causeway turns it off; not by deliveries.
    pub version: i64,
}

impl Webhook {
    /// The host of its address, with the port where it names one: what people without the right to change it see. The address may hold a secret.
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }
}

/// The signing secrets of a webhook, sealed.
#[derive(Clone, PartialEq)]
pub struct SealedSecrets {
    /// The present one.
    pub current: Vec<u8>,
    /// The one before, and until when it signs beside the present one.
    pub previous: Option<(Vec<u8>, DateTime<Utc>)>,
}

impl SealedSecrets {
    /// Those that sign at an instant, the present one first.
    pub fn signing_at(&self, now: DateTime<Utc>) -> impl Iterator<Item = &[u8]> {
        let previous = self.previous.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(self.current.as_slice()).chain(previous.map(|(sealed, _)| sealed.as_slice()))
    }

    /// These, replaced: what signed until now goes on for [`SECRET_OVERLAP`]. A second replacement ends the one before.
    pub fn replaced(self, by: Vec<u8>, now: DateTime<Utc>) -> Self {
        SealedSecrets { current: by, previous: Some((self.current, now + SECRET_OVERLAP)) }
    }
}

impl std::fmt::Debug for SealedSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedSecrets").field("previous_until", &self.previous.as_ref().map(|(_, until)| until)).finish_non_exhaustive()
    }
}

/// One attempt to deliver one message. What the receiver answered beside its status is not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookAttempt {
    /// The webhook.
    pub webhook_id: WebhookId,
    /// Its place among the webhook's attempts, from 1.
    pub number: i64,
    /// The event's place in the log.
    pub seq: i64,
    /// The message's type.
    pub event_type: String,
    /// Which attempt of this message it was, from 1.
    pub attempt: u32,
    /// When it began.
    pub at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// HTTP status, where one came.
    pub status: Option<u16>,
    /// Why it was not accepted, for a program; `None` when it was.
    pub failure: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_secret_signs_for_a_day() {
        let now = DateTime::UNIX_EPOCH;
        let secrets = SealedSecrets { current: vec![1], previous: None }.replaced(vec![2], now);
        let at = |at| secrets.signing_at(at).collect::<Vec<_>>();
        assert_eq!(at(now), [&[2][..], &[1]]);
        assert_eq!(at(now + SECRET_OVERLAP - TimeDelta::microseconds(1)), [&[2][..], &[1]]);
        assert_eq!(at(now + SECRET_OVERLAP), [&[2][..]]);
        let again = secrets.clone().replaced(vec![3], now);
        assert_eq!(again.signing_at(now).collect::<Vec<_>>(), [&[3][..], &[2]], "the first one ends with the second replacement");
        assert!(!format!("{again:?}").contains("[3]"));
    }
}
