//! `revertDrift`: drafts of the changes that would take an object back. Never a write: each goes the way of any change.

use domain::access::Operation;
use domain::change::request::{ChangeRequest, Draft};
use domain::change::status::ChangeStatus;
use domain::drift::{Drift, MAX_REVERTS};
use domain::event::{EventKind, SubjectKind};
use domain::id::{AuditId, ChangeId, DriftId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;
use store::WriteTx;

use super::accept::{expect_revision, load_drift};
use super::events::event;
use super::takeback::{Takeback, takeback};
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `revertDrift`.
#[derive(Clone, Debug, Serialize)]
pub struct RevertDrift {
    /// The item.
    pub id: DriftId,
    /// The revision the caller read.
    pub expected_revision: i64,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// What `revertDrift` drafted.
#[derive(Clone, Debug)]
pub struct DriftReverts {
    /// The item.
    pub drift: Drift,
    /// The drafts, at most 17: one for each kind of field that the edit touched.
    pub changes: Vec<ChangeRequest>,
    /// Fields that no draft takes back: no kind of change reaches them, or they were changed again since.
    pub unreachable: Vec<String>,
}

impl App {
    /// Drafts the changes that take back what the edit touched, and nothing that came after it.
    pub async fn revert_drift(&self, actor: &Actor, command: RevertDrift) -> AppResult<DriftReverts> {
        let subject = Subject::new(SubjectKind::Drift, command.id.0, None);
        self.audited(actor, Operation::RevertDrift, subject, self.try_revert_drift(actor, &command)).await
    }

    async fn try_revert_drift(&self, actor: &Actor, command: &RevertDrift) -> AppResult<DriftReverts> {
        authorize(actor, Operation::RevertDrift)?;
        let once = Once::new(Operation::RevertDrift, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        let drift = load_drift(&tx, actor, command.id).await?;
        if let Claim::Replay(_) = self.claim(&tx, actor, &once, command.id.0).await? {
            let changes = tx.changes_by_ids(actor.workspace_id, &drift.reverts).await?;
            let unreachable = takeback(&tx, &drift).await.map(|way| way.unreachable).unwrap_or_default();
            return Ok(DriftReverts { drift, changes, unreachable });
        }
        expect_revision(&drift, command.expected_revision)?;
        refuse_if_over_or_drafted(&tx, &drift).await?;
        let way = takeback(&tx, &drift).await?;
        if way.payloads.is_empty() {
            let fields = way.unreachable.join(", ");
            let message =
                format!("no change can take this back: {}", if fields.is_empty() { "nothing is left of the edit" } else { &fields });
            return Err(AppError::invalid(&["input", "id"], message));
        }
        let unreachable = way.unreachable.clone();
        let changes = self.draft_reverts(&tx, actor, &drift, way).await?;
        let now = self.now();
        let saved = tx.update_drift(&Drift { reverts: changes.iter().map(|change| change.id).collect(), ..drift }).await?;
        let facts = json!({ "changes": saved.reverts, "unreachable": unreachable });
        let event = event(&saved, EventKind::DriftRevertDrafted, Some(actor.member_id), facts.clone());
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let subject = Subject::new(SubjectKind::Drift, saved.id.0, Some(saved.tenant_id));
        let entry = subject.done(actor, Operation::RevertDrift, facts);
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(DriftReverts { drift: saved, changes, unreachable })
    }

    async fn draft_reverts(&self, tx: &WriteTx, actor: &Actor, drift: &Drift, way: Takeback) -> AppResult<Vec<ChangeRequest>> {
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let who = drift.actor.name.as_deref().unwrap_or("somebody unknown");
        let note = format!("Takes back what {who} changed outside Causeway, found {}.", drift.detected_at.format("%Y-%m-%d %H:%M UTC"));
        let mut changes = Vec::with_capacity(way.payloads.len());
        for payload in way.payloads.into_iter().take(MAX_REVERTS) {
            let change = ChangeRequest::draft(
                Draft {
                    id: ChangeId(self.ids().uuid()),
                    workspace_id: actor.workspace_id,
                    tenant_id: drift.tenant_id,
                    policy_id: way.policy.as_ref().map(|policy| policy.id),
                    target_graph_id: way.target.clone(),
                    payload,
                    created_by: actor.member_id,
                    note: Some(note.clone()),
                    approval_rules: workspace.approval_rules.clone(),
                    rollback_of: None,
                    bulk_change_id: None,
                    rollout_id: None,
                },
                self.now(),
            );
            self.insert_change(tx, actor, Operation::CreateChange, &change).await?;
            changes.push(change);
        }
        Ok(changes)
    }
}

async fn refuse_if_over_or_drafted(tx: &WriteTx, drift: &Drift) -> AppResult<()> {
    if drift.closed() {
        return Err(AppError::invalid(&["input", "id"], "this item is over: the object is as it should be"));
    }
    let earlier = tx.changes_by_ids(drift.workspace_id, &drift.reverts).await?;
    let over = |status: ChangeStatus| matches!(status, ChangeStatus::Applied | ChangeStatus::RolledBack | ChangeStatus::Cancelled);
    match earlier.iter().find(|change| !over(change.status)) {
        Some(_) => {
            Err(AppError::invalid(&["input", "id"], "drafts that revert this item are open already: go on with them, or cancel them"))
        }
        None => Ok(()),
    }
}
