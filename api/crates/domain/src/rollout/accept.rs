//! What a command does to a rollout, or why it is refused.

use chrono::{DateTime, Utc};

use super::command::{Command, CommandKind, Forward, RolloutRefusal, Transition};
use super::decision::Pace;
use super::gate::{Gate, said};
use super::record::{Goal, GoalKind, Mark, Pause, Rollout};
use super::signals::{PolicySeen, Signals};
use super::status::{EndReason, PauseReason, RolloutStatus};
use super::tick::forecast_doubt;
use crate::policy::PolicyState;

/// The commands that a rollout takes where it stands, in declaration order. Pausing, cancelling and rolling back are among them in every
/// status that is not terminal.
pub fn allowed(rollout: &Rollout) -> Vec<CommandKind> {
    use CommandKind as C;
    let takes = |command: &C| match rollout.status {
        RolloutStatus::Completed | RolloutStatus::Cancelled | RolloutStatus::RolledBack => false,
        _ if matches!(command, C::Pause | C::Cancel | C::RollBack) => true,
        RolloutStatus::Planned => *command == C::Start,
        RolloutStatus::Advancing | RolloutStatus::Reverting => false,
        RolloutStatus::Running => matches!(command, C::Advance | C::RevertPhase | C::Complete),
        RolloutStatus::Paused => match command {
            C::Resume => true,
            C::RevertPhase | C::Complete => rollout.phase > 0,
            _ => false,
        },
    };
    C::ALL.iter().filter(|command| takes(command)).copied().collect()
}

/// What a command does to a rollout; [`Rollout::commanded`] is the rollout afterwards. A stop needs no signal, no freeze window holds it, and
/// it replaces a move forward that is under way.
pub fn command(
    rollout: &Rollout,
    asked: &Command,
    now: DateTime<Utc>,
    signals: &Signals,
    pace: &Pace,
) -> Result<Transition, RolloutRefusal> {
    let allowed = allowed(rollout);
    if !allowed.contains(&asked.kind()) {
        return Err(RolloutRefusal::IllegalTransition { status: rollout.status, command: asked.kind(), allowed });
    }
    let gate = Gate { rollout, now, signals, pace };
    match asked {
        Command::Start { confirm_forecast } => gate.start(*confirm_forecast),
        Command::Resume { reason } => gate.resume(reason),
        Command::Advance(forward) => gate.advance(forward),
        Command::Complete(forward) => gate.complete(forward),
        Command::Pause { reason, report_only } => {
            let kind = if *report_only { GoalKind::ReportOnly } else { GoalKind::Pause };
            Ok(gate.stop(Goal::new(kind, rollout.phase), Some(reason)))
        }
        Command::RevertPhase { reason } => Ok(gate.stop(back_one(rollout), Some(reason))),
        Command::Cancel { end, .. } => Ok(gate.stop(Goal::end(GoalKind::Cancel, rollout.phase, *end), None)),
        Command::RollBack { .. } => Ok(gate.stop(Goal::end(GoalKind::RollBack, rollout.phase, EndReason::Asked), None)),
    }
}

/// Where taking back the current phase leads: the first one's leaves the twin in report-only mode.
fn back_one(rollout: &Rollout) -> Goal {
    let enforced = rollout.twin.as_ref().is_some_and(|twin| twin.mark.state == PolicyState::Enabled);
    let kind = if enforced && rollout.phase > 1 { GoalKind::Pause } else { GoalKind::ReportOnly };
    Goal::new(kind, rollout.phase.saturating_sub(1))
}

impl Gate<'_> {
    fn start(&self, confirmed: bool) -> Result<Transition, RolloutRefusal> {
        if self.rollout.awaiting_approval {
            return Err(RolloutRefusal::NotApproved);
        }
        self.open()?;
        self.released(1)?;
        let original = self.original()?;
        if original.canonical != self.rollout.original.canonical {
            let text = "the original was edited since the plan was made: make a new plan";
            return Err(RolloutRefusal::PolicyChanged(text.to_owned()));
        }
        self.twin()?;
        self.startable(1)?;
        self.foretold(1, confirmed)?;
        Ok(self.forward(Goal::new(GoalKind::Run, 1), Some(1)))
    }

    /// Goes on in the same phase, whose clocks start anew. Other people's edits of the two policies are accepted with it. Before the first
    /// phase it is planned again: starting asks for all that a start needs.
    fn resume(&self, reason: &str) -> Result<Transition, RolloutRefusal> {
        said(Some(reason))?;
        if self.rollout.phase == 0 {
            return Ok(Transition { status: RolloutStatus::Planned, goal: None, pause: None, ..self.unchanged() });
        }
        self.open()?;
        let (original, twin) = (self.original()?, self.twin()?);
        let twin = twin.and_then(|seen| accepted(seen, &self.rollout.twin.as_ref()?.mark));
        let original = accepted(original, &self.rollout.original);
        Ok(Transition { original, twin, ..self.forward(Goal::new(GoalKind::Run, self.rollout.phase), self.rollout.forecast_confirmed) })
    }

    fn advance(&self, asked: &Forward) -> Result<Transition, RolloutRefusal> {
        let next = self.rollout.phase + 1;
        if self.rollout.phase >= self.rollout.plan.last_phase() {
            return Err(RolloutRefusal::LastPhase(self.rollout.phase));
        }
        self.open()?;
        self.released(next)?;
        self.unedited()?;
        self.healthy(asked, None)?;
        self.startable(next)?;
        if asked.confirm_forecast && forecast_doubt(self.rollout, next).is_some() {
            said(asked.reason.as_deref())?;
        }
        self.foretold(next, asked.confirm_forecast)?;
        Ok(self.forward(Goal::new(GoalKind::Run, next), Some(next)))
    }

    fn complete(&self, asked: &Forward) -> Result<Transition, RolloutRefusal> {
        let (phase, last) = (self.rollout.phase, self.rollout.plan.last_phase());
        self.open()?;
        self.released(last.saturating_add(1))?;
        self.unedited()?;
        let early = (phase < last).then(|| format!("phase {phase} of {last} is not the last one"));
        self.healthy(asked, early)?;
        Ok(self.forward(Goal::new(GoalKind::Complete, phase), self.rollout.forecast_confirmed))
    }

    fn unchanged(&self) -> Transition {
        Transition {
            status: self.rollout.status,
            goal: self.rollout.goal,
            pause: self.rollout.pause.clone(),
            forecast_confirmed: self.rollout.forecast_confirmed,
            end: None,
            original: None,
            twin: None,
        }
    }

    fn forward(&self, goal: Goal, forecast_confirmed: Option<u8>) -> Transition {
        Transition { status: RolloutStatus::Advancing, goal: Some(goal), pause: None, forecast_confirmed, ..self.unchanged() }
    }

    /// A stop: what was to be stopped more already stays so. `why` is that of a pause; an end has none.
    fn stop(&self, goal: Goal, why: Option<&str>) -> Transition {
        let goal = goal.over(self.rollout.goal);
        let pause = match (goal.status(), why) {
            (RolloutStatus::Paused, Some(text)) => {
                // The cause that the engine found is nearer to the point than that somebody also asked.
                let known = self.rollout.pause.clone();
                Some(known.unwrap_or_else(|| Pause { reason: PauseReason::Asked, text: text.to_owned(), at: self.now, verdict: None }))
            }
            _ => None,
        };
        let status = if self.rollout.rests_at(goal) { goal.status() } else { RolloutStatus::Reverting };
        Transition { status, goal: Some(goal), pause, end: goal.end, ..self.unchanged() }
    }
}

/// The mark of a policy that somebody else edited; `None` where nobody did.
fn accepted(seen: &PolicySeen, mark: &Mark) -> Option<Mark> {
    (seen.canonical != mark.canonical).then(|| Mark {
        state: seen.state.unwrap_or(mark.state),
        canonical: seen.canonical.clone(),
        grants: seen.grants.clone(),
    })
}
