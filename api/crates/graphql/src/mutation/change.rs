//! Mutations on change requests, in the order of a change's life.

use std::sync::Arc;

use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::change::{ApplyInput, ChangeRef, CreateChangeInput, DecideApprovalInput, EditChangeInput};
use crate::mutation::payload::{ChangeRequestPayload, settle};
use crate::scope::scope;
use crate::types::change::ChangeRequest;
use crate::user_error::Refused;

/// Mutations on change requests.
#[derive(Default)]
pub struct ChangeMutations;

#[Object]
impl ChangeMutations {
    /// Drafts a change of a policy or a named location. Writes nothing to Graph. The rules by which it needs approval are fixed here.
    #[graphql(complexity = "10 + child_complexity")]
    async fn create_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy and what is intended.")] input: CreateChangeInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.create_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes another payload and goes back to a draft: dry-run, approvals, waivers and schedule are void, and the editor can't approve.
    #[graphql(complexity = "10 + child_complexity")]
    async fn edit_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request and what is intended now.")] input: EditChangeInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.edit_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Plans the change against the newest snapshot: diff, warnings, digest. Calls Graph for nothing. Voids approvals when the
    /// digest changes.
    #[graphql(complexity = "20 + child_complexity")]
    async fn run_dry_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request.")] input: ChangeRef,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.run_dry_run(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Asks for the approval of the present dry-run.
    #[graphql(complexity = "10 + child_complexity")]
    async fn request_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request.")] input: ChangeRef,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.request_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Approves or rejects what was reviewed, which `digest` names. Not open to the persons who created, edited or submitted the change
    /// or waived a warning of it, by whichever account. The change is released once as many persons as `Approval.quorum` approved.
    #[graphql(complexity = "10 + child_complexity")]
    async fn decide_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: DecideApprovalInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.decide_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Takes a request for approval back. Open to who asked or created the change, to admins and to owners.
    #[graphql(complexity = "10 + child_complexity")]
    async fn withdraw_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request.")] input: ChangeRef,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.withdraw_approval(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Starts to write the change to Graph, in the background: it answers with status `APPLYING`. Follow it by
    /// `changeRequestUpdates`; it ends as `APPLIED` or `FAILED`, with a true account of what Graph holds.
    #[graphql(complexity = "20 + child_complexity")]
    async fn apply_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request, as the caller saw it.")] input: ApplyInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.apply_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Undoes an applied change by a new change request, which it answers with: `rollbackOf` names the one given. It is applied at
    /// once while the live policy still is what the change left and the apply is at most 24 hours old; otherwise it needs the
    /// steps of any change.
    #[graphql(complexity = "20 + child_complexity")]
    async fn rollback_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The applied change request, as the caller saw it.")] input: ApplyInput,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.rollback_change(&scope.actor, command).await)
        };
        settle(run.await)
    }

    /// Gives a change up. Writes nothing to Graph.
    #[graphql(complexity = "10 + child_complexity")]
    async fn cancel_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request.")] input: ChangeRef,
    ) -> Nullable<ChangeRequestPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            done(scope.app.cancel_change(&scope.actor, command).await)
        };
        settle(run.await)
    }
}

/// The change request as the use case left it.
pub(super) fn done(result: app::error::AppResult<domain::change::request::ChangeRequest>) -> Result<ChangeRequest, Refused> {
    Ok(ChangeRequest::full(Arc::new(result?)))
}
