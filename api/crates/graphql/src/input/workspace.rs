//! Inputs of mutations on the workspace.

use app::command::UpdateWorkspace;
use async_graphql::InputObject;

use crate::scalars::Duration;

/// The workspace's settings. What is left out stays.
#[derive(InputObject)]
pub struct UpdateWorkspaceInput {
    /// Whether new changes need the approval of a second person. Can't be turned on while fewer than two members could approve.
    require_approval: Option<bool>,
    /// How long a dry-run may be acted on: one minute to 24 hours.
    dry_run_ttl: Option<Duration>,
    /// The workspace's revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl From<UpdateWorkspaceInput> for UpdateWorkspace {
    fn from(input: UpdateWorkspaceInput) -> Self {
        UpdateWorkspace {
            require_approval: input.require_approval,
            dry_run_ttl_s: input.dry_run_ttl.map(|ttl| ttl.seconds),
            expected_revision: input.expected_revision,
            idempotency_key: input.idempotency_key,
        }
    }
}
