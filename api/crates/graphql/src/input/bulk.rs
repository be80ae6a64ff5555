//! Inputs that create bulk changes.

use app::CreateBulkChange;
use async_graphql::{ID, InputObject, OneofObject};
use domain::bulk::{BulkStrategy, BulkTarget, FailureTolerance, MAX_PREREQUISITES, MAX_TENANTS};
use domain::change::kind::ChangePayload;
use domain::id::{BaselinePolicyId, PolicyId, TenantId};
use uuid::Uuid;

use crate::enums::BulkConcurrencyMode;
use crate::ids::Kind;
use crate::input::payload::{ChangePayloadInput, LocationCreateInput};
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id, invalid};

/// One intent for many tenants.
#[derive(InputObject)]
pub struct CreateBulkChangeInput {
    /// The tenants, at most 1,000, all imported. May be left out where the target names policies: then it is theirs.
    #[graphql(default)]
    tenant_ids: Vec<ID>,
    /// Which policy of each tenant; left out by `create` and the kinds of named locations.
    target: Option<BulkTargetInput>,
    /// What is intended, every kind but `delete` and `restore`. Objects go by their names, which are looked up in each tenant, and never by
    /// their ids there; `locationId` of a named location holds its name.
    payload: ChangePayloadInput,
    /// Named locations that the policy needs: created first, in this order, in each tenant that has none of the name. At most 5.
    #[graphql(default)]
    prerequisites: Vec<LocationCreateInput>,
    /// How it goes through its tenants.
    strategy: Option<BulkStrategyInput>,
    /// A note for reviewers, at most 2,000 characters.
    note: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// Which policy of each tenant is meant. Exactly one must match, else the tenant is blocked.
#[derive(OneofObject)]
pub enum BulkTargetInput {
    /// These policies, at most 1,000, at most one of a tenant.
    PolicyIds(Vec<ID>),
    /// The policy with this code of ours (`updatePolicyMetadata`).
    Code(String),
    /// The policy of this display name, ignoring case.
    DisplayName(String),
    /// The policy that stands for this one of a baseline: by its code, else by its display name.
    BaselinePolicyId(ID),
}

/// How it goes through its tenants.
#[derive(InputObject)]
pub struct BulkStrategyInput {
    /// Tenants that go first: all must end well before any other is started. At most 1,000, all of the bulk change.
    #[graphql(default)]
    canary_tenant_ids: Vec<ID>,
    /// Tenants at a time: 1 to 64.
    #[graphql(default = 16)]
    max_concurrent: i32,
    /// How many tenants may fail before no further one is started; 10 percent unless given.
    failure_tolerance: Option<FailureToleranceInput>,
    /// What a failure does to the number of tenants in flight.
    #[graphql(default_with = "BulkConcurrencyMode::Strict")]
    concurrency_mode: BulkConcurrencyMode,
}

/// How many tenants may fail before no further one is started.
#[derive(OneofObject)]
pub enum FailureToleranceInput {
    /// So many tenants.
    Count(i32),
    /// So many of a hundred of a run's tenants, rounded down: 0 to 100.
    Percent(i32),
}

impl CreateBulkChangeInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CreateBulkChange, Refused> {
        let strategy = self.strategy.map(|strategy| strategy.domain(scope)).transpose()?;
        Ok(CreateBulkChange {
            tenant_ids: keys(scope, &self.tenant_ids, Kind::Tenant, "tenantIds")?.into_iter().map(TenantId).collect(),
            target: self.target.map(|target| target.domain(scope)).transpose()?,
            payload: self.payload.intent(scope)?,
            prerequisites: prerequisites(self.prerequisites)?,
            strategy: strategy.unwrap_or_default(),
            note: self.note,
            idempotency_key: self.idempotency_key,
        })
    }
}

impl BulkTargetInput {
    /// As a target.
    pub fn domain(self, scope: &Scope) -> Result<BulkTarget, Refused> {
        Ok(match self {
            BulkTargetInput::PolicyIds(ids) => {
                BulkTarget::Policies(keys(scope, &ids, Kind::Policy, "target")?.into_iter().map(PolicyId).collect())
            }
            BulkTargetInput::Code(code) => BulkTarget::Code(code),
            BulkTargetInput::DisplayName(name) => BulkTarget::DisplayName(name),
            BulkTargetInput::BaselinePolicyId(id) => {
                let key = scope.ids.key(&id, Kind::BaselinePolicy).map_err(|error| bad_id(error, "target"))?;
                BulkTarget::Baseline(BaselinePolicyId(key))
            }
        })
    }
}

impl BulkStrategyInput {
    /// As a strategy.
    pub fn domain(self, scope: &Scope) -> Result<BulkStrategy, Refused> {
        let refuse = |field: &str, message: &str| invalid(["input", "strategy", field].map(str::to_owned).to_vec(), message);
        let tolerance = match self.failure_tolerance {
            None => BulkStrategy::default().failure_tolerance,
            Some(FailureToleranceInput::Count(count)) => {
                FailureTolerance::Count(u32::try_from(count).map_err(|_| refuse("failureTolerance", "a count is not negative"))?)
            }
            Some(FailureToleranceInput::Percent(percent)) => {
                FailureTolerance::Percent(u8::try_from(percent).map_err(|_| refuse("failureTolerance", "0 to 100 percent"))?)
            }
        };
        Ok(BulkStrategy {
            canary_tenants: keys(scope, &self.canary_tenant_ids, Kind::Tenant, "strategy")?.into_iter().map(TenantId).collect(),
            max_concurrent: u16::try_from(self.max_concurrent).map_err(|_| refuse("maxConcurrent", "1 to 64 tenants at a time"))?,
            failure_tolerance: tolerance,
            concurrency_mode: self.concurrency_mode.into(),
        })
    }
}

fn prerequisites(inputs: Vec<LocationCreateInput>) -> Result<Vec<ChangePayload>, Refused> {
    if inputs.len() > MAX_PREREQUISITES {
        return Err(invalid(["input", "prerequisites"].map(str::to_owned).to_vec(), "at most 5 named locations"));
    }
    inputs.into_iter().map(LocationCreateInput::prerequisite).collect()
}

/// The keys of a list of ids.
pub fn keys(scope: &Scope, ids: &[ID], kind: Kind, field: &str) -> Result<Vec<Uuid>, Refused> {
    if ids.len() > MAX_TENANTS {
        return Err(invalid(["input", field].map(str::to_owned).to_vec(), format!("at most {MAX_TENANTS} ids, it has {}", ids.len())));
    }
    ids.iter().map(|id| scope.ids.key(id, kind).map_err(|error| bad_id(error, field))).collect()
}
