//! `deleteBaselinePolicy`.

use domain::access::Operation;
use domain::baseline::Baseline;
use domain::event::SubjectKind;
use domain::id::{AuditId, BaselinePolicyId};
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::json;

use super::event;
use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

/// `deleteBaselinePolicy`.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteBaselinePolicy {
    /// The policy of a baseline.
    pub id: BaselinePolicyId,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Removes a policy from its baseline, which it answers with. Policies that were created from it stay.
    pub async fn delete_baseline_policy(&self, actor: &Actor, command: DeleteBaselinePolicy) -> AppResult<Baseline> {
        let subject = Subject::new(SubjectKind::Baseline, command.id.0, None);
        let work = async {
            authorize(actor, Operation::DeleteBaselinePolicy)?;
            let once = Once::new(Operation::DeleteBaselinePolicy, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            let policy = tx.baseline_policy(actor.workspace_id, command.id).await?;
            let holder = policy.as_ref().map_or(command.id.0, |policy| policy.baseline_id.0);
            // Claimed first: a repeated call finds the policy gone already, and its baseline by the claim.
            let first = self.claim(&tx, actor, &once, holder).await?;
            if let Claim::Replay(baseline) = first {
                return tx.baseline(actor.workspace_id, domain::id::BaselineId(baseline)).await?.ok_or(AppError::NotFound);
            }
            let policy = policy.ok_or(AppError::NotFound)?;
            let baseline = tx.baseline(actor.workspace_id, policy.baseline_id).await?.ok_or(AppError::NotFound)?;
            if !tx.delete_baseline_policy(actor.workspace_id, policy.id).await? {
                return Err(AppError::Concurrent);
            }
            let now = self.now();
            let policy_count = baseline.policy_count - 1;
            let baseline = tx.update_baseline(&Baseline { policy_count, updated_at: now, ..baseline }).await?;
            let facts = json!({ "policyId": policy.id, "displayName": policy.display_name, "path": policy.path });
            tx.append_events(actor.workspace_id, now, vec![event(actor, &baseline, "POLICY_DELETED", facts.clone())]).await?;
            let entry = Subject::new(SubjectKind::Baseline, baseline.id.0, None).done(actor, Operation::DeleteBaselinePolicy, facts);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(baseline)
        };
        self.audited(actor, Operation::DeleteBaselinePolicy, subject, work).await
    }
}
