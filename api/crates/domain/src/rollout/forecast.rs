//! What a phase is expected to do before it starts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::guard::Guard;
use super::wilson::{lower, rate, upper};

/// What the policy, enforced for the groups of one phase, would have done to their sign-ins of the last days. Rates are of users, per 10,000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// Users of the phase with a sign-in during the window that the policy applies to.
    pub users: u64,
    /// These sign-ins.
    pub sign_ins: u64,
    /// Users of whom a sign-in would have been refused.
    pub would_block_users: u64,
    /// Users of whom a sign-in would have been interrupted and none refused.
    pub would_interrupt_users: u64,
    /// Users who would have been blocked, per 10,000.
    pub rate: u32,
    /// Lower bound of that share, one-sided 95 % (Wilson), per 10,000.
    pub lower: u32,
    /// Upper bound, likewise.
    pub upper: u32,
    /// Sign-ins before here are in it.
    pub measured_through: Option<DateTime<Utc>>,
    /// Days that were looked at.
    pub window_days: u16,
    /// Why it cannot be measured; the figures say nothing then.
    pub not_measurable: Option<String>,
}

impl Forecast {
    /// A forecast of what was measured. `would_block_users` is at most `users`.
    pub fn measured(
        sign_ins: u64,
        users: u64,
        would_block_users: u64,
        would_interrupt_users: u64,
        measured_through: DateTime<Utc>,
        window_days: u16,
    ) -> Self {
        Forecast {
            users,
            sign_ins,
            would_block_users,
            would_interrupt_users,
            rate: rate(would_block_users, users),
            lower: lower(would_block_users, users),
            upper: upper(would_block_users, users),
            measured_through: Some(measured_through),
            window_days,
            not_measurable: None,
        }
    }

    /// One that cannot be made, and why, in a sentence.
    pub fn unmeasured(why: impl Into<String>, measured_through: Option<DateTime<Utc>>, window_days: u16) -> Self {
        Forecast {
            users: 0,
            sign_ins: 0,
            would_block_users: 0,
            would_interrupt_users: 0,
            rate: 0,
            lower: 0,
            upper: upper(0, 0),
            measured_through,
            window_days,
            not_measurable: Some(why.into()),
        }
    }

    /// Why a person has to confirm it before the phase may start; `None`: nobody has to. Its upper bound lies above the guard's limit, or
    /// nothing is known: neither is proof that the phase will do no harm.
    pub fn needs_confirmation(&self, guard: &Guard) -> Option<String> {
        if let Some(why) = &self.not_measurable {
            return Some(format!("what the phase will do cannot be foretold: {why}"));
        }
        let limit = u32::from(guard.max_blocked_percent) * 100;
        (self.upper > limit).then(|| {
            format!(
                "{} of {} users would have been blocked in the last {} days; up to {} are to be expected, and the limit is {} %",
                self.would_block_users,
                self.users,
                self.window_days,
                percent(self.upper),
                guard.max_blocked_percent
            )
        })
    }
}

/// A rate per 10,000 as a person reads it.
pub(super) fn percent(rate: u32) -> String {
    format!("{}.{:02} %", rate / 100, rate % 100)
}
