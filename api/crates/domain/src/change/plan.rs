//! From an intent to a complete plan: the write, the diff and the warnings.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::change::checks;
use crate::change::dry_run::{DryRun, FieldDiff};
use crate::change::kind::ChangePayload;
use crate::change::warning::{Severity, Warning, WarningCode};
use crate::document::PolicyDocument;
use crate::document::diff::{NameTable, diff};
use crate::id::ContentHash;
use crate::policy::Policy;
use crate::tenant::Tenant;

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
    /// Its document in the latest snapshot.
    pub document: Option<&'a PolicyDocument>,
    /// Names of the tenant's objects.
    pub names: &'a NameTable,
    /// When the tenant was last read as a whole.
    pub snapshot_taken_at: Option<DateTime<Utc>>,
    /// The acting person's object id in this tenant.
    pub actor_entra: Option<Uuid>,
    /// Whether an impact report for the resulting document is at hand.
    pub impact_known: bool,
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

/// Refuses at creation what Graph would refuse at apply.
pub fn validate_payload(payload: &ChangePayload) -> Result<(), PayloadError> {
    match payload {
        ChangePayload::StateChange { .. } => Ok(()),
        ChangePayload::Rename { display_name } => match name_fault(display_name) {
            Some(fault) => Err(PayloadError { path: vec!["rename".to_owned(), "displayName".to_owned()], message: fault.to_owned() }),
            None => Ok(()),
        },
    }
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
    let (Some(policy), Some(document)) = (input.policy.filter(|policy| policy.deleted_at.is_none()), input.document) else {
        return not_found();
    };
    let wanted = patch(input.payload);
    let base = document.canonical();
    let desired_document = document.merged(&wanted);
    let desired = desired_document.canonical();
    let changed = base != desired;
    let warnings =
        checks::warnings(&checks::Checked { input, policy, before: document, after: &desired_document, desired: &desired, changed });
    Plan {
        base_hash: base.hash(),
        desired_hash: desired.hash(),
        write: if changed { wanted } else { Value::Object(Map::new()) },
        diff: diff(&base, &desired, input.names),
        warnings,
    }
}

/// What the live policy differs in from the document that the plan was made against; `None` when its canonical hash is the plan's base.
pub fn live_conflict(dry_run: &DryRun, live: &PolicyDocument, names: &NameTable, base: &PolicyDocument) -> Option<Vec<FieldDiff>> {
    let live = live.canonical();
    (live.hash() != dry_run.base_hash).then(|| diff(&base.canonical(), &live, names))
}

/// Only the fields that the kind owns.
fn patch(payload: &ChangePayload) -> Value {
    match payload {
        ChangePayload::StateChange { to } => json!({ "state": to }),
        // As it is, not trimmed: the inverse of a rename restores the old name to the letter. `ChangePayload::normalised` trims input.
        ChangePayload::Rename { display_name } => json!({ "displayName": display_name }),
    }
}

fn not_found() -> Plan {
    let nothing = crate::document::canonical_location(&Value::Object(Map::new())).hash();
    Plan {
        base_hash: nothing.clone(),
        desired_hash: nothing,
        write: Value::Object(Map::new()),
        diff: Vec::new(),
        warnings: vec![Warning {
            code: WarningCode::PolicyNotFound,
            severity: Severity::Critical,
            message: "the policy is not in the most recent snapshot: resync the tenant first".to_owned(),
            path: None,
            waived: false,
        }],
    }
}
