//! Mutations on policies. None writes to Graph: what does is a change request.

use std::sync::Arc;

use async_graphql::{Context, Object};

use crate::fault::Nullable;
use crate::input::policy::UpdatePolicyMetadataInput;
use crate::mutation::payload::{PolicyPayload, settle};
use crate::scope::scope;
use crate::types::policy::Policy;

/// Mutations on policies.
#[derive(Default)]
pub struct PolicyMutations;

#[Object]
impl PolicyMutations {
    /// Edits the workspace's own metadata of a policy: criticality, code, tags. Graph is not touched.
    #[graphql(complexity = "10 + child_complexity")]
    async fn update_policy_metadata(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy and what changes.")] input: UpdatePolicyMetadataInput,
    ) -> Nullable<PolicyPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Policy::new(Arc::new(scope.app.update_policy_metadata(&scope.actor, command).await?)))
        };
        settle(run.await)
    }
}
