//! Reading the live policy.

use std::time::Duration;

use domain::document::PolicyDocument;
use graph::{Call, GraphError, Priority};
use tokio::time::Instant;

use super::Apply;

/// What Graph holds now.
pub(super) enum Live {
    /// The policy.
    Policy(PolicyDocument),
    /// It is gone.
    Gone,
}

impl Apply<'_> {
    /// One read of the live policy, with its own deadline.
    pub(super) async fn read_live(&self) -> Result<Live, GraphError> {
        match self.graph.get_policy(&self.call(), self.policy.graph_id).await {
            Ok(value) => PolicyDocument::from_value(value)
                .map(Live::Policy)
                .map_err(|_| GraphError::Protocol { reason: "the policy is not a JSON object".to_owned(), info: graph::Info::default() }),
            Err(GraphError::NotFound { .. }) => Ok(Live::Gone),
            Err(error) => Err(error),
        }
    }

    /// A Graph call of this apply: it ends before the job's lease could run out unrenewed.
    pub(super) fn call(&self) -> Call {
        self.call_within(self.app.settings().graph_call)
    }

    fn call_within(&self, limit: Duration) -> Call {
        Call { deadline: Instant::now() + limit, client_request_id: self.intent.client_request_id, priority: Priority::Apply }
    }
}
