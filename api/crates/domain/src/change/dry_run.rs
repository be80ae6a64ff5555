//! What a dry-run found: a complete plan. Apply takes the plan and has no choices left.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::plan::Plan;
use crate::change::warning::Warning;
use crate::id::{ContentHash, DryRunId};
use crate::text_enum;

/// A stored dry-run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DryRun {
    /// Our id.
    pub id: DryRunId,
    /// When it ran.
    pub ran_at: DateTime<Utc>,
    /// Fresh while `now < expires_at`.
    pub expires_at: DateTime<Utc>,
    /// Canonical hash of the document it was made against.
    pub base_hash: ContentHash,
    /// Canonical hash of the document that the change intends.
    pub desired_hash: ContentHash,
    /// The Graph write, only the fields it touches: the PATCH body. Empty object: no write needed.
    pub write: Value,
    /// SHA-256 over what a reviewer sees; approve and apply must quote it.
    pub digest: String,
    /// Field-level diff, in document order.
    pub diff: Vec<FieldDiff>,
    /// Warnings, most severe first.
    pub warnings: Vec<Warning>,
}

impl DryRun {
    /// Whether a critical warning without a waiver blocks it.
    pub fn blocked(&self) -> bool {
        self.warnings.iter().any(Warning::blocks)
    }

    /// Whether it may still be acted on. The boundary belongs to the past: at `expires_at` it is stale.
    pub fn fresh(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }
}

text_enum! {
    /// What happens to a field.
    DiffOp {
        /// It was absent (or null, or empty) before.
        Add = "ADD",
        /// It is absent (or null, or empty) after.
        Remove = "REMOVE",
        /// It had another value.
        Replace = "REPLACE",
    }
}

/// One changed field. Id lists are compared as sets and show what was added and removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDiff {
    /// Path in Graph's own names, such as `conditions.users.excludeGroups`.
    pub path: String,
    /// What happens.
    pub op: DiffOp,
    /// Canonical value before; `None` when absent.
    pub before: Option<Value>,
    /// Canonical value after; `None` when absent.
    pub after: Option<Value>,
    /// For lists compared as sets: what comes in, names beside ids.
    pub added: Vec<NamedRef>,
    /// For lists compared as sets: what goes out, names beside ids.
    pub removed: Vec<NamedRef>,
}

/// A list element with its display name where the tenant's cache has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedRef {
    /// The element: an object id or a keyword such as `All`.
    pub id: String,
    /// Display name; `None` when the cache has none.
    pub display_name: Option<String>,
}

impl DryRun {
    /// A dry-run made now from a plan; it lives `ttl_s` seconds.
    pub fn from_plan(id: DryRunId, plan: Plan, digest: String, now: DateTime<Utc>, ttl_s: i64) -> Self {
        DryRun {
            id,
            ran_at: now,
            expires_at: now + TimeDelta::seconds(ttl_s),
            base_hash: plan.base_hash,
            desired_hash: plan.desired_hash,
            write: plan.write,
            digest,
            diff: plan.diff,
            warnings: plan.warnings,
        }
    }
}
