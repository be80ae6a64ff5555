//! Use cases on baselines, one file per verb, and the look for drift against them.

mod assign;
mod create;
mod delete;
pub(crate) mod drift;
mod import;
mod query;

use domain::baseline::Baseline;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::workspace::Actor;
use serde_json::{Value, json};

pub use assign::AssignBaseline;
pub use create::CreateBaseline;
pub use delete::DeleteBaselinePolicy;
pub(crate) use drift::documents_of;
pub use import::{BaselineFile, BaselineImport, ImportBaseline, MAX_IMPORT_BYTES, MAX_IMPORT_FILES};

/// The event of a baseline that was created, imported into or lost a policy.
fn event(actor: &Actor, baseline: &Baseline, what: &str, more: Value) -> NewEvent {
    let mut data = json!({ "what": what, "name": baseline.name, "policyCount": baseline.policy_count });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    NewEvent {
        kind: EventKind::BaselineChanged,
        actor: Some(actor.member_id),
        tenant_id: None,
        subject_kind: SubjectKind::Baseline,
        subject_id: baseline.id.0,
        data,
    }
}
