//! Where a bulk change stands: a pure function of its items (promise P21).

use serde::{Deserialize, Serialize};

use super::state::BulkItemState;
use crate::text_enum;

text_enum! {
    /// Where a bulk change stands.
    BulkStatus {
        /// Created; its dry-run was not asked for.
        Draft = "draft",
        /// The dry-run is going through the tenants.
        DryRunning = "dry_running",
        /// Planned in every tenant, nothing critical.
        DryRunComplete = "dry_run_complete",
        /// Something blocks at least one tenant: mend it, or leave the tenant out.
        DryRunBlocked = "dry_run_blocked",
        /// Waiting for the approval of other persons.
        AwaitingApproval = "awaiting_approval",
        /// Going through the tenants, forwards or back.
        Applying = "applying",
        /// Applied in every tenant.
        Applied = "applied",
        /// Applied in some tenants.
        AppliedPartial = "applied_partial",
        /// Applied in no tenant.
        Failed = "failed",
        /// What was applied was rolled back.
        RolledBack = "rolled_back",
        /// Given up.
        Cancelled = "cancelled",
    }
}

/// How many items are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkCounts([u32; BulkItemState::ALL.len()]);

impl BulkCounts {
    /// How many items are in a state.
    pub fn of(&self, state: BulkItemState) -> u32 {
        self.0.get(place(state)).copied().unwrap_or_default()
    }

    /// Counts `more` items in a state.
    pub fn add(&mut self, state: BulkItemState, more: u32) {
        if let Some(count) = self.0.get_mut(place(state)) {
            *count = count.saturating_add(more);
        }
    }

    /// All items, those left out included.
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    fn any(&self, states: &[BulkItemState]) -> bool {
        states.iter().any(|state| self.of(*state) > 0)
    }

    fn sum(&self, states: &[BulkItemState]) -> u32 {
        states.iter().map(|state| self.of(*state)).sum()
    }
}

impl FromIterator<BulkItemState> for BulkCounts {
    fn from_iter<I: IntoIterator<Item = BulkItemState>>(states: I) -> Self {
        let mut counts = BulkCounts::default();
        states.into_iter().for_each(|state| counts.add(state, 1));
        counts
    }
}

fn place(state: BulkItemState) -> usize {
    BulkItemState::ALL.iter().position(|each| *each == state).unwrap_or_default()
}

/// Where a bulk change stands, by its items and whether its dry-run was ever asked for. Excluded items never count. The first line that
/// holds is the answer:
///
/// | items | status |
/// |---|---|
/// | some `QUEUED`, `APPLYING` or `ROLLING_BACK` | `applying` |
/// | some `PENDING` | `dry_running`, or `draft` where no dry-run was asked for |
/// | some `BLOCKED` | `dry_run_blocked` |
/// | some `AWAITING_APPROVAL` | `awaiting_approval` |
/// | some `READY` | `dry_run_complete` |
/// | none, or all `CANCELLED` (`SATISFIED` apart) | `cancelled`; all `SATISFIED`: `applied` |
/// | all `APPLIED`, `UNCHANGED` or `SATISFIED` | `applied` |
/// | some `APPLIED` | `applied_partial` |
/// | some `ROLLED_BACK` | `rolled_back` |
/// | some `UNCHANGED` | `applied_partial` |
/// | any other | `failed` |
///
/// What is open comes before what has ended, so that a retry of the failed tenants is reviewed and applied like the first run.
pub fn status(counts: &BulkCounts, dry_run_asked: bool) -> BulkStatus {
    use BulkItemState as S;
    if counts.any(&[S::Queued, S::Applying, S::RollingBack]) {
        return BulkStatus::Applying;
    }
    if counts.any(&[S::Pending]) {
        return if dry_run_asked { BulkStatus::DryRunning } else { BulkStatus::Draft };
    }
    let open = [
        (S::Blocked, BulkStatus::DryRunBlocked),
        (S::AwaitingApproval, BulkStatus::AwaitingApproval),
        (S::Ready, BulkStatus::DryRunComplete),
    ];
    if let Some((_, status)) = open.into_iter().find(|(state, _)| counts.any(&[*state])) {
        return status;
    }
    ended(counts)
}

fn ended(counts: &BulkCounts) -> BulkStatus {
    use BulkItemState as S;
    let all = counts.total() - counts.of(S::Excluded);
    let counted = all - counts.of(S::Satisfied);
    if counted == counts.of(S::Cancelled) {
        return if counted == 0 && all > 0 { BulkStatus::Applied } else { BulkStatus::Cancelled };
    }
    if counted == counts.sum(&[S::Applied, S::Unchanged]) {
        return BulkStatus::Applied;
    }
    if counts.any(&[S::Applied]) {
        return BulkStatus::AppliedPartial;
    }
    if counts.any(&[S::RolledBack]) {
        return BulkStatus::RolledBack;
    }
    if counts.any(&[S::Unchanged]) { BulkStatus::AppliedPartial } else { BulkStatus::Failed }
}
