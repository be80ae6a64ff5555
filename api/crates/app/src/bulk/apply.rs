//! `applyBulkChange`: everything that is ready is put into a run; the run starts it, wave by wave.

use std::collections::BTreeSet;

use domain::access::Operation;
use domain::bulk::{BulkChange, BulkCounts, BulkItemState, BulkRun, BulkStage, BulkStatus, Moved, RunKind, progress_event, status};
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::event::NewEvent;
use domain::id::{JobId, MemberId, TenantId};
use domain::schedule::Void;
use domain::workspace::Actor;
use serde_json::json;
use store::{BulkItemFacts, WriteTx};

use super::command::ApplyBulkChange;
use super::query::digest_of;
use super::schedule::end_schedule;
use super::step::{BulkAsked, BulkTaken};
use super::view::BulkView;
use crate::App;
use crate::error::{AppError, AppResult};
use crate::freeze::none_frozen_at;
use crate::runner::jobs::advance_job;

/// Transitions that one event tells of: what a client gets in one message.
const MOVED_AT_ONCE: usize = 250;

impl App {
    /// Starts the run and returns the bulk change as `applying`. Follow it through its events.
    pub async fn apply_bulk_change(&self, actor: &Actor, command: ApplyBulkChange) -> AppResult<BulkView> {
        let asked = BulkAsked {
            operation: Operation::ApplyBulkChange,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_step(actor, asked, async |tx, mut bulk| {
            let facts = tx.bulk_item_facts(bulk.workspace_id, bulk.id).await?;
            check_digest(&bulk, &facts, &command.digest)?;
            end_schedule(&mut bulk, Void::AppliedBefore, self.now());
            self.begin_run(tx, actor.member_id, bulk, facts).await
        })
        .await
    }

    /// Puts everything that is ready into a new run. What one change lacks is refused here for all; what changes until its turn, there.
    /// Does not commit.
    pub(super) async fn begin_run(
        &self,
        tx: &WriteTx,
        by: MemberId,
        mut bulk: BulkChange,
        mut facts: Vec<BulkItemFacts>,
    ) -> AppResult<BulkTaken> {
        let now = self.now();
        let digest = check_ready(&bulk, &facts)?;
        none_frozen_at(tx, bulk.workspace_id, &ready_tenants(&facts), now).await?;
        let ready: Vec<i64> = facts.iter().filter(|item| item.facts.state() == BulkItemState::Ready).map(|item| item.position).collect();
        let mut items = tx.bulk_items_at(bulk.workspace_id, bulk.id, &ready).await?;
        for change in tx.changes_of_items(bulk.workspace_id, &items).await?.values() {
            check_change(change, now)?;
        }
        for item in &mut items {
            item.queued_at = Some(now);
            item.not_started = None;
            item.apply_failure = None;
        }
        tx.put_bulk_items(&items).await?;
        bulk.run = Some(BulkRun { kind: RunKind::Apply, by, at: now, digest: digest.clone(), stopped_at: None, stopped_by: None });
        tx.enqueue_job(&advance_job(JobId(self.ids().uuid()), bulk.workspace_id, bulk.id, None, now)).await?;
        let mut moved = Vec::with_capacity(items.len());
        for item in &mut facts {
            if item.facts.state() == BulkItemState::Ready {
                item.facts.queued = true;
                moved.push(moved_to(item));
            }
        }
        let events = progress(&bulk, Some(by), BulkStage::Apply, &counts(&facts), &moved);
        let detail = json!({ "digest": digest, "items": items.len() });
        Ok(BulkTaken { bulk, detail, events })
    }
}

/// The tenants that a run would write to.
pub(super) fn ready_tenants(facts: &[BulkItemFacts]) -> BTreeSet<TenantId> {
    facts.iter().filter(|item| item.facts.state() == BulkItemState::Ready).map(|item| item.tenant_id).collect()
}

/// Refuses a digest that is not the present one.
pub(super) fn check_digest(bulk: &BulkChange, facts: &[BulkItemFacts], quoted: &str) -> AppResult<()> {
    match digest_of(bulk, facts) {
        Some(current) if current == quoted => Ok(()),
        current => Err(Refusal::StaleReview { current: current.unwrap_or_default() }.into()),
    }
}

/// The digest of a bulk change that may be applied as far as its items' states say.
pub(super) fn check_ready(bulk: &BulkChange, facts: &[BulkItemFacts]) -> AppResult<String> {
    let why = match status(&counts(facts), bulk.dry_run_at.is_some()) {
        BulkStatus::DryRunComplete => return digest_of(bulk, facts).ok_or_else(|| Refusal::DryRunRequired.into()),
        BulkStatus::Draft => return Err(Refusal::DryRunRequired.into()),
        BulkStatus::AwaitingApproval => return Err(Refusal::NotApproved.into()),
        BulkStatus::DryRunning => "wait until the dry-run has been through all tenants",
        BulkStatus::DryRunBlocked => "mend what blocks its tenants, or leave those tenants out",
        BulkStatus::Applying => "it is being applied: wait for its end, or stop it",
        BulkStatus::Applied | BulkStatus::RolledBack | BulkStatus::Cancelled => "it has ended: create another one",
        BulkStatus::AppliedPartial | BulkStatus::Failed => "it has ended: retry the tenants that failed",
    };
    Err(not_ready(bulk, facts, why))
}

pub(super) fn not_ready(bulk: &BulkChange, facts: &[BulkItemFacts], why: &'static str) -> AppError {
    Refusal::BulkNotReady { status: status(&counts(facts), bulk.dry_run_at.is_some()), why }.into()
}

/// What can be told of one change without asking the gate, which is asked at its turn.
fn check_change(change: &ChangeRequest, now: chrono::DateTime<chrono::Utc>) -> Result<(), Refusal> {
    let dry_run = change.dry_run.as_ref().ok_or(Refusal::DryRunRequired)?;
    if now >= dry_run.expires_at {
        return Err(Refusal::DryRunExpired { expired_at: dry_run.expires_at });
    }
    if change.requires_approval {
        let approval = change.granted_approval().ok_or(Refusal::NotApproved)?;
        if now >= approval.expires_at {
            return Err(Refusal::ApprovalExpired);
        }
    }
    Ok(())
}

/// How many items are in each state.
pub(super) fn counts(facts: &[BulkItemFacts]) -> BulkCounts {
    facts.iter().map(|item| item.facts.state()).collect()
}

/// An item as an event tells of it.
pub(super) fn moved_to(item: &BulkItemFacts) -> Moved {
    Moved { tenant_id: item.tenant_id, step: item.step, to: item.facts.state(), change_id: item.change_id }
}

/// Events that tell of everything that moved.
pub(super) fn progress(bulk: &BulkChange, by: Option<MemberId>, stage: BulkStage, counts: &BulkCounts, moved: &[Moved]) -> Vec<NewEvent> {
    moved.chunks(MOVED_AT_ONCE).map(|moved| progress_event(bulk.id, by, stage, counts, moved)).collect()
}
