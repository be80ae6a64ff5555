//! Events of the optimization agent.

use async_graphql::{Context, Enum, ID, Object};
use domain::event::EventKind;
use domain::id::{AgentRunId, SuggestionId};

use crate::enums::SuggestionStatus;
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::scalars::{DateTime, EventCursor};
use crate::scope::{ids, scope};
use crate::types::agent::{AgentRun, agent_run};
use crate::types::event::{event_object, place_key, text};
use crate::types::node::{Node, subject};
use crate::types::suggestion::{Suggestion, suggestion};
use crate::types::user::{User, user_of};

/// What an `AgentRunEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum AgentRunEventType {
    /// It was asked for.
    Started,
    /// It ended.
    Completed,
    /// It gave up.
    Failed,
}

event_object! {
    /// A run of the agent began or ended.
    AgentRunEvent {
        /// What happened.
        async fn kind(&self) -> AgentRunEventType {
            match self.0.event.kind {
                EventKind::AgentRunCompleted => AgentRunEventType::Completed,
                EventKind::AgentRunFailed => AgentRunEventType::Failed,
                _ => AgentRunEventType::Started,
            }
        }

        /// Why it gave up, for a person.
        async fn message(&self) -> Option<&str> {
            text(&self.0, "message")
        }

        /// The run, as it is now.
        async fn agent_run(&self, ctx: &Context<'_>) -> Nullable<AgentRun> {
            agent_run(scope(ctx), AgentRunId(self.0.event.subject_id)).await
        }
    }
}

/// What a `SuggestionEvent` tells. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum SuggestionEventType {
    /// A run found it for the first time.
    Created,
    /// A run found it again with other evidence.
    Updated,
    /// It moved to another status.
    StatusChanged,
}

event_object! {
    /// The agent suggests something, or something became of a suggestion.
    SuggestionEvent {
        /// What happened.
        async fn kind(&self) -> SuggestionEventType {
            match self.0.event.kind {
                EventKind::SuggestionCreated => SuggestionEventType::Created,
                EventKind::SuggestionUpdated => SuggestionEventType::Updated,
                _ => SuggestionEventType::StatusChanged,
            }
        }

        /// The status it had, when that changed.
        async fn from(&self) -> Option<SuggestionStatus> {
            status(&self.0, "from")
        }

        /// The status it has since, when that changed.
        async fn to(&self) -> Option<SuggestionStatus> {
            status(&self.0, "to")
        }

        /// The suggestion, as it is now.
        async fn suggestion(&self, ctx: &Context<'_>) -> Nullable<Suggestion> {
            suggestion(scope(ctx), SuggestionId(self.0.event.subject_id)).await
        }
    }
}

fn status(event: &domain::event::Event, field: &str) -> Option<SuggestionStatus> {
    let status: domain::agent::SuggestionStatus = text(event, field)?.parse().ok()?;
    Some(status.into())
}
