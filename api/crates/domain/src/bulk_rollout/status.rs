//! Where a rollout across tenants stands: a pure function of its tenants (promise P21).

use std::collections::BTreeMap;

use super::item::BulkRolloutItemState;
use super::record::BulkRollout;
use crate::text_enum;

text_enum! {
    /// Where a rollout across tenants stands.
    BulkRolloutStatus {
        /// Plans are being made.
        Planning = "PLANNING",
        /// A tenant has no plan: solve what its `blocked` says and plan again, or leave it out.
        Blocked = "BLOCKED",
        /// Plans wait for approval.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// It can be started.
        Ready = "READY",
        /// Tenants are on their way.
        Running = "RUNNING",
        /// A breach in one tenant holds all others.
        Held = "HELD",
        /// A member holds all of it.
        Paused = "PAUSED",
        /// It is on for everybody in every tenant that was not left out.
        Completed = "COMPLETED",
        /// It is over, and complete in some tenants only.
        CompletedPartial = "COMPLETED_PARTIAL",
        /// It was given up, or ended, before any tenant was complete.
        Cancelled = "CANCELLED",
        /// It was taken back wherever it was started.
        RolledBack = "ROLLED_BACK",
    }
}

impl BulkRolloutStatus {
    /// Nothing moves any more.
    pub const fn terminal(self) -> bool {
        use BulkRolloutStatus as S;
        matches!(self, S::Completed | S::CompletedPartial | S::Cancelled | S::RolledBack)
    }
}

/// How many tenants are in each state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BulkRolloutCounts(BTreeMap<BulkRolloutItemState, u32>);

impl BulkRolloutCounts {
    /// Counts states.
    pub fn of(states: impl IntoIterator<Item = BulkRolloutItemState>) -> Self {
        let mut counts = BulkRolloutCounts::default();
        for state in states {
            *counts.0.entry(state).or_default() += 1;
        }
        counts
    }

    /// So many are in this state.
    pub fn in_state(&self, state: BulkRolloutItemState) -> u32 {
        self.0.get(&state).copied().unwrap_or_default()
    }

    fn any(&self, states: &[BulkRolloutItemState]) -> bool {
        states.iter().any(|state| self.in_state(*state) > 0)
    }

    /// All that were not left out are in one of these states, and there is one.
    fn all(&self, states: &[BulkRolloutItemState]) -> bool {
        let rest = self.0.iter().filter(|(state, count)| **state != BulkRolloutItemState::Excluded && **count > 0);
        self.any(states) && rest.into_iter().all(|(state, _)| states.contains(state))
    }
}

/// Where it stands. The first line that holds counts.
pub fn status(bulk: &BulkRollout, counts: &BulkRolloutCounts) -> BulkRolloutStatus {
    use BulkRolloutItemState as I;
    use BulkRolloutStatus as S;
    let moving = counts.any(&[I::Waiting, I::Running, I::Breached, I::Paused]);
    match &bulk.started {
        None if counts.any(&[I::Pending]) => S::Planning,
        None if counts.any(&[I::Blocked]) => S::Blocked,
        None if counts.any(&[I::AwaitingApproval]) => S::AwaitingApproval,
        None if counts.any(&[I::Planned, I::Refused]) => S::Ready,
        Some(_) if moving && bulk.hold.is_some() => S::Paused,
        Some(_) if counts.any(&[I::Breached]) => S::Held,
        // A tenant of it was started by hand before the whole was.
        _ if moving => S::Running,
        _ if counts.all(&[I::Completed]) => S::Completed,
        _ if counts.any(&[I::Completed]) => S::CompletedPartial,
        _ if counts.any(&[I::RolledBack]) => S::RolledBack,
        _ => S::Cancelled,
    }
}
