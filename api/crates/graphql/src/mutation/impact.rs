//! Mutations on impact reports.

use app::Refreshed;
use async_graphql::{Context, Object, SimpleObject};
use futures_util::future::join_all;

use crate::fault::Nullable;
use crate::input::impact::RefreshImpactInput;
use crate::mutation::payload::{Payload, settle};
use crate::scope::scope;
use crate::types::change::ChangeRequest;
use crate::types::node;
use crate::types::policy::Policy;
use crate::user_error::{Refused, UserError};

/// Mutations on impact reports.
#[derive(Default)]
pub struct ImpactMutations;

#[Object]
impl ImpactMutations {
    /// Computes impact reports in the background, from what the database holds: Graph is asked for nothing but the members of groups that
    /// nobody read yet. What is fresh or under way is left alone. Follow it by `ImpactEvent` of the tenants.
    #[graphql(complexity = "20 + 5 * child_complexity")]
    async fn refresh_impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policies and changes, and how far back.")] input: RefreshImpactInput,
    ) -> Nullable<RefreshImpactPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            let refreshed = scope.app.refresh_impact(&scope.actor, command).await?;
            let policies = join_all(refreshed.policies.iter().map(|id| node::policy(scope, *id))).await;
            let policies = policies.into_iter().flatten().collect::<Result<_, _>>().map_err(Refused::Fault)?;
            Ok((policies, refreshed))
        };
        settle(run.await)
    }
}

/// What became of asking for impact reports.
#[derive(SimpleObject)]
pub struct RefreshImpactPayload {
    /// The policies, in the order given, at most 50; empty when the mutation was refused.
    policies: Vec<Policy>,
    /// The changes, in the order given, at most 50; empty when the mutation was refused.
    changes: Vec<ChangeRequest>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for RefreshImpactPayload {
    type Noun = (Vec<Policy>, Refreshed);

    fn done((policies, refreshed): Self::Noun) -> Self {
        let changes = refreshed.changes.into_iter().map(ChangeRequest::named).collect();
        RefreshImpactPayload { policies, changes, user_errors: Vec::new() }
    }

    fn refused(error: UserError) -> Self {
        RefreshImpactPayload { policies: Vec::new(), changes: Vec::new(), user_errors: vec![error] }
    }
}
