//! Whether a webhook may be as its author has it.

use std::collections::BTreeSet;

use domain::id::TenantId;
use domain::workspace::Actor;
use store::WriteTx;

use crate::App;
use crate::error::{AppError, AppResult};

const LONGEST_NAME: usize = 200;
const MOST_TENANTS: usize = 1_000;

/// The name without surrounding space.
pub(super) fn check_name(name: &str) -> AppResult<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(AppError::invalid(&["input", "displayName"], "a name has 1 to 200 characters"));
    }
    Ok(name.to_owned())
}

/// The address in its normal form. Whether its host's addresses are public is asked when a message is sent: that can change.
pub(super) fn check_url(app: &App, url: &str) -> AppResult<String> {
    match app.courier().check(url) {
        Ok(url) => Ok(url.to_string()),
        Err(refused) => Err(AppError::invalid(&["input", "url"], refused.to_string())),
    }
}

/// Refuses with `NOT_FOUND` tenants that are not there.
pub(super) async fn check_tenants(tx: &WriteTx, actor: &Actor, tenants: Option<&BTreeSet<TenantId>>) -> AppResult<()> {
    let Some(tenants) = tenants else { return Ok(()) };
    if tenants.is_empty() || tenants.len() > MOST_TENANTS {
        let message = "a webhook is limited to 1 to 1,000 tenants; leave the list out for all of them";
        return Err(AppError::invalid(&["input", "tenantIds"], message));
    }
    let ids: Vec<TenantId> = tenants.iter().copied().collect();
    let found = tx.tenants_by_ids(actor.workspace_id, &ids).await?.len();
    if found == tenants.len() { Ok(()) } else { Err(AppError::NotFound) }
}
