//! The change request of one item: planned anew, made, or given up.

use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::bulk::{Blocked, BulkChange, BulkItem, ItemReference, Resolution};
use domain::change::kind::ChangePayload;
use domain::change::request::{ChangeRequest, Draft};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::document::diff::NameTable;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, ChangeId, MemberId};
use domain::policy::Policy;
use domain::tenant::Tenant;
use serde_json::{Value, json};

use super::plan::Planning;
use super::resolution::report;
use crate::changes::plan::Impact;
use crate::changes::target;
use crate::error::AppResult;

/// What a step is about in one tenant.
pub(super) struct Aim<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) names: &'a NameTable,
    pub(super) payload: ChangePayload,
    pub(super) policy: Option<&'a Policy>,
    /// How a named location was found by its name.
    pub(super) located: Option<ItemReference>,
}

impl Planning<'_> {
    /// The item's change with a dry-run made now: the one that it has, or a new one where that is about something else.
    pub(super) async fn change(&mut self, item: &mut BulkItem, change: Option<ChangeRequest>, aim: Aim<'_>) -> AppResult<ChangeRequest> {
        let policy_id = aim.policy.map(|policy| policy.id);
        let same = change.as_ref().is_some_and(|change| change.policy_id == policy_id && change.payload == aim.payload);
        let (draft, new) = match change {
            Some(change) if same => (change, false),
            other => {
                self.give_up(item, other).await?;
                (self.draft(&aim), true)
            }
        };
        let stored = target::load(self.tx, &draft, aim.tenant).await?;
        let plan = self.app.plan_with(self.tx, aim.names, Some(self.by), &draft, aim.tenant, &stored, Impact::Cached).await?;
        let dry_run = self.app.dry_run_of(&draft, plan, stored.policy.as_ref(), self.ttl_s, self.bulk.tenant_count);
        let mut resolution = report(item, aim.policy, &dry_run, aim.names);
        resolution.references.extend(aim.located);
        item.resolution = Some(resolution).filter(|resolution| *resolution != Resolution::default());
        let from = draft.status;
        let planned = transition(draft, ChangeCommand::DryRun(dry_run), Some(self.by), self.now)?;
        let change = planned.change;
        item.change_id = Some(change.id);
        if new {
            self.tx.insert_change(&change).await?;
            self.made.events.push(created(self.bulk, &change, self.by));
        } else {
            self.tx.update_change(&change).await?;
        }
        self.made.events.extend(planned.events);
        self.audit(&change, json!({ "bulkChange": self.bulk.id, "created": new, "from": from, "to": change.status }));
        Ok(change)
    }

    fn draft(&self, aim: &Aim<'_>) -> ChangeRequest {
        let draft = Draft {
            id: ChangeId(self.app.ids().uuid()),
            workspace_id: self.bulk.workspace_id,
            tenant_id: aim.tenant.id,
            policy_id: aim.policy.map(|policy| policy.id),
            target_graph_id: aim.policy.map(|policy| policy.graph_id.to_string()).or_else(|| aim.payload.location_id().map(str::to_owned)),
            payload: aim.payload.clone(),
            created_by: self.bulk.created_by,
            note: self.bulk.note.clone(),
            approval_rules: self.bulk.approval_rules.clone(),
            rollback_of: None,
            bulk_change_id: Some(self.bulk.id),
            rollout_id: None,
        };
        ChangeRequest::draft(draft, self.now)
    }

    pub(super) async fn blocked(
        &mut self,
        item: &mut BulkItem,
        change: Option<ChangeRequest>,
        why: Blocked,
    ) -> AppResult<Option<ChangeRequest>> {
        item.blocked = Some(why);
        self.give_up(item, change).await
    }

    /// The item has no change any more; one that it had is cancelled.
    pub(super) async fn give_up(&mut self, item: &mut BulkItem, change: Option<ChangeRequest>) -> AppResult<Option<ChangeRequest>> {
        item.change_id = None;
        let Some(change) = change else { return Ok(None) };
        let from = change.status;
        let cancelled = transition(change, ChangeCommand::Cancel, Some(self.by), self.now)?;
        self.tx.update_change(&cancelled.change).await?;
        self.made.events.extend(cancelled.events);
        self.audit(&cancelled.change, json!({ "bulkChange": self.bulk.id, "from": from, "to": cancelled.change.status }));
        Ok(None)
    }

    fn audit(&mut self, change: &ChangeRequest, detail: Value) {
        let entry = NewAuditEntry {
            actor: Some(self.by),
            action: Operation::RunBulkDryRun.as_str().to_owned(),
            tenant_id: Some(change.tenant_id),
            subject_kind: SubjectKind::ChangeRequest,
            subject_id: change.id.0,
            outcome: AuditOutcome::Done,
            detail,
        };
        self.made.audits.push((AuditId(self.app.ids().uuid()), entry));
    }
}

fn created(bulk: &BulkChange, change: &ChangeRequest, by: MemberId) -> NewEvent {
    NewEvent {
        kind: EventKind::ChangeCreated,
        actor: Some(by),
        tenant_id: Some(change.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: change.id.0,
        data: json!({ "to": ChangeStatus::Draft, "kind": change.payload.kind(), "bulkChange": bulk.id }),
    }
}
