//! The one place where a use case asks whether its caller may.

use domain::access::{Operation, allowed};
use domain::id::TenantId;
use domain::workspace::Actor;

use crate::error::{AppError, AppResult};

/// Refuses with `FORBIDDEN` unless the actor's role may do it.
pub fn authorize(actor: &Actor, operation: Operation) -> AppResult<()> {
    if allowed(actor.role, operation) { Ok(()) } else { Err(AppError::Forbidden { operation, role: actor.role }) }
}

/// Refuses with `NOT_FOUND` a tenant outside the actor's scope: it must look like one that does not exist.
pub fn in_scope(actor: &Actor, tenant: TenantId) -> AppResult<()> {
    if actor.sees(tenant) { Ok(()) } else { Err(AppError::NotFound) }
}
