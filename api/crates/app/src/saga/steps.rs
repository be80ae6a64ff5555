//! The forward steps: compare, snapshot, write-ahead, write, verify.

use std::time::Duration;

use domain::change::failure::{ChangeFailure, FailureCode, FailureStage};
use domain::change::plan::live_conflict;
use domain::document::PolicyDocument;
use domain::document::diff::diff;
use domain::snapshot::SnapshotKind;
use graph::{GraphError, WriteId};
use store::IntentStage;
use tokio::time::{Instant, sleep};

use super::live::Live;
use super::{Apply, Next};
use crate::failpoint::ApplyStep;
use crate::runner::{JobEnd, JobError};

const FIRST_POLL: Duration = Duration::from_millis(200);
const LONGEST_POLL: Duration = Duration::from_secs(5);

impl Apply<'_> {
    /// From the intent to the recorded answer of the write.
    pub(super) async fn prepare_and_write(&mut self) -> Result<Next, JobError> {
        let live = match self.read_live().await {
            Ok(Live::Policy(live)) => live,
            Ok(Live::Gone) => {
                return self.fail_unwritten(FailureCode::PolicyNotFound, "the policy is not in the tenant any more", None).await;
            }
            Err(error) => return self.graph_failed(&error).await,
        };
        let Some(dry_run) = self.change.dry_run.clone() else { return Err(JobError::broken("an applying change has no dry-run")) };
        if let Some(live_diff) = live_conflict(&dry_run, &live, &self.names, &self.base) {
            return self.conflict(live_diff, &live).await;
        }
        self.app.failpoints().at(ApplyStep::PreRead).await;
        self.store_pre_snapshot(&live).await?;
        self.app.failpoints().at(ApplyStep::PreStored).await;
        if dry_run.base_hash == dry_run.desired_hash {
            return self.succeed(&live, false).await;
        }

        self.intent.stage = IntentStage::WriteStarted;
        self.intent.write_started_at = Some(self.app.now());
        self.save_intent().await?;
        self.app.failpoints().at(ApplyStep::WriteStarted).await;
        let answer =
            self.graph.patch_policy(&self.call(), self.policy.graph_id, &self.intent.write, WriteId(self.intent.client_request_id)).await;
        self.app.failpoints().at(ApplyStep::WriteSent).await;
        match answer {
            Ok(receipt) => {
                self.answered(i32::from(receipt.status), receipt.request_id).await?;
                self.app.failpoints().at(ApplyStep::Written).await;
                Ok(Next::Continue)
            }
            Err(error) if error.outcome_unknown() => Ok(Next::Continue),
            Err(error) => self.refused(&error).await,
        }
    }

    /// Reads back until the write shows.
    pub(super) async fn verify(&mut self) -> Result<Next, JobError> {
        let Some(dry_run) = self.change.dry_run.clone() else { return Err(JobError::broken("an applying change has no dry-run")) };
        let until = Instant::now() + self.app.settings().verify_window;
        let mut pause = FIRST_POLL;
        loop {
            let seen = self.read_live().await;
            if let Ok(Live::Policy(live)) = &seen
                && live.canonical().hash() == dry_run.desired_hash
            {
                self.app.failpoints().at(ApplyStep::Verified).await;
                return self.succeed(live, true).await;
            }
            if Instant::now() >= until {
                return match seen {
                    Ok(live) => self.never_showed(live).await,
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
    async fn never_showed(&mut self, live: Live) -> Result<Next, JobError> {
        let Live::Policy(live) = live else {
            let message = "the write was accepted, then the policy disappeared: somebody deleted it meanwhile";
            return self.fail(self.failure(FailureStage::Verify, FailureCode::VerifyMismatch, message), Some(true)).await;
        };
        let unchanged = live.canonical().hash() == self.intent.base_hash;
        let message = if unchanged {
            "Graph accepted the write, but the live policy still reads as before: look at it, then resync"
        } else {
            "the write took effect together with somebody else's edit: the live policy is neither the reviewed one nor the old one"
        };
        let mut failure = self.failure(FailureStage::Verify, FailureCode::VerifyMismatch, message);
        failure.outcome_unknown = unchanged;
        failure.live_diff = self.desired_against(&live);
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

    async fn conflict(&mut self, live_diff: Vec<domain::change::dry_run::FieldDiff>, live: &PolicyDocument) -> Result<Next, JobError> {
        let message = "the live policy is not the one that was reviewed; nothing was written: resync and run the dry-run again";
        let mut failure = self.failure(FailureStage::PreSnapshot, FailureCode::ConflictLiveChanged, message);
        failure.live_diff = live_diff;
        if self.intent.pre_snapshot_id.is_none() {
            self.store_snapshot(SnapshotKind::PreChange, live).await?;
        }
        self.fail(failure, Some(false)).await
    }

    /// What the live policy differs in from what the plan intends.
    pub(super) fn desired_against(&self, live: &PolicyDocument) -> Vec<domain::change::dry_run::FieldDiff> {
        diff(&self.base.merged(&self.intent.write).canonical(), &live.canonical(), &self.names)
    }

    /// Exponential in the job's attempts, 1 s to 60 s.
    pub(super) fn backoff(&self) -> Duration {
        Duration::from_secs(1 << self.job.attempts.clamp(0, 6)).min(Duration::from_secs(60))
    }

    async fn fail_unwritten(&mut self, code: FailureCode, message: &str, error: Option<&GraphError>) -> Result<Next, JobError> {
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
        GraphError::NotFound { .. } => (FailureCode::PolicyNotFound, "the policy is not in the tenant any more"),
        _ => (FailureCode::GraphUnavailable, "Graph could not be reached or kept failing: try again later"),
    }
}
