//! Inputs of mutations on baselines.

use app::baselines::{AssignBaseline, BaselineFile, CreateBaseline, DeleteBaselinePolicy, ImportBaseline};
use async_graphql::{ID, InputObject};
use domain::id::{BaselineId, BaselinePolicyId, TenantId};

use crate::enums::Severity;
use crate::ids::Kind;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A baseline to create.
#[derive(InputObject)]
pub struct CreateBaselineInput {
    /// Name: 1 to 256 characters, unique in the workspace ignoring case.
    name: String,
    /// What it is for, at most 2,000 characters.
    description: Option<String>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl CreateBaselineInput {
    /// As a command.
    pub fn command(self) -> CreateBaseline {
        CreateBaseline { name: self.name, description: self.description, idempotency_key: self.idempotency_key }
    }
}

/// Files to import.
#[derive(InputObject)]
pub struct ImportBaselineInput {
    /// The baseline.
    baseline_id: ID,
    /// The files, 1 to 200 with 2 MiB in all. The whole request body is limited too (256 KiB unless the server says otherwise), so send a
    /// larger set in several calls, or use `causeway baseline import`.
    #[graphql(validator(max_items = 200))]
    files: Vec<BaselineFileInput>,
    /// How much it matters when a tenant lacks one of these.
    #[graphql(default_with = "Severity::Warning")]
    severity: Severity,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

/// One file.
#[derive(InputObject)]
pub struct BaselineFileInput {
    /// Path within the folder or archive, 1 to 512 bytes. What is imported again under the same path replaces the policy there.
    path: String,
    /// JSON: a policy of at most 256 KiB, a list of policies, or an answer of Graph with a list in `value`; at most 300 policies.
    content: String,
}

impl ImportBaselineInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<ImportBaseline, Refused> {
        let baseline_id = scope.ids.key(&self.baseline_id, Kind::Baseline).map(BaselineId).map_err(|error| bad_id(error, "baselineId"))?;
        let files = self.files.into_iter().map(|file| BaselineFile { path: file.path, content: file.content }).collect();
        Ok(ImportBaseline { baseline_id, files, severity: self.severity.into(), idempotency_key: self.idempotency_key })
    }
}

/// A policy to remove from its baseline.
#[derive(InputObject)]
pub struct DeleteBaselinePolicyInput {
    /// The policy of a baseline.
    id: ID,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl DeleteBaselinePolicyInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DeleteBaselinePolicy, Refused> {
        let id = scope.ids.key(&self.id, Kind::BaselinePolicy).map(BaselinePolicyId).map_err(|error| bad_id(error, "id"))?;
        Ok(DeleteBaselinePolicy { id, idempotency_key: self.idempotency_key })
    }
}

/// What a tenant is to be measured against.
#[derive(InputObject)]
pub struct AssignBaselineInput {
    /// The tenant.
    tenant_id: ID,
    /// The baseline; `null` or left out: none.
    baseline_id: Option<ID>,
    /// The tenant's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl AssignBaselineInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<AssignBaseline, Refused> {
        let tenant_id = scope.ids.key(&self.tenant_id, Kind::Tenant).map(TenantId).map_err(|error| bad_id(error, "tenantId"))?;
        let baseline = |id: &ID| scope.ids.key(id, Kind::Baseline).map(BaselineId).map_err(|error| bad_id(error, "baselineId"));
        let baseline_id = self.baseline_id.as_ref().map(baseline).transpose()?;
        Ok(AssignBaseline { tenant_id, baseline_id, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}
