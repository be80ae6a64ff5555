//! What takes an object away names it twice: by id, and as a person has to type it.

use domain::change::kind::ChangePayload;
use domain::change::request::ChangeRequest;
use serde_json::Value;
use store::Reader;

use super::target;
use crate::error::{AppError, AppResult};

/// Refuses a deletion whose typed name is not the object's. An object that the latest snapshot lacks is left to the dry-run.
pub(super) async fn confirm(tx: &Reader, change: &ChangeRequest) -> AppResult<()> {
    let (typed, field) = match &change.payload {
        ChangePayload::Delete(delete) => (&delete.confirm_display_name, "delete"),
        ChangePayload::LocationDelete(delete) => (&delete.confirm_display_name, "locationDelete"),
        _ => return Ok(()),
    };
    let tenant = tx.tenant(change.workspace_id, change.tenant_id).await?.ok_or(AppError::NotFound)?;
    let stored = target::load(tx, change, &tenant).await?;
    let of_location = stored.location.as_ref().and_then(|location| location.get("displayName")).and_then(Value::as_str);
    let name = stored.policy.as_ref().map(|policy| policy.display_name.as_str()).or(of_location);
    match name {
        // What was typed is trimmed; a name that Graph holds with a blank at its end can still be confirmed.
        Some(name) if name.trim() != typed => {
            let path = ["input", "payload", field, "confirmDisplayName"];
            Err(AppError::invalid(&path, format!("to confirm, give the display name to the letter: {name}")))
        }
        _ => Ok(()),
    }
}
