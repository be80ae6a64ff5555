//! The reading half: what the directory audit says about an edit, asked for only when there is one.

use chrono::TimeDelta;
use domain::drift::ACTOR_LOOKUPS;
use domain::snapshot::Manifest;
use domain::tenant::Tenant;
use graph::{Call, PolicyActivity, Priority, TenantGraph};
use tokio::time::Instant;

use super::Previous;
use crate::App;
use crate::error::AppResult;

/// How far Entra's clock and ours may be apart.
pub(super) const SKEW: TimeDelta = TimeDelta::minutes(5);

/// How long Entra keeps audit entries.
const KEPT: TimeDelta = TimeDelta::days(30);

/// What the directory audit says.
#[derive(Default)]
pub(crate) struct Clues {
    /// Newest first; empty also when the audit was not asked, or can't be read.
    pub(super) activities: Vec<PolicyActivity>,
}

/// Reads the directory audit when something differs from the last snapshot, or an earlier edit still has no author. An audit that can't be
/// read is no reason to fail a sync: the author stays unknown.
pub(crate) async fn read(app: &App, tenant: &Tenant, graph: &TenantGraph, now: &Manifest) -> AppResult<Clues> {
    let reader = app.store().reader();
    let Some(previous) = Previous::load(&reader, tenant).await? else { return Ok(Clues::default()) };
    let waiting = reader.unattributed_drift(tenant.workspace_id, tenant.id, ACTOR_LOOKUPS).await?;
    if waiting.is_empty() && previous.differences(now).is_empty() {
        return Ok(Clues::default());
    }
    let windows = waiting.iter().filter_map(|drift| drift.changed_after).chain([previous.snapshot.taken_at]);
    let since = windows.min().unwrap_or(previous.snapshot.taken_at).max(app.now() - KEPT) - SKEW;
    let deadline = Instant::now() + app.settings().graph_interactive;
    let call = Call { deadline, client_request_id: app.ids().uuid(), priority: Priority::Sync };
    match graph.directory_audits(&call, since).await {
        Ok(activities) => Ok(Clues { activities }),
        Err(error) => {
            tracing::info!(tenant = %tenant.id, %error, "the directory audit can't be read: who edited the tenant stays unknown");
            Ok(Clues::default())
        }
    }
}
