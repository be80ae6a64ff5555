//! `requestBulkApproval`, `decideBulkApproval`, `withdrawBulkApproval`: each on every change of the bulk at once, in one transaction. Each
//! change has an approval of its own, bound to its own digest, so the gate asks what it asks of any change.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::bulk::{BulkChange, BulkStatus};
use domain::change::approvals::involved;
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::event::{NewEvent, SubjectKind};
use domain::id::{ApprovalId, AuditId, ChangeId, MemberId};
use domain::person::Persons;
use domain::workspace::Actor;
use serde_json::json;
use store::{BulkItemFacts, WriteTx};

use super::command::{BulkStep, DecideBulkApproval};
use super::query::digest_of;
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::changes::approval::{may_withdraw, optional_text};
use crate::changes::gate_facts::with_owners;
use crate::command::Verdict;
use crate::error::{AppError, AppResult};

impl App {
    /// Asks for the approval of other persons for every change that needs it, for exactly what the dry-runs show.
    pub async fn request_bulk_approval(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        self.bulk_step(actor, asked(Operation::RequestBulkApproval, &command), async |tx, bulk| {
            let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            let view = BulkView::new(bulk.clone(), facts.iter().map(|item| item.facts.state()).collect());
            let digest = digest_of(&bulk, &facts);
            let (BulkStatus::DryRunComplete, Some(digest)) = (view.status, digest) else {
                let why = match view.status {
                    BulkStatus::AwaitingApproval => "approval is asked for already: withdraw that first",
                    BulkStatus::DryRunBlocked => "mend what blocks some tenants and run the dry-run again, or leave them out",
                    _ => "approval is asked for what a complete dry-run shows",
                };
                return Err(Refusal::BulkNotReady { status: view.status, why }.into());
            };
            let mut needing = changes_in(tx, &bulk, &facts, ChangeStatus::DryRunComplete).await?;
            needing.retain(|change| change.requires_approval && change.granted_approval().is_none());
            if needing.is_empty() {
                return Err(Refusal::ApprovalNotNeeded.into());
            }
            let ask = |change: &ChangeRequest| ChangeCommand::RequestApproval {
                id: ApprovalId(self.ids().uuid()),
                digest: change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default(),
            };
            let events = self.step_all(tx, actor, &bulk, Operation::RequestBulkApproval, needing, ask).await?;
            Ok(BulkTaken { bulk, detail: json!({ "digest": digest, "changes": events.changes }), events: events.events })
        })
        .await
    }

    /// Approves or rejects every change that waits, bound to the digest of the bulk change that the approver saw.
    pub async fn decide_bulk_approval(&self, actor: &Actor, command: DecideBulkApproval) -> AppResult<BulkView> {
        let comment = optional_text(command.comment.as_deref(), "comment")?;
        let asked = BulkAsked {
            operation: Operation::DecideBulkApproval,
            id: command.id,
            expected_revision: None,
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, bulk| {
            if command.approve == Verdict::Reject && comment.is_none() {
                return Err(AppError::invalid(&["input", "comment"], "say why when rejecting"));
            }
            let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            let waiting = self.waiting(tx, &bulk, &facts).await?;
            let current = digest_of(&bulk, &facts).unwrap_or_default();
            if current != command.digest {
                return Err(Refusal::StaleReview { current }.into());
            }
            let persons = persons_of(tx, actor, &waiting).await?;
            let decide = |change: &ChangeRequest| {
                let digest = change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
                let persons = persons.clone();
                match (command.approve, comment.clone()) {
                    (Verdict::Approve, comment) => ChangeCommand::Approve { digest, comment, persons },
                    (Verdict::Reject, comment) => ChangeCommand::Reject { digest, comment: comment.unwrap_or_default(), persons },
                }
            };
            let done = self.step_all(tx, actor, &bulk, Operation::DecideBulkApproval, waiting, decide).await?;
            let detail = json!({ "digest": command.digest, "verdict": command.approve, "comment": comment, "changes": done.changes });
            Ok(BulkTaken { bulk, detail, events: done.events })
        })
        .await
    }

    /// Takes the request for approval back. Open to who asked, who created the bulk change, and admins and owners.
    pub async fn withdraw_bulk_approval(&self, actor: &Actor, command: BulkStep) -> AppResult<BulkView> {
        self.bulk_step(actor, asked(Operation::WithdrawBulkApproval, &command), async |tx, bulk| {
            let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            let waiting = self.waiting(tx, &bulk, &facts).await?;
            let persons = persons_of(tx, actor, &waiting).await?;
            if waiting.iter().any(|change| !may_withdraw(actor, change, &persons)) {
                return Err(AppError::Forbidden { operation: Operation::WithdrawBulkApproval, role: actor.role });
            }
            let withdraw = |_: &ChangeRequest| ChangeCommand::WithdrawApproval;
            let done = self.step_all(tx, actor, &bulk, Operation::WithdrawBulkApproval, waiting, withdraw).await?;
            Ok(BulkTaken { bulk, detail: json!({ "changes": done.changes }), events: done.events })
        })
        .await
    }

    /// Voids every approval of the bulk's changes, asked for or granted: what was reviewed together is not together any more.
    pub(super) async fn void_approvals(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        bulk: &BulkChange,
        facts: &[BulkItemFacts],
        operation: Operation,
    ) -> AppResult<Vec<NewEvent>> {
        let mut reviewed = changes_in(tx, bulk, facts, ChangeStatus::AwaitingApproval).await?;
        let mut granted = changes_in(tx, bulk, facts, ChangeStatus::DryRunComplete).await?;
        granted.retain(|change| change.granted_approval().is_some());
        reviewed.append(&mut granted);
        Ok(self.step_all(tx, actor, bulk, operation, reviewed, |_| ChangeCommand::VoidApproval).await?.events)
    }

    async fn waiting(&self, tx: &WriteTx, bulk: &BulkChange, facts: &[BulkItemFacts]) -> AppResult<Vec<ChangeRequest>> {
        let waiting = changes_in(tx, bulk, facts, ChangeStatus::AwaitingApproval).await?;
        if waiting.is_empty() {
            let status = BulkView::new(bulk.clone(), facts.iter().map(|item| item.facts.state()).collect()).status;
            return Err(Refusal::BulkNotReady { status, why: "nothing of it waits for approval" }.into());
        }
        Ok(waiting)
    }

    /// One step on each of these changes: all of them or none. Saves them with their audit entries, and returns their events.
    pub(crate) async fn step_all(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        bulk: &BulkChange,
        operation: Operation,
        changes: Vec<ChangeRequest>,
        command: impl Fn(&ChangeRequest) -> ChangeCommand,
    ) -> AppResult<Stepped> {
        let now = self.now();
        let mut stepped = Stepped { changes: changes.len(), events: Vec::new() };
        let mut changed = Vec::with_capacity(changes.len());
        let mut audits = Vec::with_capacity(changes.len());
        for change in changes {
            let (from, command) = (change.status, command(&change));
            let moved = transition(change, command, Some(actor.member_id), now)?;
            let entry = NewAuditEntry {
                actor: Some(actor.member_id),
                action: operation.as_str().to_owned(),
                tenant_id: Some(moved.change.tenant_id),
                subject_kind: SubjectKind::ChangeRequest,
                subject_id: moved.change.id.0,
                outcome: AuditOutcome::Done,
                detail: json!({ "bulkChange": bulk.id, "from": from, "to": moved.change.status, "revision": moved.change.revision }),
            };
            audits.push((AuditId(self.ids().uuid()), entry));
            stepped.events.extend(moved.events);
            changed.push(moved.change);
        }
        tx.update_changes_stepped(&changed, now).await?;
        tx.append_audits(bulk.workspace_id, now, audits).await?;
        Ok(stepped)
    }
}

/// What a step on many changes left to be saved.
pub(crate) struct Stepped {
    /// How many changes.
    pub(crate) changes: usize,
    /// Their events.
    pub(crate) events: Vec<NewEvent>,
}

fn asked(operation: Operation, command: &BulkStep) -> BulkAsked<'_, BulkStep> {
    BulkAsked {
        operation,
        id: command.id,
        expected_revision: command.expected_revision,
        idempotency_key: &command.idempotency_key,
        input: command,
    }
}

/// The changes of included items that are in a status, in the order of the list.
pub(crate) async fn changes_in(
    tx: &WriteTx,
    bulk: &BulkChange,
    facts: &[BulkItemFacts],
    status: ChangeStatus,
) -> AppResult<Vec<ChangeRequest>> {
    let wanted = facts.iter().filter(|item| !item.facts.excluded && item.facts.change.is_some_and(|change| change.status == status));
    let ids: Vec<ChangeId> = wanted.filter_map(|item| item.change_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(tx.changes_by_ids(bulk.workspace_id, &ids).await?)
}

/// Which of the people behind these changes and the actor are one person.
async fn persons_of(tx: &WriteTx, actor: &Actor, changes: &[ChangeRequest]) -> AppResult<Persons> {
    let mut ids: BTreeSet<MemberId> = changes.iter().flat_map(involved).collect();
    ids.insert(actor.member_id);
    Ok(Persons::of(&with_owners(tx, actor.workspace_id, ids).await?))
}
