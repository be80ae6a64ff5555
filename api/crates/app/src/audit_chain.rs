//! Walking a workspace's audit chain: to prove it, and to hand it out.

use std::ops::ControlFlow;

use domain::audit::{AuditEntry, BrokenLink, GENESIS, verify};
use domain::id::WorkspaceId;
use store::Store;

use crate::error::{AppError, AppResult};

/// Entries of one read.
const STRETCH: usize = 1_000;

/// What computing the chain again found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditVerification {
    /// Entries that fit.
    pub checked: u64,
    /// The last entry that fits; the one before the stretch when none does.
    pub through: i64,
    /// Its hash: to be written down elsewhere, it proves later that nothing before it was changed.
    pub head: String,
    /// The first entry that does not fit.
    pub broken: Option<BrokenLink>,
    /// Whether the walk came to the end of the log.
    pub complete: bool,
}

/// Computes the chain again from the entry after `after_seq`, at most `limit` entries.
///
/// [`AppError::NotFound`] when there is no such entry to begin after.
pub async fn verify_chain(store: &Store, workspace: WorkspaceId, after_seq: i64, limit: usize) -> AppResult<AuditVerification> {
    let reader = store.reader();
    // Read before the entries: what is appended meanwhile is not missed at the end.
    let newest = reader.audit_head(workspace).await?;
    let head = match after_seq {
        0 => GENESIS.to_owned(),
        seq => {
            let before = reader.audit_chain(workspace, seq - 1, 1).await?.into_iter().next().filter(|entry| entry.seq == seq);
            before.ok_or(AppError::NotFound)?.hash
        }
    };
    let mut found = AuditVerification { checked: 0, through: after_seq, head, broken: None, complete: false };
    let mut left = limit;
    while left > 0 && found.through < newest {
        let entries = reader.audit_chain(workspace, found.through, left.min(STRETCH)).await?;
        if entries.is_empty() {
            found.broken = Some(BrokenLink { seq: found.through + 1, what: "entries are missing at the end" });
            return Ok(found);
        }
        left -= entries.len();
        if let Err(broken) = verify(&found.head, &entries) {
            let fits: Vec<&AuditEntry> = entries.iter().take_while(|entry| entry.seq < broken.seq).collect();
            found.checked += fits.len() as u64;
            if let Some(last) = fits.last() {
                found.through = last.seq;
                found.head.clone_from(&last.hash);
            }
            found.broken = Some(broken);
            return Ok(found);
        }
        found.checked += entries.len() as u64;
        if let Some(last) = entries.last() {
            found.through = last.seq;
            found.head.clone_from(&last.hash);
        }
    }
    found.complete = found.through >= newest;
    Ok(found)
}

/// Hands out every entry after `after_seq`, oldest first, until `each` breaks off. Returns how many it handed out.
pub async fn export_chain(
    store: &Store,
    workspace: WorkspaceId,
    after_seq: i64,
    mut each: impl FnMut(&AuditEntry) -> ControlFlow<()>,
) -> AppResult<u64> {
    let reader = store.reader();
    let (mut after, mut count) = (after_seq, 0);
    loop {
        let entries = reader.audit_chain(workspace, after, STRETCH).await?;
        let Some(last) = entries.last() else { return Ok(count) };
        after = last.seq;
        for entry in &entries {
            if each(entry).is_break() {
                return Ok(count);
            }
            count += 1;
        }
    }
}
