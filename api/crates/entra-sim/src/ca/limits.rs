//! Limits of the service. They drift (195 policies became 240 in 2026), hence named in one place.

use serde_json::Value;

use super::{CaError, DirectoryView};

/// Policies a tenant may hold, in any state.
pub const POLICIES_MAX: usize = 240;
/// IP named locations a tenant may hold.
pub const IP_LOCATIONS_MAX: usize = 195;
/// Address ranges in one IP named location.
pub const IP_RANGES_MAX: usize = 2000;
/// Custom authentication strengths a tenant may hold.
pub const CUSTOM_STRENGTHS_MAX: usize = 15;
/// Authentication contexts a tenant may hold (`c1`..`c99`).
pub const CONTEXTS_MAX: usize = 99;
/// Characters in a device or application filter rule.
pub(super) const FILTER_RULE_MAX_CHARS: usize = 3072;

/// Decision: the answer at the limit is a 400 without a number; no source quotes it.
pub(super) fn check_policy_count(dir: &dyn DirectoryView) -> Result<(), CaError> {
    if dir.policy_count() < POLICIES_MAX {
        return Ok(());
    }
    Err(CaError::plain(format!("The tenant has reached the limit of {POLICIES_MAX} Conditional Access policies.")))
}

/// Whether an object that comes back from the recycle bin has a place (decision: the limits hold for it as for a new one).
///
/// # Errors
/// The refusal that a creation would get.
pub fn check_room_for(restored: &Value, dir: &dyn DirectoryView) -> Result<(), CaError> {
    match restored.get("@odata.type").and_then(Value::as_str) {
        None => check_policy_count(dir),
        Some("#microsoft.graph.ipNamedLocation") => check_location_count(dir),
        Some(_) => Ok(()),
    }
}

/// Decision: as for policies.
pub(super) fn check_location_count(dir: &dyn DirectoryView) -> Result<(), CaError> {
    if dir.ip_named_location_count() < IP_LOCATIONS_MAX {
        return Ok(());
    }
    Err(CaError::plain(format!("The tenant has reached the limit of {IP_LOCATIONS_MAX} IP named locations.")))
}
