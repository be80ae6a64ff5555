//! What is to be done with a rollout now.

use chrono::{DateTime, Utc};

use super::record::Goal;
use super::status::{EndReason, Guidance, PauseReason, RolloutStatus, RolloutStep};
use super::verdict::Verdict;
use crate::text_enum;

text_enum! {
    /// Why a rollout stays where it is.
    HoldReason {
        /// Its plan waits for approval.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// It waits for a person to start it.
        NotStarted = "NOT_STARTED",
        /// A change of it is under way.
        StepUnderWay = "STEP_UNDER_WAY",
        /// The phase has not run long enough.
        Baking = "BAKING",
        /// Nobody signed in yet.
        NoTraffic = "NO_TRAFFIC",
        /// The sign-ins prove nothing yet.
        Inconclusive = "INCONCLUSIVE",
        /// The phase is healthy; a person moves it on.
        AwaitingHuman = "AWAITING_HUMAN",
        /// It is paused; a person resumes it.
        Paused = "PAUSED",
        /// A freeze window holds forward moves.
        Frozen = "FROZEN",
        /// The rollout across tenants that it belongs to is held, or has not released the next phase.
        WaveHeld = "WAVE_HELD",
        /// A signal could not be had.
        SignalMissing = "SIGNAL_MISSING",
        /// The forecast of the next phase needs a person's confirmation.
        ForecastNotConfirmed = "FORECAST_NOT_CONFIRMED",
        /// It has ended.
        Ended = "ENDED",
    }
}

/// What is to be done with a rollout now. [`super::tick`] says it, and says the same however often it is asked; [`Rollout::decided`] is the
/// rollout afterwards.
///
/// [`Rollout::decided`]: super::Rollout::decided
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing; look again then. `None`: only a command moves it.
    Hold {
        /// Why.
        why: HoldReason,
        /// The same in a sentence.
        text: String,
        /// When to look again.
        look_again_at: Option<DateTime<Utc>>,
    },
    /// Go to this goal: the status becomes `ADVANCING`.
    Advance {
        /// The next phase, or the completion.
        goal: Goal,
    },
    /// Stop at this goal: the status becomes `REVERTING`, or `PAUSED` at once where no write is needed.
    Pause {
        /// Why.
        reason: PauseReason,
        /// The same in a sentence.
        text: String,
        /// Where to.
        goal: Goal,
    },
    /// Give it up; the goal says why.
    Cancel {
        /// Why.
        reason: EndReason,
        /// Where to.
        goal: Goal,
    },
    /// Take back the change under way, which was not handed to the writer yet: it leads away from the goal.
    StopStep,
    /// Make and start this change: the next one on the way to the goal.
    Step(RolloutStep),
    /// The goal is reached: this is the status now, in this phase.
    Settle {
        /// The status.
        status: RolloutStatus,
        /// The phase.
        phase: u8,
        /// The phase begins anew now: its clocks start.
        phase_begins: bool,
    },
}

/// A decision with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// What is to be done.
    pub decision: Decision,
    /// The verdict on the current phase, where its sign-ins could be counted.
    pub verdict: Option<Verdict>,
    /// What a person is advised to do.
    pub guidance: Guidance,
}

/// The engine's clocks, in seconds: settings of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks at most.
    pub look_seconds: u32,
    /// From a write until Entra is taken to know it everywhere.
    pub propagation_seconds: u32,
    /// The newest sign-ins that were read may be so old; older, and nothing is proven healthy.
    pub max_lag_seconds: u32,
    /// From the end of a rollout until its twin is deleted; `None`: it is not deleted by itself.
    pub delete_twin_after_seconds: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { look_seconds: 300, propagation_seconds: 900, max_lag_seconds: 7_200, delete_twin_after_seconds: Some(7 * 86_400) }
    }
}
