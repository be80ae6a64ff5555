//! Findings of a run and the suggestions of the runs before: one identity is one suggestion.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Finding, Skipped, Suggestion, SuggestionKind, SuggestionStatus};
use crate::change::status::ChangeStatus;
use crate::id::{AgentRunId, ChangeId, RolloutId, SuggestionId, TenantId, WorkspaceId};
use crate::rollout::RolloutStatus;
use crate::text_enum;

text_enum! {
    /// What a run made of a suggestion.
    Outcome {
        /// Found for the first time.
        Created = "CREATED",
        /// Found again, with other evidence.
        Updated = "UPDATED",
        /// Found again, as it was.
        Unchanged = "UNCHANGED",
        /// Found again, and back on the list.
        Reopened = "REOPENED",
        /// Not found any more.
        Superseded = "SUPERSEDED",
    }
}

text_enum! {
    /// Why a suggestion is back.
    Reason {
        /// The snooze is over.
        SnoozeOver = "SNOOZE_OVER",
        /// It has a ground that it had not when it was dismissed.
        NewGround = "NEW_GROUND",
        /// It was resolved, and is found again.
        FoundAgain = "FOUND_AGAIN",
        /// Its change was cancelled.
        ChangeCancelled = "CHANGE_CANCELLED",
        /// Its rollout was given up or taken back.
        RolloutEnded = "ROLLOUT_ENDED",
    }
}

/// A suggestion as a run leaves it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciled {
    /// The suggestion.
    pub suggestion: Suggestion,
    /// What the run made of it.
    pub outcome: Outcome,
    /// Why it is back.
    pub reason: Option<Reason>,
}

/// The run that reconciles.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Its id.
    pub id: AgentRunId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The moment.
    pub now: DateTime<Utc>,
}

/// Where that stands by which suggestions are carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CarriedOut {
    /// The changes that suggestions name.
    pub changes: BTreeMap<ChangeId, ChangeStatus>,
    /// The rollouts that suggestions name.
    pub rollouts: BTreeMap<RolloutId, RolloutStatus>,
}

/// Brings findings and earlier suggestions of the same tenant together.
///
/// `skipped` are rules that looked at nothing: their suggestions stay as they are. `carried_out` is where changes and
/// rollouts stand. `new_id` makes an id for each new suggestion.
pub fn reconcile(
    run: &Run,
    findings: Vec<Finding>,
    skipped: &[Skipped],
    earlier: Vec<Suggestion>,
    carried_out: &CarriedOut,
    mut new_id: impl FnMut() -> SuggestionId,
) -> Vec<Reconciled> {
    let silent: BTreeSet<SuggestionKind> = skipped.iter().filter(|skip| skip.reason.silences()).map(|skip| skip.kind).collect();
    let mut known: BTreeMap<String, Suggestion> =
        earlier.into_iter().map(|suggestion| (suggestion.finding.identity(), suggestion)).collect();
    let mut reconciled = Vec::new();
    for finding in findings {
        reconciled.push(match known.remove(&finding.identity()) {
            None => Reconciled { suggestion: created(run, finding, new_id()), outcome: Outcome::Created, reason: None },
            Some(suggestion) => found_again(run, suggestion, finding, carried_out),
        });
    }
    let gone = known.into_values().filter(|suggestion| !silent.contains(&suggestion.finding.kind));
    reconciled.extend(gone.filter_map(|suggestion| not_found(run, suggestion, carried_out)));
    reconciled
}

fn created(run: &Run, finding: Finding, id: SuggestionId) -> Suggestion {
    Suggestion {
        id,
        workspace_id: run.workspace_id,
        tenant_id: run.tenant_id,
        finding,
        status: SuggestionStatus::New,
        dismissed_grounds: BTreeSet::new(),
        note: None,
        snoozed_until: None,
        decided_by: None,
        decided_at: None,
        steps_done: 0,
        change_id: None,
        rollout_id: None,
        first_run: run.id,
        last_run: run.id,
        created_at: run.now,
        updated_at: run.now,
        revision: 1,
    }
}

fn found_again(run: &Run, suggestion: Suggestion, finding: Finding, carried_out: &CarriedOut) -> Reconciled {
    let same = suggestion.finding.digest() == finding.digest();
    let back = comes_back(run, &suggestion, &finding, carried_out);
    // What is accepted stays as it was accepted: its steps are under way.
    let frozen = suggestion.status == SuggestionStatus::Accepted && back.is_none();
    let mut suggestion = Suggestion { last_run: run.id, ..suggestion };
    if !frozen {
        suggestion.finding = finding;
    }
    if let Some(reason) = back {
        suggestion.status = SuggestionStatus::New;
        (suggestion.snoozed_until, suggestion.steps_done) = (None, 0);
        (suggestion.change_id, suggestion.rollout_id) = (None, None);
        suggestion.dismissed_grounds.clear();
        return Reconciled { suggestion: suggestion.touched(run.now), outcome: Outcome::Reopened, reason: Some(reason) };
    }
    if same || frozen {
        return Reconciled { suggestion, outcome: Outcome::Unchanged, reason: None };
    }
    // A merge of which the first step is applied is found as what is left of it.
    suggestion.steps_done = 0;
    Reconciled { suggestion: suggestion.touched(run.now), outcome: Outcome::Updated, reason: None }
}

fn comes_back(run: &Run, suggestion: &Suggestion, finding: &Finding, carried_out: &CarriedOut) -> Option<Reason> {
    match suggestion.status {
        SuggestionStatus::New | SuggestionStatus::Reviewed => None,
        SuggestionStatus::Accepted => given_up(suggestion, carried_out),
        SuggestionStatus::Dismissed => (!finding.grounds.is_subset(&suggestion.dismissed_grounds)).then_some(Reason::NewGround),
        SuggestionStatus::Snoozed => suggestion.snoozed_until.is_none_or(|until| until <= run.now).then_some(Reason::SnoozeOver),
        SuggestionStatus::Applied | SuggestionStatus::Superseded => Some(Reason::FoundAgain),
    }
}

fn not_found(run: &Run, suggestion: Suggestion, carried_out: &CarriedOut) -> Option<Reconciled> {
    match suggestion.status {
        SuggestionStatus::New | SuggestionStatus::Reviewed | SuggestionStatus::Snoozed => {}
        SuggestionStatus::Accepted if given_up(&suggestion, carried_out).is_some() => {}
        // A dismissal is remembered: what is gone today may be found tomorrow.
        SuggestionStatus::Accepted | SuggestionStatus::Dismissed | SuggestionStatus::Applied | SuggestionStatus::Superseded => return None,
    }
    let suggestion = Suggestion { status: SuggestionStatus::Superseded, snoozed_until: None, ..suggestion };
    Some(Reconciled { suggestion: suggestion.touched(run.now), outcome: Outcome::Superseded, reason: None })
}

/// Its change or its rollout was cancelled, or taken back, so that it never came to be.
fn given_up(suggestion: &Suggestion, carried_out: &CarriedOut) -> Option<Reason> {
    if let Some(rollout) = suggestion.rollout_id {
        let status = carried_out.rollouts.get(&rollout);
        return matches!(status, None | Some(RolloutStatus::Cancelled | RolloutStatus::RolledBack)).then_some(Reason::RolloutEnded);
    }
    let status = suggestion.change_id.and_then(|change| carried_out.changes.get(&change));
    matches!(status, None | Some(ChangeStatus::Cancelled | ChangeStatus::RolledBack)).then_some(Reason::ChangeCancelled)
}
