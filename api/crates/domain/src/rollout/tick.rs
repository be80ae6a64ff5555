//! What is to be done with a rollout now: the decision table (rollout-engine.md A3).

use chrono::{DateTime, TimeDelta, Utc};

use super::alarm::alarm;
use super::counts::Counts;
use super::decision::{Decision, HoldReason, Pace, Tick};
use super::holds::{Line, Table};
use super::judge::verdict;
use super::record::{Goal, GoalKind, Rollout, StepStanding};
use super::signals::{Fetched, Signals};
use super::startable::startable;
use super::status::{Guidance, PauseReason, RolloutMode, RolloutStatus, RolloutStep, VerdictRule};
use super::verdict::{Verdict, VerdictOutcome};
use crate::policy::PolicyState;

/// What is to be done with a rollout now. The first line that holds counts:
///
/// | state | what holds | decision |
/// |---|---|---|
/// | terminal | the twin is still there, untouched, and its time is up | step `DELETE_TWIN` |
/// | terminal | otherwise | hold |
/// | any other | a policy is gone, or its grant controls were edited | cancel |
/// | any other | an alarm: emergency access, guard, foreign edit, disagreement, tenant gone | pause |
/// | a change under way | it leads away from the goal and was not sent | stop it |
/// | a change under way | it failed, on the way forward | pause |
/// | a change under way | it failed, on the way back | the same again, a look later |
/// | `ADVANCING` | a signal is missing, forward moves are frozen, or other tenants hold it | hold |
/// | `ADVANCING`, `REVERTING` | there is a next change | that step |
/// | `ADVANCING`, `REVERTING` | the goal is reached | settle |
/// | `PLANNED`, `PAUSED` | | hold |
/// | `RUNNING` | a signal is missing, no traffic, not healthy, or manual | hold |
/// | `RUNNING` | healthy, and the next phase's groups have changed | pause |
/// | `RUNNING` | healthy, and its forecast needs a person, or frozen, or other tenants hold it | hold |
/// | `RUNNING` | healthy | advance; complete after the last phase |
pub fn tick(rollout: &Rollout, now: DateTime<Utc>, signals: &Signals, pace: &Pace) -> Tick {
    let table = Table { rollout, now, signals, pace };
    let verdict = table.verdict();
    let (decision, guidance) = table.decide(verdict.as_ref());
    Tick { decision, verdict, guidance }
}

/// The verdict on the current phase; `None` before the first, or where its sign-ins could not be counted.
///
/// Where the rule is not the source's own, a breach among the people whom the phase added stops it too.
///
/// The bake is over when sign-ins were read so far beyond the phase's first effective moment: time that nobody looked at is none.
pub fn current_verdict(rollout: &Rollout, now: DateTime<Utc>, signals: &Signals) -> Option<Verdict> {
    let (phase, from) = (rollout.plan.phase(rollout.phase)?, rollout.effective_from?);
    // Counted from an earlier clock, such as before the last phase, they say nothing of this one.
    let counts = signals.counts.known().filter(|counts| counts.effective_from >= from)?;
    let bake = TimeDelta::seconds(i64::from(phase.min_bake_seconds));
    let judged = |counts: &Counts| verdict(counts, &rollout.guard, counts.data_through.min(now) >= from + bake);
    let all = judged(counts);
    let clustered = rollout.guard.rule == VerdictRule::Clustered;
    let newcomers = signals.newcomers.as_ref().filter(|counts| clustered && counts.effective_from >= from).map(judged);
    Some(newcomers.filter(|new| new.outcome == VerdictOutcome::Breach && all.outcome != VerdictOutcome::Breach).unwrap_or(all))
}

impl Table<'_> {
    fn verdict(&self) -> Option<Verdict> {
        if self.rollout.status.terminal() { None } else { current_verdict(self.rollout, self.now, self.signals) }
    }

    fn decide(&self, verdict: Option<&Verdict>) -> Line {
        if self.rollout.status.terminal() {
            return self.ended();
        }
        if let Some(decision) = alarm(self.rollout, self.now, self.signals, verdict) {
            let guidance = match &decision {
                Decision::Pause { reason, .. } => after_pause(*reason),
                _ => Guidance::NoActionNeeded,
            };
            return (decision, guidance);
        }
        match (self.rollout.status, self.rollout.goal) {
            (RolloutStatus::Advancing | RolloutStatus::Reverting, Some(goal)) => self.guided(goal, self.on_the_way(goal)),
            (RolloutStatus::Running, _) => self.running(verdict),
            (RolloutStatus::Planned, _) if self.rollout.awaiting_approval => {
                self.hold(HoldReason::AwaitingApproval, "the plan waits for approval", Guidance::AwaitingHuman)
            }
            (RolloutStatus::Planned, _) => self.hold(HoldReason::NotStarted, "it waits to be started", Guidance::AwaitingHuman),
            _ => {
                let (text, guidance) = match &self.rollout.pause {
                    Some(pause) => (pause.text.as_str(), after_pause(pause.reason)),
                    None => ("it is paused", Guidance::AwaitingHuman),
                };
                self.hold(HoldReason::Paused, text, guidance)
            }
        }
    }

    fn ended(&self) -> Line {
        let due = self.rollout.ended_at.zip(self.pace.delete_twin_after_seconds);
        let due = due.map(|(ended, seconds)| ended + TimeDelta::seconds(i64::from(seconds)));
        let gone = matches!(self.signals.twin, Fetched::Known(None));
        let (Some(twin), Some(due), false) = (&self.rollout.twin, due, gone) else {
            let decision = Decision::Hold { why: HoldReason::Ended, text: "it has ended".to_owned(), look_again_at: None };
            return (decision, Guidance::NoActionNeeded);
        };
        // One that somebody has taken up again since is not ours to delete.
        let untouched = self
            .signals
            .twin
            .known()
            .and_then(Option::as_ref)
            .is_some_and(|seen| seen.canonical == twin.mark.canonical && seen.state.is_some_and(|state| state != PolicyState::Enabled));
        if self.now >= due && untouched && self.rollout.step.is_none() {
            return (Decision::Step(RolloutStep::DeleteTwin), Guidance::NoActionNeeded);
        }
        let look_again_at = Some(due.max(self.next_look()));
        let text = format!("it has ended; its twin is deleted after {due}, if nobody has edited it");
        (Decision::Hold { why: HoldReason::Ended, text, look_again_at }, Guidance::NoActionNeeded)
    }

    /// What a pause advises is said from its first moment on, not when all of it is done.
    fn guided(&self, goal: Goal, (decision, guidance): Line) -> Line {
        match &self.rollout.pause {
            Some(pause) if goal.status() == RolloutStatus::Paused && guidance == Guidance::NoActionNeeded => {
                (decision, after_pause(pause.reason))
            }
            _ => (decision, guidance),
        }
    }

    fn on_the_way(&self, goal: Goal) -> Line {
        let forward = goal.kind.forward();
        let next = if forward { self.rollout.next_step(goal) } else { self.rollout.to_loosen(self.signals).next_step(goal) };
        if let Some(under_way) = &self.rollout.step {
            match under_way.standing {
                StepStanding::Waiting if next != Some(under_way.step) => return (Decision::StopStep, Guidance::NoActionNeeded),
                StepStanding::Waiting | StepStanding::InFlight => {
                    let text = format!("{} is under way", under_way.step);
                    return self.hold(HoldReason::StepUnderWay, text, Guidance::NoActionNeeded);
                }
                StepStanding::Failed | StepStanding::Unknown if forward => return self.step_failed(under_way.step),
                StepStanding::Failed | StepStanding::Unknown => {
                    let again = under_way.since + TimeDelta::seconds(i64::from(self.pace.look_seconds));
                    if self.now < again {
                        let text = format!("{} failed and is tried again at {again}", under_way.step);
                        return self.hold(HoldReason::StepUnderWay, text, Guidance::AwaitingHuman);
                    }
                }
            }
        }
        let Some(step) = next else {
            let phase = if goal.kind == GoalKind::Complete { self.rollout.phase } else { goal.phase };
            let phase_begins = goal.kind == GoalKind::Run || phase != self.rollout.phase;
            return (Decision::Settle { status: goal.status(), phase, phase_begins }, Guidance::NoActionNeeded);
        };
        if forward {
            let held = self
                .unread()
                .or_else(|| self.uncounted())
                .or_else(|| if step.forward() { self.forward_held(self.aim(goal)) } else { None });
            if let Some(held) = held.or_else(|| self.unverified(goal, step)) {
                return held;
            }
        }
        (Decision::Step(step), Guidance::NoActionNeeded)
    }

    /// The phase that a goal leads to; the completion counts as one more than the last.
    fn aim(&self, goal: Goal) -> u8 {
        if goal.kind == GoalKind::Complete { self.rollout.plan.last_phase().saturating_add(1) } else { goal.phase }
    }

    fn step_failed(&self, step: RolloutStep) -> Line {
        let text = format!("the change {step} failed: look at it, then resume or roll back");
        let goal = Goal::new(GoalKind::Pause, self.rollout.phase);
        (Decision::Pause { reason: PauseReason::StepFailed, text, goal }, Guidance::AwaitingHuman)
    }

    fn running(&self, verdict: Option<&Verdict>) -> Line {
        if let Some(held) = self.unread() {
            return held;
        }
        if let Some(held) = self.uncounted() {
            return held;
        }
        let Some(verdict) = verdict else {
            let text = "the sign-ins were not counted since the phase began";
            return self.hold(HoldReason::SignalMissing, text, Guidance::NoActionNeeded);
        };
        let lag = self.now - verdict.counts.data_through;
        if lag > TimeDelta::seconds(i64::from(self.pace.max_lag_seconds)) {
            let text = format!("sign-ins were read up to {} only", verdict.counts.data_through);
            return self.hold(HoldReason::SignalMissing, text, Guidance::NoActionNeeded);
        }
        // What has had its time and proves nothing is for a person to decide, in either mode.
        let unproven = if verdict.bake_elapsed { Guidance::AwaitingHuman } else { Guidance::NoActionNeeded };
        match verdict.outcome {
            VerdictOutcome::Healthy => self.healthy(),
            VerdictOutcome::NoData => self.hold(HoldReason::NoTraffic, "nobody has signed in yet", unproven),
            _ if !verdict.bake_elapsed => self.hold(HoldReason::Baking, "the phase has not run long enough", unproven),
            _ => self.hold(HoldReason::Inconclusive, "the sign-ins do not prove that the phase is healthy", unproven),
        }
    }

    fn healthy(&self) -> Line {
        let rollout = self.rollout;
        let last = rollout.phase >= rollout.plan.last_phase();
        if rollout.mode == RolloutMode::Manual {
            let text = if last { "healthy: complete the rollout" } else { "healthy: advance to the next phase" };
            return self.hold(HoldReason::AwaitingHuman, text, Guidance::SuggestAdvance);
        }
        if let Some(held) = self.forward_held(rollout.phase + 1) {
            return held;
        }
        if last {
            return (Decision::Advance { goal: Goal::new(GoalKind::Complete, rollout.phase) }, Guidance::NoActionNeeded);
        }
        let next = rollout.phase + 1;
        if let Err(why) = startable(rollout, next, self.signals) {
            return match why.pause() {
                Some(reason) => {
                    let goal = Goal::new(GoalKind::Pause, rollout.phase);
                    (Decision::Pause { reason, text: why.text(), goal }, Guidance::AwaitingHuman)
                }
                None => self.hold(HoldReason::SignalMissing, why.text(), Guidance::NoActionNeeded),
            };
        }
        match forecast_doubt(rollout, next) {
            Some(doubt) if rollout.forecast_confirmed != Some(next) => {
                self.hold(HoldReason::ForecastNotConfirmed, format!("phase {next}: {doubt}"), Guidance::AwaitingHuman)
            }
            _ => (Decision::Advance { goal: Goal::new(GoalKind::Run, next) }, Guidance::NoActionNeeded),
        }
    }
}

/// Why a person has to confirm the forecast of a phase; `None`: nobody has to.
pub(super) fn forecast_doubt(rollout: &Rollout, phase: u8) -> Option<String> {
    match &rollout.plan.phase(phase)?.forecast {
        Some(forecast) => forecast.needs_confirmation(&rollout.guard),
        None => Some("what the phase will do was not foretold".to_owned()),
    }
}

const fn after_pause(reason: PauseReason) -> Guidance {
    match reason {
        PauseReason::GuardTripped | PauseReason::EmergencyAccessBlocked => Guidance::SuggestRollBack,
        _ => Guidance::AwaitingHuman,
    }
}
