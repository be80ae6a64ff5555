//! How far sign-ins are read, and what happens to the reading.

use async_graphql::{Context, Enum, ID, Object};
use domain::event::EventKind;
use domain::id::TenantId;
use domain::summary::log::SignInTotals;

use crate::enums::{SignInLogReason, SignInLogState};
use crate::fault::{Nullable, found};
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{Scope, ids, scope};
use crate::types::event::{event_object, number, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::user::{User, user_of};

/// How far a tenant's log is read.
pub struct SignInLog {
    log: domain::summary::log::SignInLog,
    totals: SignInTotals,
    retention_days: u16,
}

impl SignInLog {
    /// Of a tenant; `None` before anybody asked for a reading.
    pub async fn of(scope: &Scope, tenant: TenantId) -> Nullable<Self> {
        let log = found(scope.app.sign_in_log(&scope.actor, tenant).await)?;
        let retention_days = scope.app.sign_in_retention_days();
        log.map(|log| log.map(|(log, totals)| SignInLog { log, totals, retention_days })).transpose()
    }
}

/// How far a tenant's sign-in log is read, and what is kept of it. Raw sign-ins are not kept, but for those that the twin of a phased rollout
/// decided on: they are added up by day and by everything
/// that a policy can test.
#[Object]
impl SignInLog {
    /// Where the reading stands.
    async fn state(&self) -> SignInLogState {
        self.log.state.into()
    }

    /// Why the log is not readable, or why the last reading ended early.
    async fn reason(&self) -> Option<SignInLogReason> {
        self.log.reason.map(Into::into)
    }

    /// The reason, for a person.
    async fn detail(&self) -> Option<&str> {
        self.log.detail.as_deref()
    }

    /// Sign-ins from here on are in the summaries; `null` before the first reading.
    async fn data_from(&self) -> Option<DateTime> {
        self.log.data_from.map(DateTime)
    }

    /// The watermark: sign-ins up to here are in the summaries. Rows that Entra shows late are still added.
    async fn data_through(&self) -> Option<DateTime> {
        self.log.data_through.map(DateTime)
    }

    /// When a reading last came to its end.
    async fn read_at(&self) -> Option<DateTime> {
        self.log.read_at.map(DateTime)
    }

    /// Sign-ins that were read and counted, ever.
    async fn sign_ins_read(&self) -> i64 {
        self.log.sign_ins
    }

    /// Entries of the log that could not be read, ever: they are in no figure.
    async fn unreadable(&self) -> i64 {
        self.log.unreadable
    }

    /// Entries that were met a second time and not counted again, ever.
    async fn repeated(&self) -> i64 {
        self.log.repeated
    }

    /// Sign-ins whose report-only results Graph masked, ever: above 0 observed impact can't be told.
    async fn masked(&self) -> i64 {
        self.log.masked
    }

    /// Sign-ins that the summaries add up to: those of the days that are kept.
    async fn sign_ins(&self) -> i64 {
        self.totals.sign_ins
    }

    /// Rows of the summaries.
    async fn summary_rows(&self) -> i64 {
        self.totals.rows
    }

    /// Bytes of the summaries in the database.
    async fn summary_bytes(&self) -> i64 {
        self.totals.bytes
    }

    /// Sign-ins for each row of the summaries; `null` while there are none.
    async fn compression_ratio(&self) -> Option<f64> {
        (self.totals.rows > 0).then(|| self.totals.sign_ins as f64 / self.totals.rows as f64)
    }

    /// Days with sign-ins that are kept.
    async fn days(&self) -> i64 {
        self.totals.days
    }

    /// Days that are kept at most.
    async fn retention_days(&self) -> i32 {
        i32::from(self.retention_days)
    }

    /// Raised by every step of a reading.
    async fn revision(&self) -> i64 {
        self.log.version
    }
}

/// What a `SignInLogEvent` tells.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum SignInLogEventType {
    /// A long reading goes on.
    Progress,
    /// Everything was read, up to `dataThrough`.
    Read,
    /// The log can't be read, or the reading ended early.
    Failed,
}

event_object! {
    /// A reading of a tenant's sign-ins moved on or ended.
    SignInLogEvent {
        /// What happened.
        async fn kind(&self) -> SignInLogEventType {
            match self.0.event.kind {
                EventKind::SignInsRead => SignInLogEventType::Read,
                EventKind::SignInsFailed => SignInLogEventType::Failed,
                _ => SignInLogEventType::Progress,
            }
        }

        /// Sign-ins that were read and counted, ever.
        async fn sign_ins(&self) -> Option<i64> {
            number(&self.0, "signIns")
        }

        /// The watermark at that moment.
        async fn data_through(&self) -> Option<DateTime> {
            let at: chrono::DateTime<chrono::Utc> = text(&self.0, "dataThrough")?.parse().ok()?;
            Some(DateTime(at))
        }

        /// Why it failed, for a program.
        async fn failure_code(&self) -> Option<&str> {
            text(&self.0, "code")
        }

        /// Why it failed, for a person.
        async fn failure_message(&self) -> Option<&str> {
            text(&self.0, "message")
        }
    }
}
