//! Who is in a tenant: the last reading, and its events.

use app::PeopleState;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::event::EventKind;

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::event::{event_object, number, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::user::{User, user_of};

/// The last reading of a tenant's users, groups and roles: what coverage, overlaps and simulated impact take people from.
#[derive(SimpleObject)]
pub struct People {
    /// When the reading began: what changed in the directory later is not in it.
    as_of: DateTime,
    /// Users of the directory, guests among them.
    users: i64,
    /// Guests and other people from outside.
    guests: i64,
    /// Groups whose members were read: those that policies, open changes and emergency access name or named.
    groups: i64,
    /// Whether something could not be read, or is more than is kept.
    incomplete: bool,
    /// What that is, for a person.
    reason: Option<String>,
}

impl From<PeopleState> for People {
    fn from(state: PeopleState) -> Self {
        let reason = state.reason();
        People {
            as_of: state.as_of.into(),
            users: state.users,
            guests: state.guests,
            groups: state.groups,
            incomplete: reason.is_some(),
            reason,
        }
    }
}

/// What a `PeopleEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum PeopleEventType {
    /// The reading moved on.
    Progress,
    /// It ended, and took the place of the one before.
    Read,
    /// It gave up; the one before stays.
    Failed,
}

event_object! {
    /// A reading of a tenant's users, groups and roles moved on or ended.
    PeopleEvent {
        /// What happened.
        async fn kind(&self) -> PeopleEventType {
            match self.0.event.kind {
                EventKind::PeopleRead => PeopleEventType::Read,
                EventKind::PeopleFailed => PeopleEventType::Failed,
                _ => PeopleEventType::Progress,
            }
        }

        /// Steps done so far.
        async fn done(&self) -> Option<i64> {
            number(&self.0, "done")
        }

        /// Steps in all.
        async fn total(&self) -> Option<i64> {
            number(&self.0, "total")
        }

        /// The step it is at.
        async fn stage(&self) -> Option<&str> {
            text(&self.0, "stage")
        }

        /// Users of the directory, once they are read.
        async fn users(&self) -> Option<i64> {
            number(&self.0, "users")
        }

        /// Groups whose members were read.
        async fn groups(&self) -> Option<i64> {
            number(&self.0, "groups")
        }

        /// Why it failed, for a program.
        async fn failure_code(&self) -> Option<&str> {
            text(&self.0, "code")
        }

        /// Why it failed, for a person.
        async fn failure_message(&self) -> Option<&str> {
            text(&self.0, "message")
        }
    }
}
