//! How something stands, live: the whole state at once, then again whenever it is another.

use std::time::Duration;

use domain::access::Operation;
use domain::workspace::Actor;
use futures_util::Stream;
use futures_util::future::BoxFuture;
use tokio::time::{sleep, timeout};

use crate::App;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};

/// Between two messages.
const PACE: Duration = Duration::from_millis(250);

impl App {
    /// The present state, then each later one, at most four a second; the last one is always sent. Each comes with the place in the log up to which
    /// it holds: whatever happened before is in it. A client that comes back with the cursor of its last message gets the present state first, which
    /// holds all that happened meanwhile. Ends when the actor's credential or membership does, or what `load` reads is not there for it any more;
    /// an error where it is not there to begin with.
    pub(crate) async fn states<T>(
        &self,
        actor: Actor,
        after: Option<i64>,
        load: impl for<'a> Fn(&'a App, &'a Actor) -> BoxFuture<'a, AppResult<T>> + Send + Sync + 'static,
    ) -> AppResult<impl Stream<Item = AppResult<(i64, T)>> + Send + 'static>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        authorize(&actor, Operation::Read)?;
        let mut wake = self.hub().events();
        load(self, &actor).await?;
        let head = self.store().reader().event_head(actor.workspace_id).await?;
        if !(0..=head).contains(&after.unwrap_or(head)) {
            return Err(AppError::BadCursor);
        }
        let app = self.clone();
        Ok(async_stream::stream! {
            let mut actor = actor;
            let mut sent: Option<T> = None;
            while app.now() < actor.expires_at {
                wake.mark_unchanged();
                // The head first: what is read after it holds everything up to there.
                let cursor = app.store().reader().event_head(actor.workspace_id).await?;
                let state = match load(&app, &actor).await {
                    Ok(state) => state,
                    Err(AppError::NotFound) => break,
                    Err(error) => Err(error)?,
                };
                if sent.as_ref() != Some(&state) {
                    sent = Some(state.clone());
                    yield Ok((cursor, state));
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
