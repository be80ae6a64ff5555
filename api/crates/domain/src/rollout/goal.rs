//! From where a rollout is to where it is going: one change at a time, found by comparing what we know of the two policies with the goal.
//!
//! No list of steps is stored. So a stop that comes in the middle needs no plan of its own for what is to be undone, and a crash between
//! two changes loses nothing.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::record::{Goal, GoalKind, Rollout, StepStanding, StepUnderWay};
use super::signals::{Fetched, Signals};
use super::status::{EndReason, RolloutStatus, RolloutStep};
use crate::policy::PolicyState;

impl Goal {
    /// A goal that ends nothing.
    pub const fn new(kind: GoalKind, phase: u8) -> Self {
        Goal { kind, phase, end: None }
    }

    /// A goal that gives the rollout up.
    pub const fn end(kind: GoalKind, phase: u8, why: EndReason) -> Self {
        Goal { kind, phase, end: Some(why) }
    }

    /// What a rollout that is at this goal is.
    pub const fn status(self) -> RolloutStatus {
        match self.kind {
            GoalKind::Run => RolloutStatus::Running,
            GoalKind::Pause | GoalKind::ReportOnly => RolloutStatus::Paused,
            GoalKind::Complete => RolloutStatus::Completed,
            GoalKind::Cancel => RolloutStatus::Cancelled,
            GoalKind::RollBack => RolloutStatus::RolledBack,
        }
    }

    /// This goal, or the one that was there already where that one stops more. Of two goals in different phases the earlier phase counts.
    pub(super) fn over(self, before: Option<Goal>) -> Goal {
        let Some(before) = before.filter(|before| !before.kind.forward()) else { return self };
        let stronger = if before.kind > self.kind { before } else { self };
        Goal { phase: self.phase.min(before.phase), ..stronger }
    }
}

impl Rollout {
    /// The next change on the way to a goal; `None`: it is there. Loosening comes first wherever a goal stops something, and wherever
    /// protection moves from one policy to the other the new one is enabled before the old one is let go.
    pub fn next_step(&self, goal: Goal) -> Option<RolloutStep> {
        use RolloutStep as S;
        let original_on = self.original.state == PolicyState::Enabled;
        let restore = || original_on.then_some(S::RestoreOriginal);
        let state = self.twin.as_ref().map(|twin| twin.mark.state);
        let loosen = || (state == Some(PolicyState::Enabled)).then_some(S::ReportOnly);
        let disable = || (state.is_some() && state != Some(PolicyState::Disabled)).then_some(S::DisableTwin);
        let remove = || (!self.superfluous(goal).is_empty()).then_some(S::RemoveGroups);
        match goal.kind {
            GoalKind::Run if state.is_none() => Some(S::Create),
            GoalKind::Run => {
                let add = || (!self.missing(goal).is_empty()).then_some(S::AddGroups);
                let enable = || (state != Some(PolicyState::Enabled)).then_some(S::Enable);
                remove().or_else(add).or_else(enable).or_else(restore)
            }
            GoalKind::Pause if goal.phase > 0 => {
                // Completing had gone so far that the original alone protects: the twin takes over again before that is let go.
                let enable = || (original_on && state == Some(PolicyState::Disabled)).then_some(S::Enable);
                enable().or_else(restore).or_else(remove)
            }
            GoalKind::Pause | GoalKind::ReportOnly => restore().or_else(loosen).or_else(remove),
            GoalKind::Complete if !original_on => Some(S::EnableOriginal),
            GoalKind::Complete => disable(),
            GoalKind::Cancel => restore().or_else(loosen),
            GoalKind::RollBack => restore().or_else(disable),
        }
    }

    /// Nothing is left to be done for a goal that stops something. A change that failed is none that is waited for. Whether a twin is
    /// really off, only a look at it tells: [`super::tick`] settles that.
    pub(super) fn rests_at(&self, goal: Goal) -> bool {
        if goal.kind != GoalKind::Pause && self.twin.is_some() {
            return false;
        }
        let pending = |step: &StepUnderWay| matches!(step.standing, StepStanding::Waiting | StepStanding::InFlight);
        !self.step.as_ref().is_some_and(pending) && self.next_step(goal).is_none()
    }

    /// The rollout as far as the policies are there to be loosened: without those that are gone, and with a twin as enabled where somebody
    /// else has enabled it.
    pub(super) fn to_loosen(&self, signals: &Signals) -> Rollout {
        let mut present = self.clone();
        match (&signals.twin, &mut present.twin) {
            (Fetched::Known(None), _) if self.phase > 0 => present.twin = None,
            (Fetched::Known(Some(seen)), Some(twin)) if seen.state == Some(PolicyState::Enabled) => {
                twin.mark.state = PolicyState::Enabled;
            }
            _ => {}
        }
        if matches!(signals.original, Fetched::Known(None)) {
            present.original.state = PolicyState::Disabled;
        }
        present
    }

    /// The groups that a change on the way to a goal adds or removes: empty but for [`RolloutStep::Create`], [`RolloutStep::AddGroups`]
    /// and [`RolloutStep::RemoveGroups`].
    pub fn step_groups(&self, step: RolloutStep, goal: Goal) -> BTreeSet<Uuid> {
        match step {
            RolloutStep::Create => self.plan.groups_through(1),
            RolloutStep::AddGroups => self.missing(goal),
            RolloutStep::RemoveGroups => self.superfluous(goal),
            _ => BTreeSet::new(),
        }
    }

    /// Before the first phase the twin keeps its groups: it enforces nothing, and a policy for nobody can't be.
    fn superfluous(&self, goal: Goal) -> BTreeSet<Uuid> {
        match &self.twin {
            Some(twin) if goal.phase > 0 => twin.groups.difference(&self.plan.groups_through(goal.phase)).copied().collect(),
            _ => BTreeSet::new(),
        }
    }

    fn missing(&self, goal: Goal) -> BTreeSet<Uuid> {
        let held = self.twin.as_ref().map(|twin| twin.groups.clone()).unwrap_or_default();
        self.plan.groups_through(goal.phase).difference(&held).copied().collect()
    }
}
