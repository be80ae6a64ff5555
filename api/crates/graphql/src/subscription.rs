//! The subscriptions: the event log, live.

use std::sync::Arc;

use app::{EventFilter, StreamItem};
use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use domain::id::{BulkChangeId, BulkRolloutId, ChangeId, RolloutId};
use futures_util::stream::{BoxStream, StreamExt};

use crate::fault::{coded, fault};
use crate::ids::Kind;
use crate::input::filter::EventWhere;
use crate::scalars::EventCursor;
use crate::scope::{Scope, scope};
use crate::types::bulk::{BulkChange, BulkCounts};
use crate::types::bulk_event::{BulkChangeUpdate, BulkTransition};
use crate::types::bulk_rollout::BulkRollout;
use crate::types::bulk_rollout_event::BulkRolloutUpdate;
use crate::types::change::ChangeRequest;
use crate::types::event::{Event, EventGap};
use crate::types::rollout::Rollout;
use crate::types::rollout_event::RolloutUpdate;

/// The subscription root.
pub struct SubscriptionRoot;

/// The event log, live.
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// Events as they are committed.
    ///
    /// Delivery: every event after `after` that the caller may see, in the order of the log, none twice on one stream. A client that
    /// reconnects with the last cursor it processed misses nothing; what it had received but not processed comes again. When `after`
    /// is older than what is kept, the first item is an `EventGap`. A slow reader is not dropped: it reads the log at its own pace.
    /// The stream ends when the credential does, or the membership.
    #[graphql(complexity = "10 + child_complexity")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The last cursor that was processed; left out, the stream starts now.")] after: Option<EventCursor>,
        #[graphql(name = "where", desc = "Which events; all unless given.")] filter: Option<EventWhere>,
    ) -> Result<BoxStream<'static, Result<Event>>> {
        let scope = scope(ctx);
        let filter = filter.unwrap_or_default().resolve(scope);
        let items = stream(scope, filter, after).await?;
        Ok(items.map(|item| item.map(event)).boxed())
    }

    /// What happens to one change request, with the change as it is at that moment.
    ///
    /// Delivery: as of `events`. The change is read when the item is sent, so it may be further on than the event says.
    #[graphql(complexity = "10 + child_complexity")]
    async fn change_request_updates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change request.")] id: ID,
        #[graphql(desc = "The last cursor that was processed; left out, the stream starts now.")] after: Option<EventCursor>,
    ) -> Result<BoxStream<'static, Result<ChangeRequestUpdate>>> {
        let scope = scope(ctx);
        let missing = || coded("NOT_FOUND", "not found");
        let id = scope.ids.key(&id, Kind::Change).map(ChangeId).map_err(|_| missing())?;
        scope.loader.load_one(id).await?.ok_or_else(missing)?;
        let filter = EventFilter::of_subject(id.0);
        let ids = scope.ids.clone();
        let update = move |item: StreamItem| {
            let place = match &item {
                StreamItem::Event(event) => event.seq,
                StreamItem::Gap { oldest } => oldest - 1,
            };
            ChangeRequestUpdate { cursor: ids.cursor(place), event: event(item), change: Some(ChangeRequest::named(id)) }
        };
        Ok(stream(scope, filter, after).await?.map(move |item| item.map(&update)).boxed())
    }

    /// What happens to one bulk change: its counts and the transitions of its items, at most four messages a second.
    ///
    /// Delivery: every transition after `after`, in order, none twice on one stream; what happens between two messages comes together in the
    /// next one. The counts and the bulk change are read when the message is sent, so that the last message shows the last state. When `after`
    /// is older than what is kept, the first message says so with `gap`.
    #[graphql(complexity = "20 + child_complexity")]
    async fn bulk_change_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bulk change.")] id: ID,
        #[graphql(desc = "The last cursor that was processed; left out, the stream starts now.")] after: Option<EventCursor>,
    ) -> Result<BoxStream<'static, Result<BulkChangeUpdate>>> {
        let scope = scope(ctx);
        let id = scope.ids.key(&id, Kind::BulkChange).map(BulkChangeId).map_err(|_| coded("NOT_FOUND", "not found"))?;
        let after = scope.ids.place(after)?;
        let updates = scope.app.bulk_stream(scope.actor.clone(), id, after).await.map_err(fault)?;
        let ids = scope.ids.clone();
        let shown = move |update: app::BulkUpdate| BulkChangeUpdate {
            cursor: ids.cursor(update.cursor),
            at: update.at.into(),
            counts: BulkCounts::from(&update.view.counts),
            transitions: update.moved.into_iter().map(BulkTransition).collect(),
            gap: update.gap,
            bulk_change: BulkChange(Arc::new(update.view)),
        };
        Ok(updates.map(move |update| update.map(&shown).map_err(fault)).boxed())
    }

    /// How one phased rollout stands: status, phase, counts, verdict, forecast, what comes next and when, and why it is paused.
    ///
    /// Delivery: the present state first, then the state after every write to the rollout, at most four messages a second; what happens between
    /// two messages is in the next one, and the last state is always sent. A client that comes back with `after` gets the present state, which
    /// holds all that happened since.
    #[graphql(complexity = "20 + child_complexity")]
    async fn rollout_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout.")] id: ID,
        #[graphql(desc = "The last cursor that was processed.")] after: Option<EventCursor>,
    ) -> Result<BoxStream<'static, Result<RolloutUpdate>>> {
        let scope = scope(ctx);
        let id = scope.ids.key(&id, Kind::Rollout).map(RolloutId).map_err(|_| coded("NOT_FOUND", "not found"))?;
        let after = scope.ids.place(after)?;
        let updates = scope.app.rollout_stream(scope.actor.clone(), id, after).await.map_err(fault)?;
        let ids = scope.ids.clone();
        let shown = move |update: app::RolloutUpdate| RolloutUpdate {
            cursor: ids.cursor(update.cursor),
            at: update.at.into(),
            rollout: Rollout(Arc::new(update.view)),
        };
        Ok(updates.map(move |update| update.map(&shown).map_err(fault)).boxed())
    }

    /// How one rollout across tenants stands: status, counts, and which tenants hold it.
    ///
    /// Delivery: the present state first, then each later one, at most four messages a second; what happens between two messages is in the next
    /// one, and the last state is always sent. A client that comes back with `after` gets the present state, which holds all that happened since.
    #[graphql(complexity = "50 + child_complexity")]
    async fn bulk_rollout_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rollout across tenants.")] id: ID,
        #[graphql(desc = "The last cursor that was processed.")] after: Option<EventCursor>,
    ) -> Result<BoxStream<'static, Result<BulkRolloutUpdate>>> {
        let scope = scope(ctx);
        let id = scope.ids.key(&id, Kind::BulkRollout).map(BulkRolloutId).map_err(|_| coded("NOT_FOUND", "not found"))?;
        let after = scope.ids.place(after)?;
        let updates = scope.app.bulk_rollout_stream(scope.actor.clone(), id, after).await.map_err(fault)?;
        let ids = scope.ids.clone();
        let shown = move |update: app::BulkRolloutUpdate| BulkRolloutUpdate {
            cursor: ids.cursor(update.cursor),
            at: update.at.into(),
            bulk_rollout: BulkRollout(Arc::new(update.view)),
        };
        Ok(updates.map(move |update| update.map(&shown).map_err(fault)).boxed())
    }
}

/// One step of a change request.
#[derive(SimpleObject)]
pub struct ChangeRequestUpdate {
    /// The event's place in the log: resume after it.
    cursor: EventCursor,
    /// What happened.
    event: Event,
    /// The change request as it is now.
    change: Option<ChangeRequest>,
}

fn event(item: StreamItem) -> Event {
    match item {
        StreamItem::Event(event) => event.into(),
        StreamItem::Gap { oldest } => Event::EventGap(EventGap { oldest }),
    }
}

async fn stream(scope: &Scope, filter: EventFilter, after: Option<EventCursor>) -> Result<BoxStream<'static, Result<StreamItem>>> {
    let after = scope.ids.place(after)?;
    let items = scope.app.event_stream(scope.actor.clone(), filter, after).await.map_err(fault)?;
    Ok(items.map(|item| item.map_err(fault)).boxed())
}
