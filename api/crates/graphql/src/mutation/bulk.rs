//! Mutations on bulk changes up to their approval.

use std::sync::Arc;

use app::BulkView;
use app::error::AppResult;
use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::bulk::CreateBulkChangeInput;
use crate::input::bulk_step::{BulkChangeIdInput, BulkChangeRef, DecideBulkApprovalInput, ExcludeTenantInput, IncludeTenantInput};
use crate::mutation::payload::{BulkChangePayload, settle};
use crate::scope::scope;
use crate::types::bulk::BulkChange;
use crate::user_error::Refused;

/// Mutations on bulk changes up to their approval.
#[derive(Default)]
pub struct BulkMutations;

#[Object]
impl BulkMutations {
    /// Creates a bulk change: one intent, one change request for each tenant. Writes nothing to Graph. The rules by which it needs approval are
    /// fixed here. A caller limited to some tenants can name only those.
    #[graphql(complexity = "20 + child_complexity")]
    async fn create_bulk_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is intended, and for which tenants.")] input: CreateBulkChangeInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.create_bulk_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Plans the change in every included tenant, in the background: targets and names are resolved, and each tenant gets its change request with
    /// diff, warnings and digest. Graph is asked only for names that are not known of a tenant, and never written to. Follow it by
    /// `bulkChangeEvents`. It voids approvals where a digest changes.
    #[graphql(complexity = "50 + child_complexity")]
    async fn run_bulk_dry_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeRef,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.run_bulk_dry_run(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Computes the impact of every included tenant's change, in the background, from the sign-ins that were read. Follow it by
    /// `bulkChangeEvents`; `BulkItem.impact` has the reports.
    #[graphql(complexity = "50 + child_complexity")]
    async fn run_bulk_impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeIdInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.run_bulk_impact(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Leaves a tenant out, before or between runs. It changes the digest, which voids approvals.
    #[graphql(complexity = "20 + child_complexity")]
    async fn exclude_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change, the tenant, and why.")] input: ExcludeTenantInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.exclude_tenant(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes a tenant in again, which needs a dry-run. It changes the digest, which voids approvals.
    #[graphql(complexity = "20 + child_complexity")]
    async fn include_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change and the tenant.")] input: IncludeTenantInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.include_tenant(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Asks for one approval of the whole as it is planned now: of every change in it that needs approval.
    #[graphql(complexity = "50 + child_complexity")]
    async fn request_bulk_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeRef,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.request_bulk_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Approves or rejects the whole as it was reviewed, in one step: every change in it gets this decision, bound to its own digest. Who created or
    /// submitted it cannot decide.
    #[graphql(complexity = "50 + child_complexity")]
    async fn decide_bulk_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change and the decision.")] input: DecideBulkApprovalInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.decide_bulk_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes the request for approval back.
    #[graphql(complexity = "50 + child_complexity")]
    async fn withdraw_bulk_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeRef,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.withdraw_bulk_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }
}

pub(super) fn done(outcome: AppResult<BulkView>) -> Result<BulkChange, Refused> {
    Ok(BulkChange(Arc::new(outcome?)))
}
