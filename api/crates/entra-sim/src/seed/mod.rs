//! The three tenants that a fresh simulator starts with, built from public policy sets.
//!
//! Every policy goes through [`crate::ca::create_policy`], so what stands here is what Graph would have accepted. What a set refers to and doesn't bring
//! along (groups, apps, locations, terms) is created in the directory first. Files that Graph v1.0 refuses, because they use beta features or need a
//! licence that the tenant lacks, are left out; [`refusals`] lists them with Graph's reason.
//!
//! Everything follows from the seed and the names: ids, people, secrets. No secret is written in the repository.

mod apps;
mod directory;
mod documents;
mod groups;
pub(crate) mod ids;
mod people;
mod roles;
mod sets;
mod strengths;
mod tenants;

#[cfg(test)]
mod tests;

pub use roles::role_definitions;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::ca::CaError;

/// What a tenant has bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licences {
    /// Entra ID P1.
    pub p1: bool,
    /// Entra ID P2.
    pub p2: bool,
    /// Intune.
    pub intune: bool,
    /// Workload Identities Premium.
    pub workload: bool,
}

/// An application with its credentials and granted application permissions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AppRegistration {
    /// Client id.
    pub client_id: Uuid,
    /// Client secret of the simulation (derived from the seed).
    pub secret: String,
    /// Name.
    pub display_name: String,
    /// Application permissions with consent, such as `Policy.Read.All`.
    pub roles: Vec<String>,
}

/// A tenant as it stands at the first start. Objects are JSON in Graph's shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TenantSeed {
    /// Tenant id.
    pub tenant_id: Uuid,
    /// Company name.
    pub display_name: String,
    /// Verified domain.
    pub domain: String,
    /// Licences.
    pub licences: Licences,
    /// Security defaults are on.
    pub security_defaults: bool,
    /// App registrations: first the product's, with read and write permissions, then a read-only one.
    pub apps: Vec<AppRegistration>,
    /// Users.
    pub users: Vec<Value>,
    /// Groups.
    pub groups: Vec<Value>,
    /// Direct memberships: group id, member id (a user or a group).
    pub memberships: Vec<(String, String)>,
    /// Service principals.
    pub service_principals: Vec<Value>,
    /// Tenant-wide role assignments: role template id, principal id.
    pub role_assignments: Vec<(String, String)>,
    /// Named locations.
    pub named_locations: Vec<Value>,
    /// Authentication strengths, built-in ones included.
    pub auth_strengths: Vec<Value>,
    /// Authentication contexts.
    pub auth_contexts: Vec<Value>,
    /// Terms-of-use agreements.
    pub terms: Vec<Value>,
    /// Conditional Access policies.
    pub policies: Vec<Value>,
}

/// A policy file that Graph refuses, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// Company name of the tenant that would have held it.
    pub tenant: String,
    /// File name in the set.
    pub file: &'static str,
    /// Graph's answer.
    pub error: CaError,
}

/// One of Entra's own authentication strengths, which every tenant has.
pub(crate) fn built_in_strength(id: &str) -> Option<Value> {
    strengths::built_in().into_iter().find(|strength| strength["id"] == id)
}

/// The three tenants. `now` bounds their history: nothing in them is younger.
#[must_use]
pub fn tenants(seed: u64, now: DateTime<Utc>) -> Vec<TenantSeed> {
    tenants::build(seed, now).into_iter().map(|(tenant, _)| tenant).collect()
}

/// The files of the sets that are not in the tenants.
#[must_use]
pub fn refusals(seed: u64, now: DateTime<Utc>) -> Vec<RefusedFile> {
    tenants::build(seed, now).into_iter().flat_map(|(_, refused)| refused).collect()
}
