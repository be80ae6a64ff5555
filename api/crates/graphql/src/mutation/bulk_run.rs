//! Mutations that run bulk changes, and bring them back.

use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::bulk_step::{ApplyBulkChangeInput, BulkChangeIdInput, BulkChangeRef, ScheduleBulkChangeInput};
use crate::mutation::bulk::done;
use crate::mutation::payload::{BulkChangePayload, settle};
use crate::scope::scope;

/// Mutations that run bulk changes, and bring them back.
#[derive(Default)]
pub struct BulkRunMutations;

#[Object]
impl BulkRunMutations {
    /// Applies it in every tenant that is ready, by its strategy, in the background: canary tenants first, then as many at a time as allowed, until
    /// done or more tenants failed than are tolerated. Each tenant passes the same gate as `applyChange`. The answer says that the run has begun,
    /// not how it ends: follow it by `bulkChangeEvents`.
    #[graphql(complexity = "50 + child_complexity")]
    async fn apply_bulk_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change as the caller saw it.")] input: ApplyBulkChangeInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.apply_bulk_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Stops a run: what is being written is finished, nothing else is started.
    #[graphql(complexity = "20 + child_complexity")]
    async fn stop_bulk_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeIdInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.stop_bulk_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Gives up everything that has not been started. What was applied stays; what is being written is finished.
    #[graphql(complexity = "50 + child_complexity")]
    async fn cancel_bulk_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeRef,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.cancel_bulk_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Plans the tenants that failed or were not started again, and only those. Then approval by the same rules, and `applyBulkChange`. A tenant
    /// whose outcome is unknown takes part once `resolveOutcome` settled it.
    #[graphql(complexity = "50 + child_complexity")]
    async fn retry_failed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeRef,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.retry_failed(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Rolls back what was applied, by the same strategy, in the background: each tenant gets a change request that undoes its own.
    #[graphql(complexity = "50 + child_complexity")]
    async fn rollback_bulk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change as the caller saw it.")] input: ApplyBulkChangeInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.rollback_bulk(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Arms it to be applied later, as a whole. One schedule at a time.
    #[graphql(complexity = "50 + child_complexity")]
    async fn schedule_bulk_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change, as the caller saw it, and when.")] input: ScheduleBulkChangeInput,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.schedule_bulk_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes the schedule back; the bulk change stays.
    #[graphql(complexity = "20 + child_complexity")]
    async fn revoke_bulk_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] input: BulkChangeRef,
    ) -> Nullable<BulkChangePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.revoke_bulk_schedule(&scope.actor, command).await)
        };
        settle(run.await)
    }
}
