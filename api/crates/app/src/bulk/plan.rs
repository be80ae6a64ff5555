//! Planning one tenant of a bulk change: its change requests with their dry-runs, or what stands in their way.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::audit::NewAuditEntry;
use domain::bulk::{Blocked, BulkChange, BulkItem, BulkItemState, ItemFacts, ItemReference, Moved};
use domain::change::kind::ChangePayload;
use domain::change::request::ChangeRequest;
use domain::document::diff::NameTable;
use domain::event::NewEvent;
use domain::id::{AuditId, ChangeId, MemberId};
use domain::tenant::{DirectoryKind, Tenant};
use store::WriteTx;

use super::check::with_location;
use super::child::Aim;
use super::prerequisites::add_stand_in;
use super::resolution::{ambiguous, location};
use super::targets::Targets;
use crate::App;
use crate::changes::look_up;
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
    pub(super) app: &'a App,
    pub(super) tx: &'a WriteTx,
    pub(super) bulk: &'a BulkChange,
    pub(super) by: MemberId,
    pub(super) targets: Option<Targets>,
    pub(super) ttl_s: i64,
    pub(super) now: DateTime<Utc>,
    pub(super) made: Made,
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
}

/// Whether the item is still to be planned: it is not left out, and nothing was started, cancelled or ended.
fn open(item: &BulkItem, change: Option<&ChangeRequest>) -> bool {
    use BulkItemState as S;
    let state = ItemFacts::of(item, item.planned_at, change, None).state();
    matches!(state, S::Pending | S::Blocked | S::Ready | S::Satisfied | S::AwaitingApproval)
}
