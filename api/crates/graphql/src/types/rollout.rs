//! Phased rollouts.

use std::sync::Arc;

use app::{RolloutListFilter, RolloutView};
use async_graphql::{Context, ID, Object, Result};
use chrono::TimeDelta;
use domain::id::{PolicyId, RolloutId};
use domain::rollout::RolloutStatus as Status;

use crate::connection::Connection;
use crate::enums::{
    RolloutCommandKind, RolloutEndReason, RolloutGuidance, RolloutHoldReason, RolloutMode, RolloutPauseReason, RolloutStatus, RolloutStep,
    RolloutStepStanding,
};
use crate::fault::{Nullable, fault};
use crate::ids::Kind;
use crate::paging::{PageArgs, args, cost};
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::bulk_rollout::{BulkRollout, bulk_rollout};
use crate::types::change::ChangeRequest;
use crate::types::event::{Event, events};
use crate::types::node::policy;
use crate::types::policy::Policy;
use crate::types::rollout_plan::{RolloutApproval, RolloutForecast, RolloutPhase, RolloutPlan};
use crate::types::rollout_verdict::{RolloutGuard, RolloutVerdict};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user, user_of};

/// A rollout.
#[derive(Clone)]
pub struct Rollout(pub Arc<RolloutView>);

/// Loads a rollout that something refers to.
pub async fn rollout(scope: &Scope, id: RolloutId) -> Nullable<Rollout> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(Rollout))
}

/// The rollout of a policy that has not ended.
pub async fn active_rollout(scope: &Scope, of: PolicyId) -> Nullable<Rollout> {
    let found = scope.app.active_rollout(&scope.actor, of).await.map_err(fault).transpose()?;
    Some(found.map(|view| Rollout(Arc::new(view))))
}

/// A page of rollouts, newest first.
pub async fn rollouts(
    scope: &Scope,
    first: Option<i32>,
    after: Option<String>,
    filter: &RolloutListFilter,
    count: bool,
) -> Result<Connection<Rollout>> {
    rollouts_page(scope, &args(first, after, None, None), filter, count).await
}

/// A page of rollouts, newest first, in either direction.
pub async fn rollouts_page(scope: &Scope, page: &PageArgs, filter: &RolloutListFilter, count: bool) -> Result<Connection<Rollout>> {
    let page = page.request()?;
    let found = scope.app.rollouts(&scope.actor, filter, &page).await.map_err(fault)?;
    let total = match count {
        true => Some(scope.app.count_rollouts(&scope.actor, filter).await.map_err(fault)),
        false => None,
    };
    Ok(Connection::of(found, total, |view| Rollout(Arc::new(view))))
}

/// A policy turned on in phases by group. The report-only original stays as it is, for all users; an enabled twin takes one phase's groups after
/// the other. Every write is an ordinary change request. What hurts people is paused by itself.
#[Object]
impl Rollout {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Rollout, self.0.rollout.id.0)
    }

    /// The tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> Nullable<Tenant> {
        tenant(scope(ctx), self.0.rollout.tenant_id).await
    }

    /// The rollout across tenants that it is one tenant's part of; `null` where it is none's, or where the caller does not see all of that one's
    /// tenants.
    #[graphql(complexity = "20 + child_complexity")]
    async fn bulk_rollout(&self, ctx: &Context<'_>) -> Nullable<BulkRollout> {
        bulk_rollout(scope(ctx), self.0.rollout.bulk_rollout_id?).await
    }

    /// The report-only original.
    async fn policy(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        policy(scope(ctx), self.0.rollout.policy_id).await
    }

    /// The twin; `null` before it is created.
    async fn twin(&self, ctx: &Context<'_>) -> Nullable<Policy> {
        policy(scope(ctx), self.0.rollout.twin_policy_id?).await
    }

    /// Where it stands.
    async fn status(&self) -> RolloutStatus {
        self.0.rollout.state.status.into()
    }

    /// Who moves it on.
    async fn mode(&self) -> RolloutMode {
        self.0.rollout.state.mode.into()
    }

    /// The current phase, from 1; 0 before the first.
    async fn phase(&self) -> i32 {
        i32::from(self.0.rollout.state.phase)
    }

    /// The plan.
    async fn plan(&self) -> RolloutPlan {
        RolloutPlan::new(&self.0.rollout.state.plan, Some(self.0.rollout.state.phase))
    }

    /// SHA-256 over the plan as a reviewer sees it, lower-case hex: what the approval is bound to.
    async fn digest(&self) -> String {
        self.0.rollout.state.plan.digest().0
    }

    /// The limits by which sign-ins are judged.
    async fn guard(&self) -> RolloutGuard {
        RolloutGuard::from(&self.0.rollout.state.guard)
    }

    /// What a person is advised to do; `null` before the first look.
    async fn guidance(&self) -> Option<RolloutGuidance> {
        self.0.rollout.outlook.guidance.map(Into::into)
    }

    /// Why it stays where it is; `null` while it moves.
    async fn hold(&self) -> Option<RolloutHold> {
        let outlook = &self.0.rollout.outlook;
        let why = outlook.hold?.into();
        Some(RolloutHold { why, text: outlook.text.clone().unwrap_or_default() })
    }

    /// The change under way, or the last one that failed.
    async fn step(&self) -> Option<RolloutStepUnderWay> {
        let rollout = &self.0.rollout;
        let step = rollout.state.step.as_ref()?;
        Some(RolloutStepUnderWay {
            step: step.step.into(),
            standing: step.standing.into(),
            since: step.since.into(),
            failure: rollout.step_failure.clone(),
            change: rollout.step_change_id.map(ChangeRequest::named),
        })
    }

    /// The newest verdict on the current phase; `null` before the first.
    async fn verdict(&self) -> Option<RolloutVerdict> {
        self.0.verdict.clone().map(RolloutVerdict)
    }

    /// The newest verdicts on all phases, newest first; at most 100.
    #[graphql(complexity = "20 + 20 * child_complexity")]
    async fn verdicts(&self, ctx: &Context<'_>) -> Result<Vec<RolloutVerdict>> {
        let scope = scope(ctx);
        let found = scope.app.rollout_verdicts(&scope.actor, &self.0).await.map_err(fault)?;
        Ok(found.into_iter().map(RolloutVerdict).collect())
    }

    /// Why it is paused; `null` while it is not.
    async fn pause(&self) -> Option<RolloutPause> {
        let pause = self.0.rollout.state.pause.clone()?;
        Some(RolloutPause { pause, view: Arc::clone(&self.0) })
    }

    /// Why it ended before it was complete.
    async fn end_reason(&self) -> Option<RolloutEndReason> {
        self.0.rollout.state.end.map(Into::into)
    }

    /// The phase that comes next; `null` after the last, while it goes back, and after the end.
    async fn next_phase(&self) -> Option<RolloutPhase> {
        let number = self.0.next_phase()?;
        let plan = &self.0.rollout.state.plan;
        plan.phase(number).map(|phase| RolloutPhase::new(plan, phase, number, Some(self.0.rollout.state.phase)))
    }

    /// What the next phase is expected to do; `null` where nobody foretold it.
    async fn next_forecast(&self) -> Option<RolloutForecast> {
        let forecast = self.0.rollout.state.plan.phase(self.0.next_phase()?)?.forecast.clone()?;
        Some(RolloutForecast(forecast))
    }

    /// When the current phase has run long enough: the earliest instant at which it can be proven healthy. `null` unless it is `RUNNING`.
    async fn bakes_until(&self) -> Option<DateTime> {
        let state = &self.0.rollout.state;
        let phase = state.plan.phase(state.phase).filter(|_| state.status == Status::Running)?;
        Some((state.effective_from? + TimeDelta::seconds(i64::from(phase.min_bake_seconds))).into())
    }

    /// When the current phase began.
    async fn phase_started_at(&self) -> Option<DateTime> {
        self.0.rollout.state.phase_started_at.map(DateTime)
    }

    /// From when on Entra is taken to know the current phase everywhere: nothing before is evidence of health.
    async fn effective_from(&self) -> Option<DateTime> {
        self.0.rollout.state.effective_from.map(DateTime)
    }

    /// When it was last looked at.
    async fn looked_at(&self) -> Option<DateTime> {
        self.0.rollout.outlook.at.map(DateTime)
    }

    /// When it is looked at next; `null`: only a member moves it.
    async fn next_look_at(&self) -> Option<DateTime> {
        self.0.rollout.next_look_at.map(DateTime)
    }

    /// What it can be asked for where it stands, whoever asks; at most 8.
    async fn allowed(&self) -> Vec<RolloutCommandKind> {
        self.0.allowed().into_iter().map(Into::into).collect()
    }

    /// Whether its plan waits for the approval of other persons.
    async fn awaiting_approval(&self) -> bool {
        self.0.rollout.state.awaiting_approval
    }

    /// Requests for approval of the plan, oldest first; at most 100.
    async fn approvals(&self) -> Vec<RolloutApproval> {
        let all = &self.0.rollout.approvals;
        all.iter().skip(all.len().saturating_sub(100)).cloned().map(RolloutApproval).collect()
    }

    /// Who created it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.rollout.created_by).await
    }

    /// The member whose command moves it: each step forward is applied as this member, whose rights are looked up again.
    async fn moved_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user_of(scope(ctx), self.0.rollout.acting).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.rollout.created_at.into()
    }

    /// When it was first started.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.rollout.started_at.map(DateTime)
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.rollout.state.ended_at.map(DateTime)
    }

    /// Raised by every step of a member and every move of the engine; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.rollout.revision
    }

    /// What happened to it, oldest first.
    #[graphql(complexity = "cost(first, None, child_complexity)")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Events from the oldest kept or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<crate::scalars::EventCursor>,
    ) -> Nullable<Connection<Event>> {
        let scope = scope(ctx);
        let page = async {
            let first = args(first, None, None, None).request()?.first;
            events(scope, &app::EventFilter::of_subject(self.0.rollout.id.0), scope.ids.place(after)?, first).await
        };
        Some(page.await)
    }
}

/// Why a rollout stays where it is.
#[derive(async_graphql::SimpleObject)]
pub struct RolloutHold {
    /// For a program.
    why: RolloutHoldReason,
    /// For a person.
    text: String,
}

/// Why a rollout is paused.
pub struct RolloutPause {
    pause: domain::rollout::Pause,
    view: Arc<RolloutView>,
}

/// Why a rollout is paused.
#[Object]
impl RolloutPause {
    /// For a program.
    async fn reason(&self) -> RolloutPauseReason {
        self.pause.reason.into()
    }

    /// For a person.
    async fn text(&self) -> &str {
        &self.pause.text
    }

    /// Since when.
    async fn at(&self) -> DateTime {
        self.pause.at.into()
    }

    /// The verdict that it rests on, with its counts and reasons as they were then; `null` where no sign-ins spoke against the policy.
    #[graphql(complexity = "5 + child_complexity")]
    async fn verdict(&self, ctx: &Context<'_>) -> Nullable<RolloutVerdict> {
        let scope = scope(ctx);
        let found = scope.app.rollout_verdict(&scope.actor, &self.view, self.pause.verdict?).await;
        found.map(|found| found.map(RolloutVerdict)).map_err(fault).transpose()
    }
}

/// A change of a rollout that is under way, or the last one that failed.
#[derive(async_graphql::SimpleObject)]
pub struct RolloutStepUnderWay {
    /// What it does.
    step: RolloutStep,
    /// Where it stands.
    standing: RolloutStepStanding,
    /// Since when.
    since: DateTime,
    /// Why it failed, for a person.
    failure: Option<String>,
    /// Its change request; `null` where the gate refused to begin it.
    change: Option<ChangeRequest>,
}
