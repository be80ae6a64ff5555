//! Events of syncs.

use async_graphql::{Context, Enum, ID, Object};
use domain::event::EventKind;
use domain::id::SnapshotId;

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::event::{event_object, number, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::snapshot::{Snapshot, snapshot_of};
use crate::types::user::{User, user_of};

/// What a `SyncEvent` tells.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum SyncEventType {
    /// It began.
    Started,
    /// It moved on.
    Progress,
    /// It ended with a snapshot.
    Completed,
    /// It gave up.
    Failed,
}

event_object! {
    /// A sync of a tenant began, moved on or ended.
    SyncEvent {
        /// What happened.
        async fn kind(&self) -> SyncEventType {
            match self.0.event.kind {
                EventKind::SyncStarted => SyncEventType::Started,
                EventKind::SyncCompleted => SyncEventType::Completed,
                EventKind::SyncFailed => SyncEventType::Failed,
                _ => SyncEventType::Progress,
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

        /// Policies that differ from the snapshot before, once it is completed.
        async fn changed(&self) -> Option<i64> {
            number(&self.0, "changed")
        }

        /// The snapshot it ended with.
        async fn snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
            let id = text(&self.0, "snapshotId")?.parse().ok()?;
            snapshot_of(scope(ctx), Some(SnapshotId(id))).await
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
