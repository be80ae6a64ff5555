//! What of a rollout its decisions depend on.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::guard::Guard;
use super::plan::Plan;
use super::status::{EndReason, PauseReason, RolloutMode, RolloutStatus, RolloutStep};
use crate::id::{ContentHash, RolloutVerdictId};
use crate::policy::PolicyState;
use crate::text_enum;

/// A rollout, as far as its decisions depend on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// Where it stands.
    pub status: RolloutStatus,
    /// Who moves it on.
    pub mode: RolloutMode,
    /// The current phase, counted from 1; 0 before the first.
    pub phase: u8,
    /// Its plan.
    pub plan: Plan,
    /// Its limits.
    pub guard: Guard,
    /// The plan needs an approval that it does not have.
    pub awaiting_approval: bool,
    /// The report-only original, as we last knew it.
    pub original: Mark,
    /// The twin, as we last wrote it; `None` before it is created and after it is deleted.
    pub twin: Option<Twin>,
    /// Where it is going, while it is `ADVANCING` or `REVERTING`.
    pub goal: Option<Goal>,
    /// The change that is under way; `None` between changes.
    pub step: Option<StepUnderWay>,
    /// When the current phase's last write was verified; moved on by each resume. `None` before the first phase.
    pub phase_started_at: Option<DateTime<Utc>>,
    /// From when on Entra is taken to know the current phase: its start and the time of propagation.
    pub effective_from: Option<DateTime<Utc>>,
    /// Why it is paused, or is on its way to be.
    pub pause: Option<Pause>,
    /// The newest stored verdict on the current phase.
    pub last_verdict: Option<RolloutVerdictId>,
    /// A person has confirmed the forecast of this phase.
    pub forecast_confirmed: Option<u8>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended, where it was not completed.
    pub end: Option<EndReason>,
}

/// A policy as it was when we last wrote or accepted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// State.
    pub state: PolicyState,
    /// Hash of its canonical form.
    pub canonical: ContentHash,
    /// Hash of the canonical form of its grant controls alone.
    pub grants: ContentHash,
}

/// The twin as we last wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Twin {
    /// The policy.
    pub mark: Mark,
    /// The groups that it includes.
    pub groups: BTreeSet<Uuid>,
}

text_enum! {
    /// What the changes under way are to come to, in order of how much they stop.
    GoalKind {
        /// `RUNNING` in a phase: the twin enabled for its groups and those of all before it.
        Run = "RUN",
        /// `COMPLETED`: the original enabled, then the twin disabled.
        Complete = "COMPLETE",
        /// `PAUSED` in a phase, the twin left enabled.
        Pause = "PAUSE",
        /// `PAUSED` in a phase, the twin in report-only mode.
        ReportOnly = "REPORT_ONLY",
        /// `CANCELLED`: the twin in report-only mode.
        Cancel = "CANCEL",
        /// `ROLLED_BACK`: the twin disabled.
        RollBack = "ROLL_BACK",
    }
}

/// Where a rollout is going. A stop replaces the goal at once; what is in flight is waited for, and then undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Goal {
    /// To what.
    pub kind: GoalKind,
    /// The phase it will be in, counted from 1; 0 for none.
    pub phase: u8,
    /// Why it ends, where it ends early.
    pub end: Option<EndReason>,
}

/// The change under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepUnderWay {
    /// What it does.
    pub step: RolloutStep,
    /// The groups that it adds or removes, as it was made: the goal may have changed since.
    pub groups: BTreeSet<Uuid>,
    /// Where it stands.
    pub standing: StepStanding,
    /// Since when: a loosening that failed is tried again a look later.
    pub since: DateTime<Utc>,
}

impl GoalKind {
    /// Whether it turns anything on that was not on. Freeze windows and missing signals hold these alone.
    pub const fn forward(self) -> bool {
        matches!(self, GoalKind::Run | GoalKind::Complete)
    }
}

text_enum! {
    /// Where the change under way stands. One that was applied is none any more: its effect is in the marks.
    StepStanding {
        /// Made, and not handed to the writer yet: it can be taken back.
        Waiting = "WAITING",
        /// Being written.
        InFlight = "IN_FLIGHT",
        /// It failed without effect, or was refused by the gate.
        Failed = "FAILED",
        /// Nobody knows whether it took effect. The marks then say that it did, so that a stop undoes it all the same.
        Unknown = "UNKNOWN",
    }
}

/// Why a rollout is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// Why.
    pub reason: PauseReason,
    /// The same in a sentence for a person.
    pub text: String,
    /// Since when.
    pub at: DateTime<Utc>,
    /// The stored verdict that it rests on, where sign-ins spoke against the policy.
    #[serde(default)]
    pub verdict: Option<RolloutVerdictId>,
}
