//! Mutations by which people overrule, stop and resolve.

use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::oversight::{LoosenInEmergencyInput, ResolveOutcomeInput, ReviewEmergencyInput, StopChangeInput, WaiveWarningInput};
use crate::mutation::change::done;
use crate::mutation::payload::{ChangeRequestPayload, settle};
use crate::scope::scope;

/// Mutations by which people overrule, stop and resolve.
#[derive(Default)]
pub struct OversightMutations;

#[Object]
impl OversightMutations {
    /// Lets one critical warning of the present dry-run pass, on this change only, and plans it again: the waiver is part of the new
    /// digest, so approvals are void. Whoever waives can't approve. An edit voids waivers.
    #[graphql(complexity = "20 + child_complexity")]
    async fn waive_warning(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The warning and why.")] input: WaiveWarningInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.waive_warning(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Sets an enabled policy to report-only or disabled at once: drafts, dry-runs and applies in one step, past approval and freeze
    /// windows and past nothing else. It leaves a review that another person closes by `reviewEmergency`.
    #[graphql(complexity = "30 + child_complexity")]
    async fn loosen_in_emergency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy and why.")] input: LoosenInEmergencyInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.loosen_in_emergency(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Closes the review of an emergency. Not open to the person who declared it.
    #[graphql(complexity = "10 + child_complexity")]
    async fn review_emergency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request and what the reviewer says.")] input: ReviewEmergencyInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.review_emergency(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Says what became of a write whose outcome is unknown, on which the change takes nothing else. Adopting needs a sync since the
    /// failure that shows the object as intended; the change is then `APPLIED` and can be rolled back. Writes nothing to Graph.
    #[graphql(complexity = "20 + child_complexity")]
    async fn resolve_outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request and what was found.")] input: ResolveOutcomeInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.resolve_outcome(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Stops an apply whose write has not started: the change ends as `FAILED` with `GATE_CLOSED`, and nothing is sent to Graph. Once
    /// the write has started it answers `WRITE_STARTED`: wait for the end, then roll back.
    #[graphql(complexity = "10 + child_complexity")]
    async fn stop_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request.")] input: StopChangeInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.stop_change(&scope.actor, command).await)
        };
        settle(run.await)
    }
}
