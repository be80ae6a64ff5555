//! Events of drift.

use async_graphql::{Context, Enum, ID, Object};
use domain::event::EventKind;
use domain::id::DriftId;

use crate::enums::Severity;
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::drift::{Drift, drift};
use crate::types::event::{event_object, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::user::{User, user_of};

/// What a `DriftEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum DriftEventType {
    /// A sync found it.
    Detected,
    /// The directory audit says who did it.
    Attributed,
    /// A member accepted it, or prolonged the acceptance.
    Accepted,
    /// The acceptance has ended.
    Reopened,
    /// Changes were drafted that would take the object back.
    RevertDrafted,
    /// Such a change took the object back.
    Reverted,
    /// The object is as it should be, by whomever.
    Resolved,
}

event_object! {
    /// An item of drift was found, or something became of it.
    DriftEvent {
        /// What happened.
        async fn kind(&self) -> DriftEventType {
            match self.0.event.kind {
                EventKind::DriftAttributed => DriftEventType::Attributed,
                EventKind::DriftAccepted => DriftEventType::Accepted,
                EventKind::DriftReopened => DriftEventType::Reopened,
                EventKind::DriftRevertDrafted => DriftEventType::RevertDrafted,
                EventKind::DriftReverted => DriftEventType::Reverted,
                EventKind::DriftResolved => DriftEventType::Resolved,
                _ => DriftEventType::Detected,
            }
        }

        /// How much the item matters, as `Drift.severity`.
        async fn drift_severity(&self) -> Option<Severity> {
            let severity: domain::change::warning::Severity = text(&self.0, "severity")?.parse().ok()?;
            Some(severity.into())
        }

        /// Name of the object.
        async fn display_name(&self) -> Option<&str> {
            text(&self.0, "displayName")
        }

        /// Who edited it, as far as was known at that moment.
        async fn edited_by(&self) -> Option<&str> {
            text(&self.0, "actor")
        }

        /// The item, as it is now.
        async fn drift(&self, ctx: &Context<'_>) -> Nullable<Drift> {
            drift(scope(ctx), DriftId(self.0.event.subject_id)).await
        }
    }
}
