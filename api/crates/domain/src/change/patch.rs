//! From a payload to the Graph write and the document after it.

use serde_json::{Map, Value, json};

use crate::change::dry_run::ResolvedReference;
use crate::change::kind::ChangePayload;
use crate::change::plan::PlanInput;
use crate::document::{Canonical, PolicyDocument};
use crate::id::ContentHash;

/// What a payload does to one object.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The policy before; `None` for a creation, a restore, and for named locations.
    pub(super) before: Option<PolicyDocument>,
    /// The policy after; `None` for a deletion, and for named locations.
    pub(super) after: Option<PolicyDocument>,
    /// Canonical form before; the absent form where there is no object.
    pub(super) base: Canonical,
    /// Canonical form after; the absent form where there is no object.
    pub(super) desired: Canonical,
    /// Hash of `base`.
    pub(super) base_hash: ContentHash,
    /// Hash of `desired`.
    pub(super) desired_hash: ContentHash,
    /// The body of the write.
    pub(super) write: Value,
    /// References that were looked up by name, or that name nothing.
    pub(super) references: Vec<ResolvedReference>,
}

/// The outcome; `Err` says what is not in the latest snapshot.
pub(super) fn outcome(input: &PlanInput<'_>) -> Result<Outcome, &'static str> {
    let (Some(_), Some(document)) = (input.policy.filter(|policy| policy.deleted_at.is_none()), input.document) else {
        return Err("the policy is not in the most recent snapshot: resync the tenant first");
    };
    let write = patch(input.payload);
    let after = document.merged(&write);
    let (base, desired) = (document.canonical(), after.canonical());
    Ok(Outcome {
        base_hash: base.hash(),
        desired_hash: desired.hash(),
        before: Some(document.clone()),
        after: Some(after),
        base,
        desired,
        write,
        references: Vec::new(),
    })
}

/// Only the fields that the kind owns.
fn patch(payload: &ChangePayload) -> Value {
    match payload {
        ChangePayload::StateChange { to } => json!({ "state": to }),
        // As it is, not trimmed: the inverse of a rename restores the old name to the letter. `ChangePayload::normalised` trims input.
        ChangePayload::Rename { display_name } => json!({ "displayName": display_name }),
        _ => Value::Object(Map::new()),
    }
}
