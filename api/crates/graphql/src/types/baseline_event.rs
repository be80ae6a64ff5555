//! Events of baselines.

use async_graphql::{Context, Enum, ID, Object};

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::event::{event_object, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::user::{User, user_of};

/// What a `BaselineEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum BaselineEventType {
    /// It was created.
    Created,
    /// Files were imported into it.
    Imported,
    /// A policy was removed from it.
    PolicyDeleted,
}

event_object! {
    /// A baseline was created, imported into or lost a policy.
    BaselineEvent {
        /// What happened.
        async fn kind(&self) -> BaselineEventType {
            match text(&self.0, "what") {
                Some("CREATED") => BaselineEventType::Created,
                Some("POLICY_DELETED") => BaselineEventType::PolicyDeleted,
                _ => BaselineEventType::Imported,
            }
        }

        /// Its name at that moment.
        async fn name(&self) -> Option<&str> {
            text(&self.0, "name")
        }
    }
}
