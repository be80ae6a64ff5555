//! What is shown of a bulk change: the request, with what follows from its items.

use domain::bulk::{Blocked, BulkChange, BulkCounts, BulkItem, BulkItemState, BulkStatus, ItemFacts, status};
use domain::change::request::ChangeRequest;
use domain::change::warning::{Warning, WarningCode};

/// A bulk change with its status.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkView {
    /// As it was asked for.
    pub bulk: BulkChange,
    /// How many items are in each state.
    pub counts: BulkCounts,
    /// Where it stands.
    pub status: BulkStatus,
}

impl BulkView {
    pub(super) fn new(bulk: BulkChange, counts: BulkCounts) -> Self {
        BulkView { status: status(&counts, bulk.dry_run_at.is_some()), bulk, counts }
    }
}

/// An item with its changes.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkItemView {
    /// The item.
    pub item: BulkItem,
    /// Its change request.
    pub change: Option<ChangeRequest>,
    /// The change request that undoes it.
    pub rollback: Option<ChangeRequest>,
    /// Where it stands.
    pub state: BulkItemState,
}

impl BulkItemView {
    pub(super) fn new(bulk: &BulkChange, item: BulkItem, change: Option<ChangeRequest>, rollback: Option<ChangeRequest>) -> Self {
        let state = ItemFacts::of(&item, bulk.dry_run_at, change.as_ref(), rollback.as_ref()).state();
        BulkItemView { item, change, rollback, state }
    }

    /// Why it can't be applied as it is: what the item says, or the critical warnings of its change.
    pub fn why_blocked(&self) -> Option<Blocked> {
        if self.state != BulkItemState::Blocked || self.item.blocked.is_some() {
            return self.item.blocked.clone();
        }
        let Some(dry_run) = self.change.as_ref().and_then(|change| change.dry_run.as_ref()) else {
            let message = "the object was changed outside Causeway after the dry-run: run the dry-run again".to_owned();
            return Some(Blocked { code: "BASE_MOVED".to_owned(), message });
        };
        let critical: Vec<&Warning> = dry_run.warnings.iter().filter(|warning| warning.blocks()).collect();
        let code = critical.iter().find_map(|warning| match warning.code {
            WarningCode::ReferenceUnresolved => Some("REFERENCE_UNRESOLVED"),
            WarningCode::ReferenceAmbiguous => Some("REFERENCE_AMBIGUOUS"),
            _ => None,
        });
        let messages: Vec<&str> = critical.iter().map(|warning| warning.message.as_str()).collect();
        Some(Blocked { code: code.unwrap_or("CRITICAL_WARNING").to_owned(), message: messages.join("; ") })
    }
}
