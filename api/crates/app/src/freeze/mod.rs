//! Use cases on freeze windows, one file per verb, and what the gate asks of them.

mod create;
mod delete;
mod draft;
mod query;
mod update;

use chrono::{DateTime, Utc};
use domain::freeze::frozen;
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
