//! How one rollout stands, live.

use chrono::{DateTime, Utc};
use domain::id::RolloutId;
use domain::workspace::Actor;
use futures_util::{FutureExt, Stream, StreamExt};

use super::view::RolloutView;
use crate::App;
use crate::error::AppResult;

/// A rollout as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutUpdate {
    /// The place in the log up to which the state holds: whatever happened before is in it.
    pub cursor: i64,
    /// When the rollout was written.
    pub at: DateTime<Utc>,
    /// The state.
    pub view: RolloutView,
}

impl App {
    /// The present state, then each later one, at most four a second; `after` is the cursor of the last message that the client has.
    /// `NOT_FOUND` where the actor does not see it.
    pub async fn rollout_stream(
        &self,
        actor: Actor,
        id: RolloutId,
        after: Option<i64>,
    ) -> AppResult<impl Stream<Item = AppResult<RolloutUpdate>> + Send + 'static> {
        let states = self.states(actor, after, move |app, actor| app.rollout(actor, id).boxed()).await?;
        Ok(states.map(|state| state.map(|(cursor, view)| RolloutUpdate { cursor, at: view.rollout.updated_at, view })))
    }
}
