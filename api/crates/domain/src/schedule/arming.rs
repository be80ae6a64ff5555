//! Whether a schedule may be armed: everything that the gate will ask, as far as it can be known before.

use chrono::{DateTime, TimeDelta, Utc};

use super::record::ScheduleMode;
use crate::change::gate::{GateContext, may_apply};
use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::change::warning::WarningCode;

/// How far ahead a schedule that revalidates may fire.
pub const FIRE_WITHIN: TimeDelta = TimeDelta::days(30);
/// How late a schedule fires at most, unless it says so; and at all where it does not revalidate.
pub const LATEST_AFTER: TimeDelta = TimeDelta::minutes(5);
/// How late a schedule that revalidates may be allowed to fire.
pub const LONGEST_LATEST_AFTER: TimeDelta = TimeDelta::hours(24);

/// When a schedule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Not before this instant.
    pub fire_at: DateTime<Utc>,
    /// Not after this one.
    pub latest_at: DateTime<Utc>,
}

/// Why the times of a schedule are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimesError {
    /// It has been.
    #[error("a schedule fires in the future")]
    NotInFuture,
    /// Too far ahead.
    #[error("a schedule fires at most 30 days ahead")]
    TooFar,
    /// Late before early.
    #[error("latestAt is not before fireAt")]
    LatestBeforeFire,
    /// Too long a time for being late.
    #[error("latestAt is at most {minutes} minutes after fireAt in this mode")]
    LatestTooLate {
        /// Minutes.
        minutes: i64,
    },
}

impl TimesError {
    /// The input field it is about.
    pub fn field(self) -> &'static str {
        match self {
            TimesError::NotInFuture | TimesError::TooFar => "fireAt",
            TimesError::LatestBeforeFire | TimesError::LatestTooLate { .. } => "latestAt",
        }
    }
}

/// The times of a schedule as asked for; five minutes for being late unless said.
pub fn times(
    mode: ScheduleMode,
    fire_at: DateTime<Utc>,
    latest_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Times, TimesError> {
    if fire_at <= now {
        return Err(TimesError::NotInFuture);
    }
    if fire_at - now > FIRE_WITHIN {
        return Err(TimesError::TooFar);
    }
    let latest_at = latest_at.unwrap_or(fire_at + LATEST_AFTER);
    if latest_at < fire_at {
        return Err(TimesError::LatestBeforeFire);
    }
    let longest = match mode {
        ScheduleMode::WithinDryRun => LATEST_AFTER,
        ScheduleMode::RevalidateAtFire => LONGEST_LATEST_AFTER,
    };
    if latest_at - fire_at > longest {
        return Err(TimesError::LatestTooLate { minutes: longest.num_minutes() });
    }
    Ok(Times { fire_at, latest_at })
}

/// Whether a change may be armed to fire at `fire_at`. The first reason against it is the answer.
///
/// `context.frozen` is about `fire_at`, everything else about now. The gate is asked as it stands now, without the freeze, and once more as it
/// will stand then: what has expired by then is refused here, with when it does.
pub fn may_arm(
    change: &ChangeRequest,
    mut context: GateContext<'_>,
    mode: ScheduleMode,
    digest: &str,
    fire_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let frozen_then = context.frozen.take();
    may_apply(change, &context, now)?;
    let dry_run = change.dry_run.as_ref().ok_or(Refusal::DryRunRequired)?;
    if dry_run.digest != digest {
        return Err(Refusal::StaleReview { current: dry_run.digest.clone() });
    }
    let mut then = change.clone();
    if mode == ScheduleMode::RevalidateAtFire {
        if dry_run.warnings.iter().any(|warning| warning.code == WarningCode::SnapshotStale) {
            return Err(Refusal::SnapshotStale);
        }
        // Its dry-run is made again then.
        if let Some(dry_run) = &mut then.dry_run {
            dry_run.expires_at = fire_at + TimeDelta::seconds(1);
        }
    }
    context.frozen = frozen_then;
    let expires_at = change.granted_approval().map(|approval| approval.expires_at);
    may_apply(&then, &context, fire_at).map(|_| ()).map_err(|refusal| match (refusal, expires_at) {
        (Refusal::DryRunExpired { expired_at }, _) => Refusal::DryRunEndsBefore { expires_at: expired_at },
        (Refusal::ApprovalExpired, Some(expires_at)) => Refusal::ApprovalEndsBefore { expires_at },
        (refusal, _) => refusal,
    })
}
