//! Events of phased rollouts.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::event::EventKind;
use domain::id::RolloutId;

use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor, Json};
use crate::scope::{ids, scope};
use crate::types::event::{event_object, number, place_key, text};
use crate::types::event_data::public;
use crate::types::node::{Node, subject};
use crate::types::rollout::{Rollout, rollout};
use crate::types::user::{User, user_of};

/// What a `RolloutEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum RolloutEventType {
    /// It was planned.
    Created,
    /// It was edited.
    Edited,
    /// An approval of its plan was asked for, given or refused.
    Approval,
    /// It was started.
    Started,
    /// It reached a phase.
    PhaseStarted,
    /// It is judged otherwise than before.
    Verdict,
    /// It hurts people: the guard paused it.
    GuardTripped,
    /// It was paused.
    Paused,
    /// It goes on.
    Resumed,
    /// It went back by a phase.
    Reverted,
    /// It is being cancelled or rolled back: what it did is taken back first.
    Stopping,
    /// It is complete.
    Completed,
    /// It was cancelled.
    Cancelled,
    /// It was rolled back.
    RolledBack,
    /// A change of it took protection away from users.
    ProtectionReduced,
}

event_object! {
    /// Something happened to a phased rollout.
    RolloutEvent {
        /// What happened.
        async fn kind(&self) -> RolloutEventType {
            match self.0.event.kind {
                EventKind::RolloutCreated => RolloutEventType::Created,
                EventKind::RolloutEdited => RolloutEventType::Edited,
                EventKind::RolloutApproved => RolloutEventType::Approval,
                EventKind::RolloutStarted => RolloutEventType::Started,
                EventKind::RolloutPhaseStarted => RolloutEventType::PhaseStarted,
                EventKind::RolloutVerdict => RolloutEventType::Verdict,
                EventKind::RolloutGuardTripped => RolloutEventType::GuardTripped,
                EventKind::RolloutResumed => RolloutEventType::Resumed,
                EventKind::RolloutReverted => RolloutEventType::Reverted,
                EventKind::RolloutStopping => RolloutEventType::Stopping,
                EventKind::RolloutCompleted => RolloutEventType::Completed,
                EventKind::RolloutCancelled => RolloutEventType::Cancelled,
                EventKind::RolloutRolledBack => RolloutEventType::RolledBack,
                EventKind::RolloutProtectionReduced => RolloutEventType::ProtectionReduced,
                _ => RolloutEventType::Paused,
            }
        }

        /// The phase that it is about.
        async fn phase(&self) -> Option<i64> {
            number(&self.0, "phase")
        }

        /// Why, for a program: a pause reason, an end reason, or the outcome of a verdict.
        async fn reason(&self) -> Option<&str> {
            text(&self.0, "reason").or_else(|| text(&self.0, "outcome"))
        }

        /// What happened, for a person.
        async fn text(&self) -> Option<&str> {
            text(&self.0, "text")
        }

        /// Everything that is known of it.
        async fn data(&self, ctx: &Context<'_>) -> Json {
            Json::of(&public(&self.0.event, &|kind, key| ids(ctx).id(kind, key).0))
        }

        /// The rollout, as it is now.
        async fn rollout(&self, ctx: &Context<'_>) -> Nullable<Rollout> {
            rollout(scope(ctx), RolloutId(self.0.event.subject_id)).await
        }
    }
}

/// How a rollout stands.
#[derive(SimpleObject)]
pub struct RolloutUpdate {
    /// The place in the log up to which the state holds: come back with it.
    pub cursor: EventCursor,
    /// When the rollout was last written.
    pub at: DateTime,
    /// The rollout as it is now.
    pub rollout: Rollout,
}
