//! Planning one tenant of a bulk change: its change requests with their dry-runs, or what stands in their way.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::bulk::{Blocked, BulkChange, BulkItem, BulkItemState, ItemFacts, ItemReference, Moved, Resolution};
use domain::change::kind::ChangePayload;
use domain::change::request::{ChangeRequest, Draft};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, transition};
use domain::document::diff::NameTable;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, ChangeId, MemberId};
use domain::policy::Policy;
use domain::tenant::{DirectoryKind, Tenant};
use serde_json::{Value, json};
use store::WriteTx;

use super::check::with_location;
use super::prerequisites::add_stand_in;
use super::resolution::{ambiguous, location, report};
use super::targets::Targets;
use crate::App;
use crate::changes::look_up;
use crate::changes::plan::Impact;
use crate::changes::target;
use crate::error::{AppError, AppResult};

/// What planning left behind, to be saved together.
#[derive(Default)]
pub(super) struct Made {
    pub(super) items: Vec<BulkItem>,
    pub(super) events: Vec<NewEvent>,
    pub(super) audits: Vec<(AuditId, NewAuditEntry)>,
    pub(super) moved: Vec<Moved>,
}

/// Planning some tenants of one bulk change in one transaction.
pub(super) struct Planning<'a> {
    app: &'a App,
    tx: &'a WriteTx,
    bulk: &'a BulkChange,
    by: MemberId,
    targets: Option<Targets>,
    ttl_s: i64,
    now: DateTime<Utc>,
    pub(super) made: Made,
}

/// What a step is about in one tenant.
struct Aim<'a> {
    tenant: &'a Tenant,
    names: &'a NameTable,
    payload: ChangePayload,
    policy: Option<&'a Policy>,
    /// How a named location was found by its name.
    located: Option<ItemReference>,
}

impl<'a> Planning<'a> {
    pub(super) async fn begin(
        app: &'a App,
        tx: &'a WriteTx,
        bulk: &'a BulkChange,
        by: MemberId,
        targets: Option<Targets>,
    ) -> AppResult<Self> {
        let workspace = tx.workspace(bulk.workspace_id).await?.ok_or(AppError::NotFound)?;
        Ok(Planning { app, tx, bulk, by, targets, ttl_s: workspace.dry_run_ttl_s, now: app.now(), made: Made::default() })
    }

    /// Plans the steps of one tenant in their order. What is left out, started or ended is only marked.
    pub(super) async fn tenant(
        &mut self,
        tenant: Option<Tenant>,
        items: Vec<BulkItem>,
        changes: &mut BTreeMap<ChangeId, ChangeRequest>,
    ) -> AppResult<()> {
        let tenant = tenant.filter(|tenant| tenant.imported_at.is_some());
        let mut names = match &tenant {
            Some(tenant) => look_up::names(self.tx, tenant.workspace_id, tenant.id).await?,
            None => NameTable::default(),
        };
        for mut item in items {
            let change = item.change_id.and_then(|id| changes.remove(&id));
            let before = ItemFacts::of(&item, self.bulk.dry_run_at, change.as_ref(), None).state();
            item.planned_at = Some(self.now);
            let planned = if open(&item, change.as_ref()) {
                item.blocked = None;
                item.satisfied = None;
                item.resolution = None;
                self.step(tenant.as_ref(), &mut names, &mut item, change).await?
            } else {
                change
            };
            let after = ItemFacts::of(&item, self.bulk.dry_run_at, planned.as_ref(), None).state();
            if before != after {
                self.made.moved.push(Moved { tenant_id: item.tenant_id, step: item.step, to: after, change_id: item.change_id });
            }
            self.made.items.push(item);
        }
        Ok(())
    }

    /// One step: its change with a new dry-run, or none and what the item says instead.
    async fn step(
        &mut self,
        tenant: Option<&Tenant>,
        names: &mut NameTable,
        item: &mut BulkItem,
        change: Option<ChangeRequest>,
    ) -> AppResult<Option<ChangeRequest>> {
        let Some(tenant) = tenant else {
            let message = "the tenant is not imported: connect it and wait for its first sync, or leave it out".to_owned();
            return self.blocked(item, change, Blocked { code: "TENANT_NOT_IMPORTED".to_owned(), message }).await;
        };
        let bulk = self.bulk;
        let prerequisite = bulk.prerequisites.get(usize::from(item.step) - 1);
        if let Some(payload @ ChangePayload::LocationCreate(create)) = prerequisite {
            let called = names.called(DirectoryKind::NamedLocation, &create.display_name, 2);
            match called.as_slice() {
                [] => {
                    let aim = Aim { tenant, names, payload: payload.clone(), policy: None, located: None };
                    let planned = self.change(item, change, aim).await?;
                    add_stand_in(names, item, &create.display_name);
                    Ok(Some(planned))
                }
                [there] => {
                    item.satisfied = Some(there.object_id.clone());
                    self.give_up(item, change).await
                }
                several => {
                    let blocked = ambiguous(&create.display_name, several.len());
                    self.blocked(item, change, blocked).await
                }
            }
        } else {
            self.main_step(tenant, names, item, change).await
        }
    }

    async fn main_step(
        &mut self,
        tenant: &Tenant,
        names: &NameTable,
        item: &mut BulkItem,
        change: Option<ChangeRequest>,
    ) -> AppResult<Option<ChangeRequest>> {
        let policy = match self.targets.as_ref().map(|targets| targets.of(tenant.id).cloned()).transpose() {
            Ok(policy) => policy,
            Err(blocked) => return self.blocked(item, change, blocked).await,
        };
        let (payload, located) = match self.payload(names) {
            Ok(payload) => payload,
            Err(blocked) => return self.blocked(item, change, blocked).await,
        };
        let aim = Aim { tenant, names, payload, policy: policy.as_ref(), located };
        self.change(item, change, aim).await.map(Some)
    }

    /// The payload in a tenant: as it is, but for the id of a named location, which goes by its name in the bulk's.
    fn payload(&self, names: &NameTable) -> Result<(ChangePayload, Option<ItemReference>), Blocked> {
        let Some(name) = self.bulk.payload.location_id() else { return Ok((self.bulk.payload.clone(), None)) };
        let (id, source, called) = location(names, name)?;
        if let ChangePayload::LocationDelete(delete) = &self.bulk.payload
            && called.trim() != delete.confirm_display_name
        {
            let message = format!("the named location is called {called}, which is not what was typed to confirm");
            return Err(Blocked { code: "NOT_CONFIRMED".to_owned(), message });
        }
        let reference = ItemReference {
            path: "locationId".to_owned(),
            kind: DirectoryKind::NamedLocation,
            given: name.to_owned(),
            source,
            object_id: Some(id.clone()),
            display_name: Some(called),
            candidates: Vec::new(),
        };
        Ok((with_location(&self.bulk.payload, &id), Some(reference)))
    }

    /// The item's change with a dry-run made now: the one that it has, or a new one where that is about something else.
    async fn change(&mut self, item: &mut BulkItem, change: Option<ChangeRequest>, aim: Aim<'_>) -> AppResult<ChangeRequest> {
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
        };
        ChangeRequest::draft(draft, self.now)
    }

    async fn blocked(&mut self, item: &mut BulkItem, change: Option<ChangeRequest>, why: Blocked) -> AppResult<Option<ChangeRequest>> {
        item.blocked = Some(why);
        self.give_up(item, change).await
    }

    /// The item has no change any more; one that it had is cancelled.
    async fn give_up(&mut self, item: &mut BulkItem, change: Option<ChangeRequest>) -> AppResult<Option<ChangeRequest>> {
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

/// Whether the item is still to be planned: it is not left out, and nothing was started, cancelled or ended.
fn open(item: &BulkItem, change: Option<&ChangeRequest>) -> bool {
    use BulkItemState as S;
    let state = ItemFacts::of(item, item.planned_at, change, None).state();
    matches!(state, S::Pending | S::Blocked | S::Ready | S::Satisfied | S::AwaitingApproval)
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
