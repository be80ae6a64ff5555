//! Mutations on the workspace.

use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::workspace::UpdateWorkspaceInput;
use crate::mutation::payload::{WorkspacePayload, settle};
use crate::scope::scope;
use crate::types::workspace::Workspace;

/// Mutations on the workspace.
#[derive(Default)]
pub struct WorkspaceMutations;

#[Object]
impl WorkspaceMutations {
    /// Sets the approval switch and the lifetime of dry-runs. Changes in flight keep what was fixed when they were created.
    #[graphql(complexity = "10 + child_complexity")]
    async fn update_workspace(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateWorkspaceInput,
    ) -> Nullable<WorkspacePayload> {
        let scope = scope(ctx);
        let run = async { Ok(Workspace(scope.app.update_workspace(&scope.actor, input.into()).await?)) };
        settle(run.await)
    }
}
