//! Whether a change is still the one that a schedule was armed for.

use super::record::{Schedule, ScheduleDetail};
use crate::change::request::ChangeRequest;
use crate::change::status::ChangeStatus;
use crate::text_enum;

text_enum! {
    /// Why a schedule was revoked.
    Void {
        /// A member took it back.
        Cancelled = "CANCELLED",
        /// Its change was cancelled or rejected.
        ChangeCancelled = "CHANGE_CANCELLED",
        /// There is no dry-run any more: its change was edited, or the policy was changed outside Causeway.
        DryRunVoid = "DRY_RUN_VOID",
        /// A later dry-run found something else, or was blocked.
        DryRunChanged = "DRY_RUN_CHANGED",
        /// Its change lost the approval it needs.
        ApprovalVoid = "APPROVAL_VOID",
        /// A member applied the change before it fired.
        AppliedBefore = "APPLIED_BEFORE",
    }
}

impl Void {
    /// What to keep on the schedule.
    pub fn detail(self) -> ScheduleDetail {
        let message = match self {
            Void::Cancelled => "a member took the schedule back",
            Void::ChangeCancelled => "the change was cancelled or rejected",
            Void::DryRunVoid => {
                "the change was edited, or the policy was changed outside Causeway, after it was scheduled: run the dry-run and schedule it again"
            }
            Void::DryRunChanged => "a later dry-run is not the one that was scheduled: review it and schedule it again",
            Void::ApprovalVoid => "the change lost its approval: ask again and schedule it again",
            Void::AppliedBefore => "a member applied the change before its schedule fired",
        };
        ScheduleDetail { code: self.as_str().to_owned(), message: message.to_owned() }
    }
}

/// Why a change is not the one any more that this schedule was armed for; `None` while it still is. Asked after every step of the change.
pub fn still_stands(schedule: &Schedule, change: &ChangeRequest) -> Option<Void> {
    match change.status {
        ChangeStatus::Cancelled => return Some(Void::ChangeCancelled),
        ChangeStatus::Draft => return Some(Void::DryRunVoid),
        ChangeStatus::DryRunBlocked => return Some(Void::DryRunChanged),
        ChangeStatus::AwaitingApproval => return Some(Void::ApprovalVoid),
        ChangeStatus::Applying | ChangeStatus::Applied | ChangeStatus::Failed | ChangeStatus::RolledBack => {
            return Some(Void::AppliedBefore);
        }
        ChangeStatus::DryRunComplete => {}
    }
    match &change.dry_run {
        None => Some(Void::DryRunVoid),
        Some(dry_run) if dry_run.digest != schedule.digest => Some(Void::DryRunChanged),
        Some(_) => (change.requires_approval && change.granted_approval().is_none()).then_some(Void::ApprovalVoid),
    }
}
