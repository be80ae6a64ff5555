//! Mutations on the plans of phased rollouts.

use std::sync::Arc;

use app::RolloutView;
use app::error::AppResult;
use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::rollout::{CreateRolloutInput, DecideRolloutApprovalInput, EditRolloutInput, RequestRolloutApprovalInput};
use crate::mutation::payload::{RolloutPayload, settle};
use crate::scope::scope;
use crate::types::rollout::Rollout;
use crate::user_error::Refused;

/// Mutations on the plans of phased rollouts.
#[derive(Default)]
pub struct RolloutMutations;

#[Object]
impl RolloutMutations {
    /// Accepts a plan for turning a report-only policy on in phases. Writes nothing to Graph. One rollout that has not ended for each policy.
    #[graphql(complexity = "200 + child_complexity")]
    async fn create_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy and the plan.")] input: CreateRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.create_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Edits phases that were not started, who moves the rollout on, and its limits. Another plan voids its approval.
    #[graphql(complexity = "200 + child_complexity")]
    async fn edit_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout, and what is to be changed.")] input: EditRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.edit_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Asks for the approval of the plan: one for all of its steps.
    #[graphql(complexity = "20 + child_complexity")]
    async fn request_rollout_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout, and the digest of its plan.")] input: RequestRolloutApprovalInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.request_rollout_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Approves or rejects the plan as it was reviewed. Who created, edited or submitted it cannot decide.
    #[graphql(complexity = "20 + child_complexity")]
    async fn decide_rollout_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout and the decision.")] input: DecideRolloutApprovalInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.decide_rollout_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }
}

pub(super) fn done(outcome: AppResult<RolloutView>) -> Result<Rollout, Refused> {
    Ok(Rollout(Arc::new(outcome?)))
}
