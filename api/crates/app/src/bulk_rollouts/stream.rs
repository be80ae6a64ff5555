//! How a rollout across tenants stands, live.

use chrono::{DateTime, Utc};
use domain::id::BulkRolloutId;
use domain::workspace::Actor;
use futures_util::{FutureExt, Stream, StreamExt};

use super::view::BulkRolloutView;
use crate::App;
use crate::error::AppResult;

/// A rollout across tenants as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRolloutUpdate {
    /// The place in the log up to which the state holds: whatever happened before is in it.
    pub cursor: i64,
    /// When it was read.
    pub at: DateTime<Utc>,
    /// The state.
    pub view: BulkRolloutView,
}

impl App {
    /// The present state, then each later one, at most four a second; `after` is the cursor of the last message that the client has.
    /// `NOT_FOUND` where the actor does not see it.
    pub async fn bulk_rollout_stream(
        &self,
        actor: Actor,
        id: BulkRolloutId,
        after: Option<i64>,
    ) -> AppResult<impl Stream<Item = AppResult<BulkRolloutUpdate>> + Send + 'static> {
        let states = self.states(actor, after, move |app, actor| app.bulk_rollout(actor, id).boxed()).await?;
        let app = self.clone();
        Ok(states.map(move |state| state.map(|(cursor, view)| BulkRolloutUpdate { cursor, at: app.now(), view })))
    }
}
