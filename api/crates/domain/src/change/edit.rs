//! The diff of an edit that no change request made: the same lines, risks and words as a dry-run's.

use serde_json::Value;

use crate::change::dry_run::FieldDiff;
use crate::change::patch::Outcome;
use crate::change::risk;
use crate::document::diff::{NameTable, diff};
use crate::document::{Canonical, PolicyDocument};

/// What lies between two states of one policy, line by line, with risk and label; against nothing where one is absent.
pub fn policy_edit(before: Option<&PolicyDocument>, after: Option<&PolicyDocument>, names: &NameTable) -> Vec<FieldDiff> {
    let form = |document: Option<&PolicyDocument>| document.map_or_else(Canonical::absent, PolicyDocument::canonical);
    edit(before.cloned(), after.cloned(), form(before), form(after), names)
}

/// The same for an object that is no policy, in canonical form.
pub fn object_edit(before: Canonical, after: Canonical, names: &NameTable) -> Vec<FieldDiff> {
    edit(None, None, before, after, names)
}

fn edit(
    before: Option<PolicyDocument>,
    after: Option<PolicyDocument>,
    base: Canonical,
    desired: Canonical,
    names: &NameTable,
) -> Vec<FieldDiff> {
    let lines = diff(&base, &desired, names);
    let (base_hash, desired_hash) = (base.hash(), desired.hash());
    let outcome = Outcome { before, after, base, desired, base_hash, desired_hash, write: Value::Null, references: Vec::new() };
    risk::labelled(lines, &outcome, names)
}
