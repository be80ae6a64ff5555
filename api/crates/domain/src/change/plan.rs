//! From an intent to a complete plan: the write, the diff and the warnings.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::change::checks::{self, Checked};
use crate::change::dry_run::{DryRun, FieldDiff, ResolvedReference};
use crate::change::kind::{ChangePayload, WriteOperation};
use crate::change::payload::{DeletePolicy, LocationDelete};
use crate::change::touched::lies_in;
use crate::change::warning::{Severity, Waiver, Warning, WarningCode};
use crate::change::{patch, risk, summary};
use crate::document::diff::{NameTable, diff};
use crate::document::{Canonical, PolicyDocument};
use crate::id::ContentHash;
use crate::policy::Policy;
use crate::tenant::Tenant;

pub use crate::change::checks::POLICIES_MAX;
pub use crate::change::touched::touched_paths;
pub use crate::change::validate::{MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_IDS, MAX_NAMES, validate_payload};

/// The longest display name that Graph takes.
pub const LONGEST_NAME: usize = 256;

/// What a plan is made from: the latest snapshot, never Graph.
#[derive(Debug)]
pub struct PlanInput<'a> {
    /// What is intended.
    pub payload: &'a ChangePayload,
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The policy's row; `None` when the latest snapshot has none. A deleted one counts as none.
    pub policy: Option<&'a Policy>,
    /// Its document in the latest snapshot; for `policy.restore` the one in the recycle bin.
    pub document: Option<&'a PolicyDocument>,
    /// The named location that the payload names, as the latest snapshot has it.
    pub location: Option<&'a Value>,
    /// Live policies of the tenant, for the limit.
    pub policy_count: usize,
    /// Names of the policies that refer to the location; at most 20.
    pub referring: &'a [String],
    /// Names of the tenant's objects.
    pub names: &'a NameTable,
    /// When the tenant was last read as a whole.
    pub snapshot_taken_at: Option<DateTime<Utc>>,
    /// The acting person's object id in this tenant.
    pub actor_entra: Option<Uuid>,
    /// The cached impact of the resulting document, where there is one.
    pub impact: Option<ImpactFacts>,
    /// What an owner lets pass on this change.
    pub waivers: &'a [Waiver],
    /// A phased rollout owns the policy.
    pub owned_by_rollout: bool,
    /// Now.
    pub now: DateTime<Utc>,
}

/// A complete plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Canonical hash of the document it was made against.
    pub base_hash: ContentHash,
    /// Canonical hash of the document intended.
    pub desired_hash: ContentHash,
    /// The PATCH body; an empty object when nothing has to be written.
    pub write: Value,
    /// Field-level diff.
    pub diff: Vec<FieldDiff>,
    /// Warnings, most severe first, then by code.
    pub warnings: Vec<Warning>,
    /// The change in one sentence.
    pub summary: String,
    /// References that were looked up.
    pub references: Vec<ResolvedReference>,
    /// The policy as it would be: what what-if and impact evaluate. `None` for a deletion, a named location, and where nothing can be planned.
    pub after: Option<PolicyDocument>,
    /// The impact that the warnings were made with.
    pub impact: Option<ImpactFacts>,
}

/// What a cached impact report says about the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImpactFacts {
    /// Sign-ins that would be blocked.
    pub would_block: u64,
    /// Sign-ins that would be interrupted, such as for MFA.
    pub would_interrupt: u64,
}

/// A payload that breaks a rule of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PayloadError {
    /// Path in the payload.
    pub path: Vec<String>,
    /// What is wrong and what would be right.
    pub message: String,
}

/// What is wrong with a display name; `None` when nothing is.
pub(super) fn name_fault(name: &str) -> Option<&'static str> {
    if !(1..=LONGEST_NAME).contains(&name.trim().chars().count()) {
        return Some("a display name holds 1 to 256 characters");
    }
    name.chars().any(char::is_control).then_some("a display name holds no control characters")
}

/// Makes the plan.
pub fn plan(input: &PlanInput<'_>) -> Plan {
    let outcome = match patch::outcome(input) {
        Ok(outcome) => outcome,
        Err(missing) => return not_found(missing),
    };
    let changed = outcome.base_hash != outcome.desired_hash;
    let checked = Checked { input, outcome: &outcome, changed };
    let warnings = waived(checks::warnings(&checked), input.waivers);
    let diff = risk::labelled(diff(&outcome.base, &outcome.desired, input.names), &outcome, input.names);
    Plan {
        summary: summary::sentence(input, &outcome, &diff, changed),
        base_hash: outcome.base_hash,
        desired_hash: outcome.desired_hash,
        write: if changed { outcome.write } else { Value::Object(Map::new()) },
        diff,
        warnings,
        references: outcome.references,
        after: outcome.after,
        impact: input.impact,
    }
}

/// What the live object differs in from `base`, the one that the plan was made against, as far as that is in the way of applying it; `None`
/// when nothing is. For a delta only an edit of a list that it touches is; for a creation nothing can be; for everything else any edit is.
pub fn live_conflict(
    payload: &ChangePayload,
    dry_run: &DryRun,
    live: &Canonical,
    base: &Canonical,
    names: &NameTable,
) -> Option<Vec<FieldDiff>> {
    let kind = payload.kind();
    if kind.operation() == WriteOperation::Create || live.hash() == dry_run.base_hash {
        return None;
    }
    let foreign = diff(base, live, names);
    let touched = touched_paths(payload);
    let in_the_way = !kind.is_delta() || live.is_absent() || foreign.iter().any(|field| lies_in(&field.path, &touched));
    in_the_way.then_some(foreign)
}

/// Whether a deletion repeats the display name of the object that it deletes, as a person has to type it; true for every other payload.
pub fn confirms(payload: &ChangePayload, display_name: &str) -> bool {
    match payload {
        ChangePayload::Delete(DeletePolicy { confirm_display_name })
        | ChangePayload::LocationDelete(LocationDelete { confirm_display_name, .. }) => confirm_display_name.trim() == display_name.trim(),
        _ => true,
    }
}

fn waived(warnings: Vec<Warning>, waivers: &[Waiver]) -> Vec<Warning> {
    let granted = |warning: &Warning| {
        warning.severity == Severity::Critical && warning.code.waivable() && waivers.iter().any(|waiver| waiver.code == warning.code)
    };
    warnings.into_iter().map(|warning| Warning { waived: granted(&warning), ..warning }).collect()
}

fn not_found(missing: &str) -> Plan {
    let nothing = Canonical::absent().hash();
    Plan {
        base_hash: nothing.clone(),
        desired_hash: nothing,
        write: Value::Object(Map::new()),
        diff: Vec::new(),
        warnings: vec![Warning {
            code: WarningCode::PolicyNotFound,
            severity: Severity::Critical,
            message: missing.to_owned(),
            path: None,
            waived: false,
        }],
        summary: "Nothing can be planned: the object is not in the most recent snapshot".to_owned(),
        references: Vec::new(),
        after: None,
        impact: None,
    }
}
