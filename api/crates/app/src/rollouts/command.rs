//! What callers ask of rollouts: one struct per mutation.

use domain::id::{PolicyId, RolloutId};
use domain::rollout::{Command, Guard, RolloutMode};
use serde::Serialize;
use uuid::Uuid;

use crate::command::{IdempotencyKey, Verdict};

/// One phase as a caller wants it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhaseDraft {
    /// The groups that it adds, 1 to 100.
    pub groups: Vec<Uuid>,
    /// How long it runs at least, in seconds; a day unless given.
    pub min_bake_seconds: Option<u32>,
}

/// `createRollout`.
#[derive(Clone, Debug, Serialize)]
pub struct CreateRollout {
    /// The report-only policy.
    pub policy_id: PolicyId,
    /// The phases, 1 to 10; the proposed ones unless given.
    pub phases: Option<Vec<PhaseDraft>>,
    /// Who moves it on.
    pub mode: RolloutMode,
    /// Its limits.
    pub guard: Guard,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `editRollout`.
#[derive(Clone, Debug, Serialize)]
pub struct EditRollout {
    /// The rollout.
    pub id: RolloutId,
    /// All phases, those that were started unchanged; `None` leaves them.
    pub phases: Option<Vec<PhaseDraft>>,
    /// Who moves it on; `None` leaves it.
    pub mode: Option<RolloutMode>,
    /// Its limits; `None` leaves them.
    pub guard: Option<Guard>,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `requestRolloutApproval`.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRolloutApproval {
    /// The rollout.
    pub id: RolloutId,
    /// The digest of the plan that the caller saw.
    pub digest: String,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `decideRolloutApproval`.
#[derive(Clone, Debug, Serialize)]
pub struct DecideRolloutApproval {
    /// The rollout.
    pub id: RolloutId,
    /// The digest of the plan that the approver saw.
    pub digest: String,
    /// Approve or reject.
    pub approve: Verdict,
    /// What the approver says; required when rejecting.
    pub comment: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `startRollout`, `pauseRollout`, `resumeRollout`, `advanceRollout`, `revertRolloutPhase`, `completeRollout`, `cancelRollout` and
/// `rollBackRollout`.
#[derive(Clone, Debug)]
pub struct MoveRollout {
    /// The rollout.
    pub id: RolloutId,
    /// What is asked.
    pub command: Command,
    /// The revision the caller read; a stop needs none, because whoever stops has no time to read again.
    pub expected_revision: Option<i64>,
    /// See [`IdempotencyKey`].
    pub idempotency_key: IdempotencyKey,
}
