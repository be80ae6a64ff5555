//! One document's way.

use std::time::Duration;

use app::command::{ApplyChange, ChangeStep, CreateChange};
use app::error::{AppError, AppResult};
use app::{Intent, NewPolicy, NewPolicySource, WaiveWarning};
use domain::baseline::BaselinePolicy;
use domain::change::kind::ChangePayload;
use domain::change::payload::DeletePolicy;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::change::warning::WarningCode;
use domain::document::{Canonical, PolicyDocument};
use domain::id::PolicyId;
use domain::policy::PolicyState;
use harness::lab::Lane;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::kinds::{payloads, updating};
use super::tally::Fate;

/// No change takes longer.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// Takes a document the whole way.
pub async fn journey(lane: &Lane, policy: &BaselinePolicy) -> Fate {
    let source = NewPolicySource::Baseline(policy.id);
    let intent = Intent::Create(NewPolicy { source, display_name: None, state: PolicyState::ReportOnly });
    let created = match through(lane, None, intent).await {
        Ok(Drafted::Applied(change)) => change,
        Ok(Drafted::Blocked(reasons)) => return Fate::refused("dry-run", reasons),
        Ok(Drafted::Nothing) => return Fate::broken("a creation is never nothing"),
        Err(Trouble::Draft(error)) => return Fate::refused("draft", error.to_string()),
        Err(Trouble::Apply(why)) => return Fate::broken(format!("creation: {why}")),
    };
    let mut fate = Fate::created();
    if let Err(why) = exercise(lane, &created, &mut fate).await {
        fate.broken.push(why);
    }
    fate
}

/// Changes, rolls back, deletes and restores what was created.
async fn exercise(lane: &Lane, created: &ChangeRequest, fate: &mut Fate) -> Result<(), String> {
    let id = created.policy_id.ok_or("the created change names no policy")?;
    let graph_id = created.target_graph_id.clone().ok_or("the created change names no object")?;
    let live = live(lane, &graph_id).await.ok_or("the created policy is not there")?;
    let wanted = created.dry_run.as_ref().map(|dry_run| dry_run.desired_hash.clone());
    let base = canonical(&live);
    if wanted != Some(base.hash()) {
        return Err(format!("Graph holds another document than the dry-run showed: {}", base.value()));
    }
    for kind in updating() {
        let mut done = false;
        for payload in payloads(kind, &live) {
            match through(lane, Some(id), payload.into()).await {
                Ok(Drafted::Applied(change)) => {
                    back(lane, &graph_id, &base, change).await.map_err(|why| format!("{kind}: {why}"))?;
                    done = true;
                    break;
                }
                Ok(Drafted::Blocked(_) | Drafted::Nothing) | Err(Trouble::Draft(_)) => {}
                Err(Trouble::Apply(why)) => return Err(format!("{kind}: {why}")),
            }
        }
        fate.kind(kind, done);
    }
    let name = live["displayName"].as_str().unwrap_or_default().to_owned();
    delete(lane, id, &graph_id, &name).await?;
    fate.deleted = true;
    let restored = applied(through(lane, Some(id), ChangePayload::Restore {}.into()).await).map_err(|why| format!("restore: {why}"))?;
    let again =
        self::live(lane, restored.target_graph_id.as_deref().unwrap_or(&graph_id)).await.ok_or("the restored policy is not there")?;
    if canonical(&again) != base {
        return Err(format!("restored as another document: {}", canonical(&again).value()));
    }
    fate.restored = true;
    // The tenant holds 240 policies at most: make room for the next.
    delete(lane, id, &graph_id, &name).await?;
    lane.entra.purge("policies", &graph_id).await;
    Ok(())
}

async fn delete(lane: &Lane, id: PolicyId, graph_id: &str, name: &str) -> Result<(), String> {
    let payload = ChangePayload::Delete(DeletePolicy { confirm_display_name: name.to_owned() });
    applied(through(lane, Some(id), payload.into()).await).map_err(|why| format!("delete: {why}"))?;
    match live(lane, graph_id).await {
        Some(_) => Err("the deleted policy is still there".to_owned()),
        None => Ok(()),
    }
}

/// Rolls an applied change back, and asks whether the policy is what it was.
async fn back(lane: &Lane, graph_id: &str, base: &Canonical, change: ChangeRequest) -> Result<(), String> {
    let changed = live(lane, graph_id).await.ok_or("the policy is gone")?;
    let dry_run = change.dry_run.as_ref().ok_or("it has no dry-run")?;
    if canonical(&changed).hash() != dry_run.desired_hash || dry_run.diff.is_empty() {
        return Err(format!("Graph holds another document than the dry-run showed: {}", canonical(&changed).value()));
    }
    let command = ApplyChange { id: change.id, expected_revision: change.revision, digest: dry_run.digest.clone(), idempotency_key: None };
    let inverse = lane.worker.app.rollback_change(&lane.owner().await, command).await.map_err(|error| format!("rollback: {error}"))?;
    let inverse = match waived(lane, inverse).await {
        Ok(blocked) if blocked.status == ChangeStatus::DryRunBlocked => return Err(format!("rollback blocked: {}", reasons(&blocked))),
        Ok(ready) if ready.status == ChangeStatus::DryRunComplete => apply(lane, &ready).await,
        other => other,
    };
    let inverse = ended(lane, inverse.map_err(|_| "the rollback could not be applied")?).await?;
    if inverse.status != ChangeStatus::Applied {
        return Err(format!("rollback ended {}: {:?}", inverse.status, inverse.failure));
    }
    let after = live(lane, graph_id).await.ok_or("the policy is gone after the rollback")?;
    if canonical(&after) != *base {
        return Err(format!("rolled back to another document: {} instead of {}", canonical(&after).value(), base.value()));
    }
    Ok(())
}

/// How a change got through draft, dry-run and apply.
#[expect(clippy::large_enum_variant, reason = "made once a call, and moved on at once")]
enum Drafted {
    Applied(ChangeRequest),
    /// A critical warning.
    Blocked(String),
    /// It would change nothing.
    Nothing,
}

enum Trouble {
    /// Refused when it was drafted.
    Draft(AppError),
    /// It failed where nothing may fail any more.
    Apply(String),
}

async fn through(lane: &Lane, policy: Option<PolicyId>, intent: Intent) -> Result<Drafted, Trouble> {
    let (app, owner) = (&lane.worker.app, lane.owner().await);
    let command = CreateChange { tenant_id: Some(lane.tenant), policy_id: policy, payload: intent, note: None, idempotency_key: None };
    let change = app.create_change(&owner, command).await.map_err(Trouble::Draft)?;
    let step = |change: &ChangeRequest| ChangeStep { id: change.id, expected_revision: change.revision, idempotency_key: None };
    let mut planned = fine(app.run_dry_run(&owner, step(&change)).await)?;
    planned = waived(lane, planned).await?;
    let nothing = planned.dry_run.as_ref().is_none_or(|dry_run| dry_run.warnings.iter().any(|warning| warning.code == WarningCode::NoOp));
    if planned.status == ChangeStatus::DryRunBlocked || nothing {
        fine(app.cancel_change(&owner, step(&planned)).await)?;
        return Ok(if nothing { Drafted::Nothing } else { Drafted::Blocked(reasons(&planned)) });
    }
    let applying = apply(lane, &planned).await?;
    let ended = ended(lane, applying).await.map_err(Trouble::Apply)?;
    match ended.status {
        ChangeStatus::Applied => Ok(Drafted::Applied(ended)),
        status => Err(Trouble::Apply(format!("{status}: {:?}", ended.failure))),
    }
}

/// With the waiver of an owner, where all that is critical is that it reaches nobody yet: a template, scoped in each tenant.
async fn waived(lane: &Lane, planned: ChangeRequest) -> Result<ChangeRequest, Trouble> {
    if blocked_by(&planned) != [WarningCode::IncludesNothing] {
        return Ok(planned);
    }
    let reason = "a template: whom it is for is set per tenant".to_owned();
    let (id, expected_revision) = (planned.id, planned.revision);
    let waive = WaiveWarning { id, expected_revision, code: WarningCode::IncludesNothing, reason, idempotency_key: None };
    fine(lane.worker.app.waive_warning(&lane.owner().await, waive).await)
}

async fn apply(lane: &Lane, planned: &ChangeRequest) -> Result<ChangeRequest, Trouble> {
    let digest = planned.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default();
    let apply = ApplyChange { id: planned.id, expected_revision: planned.revision, digest, idempotency_key: None };
    fine(lane.worker.app.apply_change(&lane.owner().await, apply).await)
}

fn fine(result: AppResult<ChangeRequest>) -> Result<ChangeRequest, Trouble> {
    result.map_err(|error| Trouble::Apply(error.to_string()))
}

fn applied(outcome: Result<Drafted, Trouble>) -> Result<ChangeRequest, String> {
    match outcome {
        Ok(Drafted::Applied(change)) => Ok(change),
        Ok(Drafted::Blocked(reasons)) => Err(format!("blocked: {reasons}")),
        Ok(Drafted::Nothing) => Err("nothing to do".to_owned()),
        Err(Trouble::Draft(error)) => Err(error.to_string()),
        Err(Trouble::Apply(why)) => Err(why),
    }
}

/// Waits until a change has its outcome.
async fn ended(lane: &Lane, change: ChangeRequest) -> Result<ChangeRequest, String> {
    let owner = lane.owner().await;
    let until = Instant::now() + ENDS_WITHIN;
    loop {
        let found = lane.worker.app.changes_by_ids(&owner, &[change.id]).await.map_err(|error| error.to_string())?.remove(&change.id);
        match found {
            Some(found) if found.status != ChangeStatus::Applying => return Ok(found),
            _ if Instant::now() >= until => return Err("it never ended".to_owned()),
            _ => {
                lane.hurry("apply").await;
                sleep(Duration::from_millis(3)).await;
            }
        }
    }
}

/// The codes of what blocks it.
fn blocked_by(change: &ChangeRequest) -> Vec<WarningCode> {
    let warnings = change.dry_run.iter().flat_map(|dry_run| &dry_run.warnings);
    let mut codes: Vec<WarningCode> = warnings.filter(|warning| warning.blocks()).map(|warning| warning.code).collect();
    codes.dedup();
    codes
}

/// What blocks it.
fn reasons(change: &ChangeRequest) -> String {
    let warnings = change.dry_run.iter().flat_map(|dry_run| &dry_run.warnings).filter(|warning| warning.blocks());
    warnings.map(|warning| format!("{}: {}", warning.code, warning.message)).collect::<Vec<_>>().join("; ")
}

async fn live(lane: &Lane, graph_id: &str) -> Option<Value> {
    lane.entra.get(&format!("policies/{graph_id}")).await
}

fn canonical(value: &Value) -> Canonical {
    PolicyDocument::from_value(value.clone()).unwrap().canonical()
}
