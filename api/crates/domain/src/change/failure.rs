//! Why an apply failed, with a true account of what Graph holds.

use serde::{Deserialize, Serialize};

use crate::change::dry_run::FieldDiff;
use crate::text_enum;

text_enum! {
    /// Where the apply stopped (domain.md section 3).
    FailureStage {
        /// Finding the policy and the plan.
        Resolve = "RESOLVE",
        /// The gate, or the tenant's connection.
        Preflight = "PREFLIGHT",
        /// Reading the live object.
        PreSnapshot = "PRE_SNAPSHOT",
        /// The write itself.
        Write = "WRITE",
        /// Reading back until the write shows.
        Verify = "VERIFY",
        /// Storing what was read back.
        PostSnapshot = "POST_SNAPSHOT",
    }
}

text_enum! {
    /// Why.
    FailureCode {
        /// The policy is not in the tenant any more.
        PolicyNotFound = "POLICY_NOT_FOUND",
        /// The live policy is not the one that was reviewed; nothing was written.
        ConflictLiveChanged = "CONFLICT_LIVE_CHANGED",
        /// The gate closed between the request and the write; nothing was written.
        GateClosed = "GATE_CLOSED",
        /// Graph throttled us past the deadline.
        GraphThrottled = "GRAPH_THROTTLED",
        /// Graph refused the write.
        GraphRejected = "GRAPH_REJECTED",
        /// Graph could not be reached or kept failing.
        GraphUnavailable = "GRAPH_UNAVAILABLE",
        /// Consent was revoked or the credential refused.
        TenantDisconnected = "TENANT_DISCONNECTED",
        /// The write was accepted but never showed; the live policy is as it was or differs.
        VerifyMismatch = "VERIFY_MISMATCH",
        /// A defect of ours stopped it before anything was sent; the server's log says more.
        Internal = "INTERNAL",
        /// It cannot be told whether the write took effect; a person must look.
        OutcomeUnknown = "OUTCOME_UNKNOWN",
    }
}

/// A failed apply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeFailure {
    /// Where it stopped.
    pub stage: FailureStage,
    /// Why.
    pub code: FailureCode,
    /// For a person: what happened and what to do.
    pub message: String,
    /// HTTP status of Graph's answer.
    pub graph_status: Option<u16>,
    /// Graph's error code.
    pub graph_code: Option<String>,
    /// Graph's `request-id`, for a support case.
    pub graph_request_id: Option<String>,
    /// Whether trying again can help.
    pub retryable: bool,
    /// Whether the write may have happened although this failed.
    pub outcome_unknown: bool,
    /// What the live policy differs in from the plan's base.
    pub live_diff: Vec<FieldDiff>,
}
