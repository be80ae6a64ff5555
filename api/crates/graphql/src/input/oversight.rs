//! Inputs of mutations by which people overrule, stop and resolve.

use app::{LoosenInEmergency, ResolveOutcome, ReviewEmergency, StopChange, WaiveWarning};
use async_graphql::{ID, InputObject};
use domain::id::PolicyId;

use crate::enums::{OutcomeResolution, PolicyState, WarningCode};
use crate::ids::Kind;
use crate::input::change::change;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A critical warning that an owner lets pass on one change.
#[derive(InputObject)]
pub struct WaiveWarningInput {
    /// The change request.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The critical warning, which the present dry-run must show.
    code: WarningCode,
    /// Why: at most 2,000 characters.
    reason: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl WaiveWarningInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<WaiveWarning, Refused> {
        Ok(WaiveWarning {
            id: change(scope, &self.id)?,
            expected_revision: self.expected_revision,
            code: self.code.into(),
            reason: self.reason,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// An enforced policy to loosen at once.
#[derive(InputObject)]
pub struct LoosenInEmergencyInput {
    /// The policy; it must be enabled.
    policy_id: ID,
    /// `REPORT_ONLY` or `DISABLED`.
    to: PolicyState,
    /// Why: at most 2,000 characters. It is also the reason by which `CRITICAL_POLICY_DISABLE` is waived.
    reason: String,
    /// The policy's `contentHash` that the caller saw; not compared when it is left out.
    expected_content_hash: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl LoosenInEmergencyInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<LoosenInEmergency, Refused> {
        Ok(LoosenInEmergency {
            policy_id: scope.ids.key(&self.policy_id, Kind::Policy).map(PolicyId).map_err(|error| bad_id(error, "policyId"))?,
            to: self.to.into(),
            reason: self.reason,
            expected_content_hash: self.expected_content_hash,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// The review of an emergency.
#[derive(InputObject)]
pub struct ReviewEmergencyInput {
    /// The change request.
    id: ID,
    /// What the reviewer says: at most 2,000 characters.
    comment: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ReviewEmergencyInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ReviewEmergency, Refused> {
        Ok(ReviewEmergency { id: change(scope, &self.id)?, comment: self.comment, idempotency_key: self.idempotency_key })
    }
}

/// What a person found out about a write of unknown outcome.
#[derive(InputObject)]
pub struct ResolveOutcomeInput {
    /// The change request.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// What was found.
    resolution: OutcomeResolution,
    /// Why: at most 2,000 characters.
    reason: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ResolveOutcomeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ResolveOutcome, Refused> {
        Ok(ResolveOutcome {
            id: change(scope, &self.id)?,
            expected_revision: self.expected_revision,
            resolution: self.resolution.into(),
            reason: self.reason,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// An apply to stop, at whatever revision it is.
#[derive(InputObject)]
pub struct StopChangeInput {
    /// The change request.
    id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl StopChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<StopChange, Refused> {
        Ok(StopChange { id: change(scope, &self.id)?, idempotency_key: self.idempotency_key })
    }
}
