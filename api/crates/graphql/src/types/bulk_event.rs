//! Events of bulk changes.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::bulk::Moved;
use domain::event::EventKind;
use domain::id::BulkChangeId;

use crate::enums::{BulkItemState, BulkStage};
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::bulk::{BulkChange, BulkCounts, bulk_change};
use crate::types::change::ChangeRequest;
use crate::types::event::{event_object, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user_of};

/// What a `BulkChangeEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum BulkChangeEventType {
    /// It was created.
    Created,
    /// A member took a step on it.
    StepTaken,
}

event_object! {
    /// A bulk change was created, or a member took a step on it.
    BulkChangeEvent {
        /// What happened.
        async fn kind(&self) -> BulkChangeEventType {
            match self.0.event.kind {
                EventKind::BulkCreated => BulkChangeEventType::Created,
                _ => BulkChangeEventType::StepTaken,
            }
        }

        /// The step: the name of the mutation. `null` when it was created.
        async fn step(&self) -> Option<&str> {
            text(&self.0, "what")
        }

        /// The bulk change, as it is now.
        async fn bulk_change(&self, ctx: &Context<'_>) -> Nullable<BulkChange> {
            bulk_change(scope(ctx), BulkChangeId(self.0.event.subject_id)).await
        }
    }
}

event_object! {
    /// Work on a bulk change moved on.
    BulkProgressEvent {
        /// Which work.
        async fn stage(&self) -> Option<BulkStage> {
            let stage: domain::bulk::BulkStage = text(&self.0, "stage")?.parse().ok()?;
            Some(stage.into())
        }

        /// How many items were in each state then.
        async fn counts(&self) -> Option<BulkCounts> {
            counts(&self.0).map(|counts| BulkCounts::from(&counts))
        }

        /// The items that moved, in the order in which they did; at most 250.
        #[graphql(complexity = 100)]
        async fn moved(&self) -> Vec<BulkTransition> {
            moved(&self.0).into_iter().map(BulkTransition).collect()
        }

        /// The bulk change, as it is now.
        async fn bulk_change(&self, ctx: &Context<'_>) -> Nullable<BulkChange> {
            bulk_change(scope(ctx), BulkChangeId(self.0.event.subject_id)).await
        }
    }
}

/// The counts that an event carries.
pub fn counts(event: &domain::event::Event) -> Option<domain::bulk::BulkCounts> {
    let by_name = event.event.data.get("counts")?.as_object()?;
    let mut counts = domain::bulk::BulkCounts::default();
    for (state, count) in by_name {
        counts.add(state.parse().ok()?, u32::try_from(count.as_u64()?).ok()?);
    }
    Some(counts)
}

/// The transitions that an event carries.
pub fn moved(event: &domain::event::Event) -> Vec<Moved> {
    event.event.data.get("moved").and_then(|moved| serde_json::from_value(moved.clone()).ok()).unwrap_or_default()
}

/// An item that moved.
pub struct BulkTransition(pub Moved);

/// One step in one tenant that moved to another state.
#[Object]
impl BulkTransition {
    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.0.tenant_id).await
    }

    /// The tenant's id, at no cost.
    async fn tenant_id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Tenant, self.0.tenant_id.0)
    }

    /// Place among the tenant's steps, from 1.
    async fn step(&self) -> i32 {
        i32::from(self.0.step)
    }

    /// The state that it reached.
    async fn to(&self) -> BulkItemState {
        self.0.to.into()
    }

    /// Its change request, as it is now.
    async fn change(&self) -> Option<ChangeRequest> {
        self.0.change_id.map(ChangeRequest::named)
    }
}

/// What happened to a bulk change since the message before.
#[derive(SimpleObject)]
pub struct BulkChangeUpdate {
    /// The last event's place in the log: resume after it.
    pub cursor: EventCursor,
    /// When the last of it happened.
    pub at: DateTime,
    /// How many items are in each state.
    pub counts: BulkCounts,
    /// Every transition of its items since the message before, in order; at most 1,000, further ones come in the next message.
    #[graphql(complexity = "5 + 20 * child_complexity")]
    pub transitions: Vec<BulkTransition>,
    /// Events were lost because the cursor is older than what is kept: read the bulk change again.
    pub gap: bool,
    /// The bulk change as it is now.
    pub bulk_change: BulkChange,
}
