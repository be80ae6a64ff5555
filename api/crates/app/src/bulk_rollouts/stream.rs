//! How a rollout across tenants stands, live: the whole state at once, then again whenever it is another.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::id::BulkRolloutId;
use domain::workspace::Actor;
use futures_util::Stream;
use tokio::time::{sleep, timeout};

use super::view::BulkRolloutView;
use crate::App;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};

/// Between two messages.
const PACE: Duration = Duration::from_millis(250);

/// A rollout across tenants as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRolloutUpdate {
    /// The place in the log up to which the state holds: whatever happened before is in it.
    pub cursor: i64,
    /// When it was read.
    pub at: DateTime<Utc>,
    /// The rollout across tenants.
    pub view: BulkRolloutView,
}

impl App {
    /// The present state, then each later one, at most four a second; the last one is always sent. A client that comes back with the cursor of
    /// its last message gets the present state first, which holds all that happened meanwhile. Ends when the actor's credential or membership
    /// does, or its sight of one of the tenants; `NOT_FOUND` where it has none.
    pub async fn bulk_rollout_stream(
        &self,
        actor: Actor,
        id: BulkRolloutId,
        after: Option<i64>,
    ) -> AppResult<impl Stream<Item = AppResult<BulkRolloutUpdate>> + Send + 'static> {
        authorize(&actor, Operation::Read)?;
        let mut wake = self.hub().events();
        self.bulk_rollout(&actor, id).await?;
        let head = self.store().reader().event_head(actor.workspace_id).await?;
        if !(0..=head).contains(&after.unwrap_or(head)) {
            return Err(AppError::BadCursor);
        }
        let app = self.clone();
        Ok(async_stream::stream! {
            let mut actor = actor;
            let mut sent: Option<BulkRolloutView> = None;
            while app.now() < actor.expires_at {
                wake.mark_unchanged();
                // The head first: what is read after it holds everything up to there.
                let cursor = app.store().reader().event_head(actor.workspace_id).await?;
                let view = match app.bulk_rollout(&actor, id).await {
                    Ok(view) => view,
                    Err(AppError::NotFound) => break,
                    Err(error) => Err(error)?,
                };
                if sent.as_ref() != Some(&view) {
                    sent = Some(view.clone());
                    yield Ok(BulkRolloutUpdate { cursor, at: app.now(), view });
                    sleep(PACE).await;
                    continue;
                }
                let _ = timeout(app.settings().stream_poll, wake.changed()).await;
                match app.refresh(&actor).await? {
                    Some(now) => actor = now,
                    None => break,
                }
            }
        })
    }
}
