//! Sign-ins that a rollout's twin decided on: kept one by one, because a verdict counts attempts and people.

use chrono::{DateTime, Utc};
use domain::id::RolloutId;
use domain::rollout::EvaluatedSignIn;
use domain::summary::record::Record;

use super::Run;
use crate::runner::JobError;

impl Run<'_> {
    /// What of these records is to be kept, by rollout. Records that were counted before are among them: one that was read before its policy was
    /// watched is read again within the overlap, and kept once.
    pub(super) async fn watched(
        &self,
        records: &[Record],
        from: DateTime<Utc>,
    ) -> Result<Vec<(RolloutId, Vec<EvaluatedSignIn>)>, JobError> {
        let watched = self.app.store().reader().watched_policies(self.tenant.workspace_id, self.tenant.id, from).await?;
        let kept = watched.into_iter().map(|policy| {
            let within = |record: &&Record| policy.until.is_none_or(|until| record.at <= until);
            let evaluated = |record| EvaluatedSignIn::of(record, policy.twin, policy.original);
            (policy.rollout_id, records.iter().filter(within).filter_map(evaluated).collect())
        });
        Ok(kept.collect())
    }
}
