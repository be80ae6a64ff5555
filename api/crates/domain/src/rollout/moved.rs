//! The rollout after a decision, a command, or the outcome of a change.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::command::Transition;
use super::decision::{Decision, Pace};
use super::record::{Goal, Mark, Pause, Rollout, StepStanding, StepUnderWay, Twin};
use super::status::{RolloutStatus, RolloutStep};
use crate::policy::PolicyState;

/// What became of a change of a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// It took effect: the policy that it wrote, as it was read back. `None` after [`RolloutStep::DeleteTwin`].
    Applied(Option<Mark>),
    /// It failed without effect.
    Failed,
    /// Nobody knows.
    Unknown,
}

impl Rollout {
    /// The rollout after a decision of [`super::tick`].
    pub fn decided(&self, decision: &Decision, now: DateTime<Utc>, pace: &Pace) -> Rollout {
        let mut next = self.clone();
        match decision {
            Decision::Hold { .. } => {}
            Decision::Advance { goal } => {
                next.status = RolloutStatus::Advancing;
                next.goal = Some(*goal);
                next.pause = None;
            }
            Decision::Pause { reason, text, goal } => {
                next.pause = Some(Pause { reason: *reason, text: text.clone(), at: now, verdict: None });
                next.go(*goal, now, pace);
            }
            Decision::Cancel { goal, .. } => {
                next.pause = None;
                next.go(*goal, now, pace);
            }
            Decision::StopStep => next.step = None,
            Decision::Step(step) => {
                let groups = self.goal.map(|goal| self.step_groups(*step, goal)).unwrap_or_default();
                next.step = Some(StepUnderWay { step: *step, groups, standing: StepStanding::Waiting, since: now });
            }
            Decision::Settle { status, phase, phase_begins } => next.settle(*status, *phase, *phase_begins, now, pace),
        }
        next
    }

    /// The rollout after a command that was accepted.
    pub fn commanded(&self, transition: &Transition, now: DateTime<Utc>, pace: &Pace) -> Rollout {
        let mut next = self.clone();
        next.pause.clone_from(&transition.pause);
        next.forecast_confirmed = transition.forecast_confirmed;
        if let Some(mark) = &transition.original {
            next.original = mark.clone();
        }
        if let (Some(twin), Some(mark)) = (&mut next.twin, &transition.twin) {
            twin.mark = mark.clone();
        }
        match transition.goal {
            Some(goal) if goal.kind.forward() => {
                next.status = transition.status;
                next.goal = Some(goal);
            }
            Some(goal) => next.go(goal, now, pace),
            None => next.settle(transition.status, next.phase, false, now, pace),
        }
        if transition.status.terminal() {
            next.end = transition.end;
        }
        next
    }

    /// The rollout after its change was handed to the writer.
    pub fn step_sent(&self, now: DateTime<Utc>) -> Rollout {
        let step = self.step.clone().map(|step| StepUnderWay { standing: StepStanding::InFlight, since: now, ..step });
        Rollout { step, ..self.clone() }
    }

    /// The rollout after the outcome of its change. One whose effect nobody knows is taken as done, so that a stop undoes it.
    pub fn step_ended(&self, outcome: &StepOutcome, now: DateTime<Utc>) -> Rollout {
        let mut next = self.clone();
        let Some(step) = self.step.clone() else { return next };
        match outcome {
            StepOutcome::Applied(mark) => {
                next.step = None;
                next.took_effect(step.step, &step.groups, mark.as_ref());
            }
            StepOutcome::Failed => next.step = Some(StepUnderWay { standing: StepStanding::Failed, since: now, ..step }),
            StepOutcome::Unknown => {
                // A loosening that may have failed is not taken as done: it is tried again.
                if step.step.forward() {
                    next.took_effect(step.step, &step.groups, None);
                }
                next.step = Some(StepUnderWay { standing: StepStanding::Unknown, since: now, ..step });
            }
        }
        next
    }

    /// Towards a goal that stops something: at once where nothing has to be written and nothing is under way.
    fn go(&mut self, goal: Goal, now: DateTime<Utc>, pace: &Pace) {
        let ended = |step: &StepUnderWay| matches!(step.standing, StepStanding::Failed | StepStanding::Unknown);
        if self.step.as_ref().is_some_and(ended) {
            self.step = None;
        }
        self.goal = Some(goal);
        self.status = RolloutStatus::Reverting;
        if self.rests_at(goal) {
            self.settle(goal.status(), goal.phase, goal.phase != self.phase, now, pace);
        }
    }

    fn settle(&mut self, status: RolloutStatus, phase: u8, phase_begins: bool, now: DateTime<Utc>, pace: &Pace) {
        if status.terminal() {
            self.ended_at = Some(now);
            self.end = self.goal.and_then(|goal| goal.end);
        }
        if phase_begins {
            self.phase_started_at = Some(now);
            self.effective_from = Some(now + TimeDelta::seconds(i64::from(pace.propagation_seconds)));
            self.last_verdict = None;
        }
        if status == RolloutStatus::Running {
            self.forecast_confirmed = None;
        }
        if status != RolloutStatus::Paused {
            self.pause = None;
        }
        (self.status, self.phase, self.goal) = (status, phase, None);
    }

    /// The marks after a change; `mark` is the policy that it wrote, where it was read back.
    fn took_effect(&mut self, step: RolloutStep, groups: &BTreeSet<Uuid>, mark: Option<&Mark>) {
        use RolloutStep as S;
        match step {
            S::Create => self.twin = mark.map(|mark| Twin { mark: mark.clone(), groups: groups.clone() }),
            S::EnableOriginal => self.original = written(&self.original, mark, PolicyState::Enabled),
            S::RestoreOriginal => self.original = written(&self.original, mark, PolicyState::ReportOnly),
            S::DeleteTwin => self.twin = None,
            S::Enable | S::ReportOnly | S::DisableTwin | S::AddGroups | S::RemoveGroups => {
                let Some(twin) = &mut self.twin else { return };
                let state = match step {
                    S::Enable => PolicyState::Enabled,
                    S::ReportOnly => PolicyState::ReportOnly,
                    S::DisableTwin => PolicyState::Disabled,
                    _ => twin.mark.state,
                };
                twin.mark = written(&twin.mark, mark, state);
                if step == S::AddGroups {
                    twin.groups.extend(groups);
                } else {
                    twin.groups.retain(|group| !groups.contains(group));
                }
            }
        }
    }
}

/// The grant controls are never taken over from what was read back: an edit of them must not pass for our own write.
fn written(before: &Mark, read_back: Option<&Mark>, state: PolicyState) -> Mark {
    let canonical = read_back.map_or_else(|| before.canonical.clone(), |mark| mark.canonical.clone());
    Mark { state, canonical, grants: before.grants.clone() }
}
