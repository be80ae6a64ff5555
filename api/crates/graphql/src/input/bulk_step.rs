//! Inputs of the steps on a bulk change.

use app::command::Verdict;
use app::{ApplyBulkChange, BulkStep, DecideBulkApproval, ExcludeTenant, IncludeTenant, ScheduleBulkChange};
use async_graphql::{ID, InputObject};
use domain::id::{BulkChangeId, TenantId};

use crate::enums::ScheduleMode;
use crate::ids::Kind;
use crate::input::change::ApprovalDecision;
use crate::scalars::DateTime;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A bulk change, and the revision of it that the caller read.
#[derive(InputObject)]
pub struct BulkChangeRef {
    /// The bulk change.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl BulkChangeRef {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<BulkStep, Refused> {
        let expected_revision = Some(self.expected_revision);
        Ok(BulkStep { id: bulk(scope, &self.id)?, expected_revision, idempotency_key: self.idempotency_key })
    }
}

/// A bulk change in whatever state it is.
#[derive(InputObject)]
pub struct BulkChangeIdInput {
    /// The bulk change.
    id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl BulkChangeIdInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<BulkStep, Refused> {
        Ok(BulkStep { id: bulk(scope, &self.id)?, expected_revision: None, idempotency_key: self.idempotency_key })
    }
}

/// An approver's decision on a bulk change as it was reviewed.
#[derive(InputObject)]
pub struct DecideBulkApprovalInput {
    /// The bulk change.
    id: ID,
    /// Approve or reject: every change of it that waits for approval.
    decision: ApprovalDecision,
    /// The digest of the bulk change that the approver saw.
    digest: String,
    /// What the approver says, at most 2,000 characters; required when rejecting.
    comment: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl DecideBulkApprovalInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DecideBulkApproval, Refused> {
        let approve = match self.decision {
            ApprovalDecision::Approve => Verdict::Approve,
            ApprovalDecision::Reject => Verdict::Reject,
        };
        Ok(DecideBulkApproval {
            id: bulk(scope, &self.id)?,
            digest: self.digest,
            approve,
            comment: self.comment,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A bulk change to apply or to roll back, as the caller saw it.
#[derive(InputObject)]
pub struct ApplyBulkChangeInput {
    /// The bulk change.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The digest of the bulk change that the caller saw.
    digest: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ApplyBulkChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ApplyBulkChange, Refused> {
        Ok(ApplyBulkChange {
            id: bulk(scope, &self.id)?,
            digest: self.digest,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A tenant to leave out of a bulk change.
#[derive(InputObject)]
pub struct ExcludeTenantInput {
    /// The bulk change.
    id: ID,
    /// The tenant.
    tenant_id: ID,
    /// Why: 1 to 2,000 characters.
    reason: String,
    /// The bulk change's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ExcludeTenantInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ExcludeTenant, Refused> {
        Ok(ExcludeTenant {
            id: bulk(scope, &self.id)?,
            tenant_id: tenant(scope, &self.tenant_id)?,
            reason: self.reason,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A tenant to take into a bulk change again.
#[derive(InputObject)]
pub struct IncludeTenantInput {
    /// The bulk change.
    id: ID,
    /// The tenant.
    tenant_id: ID,
    /// The bulk change's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl IncludeTenantInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<IncludeTenant, Refused> {
        Ok(IncludeTenant {
            id: bulk(scope, &self.id)?,
            tenant_id: tenant(scope, &self.tenant_id)?,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A bulk change to apply later, as the caller saw it.
#[derive(InputObject)]
pub struct ScheduleBulkChangeInput {
    /// The bulk change.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The digest of the bulk change that the caller saw.
    digest: String,
    /// What is looked at again when it fires.
    mode: ScheduleMode,
    /// When it fires: within the dry-runs' lifetime, or at most 30 days ahead, as the mode says.
    fire_at: DateTime,
    /// The last instant at which it may fire: five minutes after `fireAt` unless given.
    latest_at: Option<DateTime>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ScheduleBulkChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ScheduleBulkChange, Refused> {
        Ok(ScheduleBulkChange {
            id: bulk(scope, &self.id)?,
            digest: self.digest,
            fire_at: self.fire_at.0,
            latest_at: self.latest_at.map(|latest| latest.0),
            mode: self.mode.into(),
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

fn bulk(scope: &Scope, id: &ID) -> Result<BulkChangeId, Refused> {
    scope.ids.key(id, Kind::BulkChange).map(BulkChangeId).map_err(|error| bad_id(error, "id"))
}

fn tenant(scope: &Scope, id: &ID) -> Result<TenantId, Refused> {
    scope.ids.key(id, Kind::Tenant).map(TenantId).map_err(|error| bad_id(error, "tenantId"))
}
