//! Use cases on freeze windows, one file per verb, and what the gate asks of them.

mod create;
mod delete;
mod draft;
mod query;
mod update;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::change::refusal::Refusal;
use domain::freeze::frozen;
use domain::id::{TenantId, WorkspaceId};
use domain::tenant::Tenant;
use store::Reader;

pub use create::CreateFreezeWindow;
pub use delete::DeleteFreezeWindow;
pub use draft::FreezeWindowDraft;
pub use update::UpdateFreezeWindow;

use crate::error::AppResult;

/// Why changes of this tenant are frozen at an instant, as a sentence; `None` when they are not.
pub(crate) async fn frozen_at(reader: &Reader, tenant: &Tenant, at: DateTime<Utc>) -> AppResult<Option<String>> {
    let windows = reader.freeze_windows(tenant.workspace_id).await?;
    Ok(frozen(&windows, tenant.id, at).map(|freeze| freeze.to_string()))
}

/// Refuses where changes of any of these tenants are frozen at an instant, and says of how many.
pub(crate) async fn none_frozen_at(
    reader: &Reader,
    workspace: WorkspaceId,
    tenants: &BTreeSet<TenantId>,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let windows = reader.freeze_windows(workspace).await?;
    // Tenants that the same windows concern are frozen alike, and there are far fewer such sets than tenants.
    let mut known: BTreeMap<Vec<bool>, Option<String>> = BTreeMap::new();
    let (mut count, mut first) = (0, None);
    for tenant in tenants {
        let concerned = windows.iter().map(|window| window.concerns(*tenant)).collect();
        let why = known.entry(concerned).or_insert_with(|| frozen(&windows, *tenant, at).map(|freeze| freeze.to_string()));
        if let Some(why) = why {
            count += 1;
            first.get_or_insert_with(|| why.clone());
        }
    }
    match first {
        Some(why) => Err(Refusal::Frozen(format!("{why} ({count} of {} tenants)", tenants.len())).into()),
        None => Ok(()),
    }
}
