//! The commands that move a rollout. What goes forward asks the world first, with no transaction open; what takes back waits for nobody.

use domain::access::{Operation, allowed};
use domain::event::{EventKind, NewEvent};
use domain::id::MemberId;
use domain::rollout::{Command, CommandKind, ManagedRollout, PauseReason, Signals, command};
use domain::workspace::Actor;
use serde_json::json;

use super::command::MoveRollout;
use super::step::{RolloutAsked, RolloutTaken};
use super::tick::pace;
use super::tick::signals::{Purpose, gather, none_needed};
use super::tick::told::{event, settled};
use super::view::RolloutView;
use crate::App;
use crate::error::{AppError, AppResult};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

impl App {
    /// Takes a command. What it needs written is done by changes in the background: follow the rollout's status.
    ///
    /// What was gathered for a step forward is of the revision that the caller names: every move of the engine raises it.
    pub async fn move_rollout(&self, actor: &Actor, asked: MoveRollout) -> AppResult<RolloutView> {
        check_reason(&asked.command)?;
        let operation = operation(asked.command.kind());
        let signals = self.signals_for(actor, operation, &asked).await?;
        // The command has no secret in it, and no field that is left out of its text.
        let input = format!("{:?} {:?}", asked.id, asked.command);
        let step = RolloutAsked {
            operation,
            id: asked.id,
            expected_revision: asked.expected_revision,
            idempotency_key: &asked.idempotency_key,
            input: &input,
        };
        self.rollout_step(actor, step, async |tx, rollout| {
            let taken = self.moved(Some(actor.member_id), rollout, &asked.command, &signals)?;
            if taken.rollout.state.status.terminal() {
                tx.unwatch_rollout(taken.rollout.workspace_id, taken.rollout.id, self.now()).await?;
            }
            Ok(taken)
        })
        .await
    }

    /// What the command has to know of the world; nothing where it takes something back.
    async fn signals_for(&self, actor: &Actor, operation: Operation, asked: &MoveRollout) -> AppResult<Signals> {
        if !forward(asked.command.kind()) {
            return Ok(none_needed());
        }
        let rollout = self.store().reader().rollout(actor.workspace_id, asked.id).await?;
        // Refused and audited below, like everything else; Graph is asked for nothing.
        let Some(rollout) = rollout.filter(|rollout| actor.sees(rollout.tenant_id) && allowed(actor.role, operation)) else {
            return Ok(none_needed());
        };
        if !domain::rollout::allowed(&rollout.state).contains(&asked.command.kind()) {
            return Ok(none_needed());
        }
        Ok(gather(self, &rollout, Purpose::Command).await?.signals)
    }

    /// The rollout after a command, not saved. `by`: whose; `None` is Causeway itself.
    pub(crate) fn moved(
        &self,
        by: Option<MemberId>,
        mut rollout: ManagedRollout,
        asked: &Command,
        signals: &Signals,
    ) -> AppResult<RolloutTaken> {
        let (now, pace) = (self.now(), pace(self));
        let before = rollout.state.clone();
        let transition = command(&before, asked, now, signals, &pace)?;
        rollout.state = before.commanded(&transition, now, &pace);
        rollout.acting = by.or(rollout.acting);
        rollout.step_failure = None;
        rollout.outlook.hold = None;
        rollout.outlook.text = None;
        rollout.next_look_at = Some(now);
        if matches!(asked, Command::Start { .. }) {
            rollout.started_at = rollout.started_at.or(Some(now));
        }
        let events = told(&rollout, asked, by).into_iter().chain(settled(&before, &rollout, by, reason(asked))).collect();
        let detail = json!({
            "from": before.status,
            "to": rollout.state.status,
            "phase": rollout.state.phase,
            "reason": reason(asked),
            "overrideVerdict": match asked {
                Command::Advance(forward) | Command::Complete(forward) => forward.override_verdict,
                _ => None,
            },
        });
        Ok(RolloutTaken { rollout, detail, events })
    }
}

fn told(rollout: &ManagedRollout, asked: &Command, by: Option<MemberId>) -> Option<NewEvent> {
    let (kind, data) = match asked {
        Command::Start { .. } => (EventKind::RolloutStarted, json!({ "digest": rollout.state.plan.digest() })),
        Command::Resume { reason } => (EventKind::RolloutResumed, json!({ "phase": rollout.state.phase, "text": reason })),
        Command::Pause { reason, .. } | Command::RevertPhase { reason } => {
            (EventKind::RolloutPaused, json!({ "reason": PauseReason::Asked, "text": reason, "phase": rollout.state.phase }))
        }
        Command::Advance(_) | Command::Complete(_) | Command::Cancel { .. } | Command::RollBack { .. } => return None,
    };
    Some(event(rollout, by, kind, data))
}

fn forward(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::Start | CommandKind::Resume | CommandKind::Advance | CommandKind::Complete)
}

/// What a member has to be allowed.
pub(super) fn operation(kind: CommandKind) -> Operation {
    match kind {
        CommandKind::Start => Operation::StartRollout,
        CommandKind::Pause => Operation::PauseRollout,
        CommandKind::Resume => Operation::ResumeRollout,
        CommandKind::Advance => Operation::AdvanceRollout,
        CommandKind::RevertPhase => Operation::RevertRolloutPhase,
        CommandKind::Complete => Operation::CompleteRollout,
        CommandKind::Cancel => Operation::CancelRollout,
        CommandKind::RollBack => Operation::RollBackRollout,
    }
}

fn reason(asked: &Command) -> Option<&str> {
    match asked {
        Command::Start { .. } => None,
        Command::Pause { reason, .. }
        | Command::Resume { reason }
        | Command::RevertPhase { reason }
        | Command::Cancel { reason, .. }
        | Command::RollBack { reason } => Some(reason),
        Command::Advance(forward) | Command::Complete(forward) => forward.reason.as_deref(),
    }
}

fn check_reason(asked: &Command) -> AppResult<()> {
    let Some(reason) = reason(asked) else { return Ok(()) };
    let needed = !matches!(asked, Command::Advance(_) | Command::Complete(_));
    if (needed && reason.trim().is_empty()) || reason.chars().count() > LONGEST_REASON {
        return Err(AppError::invalid(&["input", "reason"], "say why, in 1 to 2,000 characters"));
    }
    Ok(())
}
