//! The nine public statuses of a change request.

use crate::text_enum;

text_enum! {
    /// Where a change request stands.
    ChangeStatus {
        /// Created or edited; no valid dry-run.
        Draft = "draft",
        /// Dry-run done, nothing critical.
        DryRunComplete = "dry_run_complete",
        /// Dry-run done, a critical warning blocks it.
        DryRunBlocked = "dry_run_blocked",
        /// Waiting for the approval of a second person.
        AwaitingApproval = "awaiting_approval",
        /// Being written.
        Applying = "applying",
        /// Written and verified.
        Applied = "applied",
        /// Not written, or not verified; the failure says which.
        Failed = "failed",
        /// Its inverse has been applied.
        RolledBack = "rolled_back",
        /// Given up before any write.
        Cancelled = "cancelled",
    }
}
