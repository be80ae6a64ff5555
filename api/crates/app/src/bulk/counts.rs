//! Counts by state, kept with the place in the log at which they were counted. Whatever moves an item commits an event with it, so the counts hold
//! as long as the log of the workspace has not grown: asking again is one small read instead of one for each item.

use std::collections::HashMap;

use domain::bulk::BulkCounts;
use domain::id::{BulkChangeId, WorkspaceId};
use moka::future::Cache;
use store::Reader;

use crate::App;
use crate::error::AppResult;

/// Bulk changes whose counts are kept; the least used ones go.
const KEPT: u64 = 1_024;

/// Counts that are known, with the head of the log before they were counted.
pub(crate) struct KnownCounts(Cache<BulkChangeId, (i64, BulkCounts)>);

impl Default for KnownCounts {
    fn default() -> Self {
        KnownCounts(Cache::new(KEPT))
    }
}

impl App {
    /// How many items of each bulk change are in each state; one without items is left out. The ids are of this workspace.
    pub(super) async fn bulk_counts(
        &self,
        reader: &Reader,
        workspace: WorkspaceId,
        ids: &[BulkChangeId],
    ) -> AppResult<HashMap<BulkChangeId, BulkCounts>> {
        let known = &self.known_counts().0;
        // Before the count: what is committed in between makes the log longer, and the next asker counts again.
        let head = reader.event_head(workspace).await?;
        let (mut counts, mut missing) = (HashMap::with_capacity(ids.len()), Vec::new());
        for id in ids {
            match known.get(id).await {
                Some((at, found)) if at == head => drop(counts.insert(*id, found)),
                _ => missing.push(*id),
            }
        }
        for (id, found) in reader.bulk_counts_of(workspace, &missing).await? {
            known.insert(id, (head, found)).await;
            counts.insert(id, found);
        }
        if cfg!(debug_assertions) {
            check(reader, workspace, head, &counts).await?;
        }
        Ok(counts)
    }
}

/// What the cache rests on: as long as the log is as long, a new count says the same. Every test that reads a bulk change tries it.
async fn check(reader: &Reader, workspace: WorkspaceId, head: i64, counts: &HashMap<BulkChangeId, BulkCounts>) -> AppResult<()> {
    let ids: Vec<BulkChangeId> = counts.keys().copied().collect();
    let fresh = reader.bulk_counts_of(workspace, &ids).await?;
    if reader.event_head(workspace).await? == head {
        assert_eq!(&fresh, counts, "an item moved and no event was committed with it");
    }
    Ok(())
}
