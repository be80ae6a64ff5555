//! Events of schedules and freeze windows.

use async_graphql::{Context, Enum, ID, Object};
use domain::id::{ChangeId, ScheduleId};

use crate::enums::ScheduleState;
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::change::ChangeRequest;
use crate::types::event::{event_object, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::schedule::{Schedule, schedule};
use crate::types::user::{User, user_of};

event_object! {
    /// A change was scheduled, or its schedule moved to another state or instant.
    ScheduleEvent {
        /// The state it had; `null` when it was armed. Equal to `to` when it was rescheduled.
        async fn from(&self) -> Option<ScheduleState> {
            state(&self.0, "from")
        }

        /// The state it has since.
        async fn to(&self) -> Option<ScheduleState> {
            state(&self.0, "to")
        }

        /// Why it ended without applying anything, for a program: see `Schedule.detail`.
        async fn code(&self) -> Option<&str> {
            text(&self.0, "code")
        }

        /// The schedule, as it is now.
        async fn schedule(&self, ctx: &Context<'_>) -> Nullable<Schedule> {
            let id = text(&self.0, "scheduleId")?.parse().ok()?;
            schedule(scope(ctx), ScheduleId(id)).await
        }

        /// The change, as it is now.
        async fn change(&self) -> ChangeRequest {
            ChangeRequest::named(ChangeId(self.0.event.subject_id))
        }
    }
}

/// What a `FreezeWindowEvent` tells.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum FreezeWindowEventType {
    /// It was created.
    Created,
    /// It was edited.
    Updated,
    /// It was deleted.
    Deleted,
}

event_object! {
    /// A freeze window was created, edited or deleted.
    FreezeWindowEvent {
        /// What happened.
        async fn kind(&self) -> FreezeWindowEventType {
            match text(&self.0, "what") {
                Some("CREATED") => FreezeWindowEventType::Created,
                Some("DELETED") => FreezeWindowEventType::Deleted,
                _ => FreezeWindowEventType::Updated,
            }
        }

        /// Its name at that moment.
        async fn name(&self) -> Option<&str> {
            text(&self.0, "name")
        }
    }
}

fn state(event: &domain::event::Event, field: &str) -> Option<ScheduleState> {
    let state: domain::schedule::ScheduleState = text(event, field)?.parse().ok()?;
    Some(state.into())
}
