//! Mutations on schedules and freeze windows.

use std::sync::Arc;

use app::error::AppResult;
use async_graphql::{Context, ID, Object, SimpleObject};

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::input::freeze_window::{CreateFreezeWindowInput, DeleteFreezeWindowInput, UpdateFreezeWindowInput};
use crate::input::schedule::{CancelScheduleInput, RescheduleChangeInput, ScheduleChangeInput};
use crate::mutation::payload::{FreezeWindowPayload, Payload, SchedulePayload, settle};
use crate::scope::scope;
use crate::types::freeze_window::FreezeWindow;
use crate::types::schedule::Schedule;
use crate::user_error::{Refused, UserError};

/// Mutations on schedules and freeze windows.
#[derive(Default)]
pub struct ScheduleMutations;

#[Object]
impl ScheduleMutations {
    /// Arms a change to be applied later. Everything that applying will need is asked for now, as far as it can be known, and all of it
    /// again when it fires. One schedule of a change at a time. Cancelling or editing the change, or a dry-run with another digest, revokes
    /// it.
    #[graphql(complexity = "20 + child_complexity")]
    async fn schedule_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request, as the caller saw it, and when.")] input: ScheduleChangeInput,
    ) -> Nullable<SchedulePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.schedule_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Moves an armed schedule to another instant, under the same conditions as arming it. It fires as the caller from then on.
    #[graphql(complexity = "20 + child_complexity")]
    async fn reschedule_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The schedule and its new instant.")] input: RescheduleChangeInput,
    ) -> Nullable<SchedulePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.reschedule_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes back a schedule that has not fired yet. The change stays as it is.
    #[graphql(complexity = "10 + child_complexity")]
    async fn cancel_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The schedule.")] input: CancelScheduleInput,
    ) -> Nullable<SchedulePayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.cancel_schedule(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Adds a freeze window; at most 100 in a workspace. What is being applied already goes on; schedules that it stops are blocked when
    /// they fire.
    #[graphql(complexity = "10 + child_complexity")]
    async fn create_freeze_window(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The freeze window.")] input: CreateFreezeWindowInput,
    ) -> Nullable<FreezeWindowPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(FreezeWindow(scope.app.create_freeze_window(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Replaces everything of a freeze window but its id.
    #[graphql(complexity = "10 + child_complexity")]
    async fn update_freeze_window(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The freeze window as it is to be.")] input: UpdateFreezeWindowInput,
    ) -> Nullable<FreezeWindowPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(FreezeWindow(scope.app.update_freeze_window(&scope.actor, command).await?))
        };
        settle(run.await)
    }

    /// Deletes a freeze window. What it was stays in the audit log.
    #[graphql(complexity = "10 + child_complexity")]
    async fn delete_freeze_window(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The freeze window.")] input: DeleteFreezeWindowInput,
    ) -> Nullable<DeleteFreezeWindowPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            let id = scope.app.delete_freeze_window(&scope.actor, command).await?;
            Ok(scope.ids.id(Kind::FreezeWindow, id.0))
        };
        settle(run.await)
    }
}

/// What became of deleting a freeze window.
#[derive(SimpleObject)]
pub struct DeleteFreezeWindowPayload {
    /// The id of what was deleted; `null` when the mutation was refused.
    deleted_id: Option<ID>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for DeleteFreezeWindowPayload {
    type Noun = ID;

    fn done(id: ID) -> Self {
        DeleteFreezeWindowPayload { deleted_id: Some(id), user_errors: Vec::new() }
    }

    fn refused(error: UserError) -> Self {
        DeleteFreezeWindowPayload { deleted_id: None, user_errors: vec![error] }
    }
}

fn done(result: AppResult<domain::schedule::Schedule>) -> Result<Schedule, Refused> {
    Ok(Schedule::new(Arc::new(result?)))
}
