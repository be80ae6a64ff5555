//! Mutations on rollouts across tenants.

use std::sync::Arc;

use app::BulkRolloutView;
use app::error::AppResult;
use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::bulk_rollout::{
    BulkRolloutRef, CreateBulkRolloutInput, DecideBulkRolloutApprovalInput, ExcludeBulkRolloutTenantInput, ReasonedBulkRolloutInput,
    RequestBulkRolloutApprovalInput, StartBulkRolloutInput, StopBulkRolloutInput,
};
use crate::mutation::payload::{BulkRolloutPayload, settle};
use crate::scope::scope;
use crate::types::bulk_rollout::BulkRollout;
use crate::user_error::Refused;

/// Mutations on rollouts across tenants.
#[derive(Default)]
pub struct BulkRolloutMutations;

#[Object]
impl BulkRolloutMutations {
    /// Creates a rollout across tenants: one plan, one phased rollout for each tenant. Writes nothing to Graph. The tenants' plans are made in the background;
    /// follow it by `bulkRolloutStatus`, and start it when it is `READY`. A caller limited to some tenants can name only those.
    #[graphql(complexity = "200 + child_complexity")]
    async fn create_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy, the plan and the tenants.")] input: CreateBulkRolloutInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.create_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Tries again to make the plans of tenants that are blocked, in the background.
    #[graphql(complexity = "50 + child_complexity")]
    async fn plan_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants.")] input: BulkRolloutRef,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.plan_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Leaves a tenant out whose rollout has not begun; its plan is cancelled. It changes the digest of the whole.
    #[graphql(complexity = "20 + child_complexity")]
    async fn exclude_bulk_rollout_tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants, the tenant, and why.")] input: ExcludeBulkRolloutTenantInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.exclude_bulk_rollout_tenant(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Asks for one approval of the whole: of every plan in it that needs approval.
    #[graphql(complexity = "50 + child_complexity")]
    async fn request_bulk_rollout_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants, and its digest.")] input: RequestBulkRolloutApprovalInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.request_bulk_rollout_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Approves or rejects the whole as it was reviewed, in one step: every plan that waits gets this decision, bound to its own digest. Who created or
    /// submitted it cannot decide. What is rejected is cancelled.
    #[graphql(complexity = "50 + child_complexity")]
    async fn decide_bulk_rollout_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants and the decision.")] input: DecideBulkRolloutApprovalInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.decide_bulk_rollout_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Starts the first tenants, in the background: canaries, or as many as go at a time. The others follow as these complete. Refused while a plan waits
    /// for approval, and where a first phase is expected to block more than the guard allows, unless that is confirmed.
    #[graphql(complexity = "50 + child_complexity")]
    async fn start_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants as the caller saw it.")] input: StartBulkRolloutInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.start_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Holds every tenant where it is: none starts, and none goes on. Guards go on watching, and what has to be taken back is taken back.
    #[graphql(complexity = "50 + child_complexity")]
    async fn pause_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants, and why.")] input: StopBulkRolloutInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.pause_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Lets it go on. A breach is resumed, or ended, in its own tenant.
    #[graphql(complexity = "50 + child_complexity")]
    async fn resume_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants, and why it may go on.")] input: ReasonedBulkRolloutInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.resume_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Releases the next phase for every tenant of a `MANUAL` one; each goes on to it when its own phase is proven healthy.
    #[graphql(complexity = "50 + child_complexity")]
    async fn advance_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants.")] input: BulkRolloutRef,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.advance_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Gives it up in every tenant: twins that are on go into report-only mode. What is complete stays. Accepted whatever is going on.
    #[graphql(complexity = "100 + child_complexity")]
    async fn cancel_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants, and why.")] input: StopBulkRolloutInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.cancel_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes it back in every tenant that is on its way: twins are disabled. What is complete stays. Accepted whatever is going on.
    #[graphql(complexity = "100 + child_complexity")]
    async fn roll_back_bulk_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants, and why.")] input: StopBulkRolloutInput,
    ) -> Nullable<BulkRolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.roll_back_bulk_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }
}

fn done(outcome: AppResult<BulkRolloutView>) -> Result<BulkRollout, Refused> {
    Ok(BulkRollout(Arc::new(outcome?)))
}
