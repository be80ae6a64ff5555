//! What callers ask of bulk changes: one struct per mutation.

use chrono::{DateTime, Utc};
use domain::bulk::{BulkStrategy, BulkTarget};
use domain::change::kind::ChangePayload;
use domain::id::{BulkChangeId, TenantId};
use domain::schedule::ScheduleMode;
use serde::Serialize;

use crate::changes::intent::Intent;
use crate::command::{IdempotencyKey, Verdict};

/// `createBulkChange`.
#[derive(Clone, Debug, Serialize)]
pub struct CreateBulkChange {
    /// The tenants, 1 to 1,000, all imported. May be empty where the target names policies: then it is their tenants.
    pub tenant_ids: Vec<TenantId>,
    /// Which policy of each; `None` for `policy.create` and for named locations.
    pub target: Option<BulkTarget>,
    /// What is intended. Objects go by their names; `locationId` of a named location holds its name.
    pub payload: Intent,
    /// Named locations to create first where a tenant lacks them, `location.create` each, at most 5.
    pub prerequisites: Vec<ChangePayload>,
    /// How it goes through its tenants.
    pub strategy: BulkStrategy,
    /// A note for reviewers, at most 2,000 characters.
    pub note: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A step on a bulk change: `runBulkDryRun`, `requestBulkApproval`, `withdrawBulkApproval`, `stopBulkChange`, `cancelBulkChange`, `retryFailed`,
/// `revokeBulkSchedule`, `runBulkImpact`.
#[derive(Clone, Debug, Serialize)]
pub struct BulkStep {
    /// The bulk change.
    pub id: BulkChangeId,
    /// The revision the caller read; `stopBulkChange` and `runBulkImpact` ask for none.
    pub expected_revision: Option<i64>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `decideBulkApproval`: every change of the bulk that waits for approval, at once.
#[derive(Clone, Debug, Serialize)]
pub struct DecideBulkApproval {
    /// The bulk change.
    pub id: BulkChangeId,
    /// The digest of the bulk change that the approver saw.
    pub digest: String,
    /// Approve or reject.
    pub approve: Verdict,
    /// What the approver says; required when rejecting.
    pub comment: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `applyBulkChange` and `rollbackBulk`.
#[derive(Clone, Debug, Serialize)]
pub struct ApplyBulkChange {
    /// The bulk change.
    pub id: BulkChangeId,
    /// The digest of the bulk change that the caller saw.
    pub digest: String,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `excludeTenant`.
#[derive(Clone, Debug, Serialize)]
pub struct ExcludeTenant {
    /// The bulk change.
    pub id: BulkChangeId,
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

/// `includeTenant`.
#[derive(Clone, Debug, Serialize)]
pub struct IncludeTenant {
    /// The bulk change.
    pub id: BulkChangeId,
    /// The tenant to take in again.
    pub tenant_id: TenantId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// `scheduleBulkChange`.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleBulkChange {
    /// The bulk change.
    pub id: BulkChangeId,
    /// The digest of the bulk change that the caller saw: what fires is this, or nothing.
    pub digest: String,
    /// When it fires.
    pub fire_at: DateTime<Utc>,
    /// The last instant at which it may fire; a mode's usual one unless given.
    pub latest_at: Option<DateTime<Utc>>,
    /// What is looked at again then.
    pub mode: ScheduleMode,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}
