//! What a dry-run found: a complete plan. Apply takes the plan and has no choices left.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::approval_rules::ApprovalReason;
use crate::change::plan::{ImpactFacts, Plan};
use crate::change::warning::Warning;
use crate::id::{ContentHash, DryRunId};
use crate::tenant::DirectoryKind;
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
    /// The whole change in one sentence for a person.
    #[serde(default)]
    pub summary: String,
    /// What became of references by name, and of ids that had to be looked up.
    #[serde(default)]
    pub references: Vec<ResolvedReference>,
    /// Which of the change's approval rules hold for this plan; none: no approval is needed.
    #[serde(default)]
    pub approval_reasons: Vec<ApprovalReason>,
    /// What the cache of impact reports held for the intended document; `None`: nobody had computed it.
    #[serde(default)]
    pub impact: Option<ImpactFacts>,
}

/// What a reference of the payload stands for in the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedReference {
    /// Path in the document, such as `conditions.users.excludeGroups`.
    pub path: String,
    /// Kind of object.
    pub kind: DirectoryKind,
    /// The reference as given: a name or an id.
    pub given: String,
    /// The objects it names: exactly one where it is resolved, none or at most ten otherwise.
    pub candidates: Vec<NamedRef>,
}

text_enum! {
    /// What a changed field means for those the policy is to protect the tenant from.
    Risk {
        /// More is demanded, or of more sign-ins.
        Tightens = "TIGHTENS",
        /// Less is demanded, or of fewer sign-ins.
        Loosens = "LOOSENS",
        /// Neither, or it cannot be told from the field alone.
        Neutral = "NEUTRAL",
    }
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
    /// What the line means for security, in a policy that is or becomes enforced.
    #[serde(default = "neutral")]
    pub risk: Risk,
    /// The line in words, such as "Excluded groups: adds Contractors".
    #[serde(default)]
    pub label: String,
}

fn neutral() -> Risk {
    Risk::Neutral
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
            summary: plan.summary,
            references: plan.references,
            approval_reasons: Vec::new(),
            impact: plan.impact,
        }
    }
}
