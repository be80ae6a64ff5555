//! Before the write: is the live object the one that was reviewed?

use std::collections::BTreeSet;

use domain::change::dry_run::{DryRun, FieldDiff};
use domain::change::failure::{FailureCode, FailureStage};
use domain::change::kind::WriteOperation;
use domain::change::warning::Warning;
use domain::document::PolicyDocument;
use domain::document::diff::diff;
use graph::GraphError;
use serde_json::Value;

use super::target::Live;
use super::{Apply, Next};
use crate::changes::plan::Impact;
use crate::changes::target::Stored;
use crate::runner::JobError;

/// What a comparison found.
pub(super) enum Compared {
    /// The object is the one that was reviewed: go on with it.
    Same(Live),
    /// The saga ends or waits.
    Ended(Next),
}

impl Apply<'_> {
    /// Reads the live object and compares it with what was reviewed.
    pub(super) async fn compare(&mut self, dry_run: &DryRun) -> Result<Compared, JobError> {
        match self.kind().operation() {
            WriteOperation::Create => self.compare_new(dry_run).await,
            WriteOperation::Update | WriteOperation::Delete => self.compare_present(dry_run).await,
            WriteOperation::Restore => self.compare_deleted().await,
        }
    }

    async fn compare_present(&mut self, dry_run: &DryRun) -> Result<Compared, JobError> {
        let live = match self.read_live().await {
            Ok(live) if !live.is_absent() => live,
            Ok(_) => {
                let message = "the object is not in the tenant any more; nothing was written: resync the tenant";
                return self.fail_unwritten(FailureCode::PolicyNotFound, message, None).await.map(Compared::Ended);
            }
            Err(error) => return self.graph_failed(&error).await.map(Compared::Ended),
        };
        if live.canonical.hash() == self.intent.base_hash {
            return Ok(Compared::Same(live));
        }
        let foreign = diff(&self.base, &live.canonical, &self.names);
        if self.kind().is_delta() {
            self.plan_again(dry_run, live, foreign).await
        } else {
            self.conflict(foreign, &live).await.map(Compared::Ended)
        }
    }

    /// A creation has nothing to conflict with. What is there already is recorded, so that a new object can be told afterwards.
    async fn compare_new(&mut self, _dry_run: &DryRun) -> Result<Compared, JobError> {
        match self.list_live().await {
            Ok(all) => {
                self.intent.known_ids = Some(all.iter().filter_map(id_of).collect());
                Ok(Compared::Same(Live::absent()))
            }
            Err(error) => self.graph_failed(&error).await.map(Compared::Ended),
        }
    }

    /// What is to come back must be in the recycle bin as it was reviewed, and not in the tenant.
    async fn compare_deleted(&mut self) -> Result<Compared, JobError> {
        let read = async { Ok::<_, GraphError>((self.read_live().await?, self.read_deleted().await?)) };
        let (live, deleted) = match read.await {
            Ok(both) => both,
            Err(error) => return self.graph_failed(&error).await.map(Compared::Ended),
        };
        if !live.is_absent() {
            return self.conflict(diff(&self.base, &live.canonical, &self.names), &live).await.map(Compared::Ended);
        }
        if deleted.is_absent() {
            let message = "Entra's recycle bin does not hold the policy any more: create it anew from its last document";
            return self.fail_unwritten(FailureCode::PolicyNotFound, message, None).await.map(Compared::Ended);
        }
        if deleted.canonical.hash() != self.intent.desired_hash {
            let foreign = diff(&self.desired(), &deleted.canonical, &self.names);
            return self.conflict(foreign, &deleted).await.map(Compared::Ended);
        }
        Ok(Compared::Same(live))
    }

    /// A delta on a live policy that moved on: its plan is made again against what is there, and used where it is line by line what was
    /// reviewed, with the same warnings. An edit of a field that the change touches shows in its lines, and is a conflict.
    async fn plan_again(&mut self, dry_run: &DryRun, live: Live, foreign: Vec<FieldDiff>) -> Result<Compared, JobError> {
        let document = live.value.clone().and_then(|value| PolicyDocument::from_value(value).ok());
        let Some(document) = document else { return self.conflict(foreign, &live).await.map(Compared::Ended) };
        let stored = Stored { policy: self.policy.clone(), document: Some(document.clone()), ..Stored::default() };
        let reader = self.app.store().reader();
        let plan = self
            .app
            .plan_against(&reader, self.change.applied_by, &self.change, &self.tenant, &stored, Impact::Given(dry_run.impact))
            .await
            .map_err(JobError::app)?;
        if lines(&plan.diff) != lines(&dry_run.diff) || codes(&plan.warnings) != codes(&dry_run.warnings) {
            return self.conflict(foreign, &live).await.map(Compared::Ended);
        }
        self.base = document.canonical();
        self.base_value = Some(document.value().clone());
        self.intent.base_hash = plan.base_hash;
        self.intent.desired_hash = plan.desired_hash;
        self.intent.write = plan.write;
        Ok(Compared::Same(live))
    }

    async fn conflict(&mut self, live_diff: Vec<FieldDiff>, live: &Live) -> Result<Next, JobError> {
        let message = "the live object is not the one that was reviewed; nothing was written: resync and run the dry-run again";
        let mut failure = self.failure(FailureStage::PreSnapshot, FailureCode::ConflictLiveChanged, message);
        failure.live_diff = live_diff;
        self.store_pre_snapshot(live).await?;
        self.fail(failure, Some(false)).await
    }
}

/// What a reviewer of warnings saw. That the snapshot grew old is no news at apply, which reads the live object.
fn codes(warnings: &[Warning]) -> BTreeSet<(&'static str, bool, bool)> {
    use domain::change::warning::WarningCode::SnapshotStale;
    let seen = warnings.iter().filter(|warning| warning.code != SnapshotStale);
    seen.map(|warning| (warning.code.as_str(), warning.blocks(), warning.waived)).collect()
}

/// What a reviewer of the diff saw.
fn lines(diff: &[FieldDiff]) -> Vec<(&str, Option<&Value>, Option<&Value>)> {
    diff.iter().map(|line| (line.path.as_str(), line.before.as_ref(), line.after.as_ref())).collect()
}

/// The id of an object of a list, in lower case.
pub(super) fn id_of(value: &Value) -> Option<String> {
    value.get("id").and_then(Value::as_str).map(str::to_lowercase)
}
