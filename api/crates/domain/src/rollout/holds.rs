//! Why a rollout stays where it is.

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::{Decision, HoldReason, Pace};
use super::record::{Goal, GoalKind, Rollout};
use super::signals::{Fetched, Signals};
use super::status::{Guidance, RolloutStatus, RolloutStep};
use crate::policy::PolicyState;

/// What a decision is made from.
pub(super) struct Table<'t> {
    pub(super) rollout: &'t Rollout,
    pub(super) now: DateTime<Utc>,
    pub(super) signals: &'t Signals,
    pub(super) pace: &'t Pace,
}

/// One line of the table: what is to be done, and what a person is advised to do.
pub(super) type Line = (Decision, Guidance);

impl Table<'_> {
    /// Holds where one of the two policies could not be read.
    pub(super) fn unread(&self) -> Option<Line> {
        let twin = self.rollout.twin.is_some().then(|| self.signals.twin.unavailable()).flatten();
        let (which, why) = match (twin, &self.signals.original) {
            (Some(why), _) => ("twin", why),
            (None, Fetched::Unavailable(why)) => ("original", *why),
            (None, Fetched::Known(_)) => return None,
        };
        Some(self.hold(HoldReason::SignalMissing, format!("the {which} could not be read ({why})"), Guidance::NoActionNeeded))
    }

    /// Holds where the sign-ins of a phase could not be counted. Before the first there are none.
    pub(super) fn uncounted(&self) -> Option<Line> {
        let why = self.signals.counts.unavailable().filter(|_| self.rollout.phase > 0)?;
        let text = format!("the sign-ins of the phase could not be counted ({why})");
        Some(self.hold(HoldReason::SignalMissing, text, Guidance::NoActionNeeded))
    }

    /// Holds where the twin would be let go before the original is seen to protect.
    pub(super) fn unverified(&self, goal: Goal, step: RolloutStep) -> Option<Line> {
        let on = self.signals.original.known().and_then(Option::as_ref).is_some_and(|seen| seen.state == Some(PolicyState::Enabled));
        let gap = goal.kind == GoalKind::Complete && step == RolloutStep::DisableTwin && !on;
        gap.then(|| self.hold(HoldReason::SignalMissing, "the original is not seen to be enabled yet", Guidance::AwaitingHuman))
    }

    fn frozen(&self) -> Option<Line> {
        let freeze = self.signals.frozen.as_ref()?;
        Some(self.hold(HoldReason::Frozen, format!("forward moves are frozen: {freeze}"), Guidance::NoActionNeeded))
    }

    /// Holds where the rollout across tenants does not let it go to this phase.
    pub(super) fn unreleased(&self, phase: u8) -> Option<Line> {
        let text = self.signals.wave.as_ref()?.holds(phase)?;
        Some(self.hold(HoldReason::WaveHeld, text, Guidance::NoActionNeeded))
    }

    /// Holds what would go forward to this phase.
    pub(super) fn forward_held(&self, phase: u8) -> Option<Line> {
        self.frozen().or_else(|| self.unreleased(phase))
    }

    pub(super) fn hold(&self, why: HoldReason, text: impl Into<String>, guidance: Guidance) -> Line {
        // Nothing is watched before there is a twin.
        let watched = self.rollout.status != RolloutStatus::Planned || self.rollout.twin.is_some();
        (Decision::Hold { why, text: text.into(), look_again_at: watched.then(|| self.next_look()) }, guidance)
    }

    pub(super) fn next_look(&self) -> DateTime<Utc> {
        self.now + TimeDelta::seconds(i64::from(self.pace.look_seconds))
    }
}
