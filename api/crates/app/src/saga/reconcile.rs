//! A write whose outcome is unknown: the answer was lost, or the process died with it. Graph is asked, never written to blindly.

use domain::change::failure::{FailureCode, FailureStage};
use domain::change::kind::{TargetObject, WriteOperation};
use graph::GraphError;
use serde_json::Value;
use store::IntentStage;
use tokio::time::{Instant, sleep};

use super::compare::id_of;
use super::target::Live;
use super::{Apply, Next};
use crate::runner::{JobEnd, JobError};

/// What one look at Graph says about the write.
enum Seen {
    /// It took effect.
    Done,
    /// Nothing of it shows.
    Unchanged,
    /// What shows is neither what was before nor what was intended; the text says so to a person.
    Foreign(&'static str, Option<Live>),
}

impl Apply<'_> {
    /// Finds out whether the started write took effect.
    ///
    /// Live equals what was intended: it did. Looks a settle time apart all show what was before: it did not, and may be tried again.
    /// Anything else is somebody else's edit on top, and a person has to look.
    pub(super) async fn reconcile(&mut self) -> Result<Next, JobError> {
        let settled = Instant::now() + self.app.settings().settle;
        let mut first_unchanged: Option<Instant> = None;
        loop {
            match self.look().await {
                Ok(Seen::Done) => {
                    self.answered(0, None).await?;
                    return Ok(Next::Continue);
                }
                Ok(Seen::Unchanged) => {
                    let since = *first_unchanged.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.app.settings().settle {
                        return self.did_not_happen().await;
                    }
                }
                Ok(Seen::Foreign(what, live)) if Instant::now() >= settled => return self.unknown(what, live).await,
                Ok(Seen::Foreign(..)) => first_unchanged = None,
                Err(error) if !self.expired() => {
                    let pause = error.retry_after().unwrap_or_else(|| self.backoff());
                    return Ok(Next::Later(JobEnd::RetryIn { pause, reason: error.to_string() }));
                }
                Err(error) => return self.unknown(&format!("it cannot be told whether the write took effect: {error}"), None).await,
            }
            sleep(self.app.settings().settle / 5).await;
        }
    }

    async fn look(&mut self) -> Result<Seen, GraphError> {
        match self.kind().operation() {
            WriteOperation::Create => self.look_for_new().await,
            WriteOperation::Delete => self.look_for_deleted().await,
            WriteOperation::Update | WriteOperation::Restore => self.look_at_object().await,
        }
    }

    async fn look_at_object(&self) -> Result<Seen, GraphError> {
        let live = self.read_live().await?;
        Ok(match live.canonical.hash() {
            hash if hash == self.intent.desired_hash => Seen::Done,
            hash if hash == self.intent.base_hash => Seen::Unchanged,
            _ => {
                Seen::Foreign("the live object is neither what was before nor what was intended: somebody edited it meanwhile", Some(live))
            }
        })
    }

    /// A deleted policy lies in the recycle bin; one that is in neither place was not deleted by us alone.
    async fn look_for_deleted(&self) -> Result<Seen, GraphError> {
        let live = self.read_live().await?;
        if !live.is_absent() {
            let unchanged = live.canonical.hash() == self.intent.base_hash;
            let what = "somebody edited the object while it was to be deleted";
            return Ok(if unchanged { Seen::Unchanged } else { Seen::Foreign(what, Some(live)) });
        }
        // Graph's documentation puts locations into the bin too, but not every cloud has the endpoint: gone is enough for them.
        if self.kind().target() == TargetObject::NamedLocation || !self.read_deleted().await?.is_absent() {
            return Ok(Seen::Done);
        }
        Ok(Seen::Foreign("the policy is neither in the tenant nor in the recycle bin: somebody removed it for good", Some(live)))
    }

    /// A creation has no id until Graph answers: the new object is the one that was not there before and is what was intended.
    async fn look_for_new(&mut self) -> Result<Seen, GraphError> {
        let known = self.intent.known_ids.clone().unwrap_or_default();
        let all = self.list_live().await?;
        let new: Vec<&Value> = all.iter().filter(|value| id_of(value).is_some_and(|id| !known.contains(&id))).collect();
        let mut same = Vec::new();
        for value in &new {
            if self.canonical(value)?.hash() == self.intent.desired_hash {
                same.extend(id_of(value));
            }
        }
        Ok(match same.as_slice() {
            [id] => {
                self.intent.result_graph_id = Some(id.clone());
                Seen::Done
            }
            [] if new.iter().any(|value| value.get("displayName") == self.intent.write.get("displayName")) => Seen::Foreign(
                "a new object has the name that was to be created, but another content: look whether it is this one, edited since",
                None,
            ),
            [] => Seen::Unchanged,
            _ => Seen::Foreign("more than one new object is what was to be created: look which one to keep", None),
        })
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
        if let Some(live) = &live {
            failure.live_diff = self.desired_against(live);
        }
        self.fail(failure, None).await
    }
}
