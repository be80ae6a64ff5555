//! Inputs of mutations on change requests.

use app::command::{ApplyChange, ChangeStep, CreateChange, DecideApproval, Verdict};
use async_graphql::{Enum, ID, InputObject, OneofObject};
use domain::change::kind::ChangePayload;
use domain::id::{ChangeId, PolicyId, TenantId};

use crate::enums::PolicyState;
use crate::ids::Kind;
use crate::scalars::Json;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id, invalid, not_found};

/// A change to draft.
#[derive(InputObject)]
pub struct CreateChangeInput {
    /// The tenant that the policy must be of; not checked when it is left out.
    tenant_id: Option<ID>,
    /// The policy to change.
    policy_id: ID,
    /// What is intended.
    payload: ChangePayloadInput,
    /// A note for reviewers, at most 2,000 characters.
    note: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl CreateChangeInput {
    /// As a command.
    pub async fn command(self, scope: &Scope) -> Result<CreateChange, Refused> {
        let policy_id = scope.ids.key(&self.policy_id, Kind::Policy).map(PolicyId).map_err(|error| bad_id(error, "policyId"))?;
        if let Some(id) = &self.tenant_id {
            let tenant = scope.ids.key(id, Kind::Tenant).map(TenantId).map_err(|error| bad_id(error, "tenantId"))?;
            let policy = scope.loader.load_one(policy_id).await?;
            if policy.is_none_or(|item| item.policy.tenant_id != tenant) {
                return Err(not_found(&["input", "policyId"]));
            }
        }
        let payload = self.payload.domain()?;
        Ok(CreateChange { policy_id, payload, note: self.note, idempotency_key: self.idempotency_key })
    }
}

/// What a change intends: exactly one kind.
#[derive(OneofObject)]
pub enum ChangePayloadInput {
    /// `policy.state_change`: sets the policy's state.
    StateChange(StateChangeInput),
    /// `policy.rename`: sets the policy's display name.
    Rename(RenameInput),
    /// The same in its JSON form, for programs that pass payloads on: `{"kind": "policy.rename", "displayName": "..."}`.
    Json(Json),
}

/// `policy.state_change`: sets the policy's state.
#[derive(InputObject)]
pub struct StateChangeInput {
    /// The state wanted.
    to: PolicyState,
}

/// `policy.rename`: sets the policy's display name.
#[derive(InputObject)]
pub struct RenameInput {
    /// The name wanted: 1 to 256 characters, no control characters.
    display_name: String,
}

impl ChangePayloadInput {
    fn domain(self) -> Result<ChangePayload, Refused> {
        match self {
            ChangePayloadInput::StateChange(input) => Ok(ChangePayload::StateChange { to: input.to.into() }),
            ChangePayloadInput::Rename(input) => Ok(ChangePayload::Rename { display_name: input.display_name }),
            ChangePayloadInput::Json(json) => serde_json::from_slice(json.bytes()).map_err(|error| {
                let path = ["input", "payload", "json"].map(str::to_owned).to_vec();
                invalid(path, format!("not the JSON form of a payload: {error}"))
            }),
        }
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

fn change(scope: &Scope, id: &ID) -> Result<ChangeId, Refused> {
    scope.ids.key(id, Kind::Change).map(ChangeId).map_err(|error| bad_id(error, "id"))
}
