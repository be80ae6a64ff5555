//! Mutations that move phased rollouts.

use async_graphql::{Context, Object};
use domain::rollout::Command;

use crate::fault::Nullable;
use crate::input::rollout::{ForwardRolloutInput, PauseRolloutInput, ReasonedRolloutInput, StartRolloutInput, StopRolloutInput};
use crate::mutation::payload::{RolloutPayload, settle};
use crate::mutation::rollout::done;
use crate::scope::scope;

/// Mutations that move phased rollouts.
#[derive(Default)]
pub struct RolloutMoveMutations;

#[Object]
impl RolloutMoveMutations {
    /// Creates the twin and enables it for the first phase, in the background. Refused while the plan waits for approval, and where the first
    /// phase is expected to block more than the guard allows, unless that is confirmed. Follow it by `rolloutStatus`.
    #[graphql(complexity = "50 + child_complexity")]
    async fn start_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout as the caller saw it.")] input: StartRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Stops the rollout where it is; what is being written is waited for and undone. Accepted whatever is going on. The twin stays enabled unless
    /// `reportOnly` says otherwise.
    #[graphql(complexity = "50 + child_complexity")]
    async fn pause_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout, and why.")] input: PauseRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Goes on in the same phase, whose clocks start anew. Edits of the two policies that others made are accepted with it.
    #[graphql(complexity = "50 + child_complexity")]
    async fn resume_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout, and why the cause of the pause is none any more.")] input: ReasonedRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope, |reason| Command::Resume { reason })?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Adds the next phase's groups. The phase must have been proven healthy, or the newest verdict is overridden by name, with a reason; a
    /// forecast that is worse than the guard allows must be confirmed.
    #[graphql(complexity = "50 + child_complexity")]
    async fn advance_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout as the caller saw it.")] input: ForwardRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope, Command::Advance)?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes the current phase's groups from the twin and pauses in the phase before. Reverting the first phase puts the twin into report-only mode.
    #[graphql(complexity = "50 + child_complexity")]
    async fn revert_rollout_phase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout, and why.")] input: ReasonedRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope, |reason| Command::RevertPhase { reason })?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Enables the original for all users, verifies that, and then disables the twin, which is deleted later. Before the last phase it needs the newest
    /// verdict to be overridden.
    #[graphql(complexity = "50 + child_complexity")]
    async fn complete_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout as the caller saw it.")] input: ForwardRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope, Command::Complete)?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Gives the rollout up: the twin goes into report-only mode. Accepted whatever is going on.
    #[graphql(complexity = "50 + child_complexity")]
    async fn cancel_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout, and why.")] input: StopRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.cancel(scope)?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes all of it back: the twin is disabled, and deleted later. Accepted whatever is going on.
    #[graphql(complexity = "50 + child_complexity")]
    async fn roll_back_rollout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout, and why.")] input: StopRolloutInput,
    ) -> Nullable<RolloutPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.roll_back(scope)?;
            done(scope.app.move_rollout(&scope.actor, command).await)
        };
        settle(run.await)
    }
}
