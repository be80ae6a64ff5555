//! What is shown of a bulk change: the request, with what follows from its items.

use domain::bulk::{BulkChange, BulkCounts, BulkItem, BulkItemState, BulkStatus, ItemFacts, status};
use domain::change::request::ChangeRequest;

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
}
