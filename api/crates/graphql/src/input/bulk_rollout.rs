//! Inputs of rollouts across tenants.

use app::command::Verdict;
use app::{
    BulkRolloutStep, CreateBulkRollout, DecideBulkRolloutApproval, ExcludeBulkRolloutTenant, ReasonedBulkRolloutStep,
    RequestBulkRolloutApproval, StartBulkRollout,
};
use async_graphql::{ID, InputObject};
use domain::bulk_rollout::NamedPhase;
use domain::id::{BulkRolloutId, TenantId};
use domain::rollout::Guard;

use crate::enums::RolloutMode;
use crate::ids::Kind;
use crate::input::bulk::{BulkStrategyInput, BulkTargetInput, keys};
use crate::input::change::ApprovalDecision;
use crate::input::rollout::RolloutGuardInput;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// One policy, turned on in phases in many tenants.
#[derive(InputObject)]
pub struct CreateBulkRolloutInput {
    /// The tenants, at most 1,000, all imported. May be left out where the target names policies: then it is theirs.
    #[graphql(default)]
    tenant_ids: Vec<ID>,
    /// Which report-only policy of each tenant.
    target: BulkTargetInput,
    /// The phases by the names of their groups, 1 to 10; each tenant's own are proposed unless given.
    phases: Option<Vec<BulkRolloutPhaseInput>>,
    /// `AUTOMATIC`: each tenant goes on when it is proven healthy. `MANUAL`: `advanceBulkRollout` releases one phase after the other for all.
    #[graphql(default_with = "RolloutMode::Manual")]
    mode: RolloutMode,
    /// The limits in each tenant; the usual ones unless given.
    guard: Option<RolloutGuardInput>,
    /// How it goes through its tenants.
    strategy: Option<BulkStrategyInput>,
    /// A note for reviewers, at most 2,000 characters.
    note: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// One phase of groups that go by the same name in each tenant.
#[derive(InputObject)]
pub struct BulkRolloutPhaseInput {
    /// The groups that it adds, by display name, or by an alias that is kept for the tenant (`setTenantAliases`): at least one, at most 100. A group
    /// is in one phase only.
    groups: Vec<String>,
    /// Seconds that it runs at least before the next one, up to 30 days; a day unless given. The server has a shortest time.
    min_bake_seconds: Option<u32>,
}

impl CreateBulkRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CreateBulkRollout, Refused> {
        let named = |phase: BulkRolloutPhaseInput| NamedPhase { groups: phase.groups, min_bake_seconds: phase.min_bake_seconds };
        Ok(CreateBulkRollout {
            tenant_ids: keys(scope, &self.tenant_ids, Kind::Tenant, "tenantIds")?.into_iter().map(TenantId).collect(),
            target: self.target.domain(scope)?,
            phases: self.phases.map(|phases| phases.into_iter().map(named).collect()),
            mode: self.mode.into(),
            guard: self.guard.map_or_else(Guard::default, Guard::from),
            strategy: self.strategy.map(|strategy| strategy.domain(scope)).transpose()?.unwrap_or_default(),
            note: self.note,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A rollout across tenants, and the revision of it that the caller read.
#[derive(InputObject)]
pub struct BulkRolloutRef {
    /// The rollout across tenants.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl BulkRolloutRef {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<BulkRolloutStep, Refused> {
        let id = bulk(scope, &self.id)?;
        Ok(BulkRolloutStep { id, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

/// A request for approval of all plans.
#[derive(InputObject)]
pub struct RequestBulkRolloutApprovalInput {
    /// The rollout across tenants.
    id: ID,
    /// The digest of the whole that the caller saw.
    digest: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl RequestBulkRolloutApprovalInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<RequestBulkRolloutApproval, Refused> {
        Ok(RequestBulkRolloutApproval { id: bulk(scope, &self.id)?, digest: self.digest, idempotency_key: self.idempotency_key })
    }
}

/// An approver's decision on all plans as they were reviewed.
#[derive(InputObject)]
pub struct DecideBulkRolloutApprovalInput {
    /// The rollout across tenants.
    id: ID,
    /// Approve or reject: every plan that waits for approval.
    decision: ApprovalDecision,
    /// The digest of the whole that the approver saw.
    digest: String,
    /// What the approver says, at most 2,000 characters; required when rejecting.
    comment: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl DecideBulkRolloutApprovalInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DecideBulkRolloutApproval, Refused> {
        let approve = match self.decision {
            ApprovalDecision::Approve => Verdict::Approve,
            ApprovalDecision::Reject => Verdict::Reject,
        };
        Ok(DecideBulkRolloutApproval {
            id: bulk(scope, &self.id)?,
            digest: self.digest,
            approve,
            comment: self.comment,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// The start of a rollout across tenants, as the caller saw it.
#[derive(InputObject)]
pub struct StartBulkRolloutInput {
    /// The rollout across tenants.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// The digest of the whole that the caller saw: what starts is this, or nothing.
    digest: String,
    /// The caller has seen the first phases' forecasts, or that there are none, and wants it all the same.
    #[graphql(default = false)]
    confirm_forecast: bool,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl StartBulkRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<StartBulkRollout, Refused> {
        Ok(StartBulkRollout {
            id: bulk(scope, &self.id)?,
            digest: self.digest,
            confirm_forecast: self.confirm_forecast,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A step that needs a reason and the revision that the caller read.
#[derive(InputObject)]
pub struct ReasonedBulkRolloutInput {
    /// The rollout across tenants.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Why: 1 to 2,000 characters.
    reason: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ReasonedBulkRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ReasonedBulkRolloutStep, Refused> {
        Ok(ReasonedBulkRolloutStep {
            id: bulk(scope, &self.id)?,
            reason: self.reason,
            expected_revision: Some(self.expected_revision),
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A stop. It needs no revision: whoever stops has no time to read again.
#[derive(InputObject)]
pub struct StopBulkRolloutInput {
    /// The rollout across tenants.
    id: ID,
    /// Why: 1 to 2,000 characters.
    reason: String,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl StopBulkRolloutInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ReasonedBulkRolloutStep, Refused> {
        Ok(ReasonedBulkRolloutStep {
            id: bulk(scope, &self.id)?,
            reason: self.reason,
            expected_revision: None,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// A tenant to leave out.
#[derive(InputObject)]
pub struct ExcludeBulkRolloutTenantInput {
    /// The rollout across tenants.
    id: ID,
    /// The tenant.
    tenant_id: ID,
    /// Why: 1 to 2,000 characters.
    reason: String,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl ExcludeBulkRolloutTenantInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ExcludeBulkRolloutTenant, Refused> {
        Ok(ExcludeBulkRolloutTenant {
            id: bulk(scope, &self.id)?,
            tenant_id: scope.ids.key(&self.tenant_id, Kind::Tenant).map(TenantId).map_err(|error| bad_id(error, "tenantId"))?,
            reason: self.reason,
            expected_revision: self.expected_revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

fn bulk(scope: &Scope, id: &ID) -> Result<BulkRolloutId, Refused> {
    scope.ids.key(id, Kind::BulkRollout).map(BulkRolloutId).map_err(|error| bad_id(error, "id"))
}
