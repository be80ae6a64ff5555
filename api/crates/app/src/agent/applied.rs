//! A suggestion's change is applied or cancelled: the suggestion moves on in the same transaction.

use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::event::EventKind;
use serde_json::json;
use store::{StoreError, WriteTx};

use super::suggestion_event;
use crate::App;

impl App {
    /// Called by whatever saves a change, in the transaction that saves it and before its events: where a suggestion's change has just been applied, its
    /// step is done, and after the last one the suggestion is applied; where it was cancelled, the suggestion is open again. Does not commit.
    pub(crate) async fn settle_suggestion(&self, tx: &WriteTx, change: &ChangeRequest) -> Result<(), StoreError> {
        if !matches!(change.status, ChangeStatus::Applied | ChangeStatus::Cancelled) {
            return Ok(());
        }
        let Some(suggestion) = tx.suggestion_of_change(change.workspace_id, change.id).await? else { return Ok(()) };
        let (from, read) = (suggestion.status, suggestion.revision);
        let settled = match change.status {
            ChangeStatus::Applied => suggestion.change_applied(self.now()),
            _ => suggestion.change_cancelled(self.now()),
        };
        tx.update_suggestion(&settled, read).await?;
        let data = json!({ "from": from, "to": settled.status, "changeId": change.id, "stepsDone": settled.steps_done });
        let event = suggestion_event(&settled, EventKind::SuggestionStatusChanged, change.applied_by, data);
        tx.append_events(change.workspace_id, self.now(), vec![event]).await?;
        Ok(())
    }
}
