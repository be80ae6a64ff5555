//! Mutations on drift. None writes to Graph: what does is a change request.

use std::sync::Arc;

use app::DriftReverts;
use async_graphql::{Context, Object, SimpleObject};

use crate::fault::Nullable;
use crate::input::drift::{AcceptDriftInput, RevertDriftInput};
use crate::mutation::payload::{Payload, settle};
use crate::scope::scope;
use crate::types::change::ChangeRequest;
use crate::types::drift::Drift;
use crate::user_error::UserError;

/// Mutations on drift.
#[derive(Default)]
pub struct DriftMutations;

#[Object]
impl DriftMutations {
    /// Accepts a deviation with a reason and an end date, or prolongs its acceptance. It is open again when the acceptance ends.
    #[graphql(complexity = "10 + child_complexity")]
    async fn accept_drift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deviation, why, and until when.")] input: AcceptDriftInput,
    ) -> Nullable<AcceptDriftPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(Drift::new(Arc::new(scope.app.accept_drift(&scope.actor, command).await?)))
        };
        settle(run.await)
    }

    /// Drafts the changes that take back what the edit touched, and nothing that came after it: one for each kind of field, to be dry-run,
    /// approved and applied like any other. Writes nothing to Graph.
    #[graphql(complexity = "20 + child_complexity")]
    async fn revert_drift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deviation.")] input: RevertDriftInput,
    ) -> Nullable<RevertDriftPayload> {
        let scope = scope(ctx);
        let run = async {
            let command = input.command(scope)?;
            Ok(scope.app.revert_drift(&scope.actor, command).await?)
        };
        settle(run.await)
    }
}

/// What became of accepting a deviation.
#[derive(SimpleObject)]
pub struct AcceptDriftPayload {
    /// The item as it is now; `null` when the mutation was refused.
    drift: Option<Drift>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for AcceptDriftPayload {
    type Noun = Drift;

    fn done(drift: Drift) -> Self {
        AcceptDriftPayload { drift: Some(drift), user_errors: Vec::new() }
    }

    fn refused(error: UserError) -> Self {
        AcceptDriftPayload { drift: None, user_errors: vec![error] }
    }
}

/// What became of reverting a deviation.
#[derive(SimpleObject)]
pub struct RevertDriftPayload {
    /// The item as it is now; `null` when the mutation was refused.
    drift: Option<Drift>,
    /// The drafts, at most 17; empty when the mutation was refused.
    changes: Vec<ChangeRequest>,
    /// Fields that no draft takes back, in Graph's own names: no kind of change reaches them, or somebody changed them again since. At most
    /// one entry per field of the document.
    unreachable: Vec<String>,
    /// Why it was refused; empty when it was done. At most 100.
    user_errors: Vec<UserError>,
}

impl Payload for RevertDriftPayload {
    type Noun = DriftReverts;

    fn done(made: DriftReverts) -> Self {
        RevertDriftPayload {
            drift: Some(Drift::new(Arc::new(made.drift))),
            changes: made.changes.into_iter().map(|change| ChangeRequest::full(Arc::new(change))).collect(),
            unreachable: made.unreachable,
            user_errors: Vec::new(),
        }
    }

    fn refused(error: UserError) -> Self {
        RevertDriftPayload { drift: None, changes: Vec::new(), unreachable: Vec::new(), user_errors: vec![error] }
    }
}
