//! What a rollout across tenants lets one of its rollouts do, as the engine asks at each look.

use domain::bulk_rollout::{WaveSignal, wave_signal};
use domain::id::TenantId;
use domain::rollout::ManagedRollout;
use store::Reader;

use crate::error::AppResult;

/// `None` for a rollout that is no part of one.
pub(crate) async fn wave_signal_of(reader: &Reader, rollout: &ManagedRollout) -> AppResult<Option<WaveSignal>> {
    let Some(id) = rollout.bulk_rollout_id else { return Ok(None) };
    let Some(bulk) = reader.bulk_rollout(rollout.workspace_id, id).await? else { return Ok(None) };
    let stopped = reader.bulk_rollout_stopped(rollout.workspace_id, id).await?;
    let breached: Vec<TenantId> = stopped.into_iter().filter(|(_, child)| child.breached()).map(|(tenant, _)| tenant).collect();
    Ok(Some(wave_signal(&bulk, rollout.tenant_id, &breached)))
}
