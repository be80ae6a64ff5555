//! What happens to one bulk change, live, at a rate that a person can follow.
//!
//! The log is read at most every [`PACE`]: what was committed in between comes in one message, in order and whole. So a thousand tenants make no
//! more messages than ten, and the last state is in the last message, because it is read after the events that led to it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::bulk::Moved;
use domain::event::Event;
use domain::id::BulkChangeId;
use domain::workspace::Actor;
use futures_util::Stream;
use store::EventFilter;
use tokio::time::{sleep, timeout};

use super::view::BulkView;
use crate::App;
use crate::authorize::authorize;
use crate::error::{AppError, AppResult};

/// Between two messages.
const PACE: Duration = Duration::from_millis(250);

/// Events read from the log at a time: what one stream holds in memory.
const BATCH: usize = 100;

/// Transitions after which a message is full. An event stays whole: one message can hold what one event moves beyond that.
const FULL: usize = 1_000;

/// What happened since the message before.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkUpdate {
    /// The last event's place in the log.
    pub cursor: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Events before it are not kept any more: what is told is not all that happened.
    pub gap: bool,
    /// Every transition since the message before, in order.
    pub moved: Vec<Moved>,
    /// The bulk change as it is now.
    pub view: BulkView,
}

impl App {
    /// Updates of a bulk change after the cursor, or from now on. Ends when the actor's credential or membership does, or its sight of the bulk
    /// change; `NOT_FOUND` where it has none.
    pub async fn bulk_stream(
        &self,
        actor: Actor,
        id: BulkChangeId,
        after: Option<i64>,
    ) -> AppResult<impl Stream<Item = AppResult<BulkUpdate>> + Send + 'static> {
        authorize(&actor, Operation::Read)?;
        let mut wake = self.hub().events();
        self.bulk_change(&actor, id).await?;
        let head = self.store().reader().event_head(actor.workspace_id).await?;
        let mut cursor = after.unwrap_or(head);
        if !(0..=head).contains(&cursor) {
            return Err(AppError::BadCursor);
        }
        let app = self.clone();
        // Whoever sees the bulk change sees all of its tenants; so its events are not limited any further.
        let filter = EventFilter { subjects: Some(vec![id.0]), ..EventFilter::default() };
        Ok(async_stream::stream! {
            let oldest = app.store().reader().event_oldest(actor.workspace_id).await?;
            let mut gap = oldest > cursor + 1;
            let mut actor = actor;
            while app.now() < actor.expires_at {
                wake.mark_unchanged();
                let reader = app.store().reader();
                let head = reader.event_head(actor.workspace_id).await?;
                let events = reader.events_after(actor.workspace_id, cursor, BATCH, &filter).await?;
                match message(events, gap.then(|| (oldest - 1, app.now()))) {
                    Some((next, at, moved)) => {
                        cursor = next;
                        match app.bulk_change(&actor, id).await {
                            Ok(view) => yield Ok(BulkUpdate { cursor, at, gap, moved, view }),
                            Err(AppError::NotFound) => break,
                            Err(error) => Err(error)?,
                        }
                        gap = false;
                        sleep(PACE).await;
                    }
                    None => {
                        cursor = cursor.max(head);
                        let _ = timeout(app.settings().stream_poll, wake.changed()).await;
                        match app.refresh(&actor).await? {
                            Some(now) => actor = now,
                            None => break,
                        }
                    }
                }
            }
        })
    }
}

/// One message out of as many events as fit: the place and instant of the last one, and what moved. Without events there is one only to tell of
/// a gap.
fn message(events: Vec<Event>, gap: Option<(i64, DateTime<Utc>)>) -> Option<(i64, DateTime<Utc>, Vec<Moved>)> {
    let mut message = gap.map(|(cursor, at)| (cursor, at, Vec::new()));
    for event in events {
        let moved = event.event.data.get("moved").and_then(|moved| serde_json::from_value::<Vec<Moved>>(moved.clone()).ok());
        let (cursor, at, all) = message.get_or_insert_with(|| (0, event.at, Vec::new()));
        let more = moved.unwrap_or_default();
        if !all.is_empty() && all.len() + more.len() > FULL {
            break;
        }
        (*cursor, *at) = (event.seq, event.at);
        all.extend(more);
    }
    message
}

#[cfg(test)]
mod tests {
    use domain::bulk::{BulkCounts, BulkItemState, BulkStage, progress_event};
    use domain::id::{TenantId, WorkspaceId};
    use uuid::Uuid;

    use super::*;

    fn event(seq: i64, moved: usize) -> Event {
        let moved: Vec<Moved> = (0..moved)
            .map(|tenant| Moved {
                tenant_id: TenantId(Uuid::from_u128(tenant as u128)),
                step: 1,
                to: BulkItemState::Applied,
                change_id: None,
            })
            .collect();
        let event = progress_event(BulkChangeId(Uuid::nil()), None, BulkStage::Apply, &BulkCounts::default(), &moved);
        Event { workspace_id: WorkspaceId(Uuid::nil()), seq, at: DateTime::UNIX_EPOCH, event }
    }

    fn told(events: Vec<Event>, gap: Option<i64>) -> Option<(i64, usize)> {
        message(events, gap.map(|place| (place, DateTime::UNIX_EPOCH))).map(|(cursor, _, moved)| (cursor, moved.len()))
    }

    #[test]
    fn a_message_holds_what_came_meanwhile_and_events_stay_whole() {
        assert_eq!(told(vec![], None), None);
        assert_eq!(told(vec![], Some(7)), Some((7, 0)), "a gap is told even when nothing follows");
        assert_eq!(told(vec![event(8, 2), event(9, 0), event(12, 3)], None), Some((12, 5)));
        assert_eq!(told(vec![event(8, 600), event(9, 300), event(12, 300)], None), Some((9, 900)), "the rest comes next");
        assert_eq!(told(vec![event(8, 4_000), event(9, 1)], None), Some((8, 4_000)));
    }
}
