//! What a payload must keep to, whatever the tenant: Graph would refuse it, so it is refused when the change is created
//! (ca-semantics.md sections 3 to 9, 15 and 16).
//!
//! Deliberately absent: what depends on the policy as it is, which a dry-run says (`graph_would_reject`), and what depends on the tenant.

mod conditions;
mod controls;
mod deltas;
mod document;
mod fault;
mod locations;

use uuid::Uuid;

use self::fault::{At, Check};
use crate::change::kind::ChangePayload;
use crate::change::plan::{PayloadError, name_fault};
use crate::document::references::is_context;
use crate::filter::Dialect;

pub use self::document::{MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH};

/// Ids that one list takes.
pub const MAX_IDS: usize = 1_000;

/// References by name that one payload takes: each has to be looked up.
pub const MAX_NAMES: usize = 100;

/// Refuses at creation what Graph would refuse at apply. The path of an error is the payload's own, in its JSON form.
pub fn validate_payload(payload: &ChangePayload) -> Result<(), PayloadError> {
    let at = At::root();
    match payload {
        ChangePayload::StateChange { .. } | ChangePayload::Restore {} => Ok(()),
        ChangePayload::Rename { display_name } => name(&at.member("displayName"), display_name),
        ChangePayload::AssignmentChange(change) => deltas::assignment(&at, change),
        ChangePayload::ApplicationChange(change) => deltas::applications(&at, change),
        ChangePayload::ConditionChange(change) => conditions::conditions(&at, change),
        ChangePayload::RiskConditionChange(change) => conditions::risk(&at, change),
        ChangePayload::DeviceFilterChange(change) => match &change.device_filter {
            Some(filter) => conditions::filter(&at.member("deviceFilter"), filter, Dialect::Devices),
            None => Ok(()),
        },
        ChangePayload::GrantChange(change) => controls::grant(&at, change),
        ChangePayload::SessionChange(change) => controls::session(&at, change),
        ChangePayload::TermsOfUseChange { terms_of_use, .. } => deltas::references(&at.member("termsOfUse"), &[], terms_of_use),
        ChangePayload::AuthContextChange { include_authentication_context_class_references: contexts } => {
            auth_contexts(&at.member("includeAuthenticationContextClassReferences"), contexts)
        }
        ChangePayload::Create(create) => document::create(&at.member("document"), create),
        ChangePayload::Delete(delete) => name(&at.member("confirmDisplayName"), &delete.confirm_display_name),
        ChangePayload::LocationCreate(create) => locations::create(&at, create),
        ChangePayload::LocationUpdate(update) => locations::update(&at, update),
        ChangePayload::LocationDelete(delete) => {
            guid(&at.member("locationId"), &delete.location_id)?;
            name(&at.member("confirmDisplayName"), &delete.confirm_display_name)
        }
    }
}

fn name(at: &At, text: &str) -> Check {
    name_fault(text).map_or(Ok(()), |fault| at.fault(fault))
}

fn guid(at: &At, text: &str) -> Check {
    if is_guid(text.trim()) { Ok(()) } else { at.fault("an id is a GUID, such as 11111111-2222-4333-8444-555555555555") }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::parse_str(text).is_ok()
}

/// A text that looks like an id of a context and is none is a mistake; anything else is taken for its name.
fn auth_contexts(at: &At, contexts: &[String]) -> Check {
    at.at_most(contexts.len(), 99, "authentication contexts")?;
    for (index, context) in contexts.iter().enumerate() {
        let numbered =
            context.strip_prefix(['c', 'C']).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|digit| digit.is_ascii_digit()));
        if numbered && !is_context(context) {
            return at.item(index).fault("authentication contexts are called c1 to c99");
        }
        deltas::reference(&at.item(index), &[], context)?;
    }
    Ok(())
}
