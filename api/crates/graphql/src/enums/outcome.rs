//! How applies and audited attempts end.

use async_graphql::Enum;

mirror! {
    /// Where an apply stopped.
    FailureStage = "domain::change::failure::FailureStage" {
        /// Finding the policy and the plan.
        Resolve,
        /// The gate, or the tenant's connection.
        Preflight,
        /// Reading the live object.
        PreSnapshot,
        /// The write itself.
        Write,
        /// Reading back until the write shows.
        Verify,
        /// Storing what was read back.
        PostSnapshot,
    }

    /// Why an apply failed. Expect new values.
    FailureCode = "domain::change::failure::FailureCode" {
        /// The policy is not in the tenant any more.
        PolicyNotFound,
        /// The live policy is not the one that was reviewed; nothing was written.
        ConflictLiveChanged,
        /// The gate closed between the request and the write; nothing was written.
        GateClosed,
        /// Graph throttled past the deadline.
        GraphThrottled,
        /// Graph refused the write.
        GraphRejected,
        /// Graph could not be reached or kept failing.
        GraphUnavailable,
        /// Consent was revoked, or the credential refused.
        TenantDisconnected,
        /// The write was accepted but never showed.
        VerifyMismatch,
        /// A defect of ours stopped it before anything was sent; the server's log says more.
        Internal,
        /// It can't be told whether the write took effect: a person must look.
        OutcomeUnknown,
    }

    /// What a person found out about a write whose outcome was unknown.
    OutcomeResolution = "domain::change::request::OutcomeResolution" {
        /// The live object is as intended: the change counts as applied.
        AdoptLiveAsApplied,
        /// The write did not take effect: the change can be dry-run again.
        DeclareNotApplied,
    }

    /// How an audited attempt ended.
    AuditOutcome = "domain::audit::AuditOutcome" {
        /// It took effect.
        Done,
        /// It was refused; the detail says why.
        Refused,
        /// It was tried and failed.
        Failed,
    }
}
