//! Accepting a deviation.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Acceptance, Drift, DriftStatus};
use crate::id::MemberId;

/// The longest acceptance: a year, leap years included.
pub const LONGEST: TimeDelta = TimeDelta::days(366);

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 2_000;

/// Why an acceptance was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// The object is as it was before.
    #[error("this item is over: the object is as it should be")]
    Closed,
    /// No reason.
    #[error("say why, in 1 to 2,000 characters")]
    Reason,
    /// Not in the future, or too far.
    #[error("the end must be in the future, and at most a year away")]
    Until,
}

/// Accepts the item, or prolongs its acceptance. The item is open again at `until`.
pub fn accept(mut drift: Drift, by: MemberId, reason: &str, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<Drift, AcceptError> {
    let reason = reason.trim();
    if drift.closed() {
        return Err(AcceptError::Closed);
    }
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(AcceptError::Reason);
    }
    if until <= now || until > now + LONGEST {
        return Err(AcceptError::Until);
    }
    drift.status = DriftStatus::Accepted;
    drift.acceptance = Some(Acceptance { by, at: now, reason: reason.to_owned(), until });
    Ok(drift)
}
