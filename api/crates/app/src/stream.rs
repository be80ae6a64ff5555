//! The live event stream: replay from a cursor, then live, from the same log.
//!
//! Promise: every event after the cursor, in order, none twice on one stream; at least once across reconnects with the last cursor seen.
//! The log is the truth and wake-ups only shorten the wait, so nothing is lost when a reader is slow: it reads at its own pace.

use domain::event::Event;
use domain::workspace::Actor;
use futures_util::Stream;
use tokio::time::timeout;

use crate::App;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};
use crate::query::events::EventFilter;

/// Events read from the log at a time: what one stream holds in memory.
const BATCH: usize = 100;

/// One item of a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamItem {
    /// The next event.
    Event(Event),
    /// The cursor is older than what is kept: read the present state, then go on; events follow from `oldest`.
    Gap {
        /// The oldest event that is kept.
        oldest: i64,
    },
}

impl App {
    /// Events after the cursor, or from now on. Ends when the actor's credential or membership does.
    pub async fn event_stream(
        &self,
        actor: Actor,
        filter: EventFilter,
        after: Option<i64>,
    ) -> AppResult<impl Stream<Item = AppResult<StreamItem>> + Send + 'static> {
        authorize(&actor, domain::access::Operation::Read)?;
        let mut wake = self.hub().events();
        let head = self.store().reader().event_head(actor.workspace_id).await?;
        let mut cursor = after.unwrap_or(head);
        if !(0..=head).contains(&cursor) {
            return Err(AppError::BadCursor);
        }
        let app = self.clone();
        Ok(async_stream::stream! {
            let oldest = app.store().reader().event_oldest(actor.workspace_id).await?;
            if oldest > cursor + 1 {
                cursor = oldest - 1;
                yield Ok(StreamItem::Gap { oldest });
            }
            let mut actor = actor;
            while app.now() < actor.expires_at {
                wake.mark_unchanged();
                // What the filter passes over need not be looked at again: up to here everything has been seen.
                let head = app.store().reader().event_head(actor.workspace_id).await?;
                let events = app.store().reader().events_after(actor.workspace_id, cursor, BATCH, &filter.for_actor(&actor)).await?;
                let drained = events.len() < BATCH;
                let idle = events.is_empty();
                for event in events {
                    cursor = event.seq;
                    yield Ok(StreamItem::Event(event));
                }
                if drained {
                    cursor = cursor.max(head);
                }
                if idle {
                    let _ = timeout(app.settings().stream_poll, wake.changed()).await;
                    match app.refresh(&actor).await? {
                        Some(now) => actor = now,
                        None => break,
                    }
                }
            }
        })
    }
}
