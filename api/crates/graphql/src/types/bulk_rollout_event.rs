//! Events of rollouts across tenants.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::event::EventKind;
use domain::id::BulkRolloutId;

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor, Json};
use crate::scope::{ids, scope};
use crate::types::bulk_rollout::{BulkRollout, bulk_rollout};
use crate::types::event::{event_object, place_key, text};
use crate::types::event_data::public;
use crate::types::node::{Node, subject};
use crate::types::user::{User, user_of};

/// What a `BulkRolloutEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum BulkRolloutEventType {
    /// It was created.
    Created,
    /// A member took a step on it.
    StepTaken,
    /// A tenant got its plan, or could not be started at its turn.
    Progress,
    /// A breach in one tenant holds all others.
    Held,
    /// No breach holds it any more.
    Released,
    /// It is over.
    Ended,
}

event_object! {
    /// Something happened to a rollout across tenants.
    BulkRolloutEvent {
        /// What happened.
        async fn kind(&self) -> BulkRolloutEventType {
            match self.0.event.kind {
                EventKind::BulkRolloutCreated => BulkRolloutEventType::Created,
                EventKind::BulkRolloutProgress => BulkRolloutEventType::Progress,
                EventKind::BulkRolloutHeld => BulkRolloutEventType::Held,
                EventKind::BulkRolloutReleased => BulkRolloutEventType::Released,
                EventKind::BulkRolloutEnded => BulkRolloutEventType::Ended,
                _ => BulkRolloutEventType::StepTaken,
            }
        }

        /// The step: the name of the mutation. `null` where it was none.
        async fn step(&self) -> Option<&str> {
            text(&self.0, "what")
        }

        /// What happened, for a person.
        async fn text(&self) -> Option<&str> {
            text(&self.0, "text")
        }

        /// Everything that is known of it.
        async fn data(&self, ctx: &Context<'_>) -> Json {
            Json::of(&public(&self.0.event, &|kind, key| ids(ctx).id(kind, key).0))
        }

        /// The rollout across tenants, as it is now.
        async fn bulk_rollout(&self, ctx: &Context<'_>) -> Nullable<BulkRollout> {
            bulk_rollout(scope(ctx), BulkRolloutId(self.0.event.subject_id)).await
        }
    }
}

/// How a rollout across tenants stands.
#[derive(SimpleObject)]
pub struct BulkRolloutUpdate {
    /// The place in the log up to which the state holds: come back with it.
    pub cursor: EventCursor,
    /// When it was read.
    pub at: DateTime,
    /// The rollout across tenants as it is now.
    pub bulk_rollout: BulkRollout,
}
