//! A write whose outcome is unknown: the answer was lost, or the process died with it. Graph is asked, never written to blindly.

use domain::change::failure::{FailureCode, FailureStage};
use domain::id::ContentHash;
use store::IntentStage;
use tokio::time::{Instant, sleep};

use super::live::Live;
use super::{Apply, Next};
use crate::runner::{JobEnd, JobError};

impl Apply<'_> {
    /// Finds out whether the started write took effect.
    ///
    /// Live equals what was intended: it did. Two reads a settle time apart equal what was before: it did not, and may be tried again.
    /// Anything else is somebody else's edit on top, and a person has to look.
    pub(super) async fn reconcile(&mut self) -> Result<Next, JobError> {
        let settled = Instant::now() + self.app.settings().settle;
        let mut first_unchanged: Option<Instant> = None;
        loop {
            let live = match self.read_live().await {
                Ok(live) => live,
                Err(error) if !self.expired() => {
                    let pause = error.retry_after().unwrap_or_else(|| self.backoff());
                    return Ok(Next::Later(JobEnd::RetryIn { pause, reason: error.to_string() }));
                }
                Err(error) => return self.unknown(&format!("it cannot be told whether the write took effect: {error}"), None).await,
            };
            match &live {
                Live::Policy(document) if self.is(document, &self.intent.desired_hash) => {
                    self.answered(0, None).await?;
                    return Ok(Next::Continue);
                }
                Live::Policy(document) if self.is(document, &self.intent.base_hash) => {
                    let since = *first_unchanged.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.app.settings().settle {
                        return self.did_not_happen().await;
                    }
                }
                _ if Instant::now() >= settled => {
                    return self
                        .unknown(
                            "the live policy is neither what was before nor what was intended: somebody edited it meanwhile",
                            Some(live),
                        )
                        .await;
                }
                _ => first_unchanged = None,
            }
            sleep(self.app.settings().settle / 5).await;
        }
    }

    fn is(&self, document: &domain::document::PolicyDocument, hash: &ContentHash) -> bool {
        document.canonical().hash() == *hash
    }

    /// A negative reconciliation, recorded: the write may be sent again, as a new attempt of the same intent.
    async fn did_not_happen(&mut self) -> Result<Next, JobError> {
        self.intent.stage = IntentStage::Planned;
        self.intent.write_started_at = None;
        self.intent.write_result = Some("reconciled: not written".to_owned());
        self.save_intent().await?;
        if self.expired() {
            let message = "Graph never answered the write, and reading shows that it did not take effect: try again later";
            let mut failure = self.failure(FailureStage::Write, FailureCode::GraphUnavailable, message);
            failure.retryable = true;
            return self.fail(failure, Some(false)).await;
        }
        Ok(Next::Continue)
    }

    async fn unknown(&mut self, message: &str, live: Option<Live>) -> Result<Next, JobError> {
        let mut failure = self.failure(FailureStage::Write, FailureCode::OutcomeUnknown, message);
        failure.outcome_unknown = true;
        if let Some(Live::Policy(live)) = &live {
            failure.live_diff = self.desired_against(live);
        }
        self.fail(failure, None).await
    }
}
