//! Conditional Access as Microsoft Graph v1.0 keeps it: what a write must look like, what is stored, what a PATCH does.
//!
//! A second implementation on purpose: nothing here comes from the product's own document logic, so that a wrong idea in one of them shows up as a
//! difference. Numbers in messages are Graph's own (`1040: NamedLocation with id ...`). Where no source says what Graph does, the choice is named
//! "decision" in the comment of the rule.
//!
//! Decisions that shape the whole module:
//! - Several broken rules: the first of schema, preview features, licence, references, combinations is reported.
//! - A PATCH is validated as the merged policy, but only references it adds are looked up: policies keep ids of deleted objects, and a state change must
//!   not fail because of them.
//! - Enum values are read without regard to case and stored in Graph's spelling; free strings (`All`, `Office365`, ids) are compared exactly.
//! - Members of the beta version are accepted while they are null or empty and refused with 1038 otherwise.
//!
//! Deliberately absent: the size limit of about 10 KB (one support engineer's word), the all-users-all-resources block guard (portal only).

mod error;
pub(crate) mod json;
mod limits;
mod locations;
mod normalise;
mod order;
mod patch;
mod rules;
mod schema;
mod time;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use error::CaError;
pub use limits::{CONTEXTS_MAX, CUSTOM_STRENGTHS_MAX, IP_LOCATIONS_MAX, IP_RANGES_MAX, POLICIES_MAX, check_room_for};
pub use locations::{check_delete_location, create_location, patch_location};
pub use order::InGraphOrder;
pub use patch::{merge, patch_policy};
pub use time::graph_time;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// What a write may refer to and what the tenant has bought: the simulator's directory as the rules see it.
pub trait DirectoryView {
    /// The tenant has Entra ID P1 (Conditional Access at all).
    fn licensed_p1(&self) -> bool;
    /// The tenant has Entra ID P2 (risk conditions).
    fn licensed_p2(&self) -> bool;
    /// The tenant has Workload Identities Premium.
    fn licensed_workload(&self) -> bool;
    /// A group with this object id exists.
    fn group_exists(&self, id: &str) -> bool;
    /// A user with this object id exists.
    fn user_exists(&self, id: &str) -> bool;
    /// A built-in role with this template id exists.
    fn role_template_exists(&self, id: &str) -> bool;
    /// A service principal with this application (client) id exists.
    fn service_principal_exists(&self, app_id: &str) -> bool;
    /// A service principal with this object id exists.
    fn service_principal_object_exists(&self, id: &str) -> bool;
    /// The stored named location.
    fn named_location(&self, id: &str) -> Option<Value>;
    /// The stored authentication strength policy, in full.
    fn auth_strength(&self, id: &str) -> Option<Value>;
    /// The authentication context (`c1`..`c99`) is defined.
    fn auth_context_exists(&self, id: &str) -> bool;
    /// The terms-of-use agreement exists.
    fn terms_exists(&self, id: &str) -> bool;
    /// Conditional Access policies of the tenant in any state.
    fn policy_count(&self) -> usize;
    /// Security defaults are switched on.
    fn security_defaults(&self) -> bool;
    /// Ids of the policies whose location condition names this location.
    fn policies_referring_location(&self, id: &str) -> Vec<String>;
    /// IP named locations of the tenant; a view that doesn't count them never meets the limit.
    fn ip_named_location_count(&self) -> usize {
        0
    }
}

/// Checks a POST body and returns the policy as Graph stores and returns it.
///
/// Read-only members and `@odata` annotations in the body are ignored, as on any Graph insert.
///
/// # Errors
/// The Graph error of the first broken rule.
pub fn create_policy(body: &Value, dir: &dyn DirectoryView, id: Uuid, now: DateTime<Utc>) -> Result<Value, CaError> {
    let body = schema::conform_policy(body, schema::Verb::Post)?;
    let draft = normalise::policy(&body);
    rules::check(&draft, dir, None, schema::Verb::Post)?;
    limits::check_policy_count(dir)?;
    Ok(normalise::stored_policy(
        draft,
        dir,
        &normalise::Envelope { id: id.to_string(), template_id: Value::Null, created: Value::from(graph_time(now)), modified: Value::Null },
    ))
}

/// Whether a policy may be deleted: a Microsoft-managed one (with a template id) may not (1186).
///
/// # Errors
/// 1186 with the template id.
pub fn check_delete_policy(stored: &Value) -> Result<(), CaError> {
    match stored.get("templateId").and_then(Value::as_str) {
        Some(template) => Err(CaError::rule(1186, format!("Microsoft-managed policy with template ID:'{template}' cannot be deleted"))),
        None => Ok(()),
    }
}
