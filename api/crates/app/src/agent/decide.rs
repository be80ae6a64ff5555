//! `reviewSuggestion`, `dismissSuggestion`, `snoozeSuggestion`.

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::agent::{Decision, NotDecidable, SNOOZE, Suggestion};
use domain::event::{EventKind, SubjectKind};
use domain::id::{AuditId, SuggestionId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;
use store::WriteTx;

use super::suggestion_event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::changes::create::check_note;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// A member's step on a suggestion.
#[derive(Clone, Debug, Serialize)]
pub struct DecideSuggestion {
    /// The suggestion.
    pub id: SuggestionId,
    /// The revision that the caller read.
    pub expected_revision: i64,
    /// Which step.
    pub step: SuggestionStep,
    /// The reason, or what other administrators should know; at most 2,000 characters. A dismissal needs one.
    pub note: Option<String>,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// Which step.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum SuggestionStep {
    /// Looked at, without accepting it.
    Review,
    /// Not wanted: it stays away unless it grows by a ground.
    Dismiss,
    /// Away until then; 14 days where nobody says.
    Snooze(Option<DateTime<Utc>>),
}

impl SuggestionStep {
    fn operation(self) -> Operation {
        match self {
            SuggestionStep::Review => Operation::ReviewSuggestion,
            SuggestionStep::Dismiss => Operation::DismissSuggestion,
            SuggestionStep::Snooze(_) => Operation::SnoozeSuggestion,
        }
    }
}

impl App {
    /// Takes the step.
    pub async fn decide_suggestion(&self, actor: &Actor, command: DecideSuggestion) -> AppResult<Suggestion> {
        let subject = Subject::new(SubjectKind::Suggestion, command.id.0, None);
        self.audited(actor, command.step.operation(), subject, self.try_decide_suggestion(actor, &command)).await
    }

    async fn try_decide_suggestion(&self, actor: &Actor, command: &DecideSuggestion) -> AppResult<Suggestion> {
        let operation = command.step.operation();
        authorize(actor, operation)?;
        check_note(command.note.as_deref())?;
        let note = command.note.as_deref().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
        if matches!(command.step, SuggestionStep::Dismiss) && note.is_none() {
            return Err(AppError::invalid(&["input", "reason"], "say why it is dismissed: others will ask"));
        }
        let once = Once::new(operation, &command.idempotency_key, command)?;
        let now = self.now();
        let tx = self.store().write().await?;
        let suggestion = load_suggestion(&tx, actor, command.id).await?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
            return Ok(suggestion);
        }
        expect_revision(&suggestion, command.expected_revision)?;
        let decision = match command.step {
            SuggestionStep::Review => Decision::Review,
            SuggestionStep::Dismiss => Decision::Dismiss,
            SuggestionStep::Snooze(until) => Decision::Snooze(until.unwrap_or(now + SNOOZE)),
        };
        let (from, read) = (suggestion.status, suggestion.revision);
        let decided = suggestion.decided(&decision, actor.member_id, note, now).map_err(not_decidable)?;
        tx.update_suggestion(&decided, read).await?;
        let data = json!({ "from": from, "to": decided.status, "until": decided.snoozed_until });
        let event = suggestion_event(&decided, EventKind::SuggestionStatusChanged, Some(actor.member_id), data.clone());
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let subject = Subject::new(SubjectKind::Suggestion, decided.id.0, Some(decided.tenant_id));
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, subject.done(actor, operation, data)).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(decided)
    }
}

/// The suggestion, unless it is not the actor's to see.
pub(super) async fn load_suggestion(tx: &WriteTx, actor: &Actor, id: SuggestionId) -> AppResult<Suggestion> {
    let suggestion = tx.suggestion(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
    in_scope(actor, suggestion.tenant_id)?;
    Ok(suggestion)
}

/// The error of a step that the suggestion doesn't take.
pub(super) fn not_decidable(refused: NotDecidable) -> AppError {
    AppError::invalid(&["input", "id"], refused.to_string())
}

/// Refuses a step on a revision that is not the present one.
pub(super) fn expect_revision(suggestion: &Suggestion, expected: i64) -> AppResult<()> {
    match suggestion.revision {
        current if current == expected => Ok(()),
        current => Err(AppError::StaleRevision { expected, current }),
    }
}
