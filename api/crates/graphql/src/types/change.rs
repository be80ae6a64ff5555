//! Change requests.

use std::sync::Arc;

use app::{ChangeFilter, EventFilter};
use async_graphql::{Context, ID, Object, Result};
use domain::change::emergency::needs_review;
use domain::change::transition::{ChangeEventKind, open_events};
use domain::id::ChangeId;
use domain::policy::LatestChange;

use crate::connection::Connection;
use crate::enums::{Action, ApprovalReason, ChangeKind, ChangeStatus, CloseReason, ImpactWindow};
use crate::fault::{Nullable, coded, fault};
use crate::ids::Kind;
use crate::paging::{PageArgs, args, cost};
use crate::scalars::{DateTime, EventCursor, Json};
use crate::scope::{Scope, ids, scope};
use crate::types::approval::Approval;
use crate::types::bulk::{BulkChange, bulk_change};
use crate::types::dry_run::DryRun;
use crate::types::event::{Event, events};
use crate::types::failure::ChangeFailure;
use crate::types::impact::{ImpactReport, impact_of_change};
use crate::types::node;
use crate::types::oversight::{Emergency, OutcomeDecision, Waiver};
use crate::types::payload::ChangePayload;
use crate::types::policy::Policy;
use crate::types::rollout::{Rollout, rollout};
use crate::types::schedule::{Schedule, schedule_of};
use crate::types::snapshot::{Snapshot, snapshot_of};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user, user_of};

/// Approvals shown of one change, the newest.
const SHOWN_APPROVALS: usize = 50;

type Row = Arc<domain::change::request::ChangeRequest>;

/// A change request: the whole row, or only what refers to it. What else is asked for is then loaded, in one batch with all others.
pub struct ChangeRequest {
    id: ChangeId,
    status: Option<domain::change::status::ChangeStatus>,
    row: Option<Row>,
}

impl ChangeRequest {
    /// From a row.
    pub fn full(row: Row) -> Self {
        ChangeRequest { id: row.id, status: Some(row.status), row: Some(row) }
    }

    /// From the reference that a policy keeps of its newest change.
    pub fn latest(latest: LatestChange) -> Self {
        ChangeRequest { id: latest.id, status: Some(latest.status), row: None }
    }

    /// From an id that something refers to.
    pub fn named(id: ChangeId) -> Self {
        ChangeRequest { id, status: None, row: None }
    }

    async fn row(&self, ctx: &Context<'_>) -> Result<Row> {
        match &self.row {
            Some(row) => Ok(row.clone()),
            None => scope(ctx).loader.load_one(self.id).await?.ok_or_else(|| coded("NOT_FOUND", "not found")),
        }
    }
}

/// A page of change requests, newest first.
pub async fn changes(scope: &Scope, filter: ChangeFilter, page: PageArgs, count: bool) -> Result<Connection<ChangeRequest>> {
    let found = scope.app.changes(&scope.actor, &filter, &page.request()?).await.map_err(fault)?;
    let total = match count {
        true => Some(scope.app.count_changes(&scope.actor, &filter).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, |row| ChangeRequest::full(Arc::new(row))))
}

/// One intended write to one tenant, gated: dry-run, approval where it needs one, apply, and back.
#[Object]
impl ChangeRequest {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Change, self.id.0)
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        match self.row(ctx).await {
            Ok(row) => tenant(scope(ctx), row.tenant_id).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// The policy it changes; `null` for kinds that create one.
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        match self.row(ctx).await {
            Ok(row) => node::policy(scope(ctx), row.policy_id?).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// The phased rollout that it is a step of.
    #[graphql(complexity = "2 + child_complexity")]
    async fn rollout(&self, ctx: &Context<'_>) -> Nullable<Rollout> {
        match self.row(ctx).await {
            Ok(row) => rollout(scope(ctx), row.rollout_id?).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// The bulk change that it is one tenant's part of; `null` where it is none's, or where the caller does not see all of that one's tenants.
    #[graphql(complexity = "2 + child_complexity")]
    async fn bulk_change(&self, ctx: &Context<'_>) -> Nullable<BulkChange> {
        match self.row(ctx).await {
            Ok(row) => bulk_change(scope(ctx), row.bulk_change_id?).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// What it does.
    async fn kind(&self, ctx: &Context<'_>) -> Result<ChangeKind> {
        Ok(self.row(ctx).await?.payload.kind().into())
    }

    /// What is intended, typed by kind.
    async fn payload(&self, ctx: &Context<'_>) -> Result<ChangePayload> {
        Ok(ChangePayload::from(&self.row(ctx).await?.payload))
    }

    /// What is intended, as JSON: `{"kind": "policy.rename", "displayName": "..."}`. `createChange` takes the same.
    async fn payload_json(&self, ctx: &Context<'_>) -> Result<Json> {
        let row = self.row(ctx).await?;
        serde_json::to_string(&row.payload).map(Json::verbatim).map_err(|error| fault(app::error::AppError::Internal(error.into())))
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<ChangeStatus> {
        match self.status {
            Some(status) => Ok(status.into()),
            None => Ok(self.row(ctx).await?.status.into()),
        }
    }

    /// Raised by every step and edit; what `expectedRevision` is compared with.
    async fn revision(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(self.row(ctx).await?.revision)
    }

    /// Who created it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        match self.row(ctx).await {
            Ok(row) => user(scope(ctx), row.created_by).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// When it was created.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        Ok(self.row(ctx).await?.created_at.into())
    }

    /// The last step or edit.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        Ok(self.row(ctx).await?.updated_at.into())
    }

    /// A note for reviewers.
    async fn note(&self, ctx: &Context<'_>) -> Nullable<String> {
        self.row(ctx).await.map(|row| row.note.clone()).transpose()
    }

    /// Whether it needs the approval of other persons: by the rules that were fixed when it was created, asked at each dry-run.
    async fn requires_approval(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.row(ctx).await?.requires_approval)
    }

    /// Why it needs approval; empty when it doesn't.
    async fn approval_reasons(&self, ctx: &Context<'_>) -> Result<Vec<ApprovalReason>> {
        let row = self.row(ctx).await?;
        let always = row.requires_approval.then_some(domain::change::approval_rules::ApprovalReason::Always);
        let reasons = row.dry_run.as_ref().map(|dry_run| dry_run.approval_reasons.clone()).filter(|reasons| !reasons.is_empty());
        Ok(reasons.unwrap_or_else(|| always.into_iter().collect()).into_iter().map(ApprovalReason::from).collect())
    }

    /// Critical warnings that an owner lets pass; at most one for each code.
    #[graphql(complexity = "1 + 3 * child_complexity")]
    async fn waivers(&self, ctx: &Context<'_>) -> Result<Vec<Waiver>> {
        Ok(self.row(ctx).await?.waivers.iter().cloned().map(Waiver).collect())
    }

    /// Set where an owner loosened an enforced policy in an emergency.
    async fn emergency(&self, ctx: &Context<'_>) -> Nullable<Emergency> {
        self.row(ctx).await.map(|row| row.emergency.clone().map(Emergency)).transpose()
    }

    /// What a person found out about a write whose outcome was unknown.
    async fn outcome_decision(&self, ctx: &Context<'_>) -> Nullable<OutcomeDecision> {
        self.row(ctx).await.map(|row| row.resolution.clone().map(OutcomeDecision)).transpose()
    }

    /// The present dry-run; `null` before the first one and after an edit.
    async fn dry_run(&self, ctx: &Context<'_>) -> Nullable<DryRun> {
        self.row(ctx).await.map(|row| DryRun::of(&row)).transpose()
    }

    /// The impact of the policy as the present dry-run would make it, taken as enforced, as the cache has it: `refreshImpact` computes it. `null`
    /// without a dry-run.
    #[graphql(complexity = "5 + child_complexity")]
    async fn impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far back.", default_with = "ImpactWindow::Week")] window: ImpactWindow,
    ) -> Nullable<ImpactReport> {
        match self.row(ctx).await {
            Ok(row) => impact_of_change(scope(ctx), &row, row.dry_run.as_ref()?, window).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// Approvals asked for, oldest first: at most the 50 newest.
    #[graphql(complexity = "1 + 5 * child_complexity")]
    async fn approvals(&self, ctx: &Context<'_>) -> Result<Vec<Approval>> {
        let row = self.row(ctx).await?;
        let hidden = row.approvals.len().saturating_sub(SHOWN_APPROVALS);
        Ok(row.approvals.iter().skip(hidden).map(|given| Approval::new(&row, given)).collect())
    }

    /// What the caller's role and the change's status allow now. Self-approval, freshness and digests are judged by the mutation;
    /// `viewer.can` gives a reason.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> Result<Vec<Action>> {
        let row = self.row(ctx).await?;
        let open = open_events(&row);
        let steps = STEPS.iter().filter(|(_, event)| open.contains(event)).map(|(action, _)| *action);
        let review = needs_review(&row).then_some(Action::ReviewEmergency);
        let role = scope(ctx).actor.role;
        Ok(steps.chain(review).filter(|action| domain::access::allowed(role, (*action).into())).collect())
    }

    /// Who asked to apply it.
    async fn applied_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        match self.row(ctx).await {
            Ok(row) => user_of(scope(ctx), row.applied_by).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// When the write was verified.
    async fn applied_at(&self, ctx: &Context<'_>) -> Nullable<DateTime> {
        self.row(ctx).await.map(|row| row.applied_at.map(DateTime)).transpose()
    }

    /// The live object just before the write.
    async fn pre_snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
        match self.row(ctx).await {
            Ok(row) => snapshot_of(scope(ctx), row.pre_snapshot_id).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// The live object just after the write was verified.
    async fn post_snapshot(&self, ctx: &Context<'_>) -> Nullable<Snapshot> {
        match self.row(ctx).await {
            Ok(row) => snapshot_of(scope(ctx), row.post_snapshot_id).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// Whether Graph was written to: `false` for a no-op or a conflict, `null` until known.
    async fn write_performed(&self, ctx: &Context<'_>) -> Nullable<bool> {
        self.row(ctx).await.map(|row| row.write_performed).transpose()
    }

    /// Why it failed.
    async fn failure(&self, ctx: &Context<'_>) -> Nullable<ChangeFailure> {
        self.row(ctx).await.map(|row| row.failure.clone().map(ChangeFailure)).transpose()
    }

    /// Why it was closed without a write.
    async fn close_reason(&self, ctx: &Context<'_>) -> Nullable<CloseReason> {
        self.row(ctx).await.map(|row| row.close_reason.map(CloseReason::from)).transpose()
    }

    /// Its newest schedule; `null` when it was never scheduled.
    async fn schedule(&self, ctx: &Context<'_>) -> Nullable<Schedule> {
        schedule_of(scope(ctx), self.id).await
    }

    /// The change that this one undoes.
    async fn rollback_of(&self, ctx: &Context<'_>) -> Nullable<ChangeRequest> {
        self.row(ctx).await.map(|row| row.rollback_of.map(ChangeRequest::named)).transpose()
    }

    /// The change that undid this one, or is about to.
    async fn rolled_back_by(&self, ctx: &Context<'_>) -> Nullable<ChangeRequest> {
        self.row(ctx).await.map(|row| row.rolled_back_by.map(ChangeRequest::named)).transpose()
    }

    /// Its events, oldest first.
    #[graphql(complexity = "cost(first, None, child_complexity)")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<EventCursor>,
    ) -> Nullable<Connection<Event>> {
        let scope = scope(ctx);
        let filter = EventFilter::of_subject(self.id.0);
        Some(self.page_of_events(scope, filter, after, args(first, None, None, None)).await)
    }
}

impl ChangeRequest {
    async fn page_of_events(
        &self,
        scope: &Scope,
        filter: EventFilter,
        after: Option<EventCursor>,
        page: PageArgs,
    ) -> Result<Connection<Event>> {
        let place = scope.ids.place(after)?;
        events(scope, &filter, place, page.request()?.first).await
    }
}

/// Which action takes a change through which transition.
const STEPS: [(Action, ChangeEventKind); 12] = [
    (Action::EditChange, ChangeEventKind::EditPayload),
    (Action::RunDryRun, ChangeEventKind::DryRun),
    (Action::WaiveWarning, ChangeEventKind::WaiveWarning),
    (Action::RequestApproval, ChangeEventKind::RequestApproval),
    (Action::DecideApproval, ChangeEventKind::Approve),
    (Action::WithdrawApproval, ChangeEventKind::WithdrawApproval),
    (Action::ApplyChange, ChangeEventKind::Apply),
    (Action::ScheduleChange, ChangeEventKind::Apply),
    (Action::StopChange, ChangeEventKind::Stop),
    (Action::ResolveOutcome, ChangeEventKind::AdoptOutcome),
    (Action::RollbackChange, ChangeEventKind::RollBack),
    (Action::CancelChange, ChangeEventKind::Cancel),
];
