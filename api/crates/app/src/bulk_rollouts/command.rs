//! What callers ask of rollouts across tenants: one struct per mutation.

use domain::bulk::{BulkStrategy, BulkTarget};
use domain::bulk_rollout::NamedPhase;
use domain::id::{BulkRolloutId, TenantId};
use domain::rollout::{Guard, RolloutMode};
use serde::Serialize;

use crate::command::{IdempotencyKey, Verdict};

/// `createBulkRollout`.
#[derive(Clone, Debug, Serialize)]
pub struct CreateBulkRollout {
    /// The tenants, 1 to 1,000, all imported. May be empty where the target names policies: then it is their tenants.
    pub tenant_ids: Vec<TenantId>,
    /// Which policy of each.
    pub target: BulkTarget,
    /// The phases by the names of their groups, 1 to 10; each tenant's own are proposed unless given.
    pub phases: Option<Vec<NamedPhase>>,
    /// Who moves it on.
    pub mode: RolloutMode,
    /// The limits in each tenant.
    pub guard: Guard,
    /// How it goes through its tenants.
    pub strategy: BulkStrategy,
    /// A note for reviewers, at most 2,000 characters.
    pub note: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A step that needs no more than to be asked for: `planBulkRollout` and `advanceBulkRollout`.
#[derive(Clone, Debug, Serialize)]
pub struct BulkRolloutStep {
    /// The rollout across tenants.
    pub id: BulkRolloutId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `requestBulkRolloutApproval`: every plan that waits for approval, at once.
#[derive(Clone, Debug, Serialize)]
pub struct RequestBulkRolloutApproval {
    /// The rollout across tenants.
    pub id: BulkRolloutId,
    /// The digest of the whole that the caller saw.
    pub digest: String,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `decideBulkRolloutApproval`.
#[derive(Clone, Debug, Serialize)]
pub struct DecideBulkRolloutApproval {
    /// The rollout across tenants.
    pub id: BulkRolloutId,
    /// The digest of the whole that the approver saw.
    pub digest: String,
    /// Approve or reject.
    pub approve: Verdict,
    /// What the approver says; required when rejecting.
    pub comment: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `startBulkRollout`.
#[derive(Clone, Debug, Serialize)]
pub struct StartBulkRollout {
    /// The rollout across tenants.
    pub id: BulkRolloutId,
    /// The digest of the whole that the caller saw: what starts is this, or nothing.
    pub digest: String,
    /// The forecasts of the first phases were seen, and it is wanted all the same.
    pub confirm_forecast: bool,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `pauseBulkRollout`, `resumeBulkRollout`, `cancelBulkRollout` and `rollBackBulkRollout`.
#[derive(Clone, Debug, Serialize)]
pub struct ReasonedBulkRolloutStep {
    /// The rollout across tenants.
    pub id: BulkRolloutId,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
    /// The revision the caller read; a stop needs none, because whoever stops has no time to read again.
    pub expected_revision: Option<i64>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `excludeBulkRolloutTenant`.
#[derive(Clone, Debug, Serialize)]
pub struct ExcludeBulkRolloutTenant {
    /// The rollout across tenants.
    pub id: BulkRolloutId,
    /// The tenant to leave out.
    pub tenant_id: TenantId,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}
