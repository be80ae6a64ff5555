//! Where one item stands: a pure function of its own facts and those of its changes.

use crate::bulk::item::{BulkItem, NotStarted};
use crate::change::request::ChangeRequest;
use crate::change::status::ChangeStatus;
use crate::text_enum;
use chrono::{DateTime, Utc};

text_enum! {
    /// Where an item of a bulk change stands.
    BulkItemState {
        /// The dry-run has not come by yet.
        Pending = "PENDING",
        /// It cannot be applied as it is; the item or its change says why.
        Blocked = "BLOCKED",
        /// Planned, nothing critical, and approved where it has to be.
        Ready = "READY",
        /// Nothing to do: what the step would make is there already.
        Satisfied = "SATISFIED",
        /// Waiting for the approval of other persons.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// In a run, waiting for its turn.
        Queued = "QUEUED",
        /// Being written.
        Applying = "APPLYING",
        /// Written and verified.
        Applied = "APPLIED",
        /// Applied without a write: the tenant was so already.
        Unchanged = "UNCHANGED",
        /// Not applied; the change, or the item, says why.
        Failed = "FAILED",
        /// It cannot be told whether the write took effect: a person must look.
        OutcomeUnknown = "OUTCOME_UNKNOWN",
        /// Its inverse waits for its turn or is being written.
        RollingBack = "ROLLING_BACK",
        /// Its inverse has been applied.
        RolledBack = "ROLLED_BACK",
        /// Its run ended before its turn.
        NotStarted = "NOT_STARTED",
        /// Given up before any write.
        Cancelled = "CANCELLED",
        /// The tenant is left out.
        Excluded = "EXCLUDED",
    }
}

/// What of a change request an item's state depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChangeFacts {
    /// Where it stands.
    pub status: ChangeStatus,
    /// Whether Graph was written to; `None` until known.
    pub write_performed: Option<bool>,
    /// Nobody knows whether its write took effect.
    pub outcome_unknown: bool,
}

impl From<&ChangeRequest> for ChangeFacts {
    fn from(change: &ChangeRequest) -> Self {
        ChangeFacts {
            status: change.status,
            write_performed: change.write_performed,
            outcome_unknown: change.failure.as_ref().is_some_and(|failure| failure.outcome_unknown),
        }
    }
}

/// What an item's state depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ItemFacts {
    /// The tenant is left out.
    pub excluded: bool,
    /// The dry-run has come by since it was last asked for.
    pub planned: bool,
    /// The item itself says why it can't be applied.
    pub blocked: bool,
    /// Nothing to do.
    pub satisfied: bool,
    /// It is in a run.
    pub queued: bool,
    /// It was not started.
    pub not_started: Option<NotStarted>,
    /// It was refused at its turn.
    pub apply_failed: bool,
    /// It is in a run that rolls back, and was not refused there.
    pub rolling_back: bool,
    /// Its change.
    pub change: Option<ChangeFacts>,
    /// Where the change that undoes its change stands.
    pub rollback: Option<ChangeStatus>,
}

impl ItemFacts {
    /// The facts of an item of a bulk change whose dry-run was asked for at `dry_run_at`.
    pub fn of(
        item: &BulkItem,
        dry_run_at: Option<DateTime<Utc>>,
        change: Option<&ChangeRequest>,
        rollback: Option<&ChangeRequest>,
    ) -> Self {
        ItemFacts {
            excluded: item.excluded.is_some(),
            planned: item.planned_at.zip(dry_run_at).is_some_and(|(planned, asked)| planned >= asked),
            blocked: item.blocked.is_some(),
            satisfied: item.satisfied.is_some(),
            queued: item.queued_at.is_some(),
            not_started: item.not_started,
            apply_failed: item.apply_failure.is_some(),
            rolling_back: item.rollback_queued_at.is_some() && item.rollback_failure.is_none(),
            change: change.map(ChangeFacts::from),
            rollback: rollback.map(|change| change.status),
        }
    }

    /// Where it stands. The first line that holds counts:
    ///
    /// | facts | state |
    /// |---|---|
    /// | the tenant is left out | `EXCLUDED` |
    /// | the change is applied, in a run that rolls back, and its inverse has not ended | `ROLLING_BACK` |
    /// | the change is applied, with a write / without | `APPLIED` / `UNCHANGED` |
    /// | the change is rolled back, being applied, cancelled | `ROLLED_BACK`, `APPLYING`, `CANCELLED` |
    /// | not started because the bulk was cancelled / for another reason | `CANCELLED` / `NOT_STARTED` |
    /// | refused at its turn | `FAILED` |
    /// | the change failed: its outcome is unknown / it is in a run | `OUTCOME_UNKNOWN` / `FAILED` |
    /// | put into a run | `QUEUED` |
    /// | not planned since the dry-run was asked for | `PENDING` |
    /// | there already | `SATISFIED` |
    /// | blocked, or its change is, or that fell back to a draft because the tenant was edited | `BLOCKED` |
    /// | no change, or one that is to be tried again | `PENDING` |
    /// | the change waits for approval / is planned | `AWAITING_APPROVAL` / `READY` |
    pub fn state(&self) -> BulkItemState {
        use BulkItemState as S;
        if self.excluded {
            return S::Excluded;
        }
        let change = self.change.map(|change| change.status);
        match change {
            Some(ChangeStatus::Applied) => return self.applied(),
            Some(ChangeStatus::RolledBack) => return S::RolledBack,
            Some(ChangeStatus::Applying) => return S::Applying,
            Some(ChangeStatus::Cancelled) => return S::Cancelled,
            _ => {}
        }
        match self.not_started {
            Some(NotStarted::Cancelled) => return S::Cancelled,
            Some(_) => return S::NotStarted,
            None => {}
        }
        if self.apply_failed {
            return S::Failed;
        }
        let failed = self.change.filter(|change| change.status == ChangeStatus::Failed);
        // One that is in no run any more is to be tried again: the dry-run makes another plan of it.
        if failed.is_some_and(|change| change.outcome_unknown || self.queued) {
            return if failed.is_some_and(|change| change.outcome_unknown) { S::OutcomeUnknown } else { S::Failed };
        }
        if self.queued && !self.satisfied {
            return S::Queued;
        }
        if !self.planned {
            return S::Pending;
        }
        if self.satisfied {
            return S::Satisfied;
        }
        if self.blocked {
            return S::Blocked;
        }
        match change {
            None | Some(ChangeStatus::Failed) => S::Pending,
            Some(ChangeStatus::Draft | ChangeStatus::DryRunBlocked) => S::Blocked,
            Some(ChangeStatus::AwaitingApproval) => S::AwaitingApproval,
            Some(_) => S::Ready,
        }
    }

    fn applied(&self) -> BulkItemState {
        let ended = matches!(
            self.rollback,
            Some(
                ChangeStatus::Failed
                    | ChangeStatus::Cancelled
                    | ChangeStatus::DryRunBlocked
                    | ChangeStatus::Applied
                    | ChangeStatus::RolledBack
            )
        );
        if self.rolling_back && !ended {
            return BulkItemState::RollingBack;
        }
        match self.change.and_then(|change| change.write_performed) {
            Some(false) => BulkItemState::Unchanged,
            _ => BulkItemState::Applied,
        }
    }
}
