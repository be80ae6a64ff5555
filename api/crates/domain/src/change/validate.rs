//! What a payload must keep to, whatever the tenant: Graph would refuse it, so it is refused when the change is created.

use crate::change::kind::ChangePayload;
use crate::change::plan::{PayloadError, name_fault};

/// Refuses at creation what Graph would refuse at apply.
pub fn validate_payload(payload: &ChangePayload) -> Result<(), PayloadError> {
    match payload {
        ChangePayload::Rename { display_name } => match name_fault(display_name) {
            Some(fault) => Err(PayloadError { path: vec!["rename".to_owned(), "displayName".to_owned()], message: fault.to_owned() }),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}
