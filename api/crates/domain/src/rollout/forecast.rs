//! What a phase is expected to do before it starts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the policy, enforced for the groups of one phase, would have done to their sign-ins of the last days. Rates are of users, per 10,000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// Users of the phase who signed in during the window.
    pub users: u64,
    /// Their sign-ins.
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
