//! The forward steps: compare, snapshot, write-ahead, write, verify.

use std::time::Duration;

use domain::change::failure::{ChangeFailure, FailureCode, FailureStage};
use domain::change::kind::WriteOperation;
use domain::document::diff::diff;
use domain::document::{Canonical, PolicyDocument};
use graph::GraphError;
use store::IntentStage;
use tokio::time::{Instant, sleep};

use super::compare::Compared;
use super::target::Live;
use super::{Apply, Next};
use crate::failpoint::ApplyStep;
use crate::runner::{JobEnd, JobError};

const FIRST_POLL: Duration = Duration::from_millis(200);
const LONGEST_POLL: Duration = Duration::from_secs(5);

impl Apply<'_> {
    /// From the intent to the recorded answer of the write.
    pub(super) async fn prepare_and_write(&mut self) -> Result<Next, JobError> {
        let Some(dry_run) = self.change.dry_run.clone() else { return Err(JobError::broken("an applying change has no dry-run")) };
        let live = match self.compare(&dry_run).await? {
            Compared::Same(live) => live,
            Compared::Ended(next) => return Ok(next),
        };
        self.app.failpoints().at(ApplyStep::PreRead).await;
        self.store_pre_snapshot(&live).await?;
        self.app.failpoints().at(ApplyStep::PreStored).await;
        if self.intent.base_hash == self.intent.desired_hash {
            return self.succeed(&live, false).await;
        }

        self.intent.stage = IntentStage::WriteStarted;
        self.intent.write_started_at = Some(self.app.now());
        self.save_intent().await?;
        self.app.failpoints().at(ApplyStep::WriteStarted).await;
        self.still_ours().await?;
        let answer = self.write().await;
        self.app.failpoints().at(ApplyStep::WriteSent).await;
        match answer {
            Ok(written) => {
                self.intent.result_graph_id = written.id.map(|id| id.to_string());
                self.answered(i32::from(written.receipt.status), written.receipt.request_id).await?;
                self.app.failpoints().at(ApplyStep::Written).await;
                Ok(Next::Continue)
            }
            Err(error) if error.outcome_unknown() => Ok(Next::Continue),
            Err(error) => self.refused(&error).await,
        }
    }

    /// Reads back until the write shows.
    pub(super) async fn verify(&mut self) -> Result<Next, JobError> {
        let until = Instant::now() + self.app.settings().verify_window;
        let mut pause = FIRST_POLL;
        loop {
            let seen = self.read_live().await;
            if let Ok(live) = &seen
                && live.canonical.hash() == self.intent.desired_hash
            {
                self.app.failpoints().at(ApplyStep::Verified).await;
                return self.succeed(live, true).await;
            }
            if Instant::now() >= until {
                return match seen {
                    Ok(live) => self.never_showed(&live).await,
                    Err(error) => self.unreadable(&error).await,
                };
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_POLL);
        }
    }

    /// Graph refused the write, or could not take it: the effect did not happen.
    async fn refused(&mut self, error: &GraphError) -> Result<Next, JobError> {
        self.intent.stage = IntentStage::Planned;
        self.intent.write_started_at = None;
        self.save_intent().await?;
        self.graph_failed(error).await
    }

    /// A definite failure of a Graph call before any effect: later, if that can help and there is time, else the end.
    pub(super) async fn graph_failed(&mut self, error: &GraphError) -> Result<Next, JobError> {
        if error.retryable() && !self.expired() {
            let pause = error.retry_after().unwrap_or_else(|| self.backoff());
            return Ok(Next::Later(JobEnd::RetryIn { pause, reason: error.to_string() }));
        }
        let (code, message) = describe(error);
        self.fail_unwritten(code, message, Some(error)).await
    }

    /// The write was accepted, but the read-back never showed it.
    async fn never_showed(&mut self, live: &Live) -> Result<Next, JobError> {
        let unchanged = live.canonical.hash() == self.intent.base_hash;
        let message = match (unchanged, live.is_absent()) {
            (true, true) => "Graph accepted the write, but the object does not show: look at the tenant, then resync",
            (true, false) => "Graph accepted the write, but the live object still reads as before: look at it, then resync",
            (false, true) => "the write was accepted, then the object disappeared: somebody deleted it meanwhile",
            (false, false) => {
                "the write took effect together with somebody else's edit: the live object is neither the reviewed one nor the old one"
            }
        };
        let mut failure = self.failure(FailureStage::Verify, FailureCode::VerifyMismatch, message);
        failure.outcome_unknown = unchanged;
        failure.live_diff = self.desired_against(live);
        self.fail(failure, if unchanged { None } else { Some(true) }).await
    }

    async fn unreadable(&mut self, error: &GraphError) -> Result<Next, JobError> {
        if !self.expired() {
            return Ok(Next::Later(JobEnd::RetryIn {
                pause: error.retry_after().unwrap_or_else(|| self.backoff()),
                reason: error.to_string(),
            }));
        }
        let mut failure = self.graph_failure(FailureStage::Verify, error);
        failure.outcome_unknown = true;
        failure.message = format!("Graph accepted the write, but it could not be read back: {}", failure.message);
        self.fail(failure, Some(true)).await
    }

    /// What the live object differs in from what the plan intends.
    pub(super) fn desired_against(&self, live: &Live) -> Vec<domain::change::dry_run::FieldDiff> {
        diff(&self.desired(), &live.canonical, &self.names)
    }

    /// The canonical form that the plan intends.
    pub(super) fn desired(&self) -> Canonical {
        let written = match (self.kind().operation(), &self.base_value) {
            (WriteOperation::Delete, _) => return Canonical::absent(),
            (WriteOperation::Restore, _) => return self.in_bin.clone(),
            (_, None) => self.intent.write.clone(),
            (_, Some(base)) => PolicyDocument::from_value(base.clone())
                .map_or_else(|_| self.intent.write.clone(), |base| base.merged(&self.intent.write).value().clone()),
        };
        self.canonical(&written).unwrap_or_else(|_| Canonical::absent())
    }

    /// Exponential in the job's attempts, 1 s to 60 s.
    pub(super) fn backoff(&self) -> Duration {
        Duration::from_secs(1 << self.job.attempts.clamp(0, 6)).min(Duration::from_secs(60))
    }

    pub(super) async fn fail_unwritten(&mut self, code: FailureCode, message: &str, error: Option<&GraphError>) -> Result<Next, JobError> {
        let stage = self.stage();
        let mut failure = match error {
            Some(error) => self.graph_failure(stage, error),
            None => self.failure(stage, code, message),
        };
        failure.code = code;
        self.fail(failure, Some(false)).await
    }

    pub(super) fn failure(&self, stage: FailureStage, code: FailureCode, message: &str) -> ChangeFailure {
        ChangeFailure {
            stage,
            code,
            message: message.to_owned(),
            graph_status: None,
            graph_code: None,
            graph_request_id: None,
            retryable: false,
            outcome_unknown: false,
            live_diff: Vec::new(),
        }
    }

    fn graph_failure(&self, stage: FailureStage, error: &GraphError) -> ChangeFailure {
        let (code, message) = describe(error);
        let mut failure = self.failure(stage, code, message);
        if let Some(info) = error.info() {
            failure.graph_status = info.status;
            failure.graph_code = info.code.clone();
            failure.graph_request_id = info.request_id.clone();
            if let (FailureCode::GraphRejected, Some(said)) = (code, &info.message) {
                failure.message = format!("{message}: {said}");
            }
        }
        failure.retryable = error.retryable();
        failure
    }
}

/// A failure code and a sentence for a person.
fn describe(error: &GraphError) -> (FailureCode, &'static str) {
    match error {
        GraphError::Throttled { .. } => (FailureCode::GraphThrottled, "Graph throttled the tenant until the deadline: try again later"),
        GraphError::Unauthorized { .. } => (FailureCode::TenantDisconnected, "Entra refused the credential: connect the tenant again"),
        GraphError::ConsentRevoked { .. } => {
            (FailureCode::TenantDisconnected, "the tenant's consent was revoked: ask its administrator to grant it again")
        }
        GraphError::Forbidden { .. } => (FailureCode::GraphRejected, "the application lacks a permission in the tenant"),
        GraphError::Rejected { .. } => (FailureCode::GraphRejected, "Graph refused the write"),
        GraphError::NotFound { .. } => (FailureCode::PolicyNotFound, "the object is not in the tenant any more"),
        _ => (FailureCode::GraphUnavailable, "Graph could not be reached or kept failing: try again later"),
    }
}
