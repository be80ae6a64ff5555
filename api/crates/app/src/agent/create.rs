//! Report-only policies that a run creates by itself, where settings allow it: accepted in the name of the run's member, and applied through the
//! gate like any change. What the gate refuses waits for a person.

use domain::agent::{Reconciled, Suggestion, SuggestionStatus};
use domain::change::kind::ChangePayload;
use domain::policy::PolicyState;
use domain::workspace::Actor;

use super::accept::{AcceptSuggestion, AcceptedAs};
use crate::App;
use crate::command::ApplyChange;
use crate::error::AppResult;

/// The most policies of one run.
const MOST: usize = 20;

impl App {
    /// Creates what new suggestions propose; one sentence for each.
    pub(super) async fn create_report_only(&self, actor: &Actor, reconciled: &[Reconciled]) -> Vec<String> {
        let wanted = reconciled.iter().map(|one| &one.suggestion).filter(|suggestion| creates(suggestion)).take(MOST);
        let mut said = Vec::new();
        for suggestion in wanted {
            let title = &suggestion.finding.title;
            said.push(match self.create_one(actor, suggestion).await {
                Ok(()) => format!("\"{title}\" is being created in report-only mode."),
                Err(error) if error.expected() => format!("\"{title}\" waits for a person: {error}."),
                Err(error) => {
                    tracing::warn!(suggestion = %suggestion.id, %error, "a report-only policy could not be created");
                    format!("\"{title}\" waits for a person: an internal error stopped it.")
                }
            });
        }
        said
    }

    async fn create_one(&self, actor: &Actor, suggestion: &Suggestion) -> AppResult<()> {
        let asked = AcceptSuggestion { id: suggestion.id, expected_revision: suggestion.revision, idempotency_key: None };
        let AcceptedAs::Change(change) = self.accept_suggestion(actor, asked).await?.way else { return Ok(()) };
        let digest = change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
        let apply = ApplyChange { id: change.id, expected_revision: change.revision, digest, idempotency_key: None };
        self.apply_change(actor, apply).await?;
        Ok(())
    }
}

/// Nothing but the creation of a policy in report-only mode.
fn creates(suggestion: &Suggestion) -> bool {
    let report_only = |payload: &ChangePayload| matches!(payload, ChangePayload::Create(create) if create.state == PolicyState::ReportOnly);
    suggestion.status == SuggestionStatus::New
        && !suggestion.finding.steps().is_empty()
        && suggestion.finding.steps().iter().all(|step| report_only(&step.payload))
}
