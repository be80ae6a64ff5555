//! `startBulkRollout` and `advanceBulkRollout`.

use domain::access::Operation;
use domain::bulk_rollout::{BulkRolloutStatus, StartedBy};
use domain::change::refusal::Refusal;
use domain::rollout::{ManagedRollout, RolloutMode, RolloutRefusal};
use domain::workspace::Actor;
use serde_json::json;

use super::command::{BulkRolloutStep, StartBulkRollout};
use super::query::digest_over;
use super::step::{Asked, Taken};
use super::view::BulkRolloutView;
use crate::App;
use crate::error::{AppError, AppResult};

/// Tenants that a refusal names.
const NAMED: usize = 5;

impl App {
    /// Starts the first tenants, in the background; the others follow in waves. What starts is what the caller saw, or nothing.
    pub async fn start_bulk_rollout(&self, actor: &Actor, asked: StartBulkRollout) -> AppResult<BulkRolloutView> {
        let step = Asked {
            operation: Operation::StartBulkRollout,
            id: asked.id,
            expected_revision: Some(asked.expected_revision),
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.bulk_rollout_step(actor, step, async |tx, mut bulk| {
            let view = BulkRolloutView::load(tx, bulk.clone()).await?;
            let why = match view.status {
                BulkRolloutStatus::Ready => None,
                BulkRolloutStatus::Planning => Some("wait until every tenant has its plan"),
                BulkRolloutStatus::Blocked => Some("solve what the blocked tenants say and plan again, or leave them out"),
                BulkRolloutStatus::AwaitingApproval => Some("ask for approval and wait for it"),
                status if status.terminal() => Some("create another one"),
                _ => Some("it was started"),
            };
            if let Some(why) = why {
                return Err(not_ready(&view, why));
            }
            let items = tx.bulk_rollout_items(bulk.workspace_id, bulk.id).await?;
            let rollouts = tx.bulk_rollout_rollouts(bulk.workspace_id, bulk.id).await?;
            let current = digest_over(&bulk, &items, &rollouts).unwrap_or_default();
            if current != asked.digest {
                return Err(Refusal::StaleReview { current }.into());
            }
            if !asked.confirm_forecast {
                check_forecasts(tx, &rollouts).await?;
            }
            bulk.started = Some(StartedBy { by: actor.member_id, at: self.now(), confirm_forecast: asked.confirm_forecast });
            Ok(Taken {
                bulk,
                detail: json!({ "digest": asked.digest, "confirmForecast": asked.confirm_forecast }),
                events: Vec::new(),
                audits: Vec::new(),
            })
        })
        .await
    }

    /// Releases the next phase for every tenant of a `MANUAL` one: each goes on to it when its own phase is proven healthy.
    pub async fn advance_bulk_rollout(&self, actor: &Actor, asked: BulkRolloutStep) -> AppResult<BulkRolloutView> {
        let step = Asked {
            operation: Operation::AdvanceBulkRollout,
            id: asked.id,
            expected_revision: Some(asked.expected_revision),
            idempotency_key: &asked.idempotency_key,
            input: &asked,
        };
        self.bulk_rollout_step(actor, step, async |tx, mut bulk| {
            let view = BulkRolloutView::load(tx, bulk.clone()).await?;
            let last = tx.bulk_rollout_rollouts(bulk.workspace_id, bulk.id).await?;
            let last = last.iter().map(|rollout| rollout.state.plan.last_phase()).max().unwrap_or_default();
            let why = if bulk.started.is_none() {
                Some("start it")
            } else if view.status.terminal() {
                Some("it is over")
            } else if bulk.mode == RolloutMode::Automatic {
                Some("it is automatic: each tenant goes on when it is proven healthy")
            } else {
                // One more than the last phase: the completion.
                (bulk.released_phase > last).then_some("every phase and the completion are released")
            };
            if let Some(why) = why {
                return Err(not_ready(&view, why));
            }
            bulk.released_phase = bulk.released_phase.saturating_add(1);
            self.wake_children(tx, bulk.workspace_id, bulk.id).await?;
            Ok(Taken { detail: json!({ "releasedPhase": bulk.released_phase }), events: Vec::new(), audits: Vec::new(), bulk })
        })
        .await
    }
}

/// Where it stands does not allow the step; `why` says what would.
pub(super) fn not_ready(view: &BulkRolloutView, why: &'static str) -> AppError {
    Refusal::BulkRolloutNotReady { status: view.status, why }.into()
}

/// Refuses a start that its forecasts speak against, naming tenants.
async fn check_forecasts(reader: &store::Reader, rollouts: &[ManagedRollout]) -> AppResult<()> {
    let doubtful: Vec<&ManagedRollout> = rollouts
        .iter()
        .filter(|rollout| !rollout.state.status.terminal())
        .filter(|rollout| {
            let first = rollout.state.plan.phase(1).and_then(|phase| phase.forecast.as_ref());
            first.is_none_or(|forecast| forecast.needs_confirmation(&rollout.state.guard).is_some())
        })
        .collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = doubtful.iter().take(NAMED).map(|rollout| rollout.tenant_id).collect();
    let workspace = doubtful[0].workspace_id;
    let mut names: Vec<String> = reader.tenants_by_ids(workspace, &ids).await?.into_iter().map(|tenant| tenant.display_name).collect();
    names.sort();
    let more = if doubtful.len() > NAMED { format!(" and {} more", doubtful.len() - NAMED) } else { String::new() };
    let text = format!("the first phase may block too many, or nobody knows how many, in {}{more}", names.join(", "));
    Err(RolloutRefusal::ForecastNotConfirmed(text).into())
}
