//! Events of impact reports.

use async_graphql::{Context, Enum, ID, Object};
use domain::event::EventKind;

use crate::enums::ImpactWindow;
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::event::{event_object, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::user::{User, user_of};

/// What an `ImpactEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum ImpactEventType {
    /// The computation moved on.
    Progress,
    /// Reports were computed.
    Computed,
    /// Reports could not be computed.
    Failed,
}

event_object! {
    /// Impact reports of a tenant are being computed, were, or could not be.
    ImpactEvent {
        /// What happened.
        async fn kind(&self) -> ImpactEventType {
            match self.0.event.kind {
                EventKind::ImpactComputed => ImpactEventType::Computed,
                EventKind::ImpactFailed => ImpactEventType::Failed,
                _ => ImpactEventType::Progress,
            }
        }

        /// The window of the reports.
        async fn window(&self) -> Option<ImpactWindow> {
            let window: domain::impact::ImpactWindow = text(&self.0, "window")?.parse().ok()?;
            Some(window.into())
        }

        /// Days done, while it moves on.
        async fn done(&self) -> Option<i64> {
            self.0.event.data.get("done")?.as_i64()
        }

        /// Days to be done, while it moves on.
        async fn total(&self) -> Option<i64> {
            self.0.event.data.get("total")?.as_i64()
        }

        /// How many reports were computed.
        async fn reports(&self) -> Option<i64> {
            self.0.event.data.get("reports")?.as_i64()
        }

        /// What went wrong, for a program.
        async fn code(&self) -> Option<&str> {
            text(&self.0, "code")
        }

        /// What went wrong, for a person.
        async fn message(&self) -> Option<&str> {
            text(&self.0, "message")
        }
    }
}
