//! What a person can ask of a rollout, and why it is refused.

use super::record::{Goal, Mark, Pause};
use super::status::{EndReason, RolloutStatus};
use crate::id::RolloutVerdictId;
use crate::text_enum;

text_enum! {
    /// What a person can ask of a rollout.
    CommandKind {
        /// Create the twin and enable it for the first phase.
        Start = "START",
        /// Stop where it is.
        Pause = "PAUSE",
        /// Go on from a pause.
        Resume = "RESUME",
        /// Go to the next phase.
        Advance = "ADVANCE",
        /// Take the current phase back.
        RevertPhase = "REVERT_PHASE",
        /// Enable the original for everybody.
        Complete = "COMPLETE",
        /// Give it up.
        Cancel = "CANCEL",
        /// Take all of it back.
        RollBack = "ROLL_BACK",
    }
}

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// See [`CommandKind::Start`].
    Start {
        /// A person has seen the first phase's forecast and wants it all the same.
        confirm_forecast: bool,
    },
    /// See [`CommandKind::Pause`].
    Pause {
        /// Why.
        reason: String,
        /// Also put the twin into report-only mode.
        report_only: bool,
    },
    /// See [`CommandKind::Resume`].
    Resume {
        /// Why the cause of the pause is none any more.
        reason: String,
    },
    /// See [`CommandKind::Advance`].
    Advance(Forward),
    /// See [`CommandKind::RevertPhase`].
    RevertPhase {
        /// Why.
        reason: String,
    },
    /// See [`CommandKind::Complete`].
    Complete(Forward),
    /// See [`CommandKind::Cancel`].
    Cancel {
        /// Why: a person's own words, beside [`EndReason::Asked`].
        reason: String,
        /// What kind of end it is: [`EndReason::Asked`] or [`EndReason::Rejected`].
        end: EndReason,
    },
    /// See [`CommandKind::RollBack`].
    RollBack {
        /// Why.
        reason: String,
    },
}

/// The arguments of a step forward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forward {
    /// The one verdict that is overridden: it must be the newest one on this phase. Moves exactly one step.
    pub override_verdict: Option<RolloutVerdictId>,
    /// Why; needed with an override or a confirmation.
    pub reason: Option<String>,
    /// A person has seen the next phase's forecast and wants it all the same.
    pub confirm_forecast: bool,
}

impl Command {
    /// Which one it is.
    pub const fn kind(&self) -> CommandKind {
        match self {
            Command::Start { .. } => CommandKind::Start,
            Command::Pause { .. } => CommandKind::Pause,
            Command::Resume { .. } => CommandKind::Resume,
            Command::Advance(_) => CommandKind::Advance,
            Command::RevertPhase { .. } => CommandKind::RevertPhase,
            Command::Complete(_) => CommandKind::Complete,
            Command::Cancel { .. } => CommandKind::Cancel,
            Command::RollBack { .. } => CommandKind::RollBack,
        }
    }
}

/// What a command does to a rollout. Changes are made by [`super::tick`], which goes to the goal step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The status from now on.
    pub status: RolloutStatus,
    /// The goal from now on; `None` where nothing has to be written.
    pub goal: Option<Goal>,
    /// The pause from now on; `None`: it is not paused.
    pub pause: Option<Pause>,
    /// The phase whose forecast is confirmed from now on.
    pub forecast_confirmed: Option<u8>,
    /// Why it ended, where it ends at once.
    pub end: Option<EndReason>,
    /// The original as it is taken from now on, where somebody else's edit is accepted.
    pub original: Option<Mark>,
    /// The twin, likewise.
    pub twin: Option<Mark>,
}

/// Why a command is refused. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RolloutRefusal {
    /// The status does not take it.
    #[error("a rollout that is {status} does not take {command}: {}", list(.allowed))]
    IllegalTransition {
        /// Where it stands.
        status: RolloutStatus,
        /// What was asked for.
        command: CommandKind,
        /// What could be asked for instead, in declaration order.
        allowed: Vec<CommandKind>,
    },
    /// The plan waits for its approval.
    #[error("the plan is not approved: ask for approval and wait for it, then start the rollout")]
    NotApproved,
    /// A freeze window holds forward moves.
    #[error("{0}: wait for its end; pausing, reverting, cancelling and rolling back are possible meanwhile")]
    Frozen(String),
    /// The rollout across tenants that it belongs to does not let it go on.
    #[error("{0}")]
    WaveHeld(String),
    /// The tenant is not connected.
    #[error("the tenant is not connected: connect it again first")]
    TenantDisconnected,
    /// A signal that the step needs could not be had.
    #[error("{0}: try again when it can be read")]
    SignalMissing(String),
    /// The phase has not run long enough, or its sign-ins prove no health.
    #[error("{text}: wait, or override the verdict by naming it, with a reason")]
    NotHealthy {
        /// What speaks against it.
        text: String,
        /// The verdict that would have to be named.
        verdict: Option<RolloutVerdictId>,
    },
    /// A verdict of breach is not overridden.
    #[error("{0}: revert the phase, or find the cause, before you go on")]
    Breached(String),
    /// The verdict that was named is not the newest one on this phase.
    #[error("the verdict that you name is not the newest one on this phase: look at that one, and decide again")]
    StaleVerdict {
        /// The newest.
        newest: Option<RolloutVerdictId>,
    },
    /// An override or a confirmation without a reason.
    #[error("say why")]
    ReasonMissing,
    /// The next phase's forecast is worse than the guard allows, or could not be made.
    #[error("{0}: confirm it to go on all the same")]
    ForecastNotConfirmed(String),
    /// There is no further phase.
    #[error("phase {0} is the last one: complete the rollout")]
    LastPhase(u8),
    /// One of the two policies is not what we left, or not fit to go on with.
    #[error("{0}")]
    PolicyChanged(String),
    /// A group of the phase is gone or empty, or has grown since.
    #[error("{0}: edit the phase")]
    PhaseNotStartable(String),
}

impl RolloutRefusal {
    /// Its code.
    pub const fn code(&self) -> &'static str {
        match self {
            RolloutRefusal::IllegalTransition { .. } => "ILLEGAL_TRANSITION",
            RolloutRefusal::NotApproved => "NOT_APPROVED",
            RolloutRefusal::Frozen(_) => "FROZEN",
            RolloutRefusal::WaveHeld(_) => "WAVE_HELD",
            RolloutRefusal::TenantDisconnected => "TENANT_DISCONNECTED",
            RolloutRefusal::SignalMissing(_) => "SIGNAL_MISSING",
            RolloutRefusal::NotHealthy { .. } => "NOT_HEALTHY",
            RolloutRefusal::Breached(_) => "GUARD_TRIPPED",
            RolloutRefusal::StaleVerdict { .. } => "STALE_VERDICT",
            RolloutRefusal::ReasonMissing => "REASON_MISSING",
            RolloutRefusal::ForecastNotConfirmed(_) => "FORECAST_NOT_CONFIRMED",
            RolloutRefusal::LastPhase(_) => "LAST_PHASE",
            RolloutRefusal::PolicyChanged(_) => "POLICY_CHANGED",
            RolloutRefusal::PhaseNotStartable(_) => "PHASE_NOT_STARTABLE",
        }
    }
}

fn list(commands: &[CommandKind]) -> String {
    if commands.is_empty() {
        return "it has ended".to_owned();
    }
    format!("it takes {}", commands.iter().map(|command| command.as_str()).collect::<Vec<_>>().join(", "))
}
