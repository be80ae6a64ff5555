//! From a payload to the Graph write and the document after it (ca-semantics.md sections 12 to 14).
//!
//! A narrow kind writes its own fields and nothing else. A PATCH merges objects and replaces lists, so a list that changes is sent whole, and
//! what has nothing effective left in it is sent as `null`.

mod applications;
mod assignment;
mod conditions;
mod create;
mod grant;
mod location;
mod references;
mod resolve;
mod session;
mod sets;

use serde_json::{Map, Value, json};

use crate::change::dry_run::ResolvedReference;
use crate::change::kind::{ChangePayload, TargetObject, WriteOperation};
use crate::change::payload::CreatePolicy;
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
    /// The body of the write; an empty object for a deletion and a restore, which have none.
    pub(super) write: Value,
    /// References that were looked up by name, or that name nothing.
    pub(super) references: Vec<ResolvedReference>,
}

/// The outcome; `Err` says what is not in the latest snapshot.
pub(super) fn outcome(input: &PlanInput<'_>) -> Result<Outcome, &'static str> {
    let kind = input.payload.kind();
    match (kind.target(), kind.operation()) {
        (TargetObject::NamedLocation, _) => location::outcome(input),
        (TargetObject::Policy, WriteOperation::Create) => Ok(create::outcome(input)),
        (TargetObject::Policy, WriteOperation::Restore) => restored(input),
        (TargetObject::Policy, WriteOperation::Update | WriteOperation::Delete) => {
            let (Some(_), Some(document)) = (input.policy.filter(|policy| policy.deleted_at.is_none()), input.document) else {
                return Err("the policy is not in the most recent snapshot: resync the tenant first");
            };
            Ok(if kind.operation() == WriteOperation::Delete { deleted(document) } else { updated(input, document) })
        }
    }
}

/// The POST body of a creation; references by name stay as they are.
pub(super) fn created_body(create: &CreatePolicy) -> Value {
    create::body(create)
}

/// The PATCH body of a payload that updates a policy, for a policy that is as `document` says; an empty object where nothing has to be
/// written, and for payloads that update no policy. References by name stay as they are.
pub(super) fn body(payload: &ChangePayload, document: &PolicyDocument) -> Value {
    match payload {
        ChangePayload::StateChange { to } => json!({ "state": to }),
        // As it is, not trimmed: the inverse of a rename restores the old name to the letter. `ChangePayload::normalised` trims input.
        ChangePayload::Rename { display_name } => json!({ "displayName": display_name }),
        ChangePayload::AssignmentChange(change) => in_conditions(assignment::body(change, document)),
        ChangePayload::ApplicationChange(change) => in_conditions(applications::body(change, document)),
        ChangePayload::AuthContextChange { include_authentication_context_class_references: contexts } => {
            in_conditions(applications::contexts(contexts, document))
        }
        ChangePayload::ConditionChange(change) => in_conditions(conditions::body(change)),
        ChangePayload::RiskConditionChange(change) => in_conditions(conditions::risk(change)),
        ChangePayload::DeviceFilterChange(change) => in_conditions(conditions::device_filter(change, document)),
        ChangePayload::GrantChange(change) => grant::body(change, document),
        ChangePayload::TermsOfUseChange { terms_of_use, operator } => grant::terms_of_use(terms_of_use, *operator, document),
        ChangePayload::SessionChange(change) => session::body(change, document),
        ChangePayload::Create(_)
        | ChangePayload::Delete(_)
        | ChangePayload::Restore {}
        | ChangePayload::LocationCreate(_)
        | ChangePayload::LocationUpdate(_)
        | ChangePayload::LocationDelete(_) => json!({}),
    }
}

fn updated(input: &PlanInput<'_>, document: &PolicyDocument) -> Outcome {
    let (payload, mut references) = resolve::payload(input.payload, document, input.names);
    let write = body(&payload, document);
    let after = document.merged(&write);
    references.extend(references::unknown(Some(document), &after, input.names));
    let (base, desired) = (document.canonical(), after.canonical());
    Outcome {
        base_hash: base.hash(),
        desired_hash: desired.hash(),
        before: Some(document.clone()),
        after: Some(after),
        base,
        desired,
        write,
        references,
    }
}

fn deleted(document: &PolicyDocument) -> Outcome {
    let (base, desired) = (document.canonical(), Canonical::absent());
    Outcome {
        base_hash: base.hash(),
        desired_hash: desired.hash(),
        before: Some(document.clone()),
        after: None,
        base,
        desired,
        write: json!({}),
        references: Vec::new(),
    }
}

/// It comes back as it went, in the state it had: nothing of it is ours to choose.
fn restored(input: &PlanInput<'_>) -> Result<Outcome, &'static str> {
    let (Some(_), Some(document)) = (input.policy.filter(|policy| policy.deleted_at.is_some()), input.document) else {
        return Err("the policy is not in Entra's recycle bin as last seen: resync the tenant first");
    };
    let (base, desired) = (Canonical::absent(), document.canonical());
    Ok(Outcome {
        base_hash: base.hash(),
        desired_hash: desired.hash(),
        before: None,
        after: Some(document.clone()),
        base,
        desired,
        write: json!({}),
        references: Vec::new(),
    })
}

fn in_conditions(members: Map<String, Value>) -> Value {
    if members.is_empty() { json!({}) } else { json!({ "conditions": members }) }
}
