//! Failed applies.

use async_graphql::Object;

use crate::enums::{FailureCode, FailureStage};
use crate::types::diff::{FieldDiff, fields};

/// Why an apply failed.
pub struct ChangeFailure(pub domain::change::failure::ChangeFailure);

/// Why an apply failed, with a true account of what Graph holds.
#[Object]
impl ChangeFailure {
    /// Where it stopped.
    async fn stage(&self) -> FailureStage {
        self.0.stage.into()
    }

    /// Why; what a program acts on.
    async fn code(&self) -> FailureCode {
        self.0.code.into()
    }

    /// What happened and what to do, for a person.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// HTTP status of Graph's answer, where there was one.
    async fn graph_status(&self) -> Option<u16> {
        self.0.graph_status
    }

    /// Graph's error code, where there was one.
    async fn graph_code(&self) -> Option<&str> {
        self.0.graph_code.as_deref()
    }

    /// Graph's `request-id`, for a support case with Microsoft.
    async fn graph_request_id(&self) -> Option<&str> {
        self.0.graph_request_id.as_deref()
    }

    /// Whether trying again can help.
    async fn retryable(&self) -> bool {
        self.0.retryable
    }

    /// True when a write may have happened and reading back could not tell: a person must look.
    async fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// What the live policy differs in from what was reviewed. At most one entry per field of the document.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn live_diff(&self) -> Vec<FieldDiff> {
        fields(&self.0.live_diff)
    }
}
