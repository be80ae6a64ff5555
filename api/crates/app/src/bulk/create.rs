//! `createBulkChange`: one intent for many tenants. Nothing is planned yet, and no change request is made.

use domain::access::Operation;
use domain::bulk::{BulkChange, BulkItem, MAX_STEPS};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, BulkChangeId, TenantId};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use super::check::{check_intent, check_target, checked_payload, checked_prerequisites};
use super::command::CreateBulkChange;
use super::tenants::tenants_of;
use super::view::BulkView;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::changes::create::check_note;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

impl App {
    /// Creates a bulk change with an item for each tenant and step. The rules by which its changes need approval are fixed here, as the
    /// workspace has them now. Run its dry-run next.
    pub async fn create_bulk_change(&self, actor: &Actor, command: CreateBulkChange) -> AppResult<BulkView> {
        let subject = Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None);
        self.audited(actor, Operation::CreateBulkChange, subject, self.try_create_bulk(actor, &command)).await
    }

    async fn try_create_bulk(&self, actor: &Actor, command: &CreateBulkChange) -> AppResult<BulkView> {
        authorize(actor, Operation::CreateBulkChange)?;
        check_note(command.note.as_deref())?;
        check_intent(&command.payload)?;
        let once = Once::new(Operation::CreateBulkChange, &command.idempotency_key, command)?;
        // Before the transaction: a source is read by a connection of its own. Of no tenant, so that what is copied goes by names.
        let payload = checked_payload(self.payload_of(actor, TenantId(uuid::Uuid::nil()), &command.payload).await?)?;
        let prerequisites = checked_prerequisites(&payload, &command.prerequisites)?;
        let target = check_target(&payload, command.target.as_ref())?;

        let tx = self.store().write().await?;
        let id = BulkChangeId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            let first = BulkChangeId(first);
            let bulk = tx.bulk_change(actor.workspace_id, first).await?.ok_or(AppError::NotFound)?;
            let counts = tx.bulk_counts(actor.workspace_id, first).await?;
            return Ok(BulkView::new(bulk, counts));
        }
        let tenants = tenants_of(&tx, actor, &command.tenant_ids, target.as_ref()).await?;
        let ids: Vec<TenantId> = tenants.iter().map(|tenant| tenant.id).collect();
        command.strategy.validate(&ids).map_err(|error| AppError::invalid(&["input", "strategy"], error.to_string()))?;
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let now = self.now();
        let bulk = BulkChange {
            id,
            workspace_id: actor.workspace_id,
            payload,
            prerequisites,
            target,
            strategy: command.strategy.clone(),
            note: command.note.clone(),
            approval_rules: workspace.approval_rules,
            tenant_count: u32::try_from(tenants.len()).unwrap_or(u32::MAX),
            created_by: actor.member_id,
            revision: 1,
            dry_run_at: None,
            run: None,
            schedule: None,
            created_at: now,
            updated_at: now,
        };
        self.insert_bulk(&tx, actor, &bulk, &tenants).await?;
        let counts = tx.bulk_counts(actor.workspace_id, id).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(BulkView::new(bulk, counts))
    }

    /// The bulk change with its items, event and audit entry; does not commit.
    async fn insert_bulk(&self, tx: &WriteTx, actor: &Actor, bulk: &BulkChange, tenants: &[Tenant]) -> AppResult<()> {
        tx.insert_bulk_change(bulk).await?;
        let steps = u16::try_from(bulk.prerequisites.len() + 1).unwrap_or(MAX_STEPS);
        let items: Vec<BulkItem> = tenants
            .iter()
            .zip(0_i64..)
            .flat_map(|(tenant, place)| (1..=steps).map(move |step| item(bulk, tenant.id, place, step)))
            .collect();
        tx.put_bulk_items(&items).await?;
        let detail = json!({ "kind": bulk.payload.kind(), "tenants": tenants.len(), "steps": steps, "target": bulk.target, "strategy": bulk.strategy });
        let event = NewEvent {
            kind: EventKind::BulkCreated,
            actor: Some(actor.member_id),
            tenant_id: None,
            subject_kind: SubjectKind::BulkChange,
            subject_id: bulk.id.0,
            data: json!({ "kind": bulk.payload.kind(), "tenants": tenants.len() }),
        };
        tx.append_events(bulk.workspace_id, bulk.created_at, vec![event]).await?;
        let subject = Subject::new(SubjectKind::BulkChange, bulk.id.0, None);
        let entry = subject.done(actor, Operation::CreateBulkChange, detail);
        tx.append_audit(bulk.workspace_id, AuditId(self.ids().uuid()), bulk.created_at, entry).await?;
        Ok(())
    }
}

fn item(bulk: &BulkChange, tenant_id: TenantId, place: i64, step: u16) -> BulkItem {
    BulkItem {
        bulk_id: bulk.id,
        workspace_id: bulk.workspace_id,
        tenant_id,
        step,
        position: place * i64::from(MAX_STEPS) + i64::from(step),
        change_id: None,
        satisfied: None,
        blocked: None,
        excluded: None,
        resolution: None,
        planned_at: None,
        queued_at: None,
        not_started: None,
        apply_failure: None,
        rollback_change_id: None,
        rollback_queued_at: None,
        rollback_failure: None,
    }
}
