//! Which changes a rollout keeps away from its policies, and which of its own may always go.

use domain::change::kind::ChangePayload;
use domain::change::request::ChangeRequest;
use domain::policy::PolicyState;
use store::Reader;

use crate::error::AppResult;

/// Whether a rollout that has not ended, and is not the change's own, owns the policy that the change is about.
pub(crate) async fn owned(reader: &Reader, change: &ChangeRequest) -> AppResult<bool> {
    let Some(policy) = change.policy_id else { return Ok(false) };
    let owner = reader.rollout_owning(change.workspace_id, policy).await?;
    Ok(owner.is_some_and(|owner| Some(owner) != change.rollout_id))
}

/// Whether the change is a step by which a rollout takes its own twin back, and does nothing else: out of force, or fewer groups.
pub(crate) async fn takes_twin_back(reader: &Reader, change: &ChangeRequest) -> AppResult<bool> {
    let (Some(id), Some(policy)) = (change.rollout_id, change.policy_id) else { return Ok(false) };
    let loosens = match &change.payload {
        ChangePayload::StateChange { to } => matches!(to, PolicyState::ReportOnly | PolicyState::Disabled),
        ChangePayload::AssignmentChange(change) => {
            let groups = &change.include_groups;
            let only = domain::change::payload::AssignmentChange { include_groups: groups.clone(), ..Default::default() };
            groups.add.is_empty() && *change == only
        }
        ChangePayload::Delete(_) => true,
        _ => false,
    };
    if !loosens {
        return Ok(false);
    }
    let rollout = reader.rollout(change.workspace_id, id).await?;
    Ok(rollout.is_some_and(|rollout| rollout.twin_policy_id == Some(policy)))
}
