//! Bulk changes.

use async_graphql::Enum;

mirror! {
    /// Where a bulk change stands: a pure function of its items. Expect new values.
    BulkStatus = "domain::bulk::BulkStatus" {
        /// Created; its dry-run was not asked for.
        Draft,
        /// The dry-run is going through the tenants.
        DryRunning,
        /// Planned in every tenant, nothing critical.
        DryRunComplete,
        /// Something blocks at least one tenant: mend it, or leave the tenant out.
        DryRunBlocked,
        /// Waiting for the approval of other persons.
        AwaitingApproval,
        /// Going through the tenants, forwards or back.
        Applying,
        /// Applied in every tenant.
        Applied,
        /// Applied in some tenants; every other item says why not.
        AppliedPartial,
        /// Applied in no tenant.
        Failed,
        /// What was applied was rolled back.
        RolledBack,
        /// Given up.
        Cancelled,
    }

    /// Where one step in one tenant stands. Expect new values.
    BulkItemState = "domain::bulk::BulkItemState" {
        /// The dry-run has not come by yet.
        Pending,
        /// It cannot be applied as it is; the item or its change says why.
        Blocked,
        /// Planned, nothing critical, and approved where it has to be.
        Ready,
        /// Nothing to do: what the step would make is there already.
        Satisfied,
        /// Waiting for the approval of other persons.
        AwaitingApproval,
        /// In a run, waiting for its turn.
        Queued,
        /// Being written.
        Applying,
        /// Written and verified.
        Applied,
        /// Applied without a write: the tenant was so already.
        Unchanged,
        /// Not applied; the change, or the item, says why.
        Failed,
        /// It cannot be told whether the write took effect: a person must look, then `resolveOutcome`.
        OutcomeUnknown,
        /// Its inverse waits for its turn or is being written.
        RollingBack,
        /// Its inverse has been applied.
        RolledBack,
        /// Its run ended before its turn.
        NotStarted,
        /// Given up before any write.
        Cancelled,
        /// The tenant is left out.
        Excluded,
    }

    /// What a failure does to the number of tenants in flight.
    BulkConcurrencyMode = "domain::bulk::ConcurrencyMode" {
        /// It shrinks with every failure, so that failures never exceed the tolerance by more than one.
        Strict,
        /// It stays: faster, but what is in flight when the tolerance is exceeded may fail too.
        Soft,
    }

    /// Why an item was not started. Expect new values.
    BulkNotStarted = "domain::bulk::NotStarted" {
        /// A member stopped the run.
        Stopped,
        /// A member cancelled the bulk change.
        Cancelled,
        /// More tenants failed than are tolerated.
        ToleranceExceeded,
        /// A canary tenant did not end well.
        CanaryFailed,
        /// An earlier step of the tenant did not end well.
        PrerequisiteFailed,
    }

    /// How a reference was settled in a tenant. Expect new values.
    BulkReferenceSource = "domain::bulk::ReferenceSource" {
        /// By the names that members keep: `Tenant.aliases`.
        Alias,
        /// By the object's name.
        Name,
        /// It means the same in every tenant: a built-in strength, a role, an application.
        BuiltIn,
        /// By an earlier step of the bulk change, which creates the object.
        Prerequisite,
        /// Not at all: nothing goes by the name, or more than one object does. It blocks the tenant.
        Unresolved,
    }

    /// What a run does to the tenants.
    BulkRunKind = "domain::bulk::RunKind" {
        /// Applies what is ready.
        Apply,
        /// Rolls back what was applied.
        Rollback,
    }

    /// Which work on a bulk change moved on. Expect new values.
    BulkStage = "domain::bulk::BulkStage" {
        /// The dry-run.
        DryRun,
        /// A run that applies.
        Apply,
        /// A run that rolls back.
        Rollback,
        /// The computation of impact reports.
        Impact,
    }
}
