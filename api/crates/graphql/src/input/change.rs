//! Inputs of mutations on change requests.

use app::EditChange;
use app::command::{ApplyChange, ChangeStep, CreateChange, DecideApproval, Verdict};
use async_graphql::{Enum, ID, InputObject, MaybeUndefined};
use domain::id::{ChangeId, PolicyId, TenantId};

use crate::ids::Kind;
use crate::input::payload::ChangePayloadInput;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A change to draft.
#[derive(InputObject)]
pub struct CreateChangeInput {
    /// The tenant. Needed by `policy.create` and the kinds of named locations, which are about no policy that is there; otherwise the
    /// tenant that the policy must be of, not checked when it is left out.
    tenant_id: Option<ID>,
    /// The policy to change, delete or restore. Left out by `policy.create` and the kinds of named locations.
    policy_id: Option<ID>,
    /// What is intended.
    payload: ChangePayloadInput,
    /// A note for reviewers, at most 2,000 characters.
    note: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl CreateChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CreateChange, Refused> {
        let policy = self.policy_id.map(|id| scope.ids.key(&id, Kind::Policy).map_err(|error| bad_id(error, "policyId"))).transpose()?;
        let tenant = self.tenant_id.map(|id| scope.ids.key(&id, Kind::Tenant).map_err(|error| bad_id(error, "tenantId"))).transpose()?;
        Ok(CreateChange {
            tenant_id: tenant.map(TenantId),
            policy_id: policy.map(PolicyId),
            payload: self.payload.intent(scope)?,
            note: self.note,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// Another payload for a change that is not being applied.
#[derive(InputObject)]
pub struct EditChangeInput {
    /// The change request.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// What is intended now: of the same kind and, for a named location, about the same location.
    payload: ChangePayloadInput,
    /// A note for reviewers, at most 2,000 characters. Left out it stays, `null` removes it.
    note: MaybeUndefined<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl EditChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<EditChange, Refused> {
        Ok(EditChange {
            id: change(scope, &self.id)?,
            expected_revision: self.expected_revision,
            payload: self.payload.intent(scope)?,
            note: self.note.into(),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A change request, and the revision of it that the caller read.
#[derive(InputObject)]
pub struct ChangeRef {
    /// The change request.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ChangeRef {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ChangeStep, Refused> {
        Ok(ChangeStep { id: change(scope, &self.id)?, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

/// An approver's decision on what was reviewed.
#[derive(InputObject)]
pub struct DecideApprovalInput {
    /// The change request.
    id: ID,
    /// Approve or reject.
    decision: ApprovalDecision,
    /// The digest of the dry-run that the approver saw.
    digest: String,
    /// What the approver says, at most 2,000 characters; required when rejecting.
    comment: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// An approver's decision.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum ApprovalDecision {
    /// Release it.
    Approve,
    /// Refuse it, which closes the change.
    Reject,
}

impl DecideApprovalInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DecideApproval, Refused> {
        let approve = match self.decision {
            ApprovalDecision::Approve => Verdict::Approve,
            ApprovalDecision::Reject => Verdict::Reject,
        };
        Ok(DecideApproval {
            id: change(scope, &self.id)?,
            digest: self.digest,
            approve,
            comment: self.comment,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A change request to apply or to roll back, as the caller saw it.
#[derive(InputObject)]
pub struct ApplyInput {
    /// The change request.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The digest that the caller saw: of its dry-run.
    digest: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ApplyInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ApplyChange, Refused> {
        Ok(ApplyChange {
            id: change(scope, &self.id)?,
            expected_revision: self.expected_revision,
            digest: self.digest,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// The key of a change request.
pub(super) fn change(scope: &Scope, id: &ID) -> Result<ChangeId, Refused> {
    scope.ids.key(id, Kind::Change).map(ChangeId).map_err(|error| bad_id(error, "id"))
}
