//! The changes that lead from one document to another.

use domain::change::kind::ChangePayload;
use domain::document::PolicyDocument;
use domain::document::diff::{NameTable, diff};

/// Payloads, and the fields that none of them reaches.
pub(super) struct Towards {
    pub(super) payloads: Vec<ChangePayload>,
    pub(super) unreachable: Vec<String>,
}

/// One payload for each kind of field that differs.
pub(super) fn towards(current: &PolicyDocument, wanted: &PolicyDocument) -> Towards {
    let mut way = Towards { payloads: Vec::new(), unreachable: Vec::new() };
    for field in diff(&current.canonical(), &wanted.canonical(), &NameTable::default()) {
        match (field.path.as_str(), wanted.state()) {
            ("state", Some(to)) => way.payloads.push(ChangePayload::StateChange { to }),
            ("displayName", _) => way.payloads.push(ChangePayload::Rename { display_name: wanted.display_name().to_owned() }),
            _ => way.unreachable.push(field.path),
        }
    }
    way
}
