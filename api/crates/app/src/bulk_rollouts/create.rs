//! `createBulkRollout` and `planBulkRollout`: one plan for many tenants. Nothing is written to a tenant before it is started.

use domain::access::Operation;
use domain::bulk_rollout::{BulkRollout, BulkRolloutItem, MAX_GROUP_NAME, NamedPhase, bulk_rollout_event};
use domain::event::{EventKind, SubjectKind};
use domain::id::{AuditId, BulkRolloutId, TenantId};
use domain::rollout::{MAX_PHASE_GROUPS, MAX_PHASES};
use domain::tenant::Tenant;
use domain::workspace::Actor;
use serde_json::json;
use store::WriteTx;

use super::command::{BulkRolloutStep, CreateBulkRollout};
use super::step::{Asked, Taken};
use super::view::BulkRolloutView;
use super::wake::plan_job;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::bulk::{checked_target, tenants_of};
use crate::changes::create::check_note;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

impl App {
    /// Creates a rollout across tenants and has each tenant's plan made in the background. Follow it by its events; start it when it is `READY`.
    pub async fn create_bulk_rollout(&self, actor: &Actor, command: CreateBulkRollout) -> AppResult<BulkRolloutView> {
        let subject = Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None);
        self.audited(actor, Operation::CreateBulkRollout, subject, self.try_create_bulk_rollout(actor, &command)).await
    }

    async fn try_create_bulk_rollout(&self, actor: &Actor, command: &CreateBulkRollout) -> AppResult<BulkRolloutView> {
        authorize(actor, Operation::CreateBulkRollout)?;
        check_note(command.note.as_deref())?;
        command.guard.validate().map_err(|error| AppError::invalid(&["input", "guard", error.field], error.to_string()))?;
        let phases = command.phases.as_deref().map(checked_phases).transpose()?;
        let target = checked_target(&command.target)?;
        let once = Once::new(Operation::CreateBulkRollout, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        let id = BulkRolloutId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            let bulk = tx.bulk_rollout(actor.workspace_id, BulkRolloutId(first)).await?.ok_or(AppError::NotFound)?;
            return BulkRolloutView::load(&tx, bulk).await;
        }
        let tenants = tenants_of(&tx, actor, &command.tenant_ids, Some(&target)).await?;
        let ids: Vec<TenantId> = tenants.iter().map(|tenant| tenant.id).collect();
        command.strategy.validate(&ids).map_err(|error| AppError::invalid(&["input", "strategy"], error.to_string()))?;
        let now = self.now();
        let bulk = BulkRollout {
            id,
            workspace_id: actor.workspace_id,
            target,
            phases,
            mode: command.mode,
            guard: command.guard.clone(),
            strategy: command.strategy.clone(),
            note: command.note.clone(),
            tenant_count: u32::try_from(tenants.len()).unwrap_or(u32::MAX),
            created_by: actor.member_id,
            released_phase: 1,
            plans_asked_at: now,
            started: None,
            hold: None,
            held_by: Vec::new(),
            ended_at: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        self.insert_bulk_rollout(&tx, actor, &bulk, &tenants).await?;
        let view = BulkRolloutView::load(&tx, bulk).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(view)
    }

    /// The whole with its tenants, event, audit entry and job; does not commit.
    async fn insert_bulk_rollout(&self, tx: &WriteTx, actor: &Actor, bulk: &BulkRollout, tenants: &[Tenant]) -> AppResult<()> {
        tx.insert_bulk_rollout(bulk).await?;
        let items: Vec<BulkRolloutItem> = tenants.iter().zip(1_i64..).map(|(tenant, position)| item(bulk, tenant.id, position)).collect();
        tx.put_bulk_rollout_items(&items).await?;
        let data = json!({ "tenants": tenants.len(), "mode": bulk.mode });
        let event = bulk_rollout_event(bulk, Some(actor.member_id), EventKind::BulkRolloutCreated, data);
        tx.append_events(bulk.workspace_id, bulk.created_at, vec![event]).await?;
        let detail = json!({ "tenants": tenants.len(), "target": bulk.target, "mode": bulk.mode, "strategy": bulk.strategy });
        let subject = Subject::new(SubjectKind::BulkRollout, bulk.id.0, None);
        let entry = subject.done(actor, Operation::CreateBulkRollout, detail);
        tx.append_audit(bulk.workspace_id, AuditId(self.ids().uuid()), bulk.created_at, entry).await?;
        tx.enqueue_job(&plan_job(self, bulk.workspace_id, bulk.id)).await?;
        Ok(())
    }

    /// Tries again to make the plans that could not be made.
    pub async fn plan_bulk_rollout(&self, actor: &Actor, command: BulkRolloutStep) -> AppResult<BulkRolloutView> {
        let asked = Asked {
            operation: Operation::PlanBulkRollout,
            id: command.id,
            expected_revision: Some(command.expected_revision),
            idempotency_key: &command.idempotency_key,
            input: &command,
        };
        self.bulk_rollout_step(actor, asked, async |tx, mut bulk| {
            bulk.plans_asked_at = self.now();
            let mut items = tx.bulk_rollout_items(bulk.workspace_id, bulk.id).await?;
            items.retain(|item| item.blocked.is_some() && item.excluded.is_none() && item.not_started.is_none());
            if items.is_empty() {
                return Err(super::start::not_ready(&BulkRolloutView::load(tx, bulk).await?, "every tenant has its plan"));
            }
            items.iter_mut().for_each(|item| item.blocked = None);
            tx.put_bulk_rollout_items(&items).await?;
            tx.enqueue_job(&plan_job(self, bulk.workspace_id, bulk.id)).await?;
            Ok(Taken { bulk, detail: json!({ "tenants": items.len() }), events: Vec::new(), audits: Vec::new() })
        })
        .await
    }
}

fn item(bulk: &BulkRollout, tenant_id: TenantId, position: i64) -> BulkRolloutItem {
    BulkRolloutItem {
        bulk_id: bulk.id,
        workspace_id: bulk.workspace_id,
        tenant_id,
        position,
        rollout_id: None,
        blocked: None,
        excluded: None,
        refused: None,
        not_started: None,
    }
}

/// What can be said of the phases before any tenant is looked at.
fn checked_phases(phases: &[NamedPhase]) -> AppResult<Vec<NamedPhase>> {
    const AT: [&str; 2] = ["input", "phases"];
    if !(1..=MAX_PHASES).contains(&phases.len()) {
        return Err(AppError::invalid(&AT, format!("a rollout has 1 to {MAX_PHASES} phases")));
    }
    let mut named = std::collections::BTreeSet::new();
    for phase in phases {
        if !(1..=MAX_PHASE_GROUPS).contains(&phase.groups.len()) {
            return Err(AppError::invalid(&AT, format!("a phase adds 1 to {MAX_PHASE_GROUPS} groups")));
        }
        for name in &phase.groups {
            if name.trim().is_empty() || name.chars().count() > MAX_GROUP_NAME {
                return Err(AppError::invalid(&AT, format!("the name of a group holds 1 to {MAX_GROUP_NAME} characters")));
            }
            if uuid::Uuid::try_parse(name.trim()).is_ok() {
                let text =
                    format!("{name} is an id, which means another object in another tenant: give the group's name, or keep an alias");
                return Err(AppError::invalid(&AT, text));
            }
            if !named.insert(name.trim().to_lowercase()) {
                return Err(AppError::invalid(&AT, format!("{name} is in two phases: name each group once")));
            }
        }
    }
    let trimmed = |phase: &NamedPhase| NamedPhase {
        groups: phase.groups.iter().map(|name| name.trim().to_owned()).collect(),
        min_bake_seconds: phase.min_bake_seconds,
    };
    Ok(phases.iter().map(trimmed).collect())
}
