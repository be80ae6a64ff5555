//! Mutations on baselines.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use domain::baseline::Refused as RefusedFile;

use crate::fault::Nullable;
use crate::input::baseline::{AssignBaselineInput, CreateBaselineInput, DeleteBaselinePolicyInput, ImportBaselineInput};
use crate::mutation::payload::{BaselinePayload, Payload, TenantPayload, settle};
use crate::scope::scope;
use crate::types::baseline::{Baseline, BaselinePolicy};
use crate::types::tenant::Tenant;
use crate::user_error::UserError;

/// Mutations on baselines.
#[derive(Default)]
pub struct BaselineMutations;

#[Object]
impl BaselineMutations {
    /// Adds an empty baseline; at most 50 in a workspace.
    #[graphql(complexity = "10 + child_complexity")]
    async fn create_baseline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The baseline.")] input: CreateBaselineInput,
    ) -> Nullable<BaselinePayload> {
        let scope = scope(ctx);
        let run = async { Ok(Baseline(scope.app.create_baseline(&scope.actor, input.command()).await?)) };
        settle(run.await)
    }

    /// Imports files of policy JSON into a baseline. Each policy ends as imported, with notes on what was mended, or as refused, with a
    /// sentence; a refused one doesn't hold up the others. A baseline has at most 1,000 policies.
    #[graphql(complexity = "20 + child_complexity")]
    async fn import_baseline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The files.")] input: ImportBaselineInput,
    ) -> Nullable<ImportBaselinePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.import_baseline(&scope.actor, command).await?)
        };
        settle(run.await)
    }

    /// Removes a policy from its baseline. Policies that were created from it stay.
    #[graphql(complexity = "10 + child_complexity")]
    async fn delete_baseline_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy of a baseline.")] input: DeleteBaselinePolicyInput,
    ) -> Nullable<BaselinePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Baseline(scope.app.delete_baseline_policy(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Measures a tenant against a baseline from its next sync on, or against none.
    #[graphql(complexity = "10 + child_complexity")]
    async fn assign_baseline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant and the baseline.")] input: AssignBaselineInput,
    ) -> Nullable<TenantPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Tenant::new(Arc::new(scope.app.assign_baseline(&scope.actor, command).await?)))
        };
        settle(run.await)
    }
}

/// What became of an import.
#[derive(SimpleObject)]
pub struct ImportBaselinePayload {
    /// The baseline as it is now; `null` when the mutation was refused.
    baseline: Option<Baseline>,
    /// What was imported, in the order of the files. At most 1,000.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    imported: Vec<BaselinePolicy>,
    /// What was refused, in the order of the files. At most 60,000: 200 files of 300 policies.
    refused: Vec<RefusedBaselineFile>,
    /// Why the whole call was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

/// A file, or a policy in it, that can't be kept.
#[derive(SimpleObject)]
pub struct RefusedBaselineFile {
    /// The file; with `#2` and so on where it holds several policies.
    path: String,
    /// Why, as one sentence.
    reason: String,
}

impl Payload for ImportBaselinePayload {
    type Noun = app::baselines::BaselineImport;

    fn done(import: app::baselines::BaselineImport) -> Self {
        let refused = |file: RefusedFile| RefusedBaselineFile { path: file.path, reason: file.reason };
        ImportBaselinePayload {
            baseline: Some(Baseline(import.baseline)),
            imported: import.imported.into_iter().map(|policy| BaselinePolicy(Arc::new(policy))).collect(),
            refused: import.refused.into_iter().map(refused).collect(),
            user_errors: Vec::new(),
        }
    }

    fn refused(error: UserError) -> Self {
        ImportBaselinePayload { baseline: None, imported: Vec::new(), refused: Vec::new(), user_errors: vec![error] }
    }
}
