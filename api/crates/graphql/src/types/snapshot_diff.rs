//! What lies between two snapshots.

use app::SnapshotItemDiff as Item;
use async_graphql::{Object, Result};
use domain::snapshot::ItemChangeKind;

use crate::connection::Connection;
use crate::enums::{SnapshotItemChange, SnapshotItemKind};
use crate::paging::{args, cost};
use crate::types::diff::{FieldDiff, fields};

/// The difference of two snapshots of one tenant.
pub struct SnapshotDiff {
    /// What differs.
    pub items: Vec<Item>,
}

impl SnapshotDiff {
    fn count(&self, change: ItemChangeKind) -> usize {
        self.items.iter().filter(|item| item.change == change).count()
    }
}

/// The difference of two snapshots of one tenant, object by object.
#[Object]
impl SnapshotDiff {
    /// Objects only in the later one.
    async fn added(&self) -> usize {
        self.count(ItemChangeKind::Added)
    }

    /// Objects only in the earlier one.
    async fn removed(&self) -> usize {
        self.count(ItemChangeKind::Removed)
    }

    /// Objects in both, with another content.
    async fn modified(&self) -> usize {
        self.count(ItemChangeKind::Modified)
    }

    /// What differs, by kind and id.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn items(
        &self,
        #[graphql(desc = "Items from the start or after a cursor: 1 to 100, 25 unless given.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on from.")] after: Option<String>,
        #[graphql(desc = "Items from the end or before a cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "The cursor to go back from.")] before: Option<String>,
    ) -> Result<Connection<SnapshotItemDiff>> {
        Connection::slice(self.items.clone(), &args(first, after, last, before), SnapshotItemDiff)
    }
}

/// One object that differs.
pub struct SnapshotItemDiff(Item);

/// One object that differs between two snapshots.
#[Object]
impl SnapshotItemDiff {
    /// What it is.
    async fn kind(&self) -> SnapshotItemKind {
        self.0.kind.into()
    }

    /// Graph's id of it. Not an id of this API.
    async fn object_id(&self) -> &str {
        &self.0.object_id
    }

    /// Its name, the later one where it changed.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// What became of it.
    async fn change(&self) -> SnapshotItemChange {
        self.0.change.into()
    }

    /// What differs in it; against nothing for an object that was added or removed. At most one entry per field of the document.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn fields(&self) -> Vec<FieldDiff> {
        fields(&self.0.fields)
    }
}
