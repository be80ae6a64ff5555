//! One step of a bulk change in one tenant.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::request::MAX_PREREQUISITES;
use super::resolution::Resolution;
use crate::id::{BulkChangeId, ChangeId, MemberId, TenantId, WorkspaceId};
use crate::text_enum;

/// The most steps in one tenant: the prerequisites and the change itself.
pub const MAX_STEPS: u16 = MAX_PREREQUISITES as u16 + 1;

/// One step in one tenant: what happened to it beside its change request.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkItem {
    /// The bulk change.
    pub bulk_id: BulkChangeId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Place among the tenant's steps, from 1: the prerequisites in their order, then the change itself.
    pub step: u16,
    /// Place in the bulk's list, unique in it: by tenant, then by step.
    pub position: i64,
    /// Its change request; `None` until the dry-run made one.
    pub change_id: Option<ChangeId>,
    /// Graph's id of what makes the step needless, such as a named location that is there already.
    pub satisfied: Option<String>,
    /// Why the dry-run could make no change, or one that must not be applied.
    pub blocked: Option<Blocked>,
    /// Set while the tenant is left out.
    pub excluded: Option<Exclusion>,
    /// What the references stand for in the tenant.
    pub resolution: Option<Resolution>,
    /// When the dry-run last came by.
    pub planned_at: Option<DateTime<Utc>>,
    /// When it was put into its run: [`super::BulkRun::at`].
    pub queued_at: Option<DateTime<Utc>>,
    /// Why it was not started, once that is certain.
    pub not_started: Option<NotStarted>,
    /// Why it could not be started at its turn.
    pub apply_failure: Option<ItemFailure>,
    /// The change request that undoes its change.
    pub rollback_change_id: Option<ChangeId>,
    /// When it was put into a run that rolls back.
    pub rollback_queued_at: Option<DateTime<Utc>>,
    /// Why it could not be rolled back at its turn, or the rollback was not started.
    pub rollback_failure: Option<ItemFailure>,
}

/// Why an item cannot be applied as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Blocked {
    /// For a program: `TARGET_NOT_FOUND`, `TARGET_AMBIGUOUS`, `REFERENCE_UNRESOLVED`, `REFERENCE_AMBIGUOUS`, `CRITICAL_WARNING`,
    /// `PREREQUISITE_BLOCKED`, or the code of a refusal.
    pub code: String,
    /// For a person: what was found and what to do.
    pub message: String,
}

/// Why an item could not go on at its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// For a program: the code of the refusal.
    pub code: String,
    /// For a person.
    pub message: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A tenant left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exclusion {
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why: 1 to 2,000 characters.
    pub reason: String,
}

text_enum! {
    /// Why an item was not started.
    NotStarted {
        /// A member stopped the run.
        Stopped = "STOPPED",
        /// A member cancelled the bulk change.
        Cancelled = "CANCELLED",
        /// More tenants failed than are tolerated.
        ToleranceExceeded = "TOLERANCE_EXCEEDED",
        /// A canary tenant did not end well.
        CanaryFailed = "CANARY_FAILED",
        /// An earlier step of the tenant did not end well.
        PrerequisiteFailed = "PREREQUISITE_FAILED",
    }
}
