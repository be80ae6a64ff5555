//! The optimization agent: settings, runs every 24 hours or on demand, suggestions and what members decide about them.
//!
//! A run reads what is stored and asks Graph for nothing. Whatever it leads to is an ordinary change request, made as the member whose rights the run
//! has, or as the member who accepts; or a phased rollout that such a member plans.

mod accept;
mod applied;
mod collect;
mod create;
mod decide;
pub(crate) mod job;
mod query;
mod record;
mod replay;
mod request;
mod rollout;
mod settings;

pub use accept::{AcceptSuggestion, AcceptedAs, AcceptedSuggestion};
pub use decide::{DecideSuggestion, SuggestionStep};
pub use query::SuggestionFilter;
pub use replay::{Replay, ReplayAgentRun};
pub use request::RunAgent;
pub use settings::SetAgentSettings;

use domain::agent::{AgentRun, Suggestion};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::MemberId;
use serde_json::Value;

/// An event about a run.
fn run_event(run: &AgentRun, kind: EventKind, actor: Option<MemberId>, data: Value) -> NewEvent {
    NewEvent { kind, actor, tenant_id: Some(run.tenant_id), subject_kind: SubjectKind::AgentRun, subject_id: run.id.0, data }
}

/// An event about a suggestion.
fn suggestion_event(suggestion: &Suggestion, kind: EventKind, actor: Option<MemberId>, data: Value) -> NewEvent {
    NewEvent {
        kind,
        actor,
        tenant_id: Some(suggestion.tenant_id),
        subject_kind: SubjectKind::Suggestion,
        subject_id: suggestion.id.0,
        data,
    }
}
