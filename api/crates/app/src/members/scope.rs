//! Names and tenants of members and keys.

use std::collections::BTreeSet;

use domain::id::TenantId;
use domain::membership::scope_covers;
use domain::workspace::{Actor, Role};
use store::WriteTx;

use crate::error::{AppError, AppResult};

const LONGEST_NAME: usize = 200;
const MOST_TENANTS: usize = 1_000;

/// The name as it is kept, or `INVALID_INPUT`.
pub(crate) fn check_name(name: &str) -> AppResult<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(AppError::invalid(&["input", "displayName"], "a name has 1 to 200 characters"));
    }
    Ok(name.to_owned())
}

/// Refuses tenants that nobody is limited to like that, and with `NOT_FOUND` those that the actor does not see.
pub(crate) async fn check_scope(tx: &WriteTx, actor: &Actor, role: Role, tenants: Option<&BTreeSet<TenantId>>) -> AppResult<()> {
    let path = ["input", "tenantIds"];
    let Some(tenants) = tenants else {
        return if scope_covers(actor.tenant_scope.as_ref(), None) {
            Ok(())
        } else {
            Err(AppError::invalid(&path, "your role is limited to some tenants: name those that this one is for"))
        };
    };
    if role == Role::Owner {
        return Err(AppError::invalid(&path, "an owner has all tenants: leave tenantIds out, or choose another role"));
    }
    if tenants.is_empty() || tenants.len() > MOST_TENANTS {
        return Err(AppError::invalid(&path, "1 to 1,000 tenants; leave the list out for all of them"));
    }
    let seen: Vec<TenantId> = tenants.iter().copied().filter(|tenant| actor.sees(*tenant)).collect();
    let found = tx.tenants_by_ids(actor.workspace_id, &seen).await?.len();
    if found == tenants.len() { Ok(()) } else { Err(AppError::NotFound) }
}
