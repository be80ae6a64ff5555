//! `updatePolicyMetadata`: criticality, code and tags, which only Causeway knows.

use domain::access::Operation;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::AuditId;
use domain::policy::{PolicyItem, PolicyMetadata};
use domain::workspace::Actor;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::UpdatePolicyMetadata;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

const LONGEST_LABEL: usize = 64;
const MOST_TAGS: usize = 20;

impl App {
    /// Edits our metadata of a policy.
    pub async fn update_policy_metadata(&self, actor: &Actor, command: UpdatePolicyMetadata) -> AppResult<PolicyItem> {
        let subject = Subject::new(SubjectKind::Policy, command.policy_id.0, None);
        let work = async {
            authorize(actor, Operation::UpdatePolicyMetadata)?;
            let once = Once::new(
                Operation::UpdatePolicyMetadata,
                &command.idempotency_key,
                &(command.policy_id, &command.edit, command.expected_revision),
            )?;
            let tx = self.store().write().await?;
            let mut policy = tx.policy(actor.workspace_id, command.policy_id).await?.ok_or(AppError::NotFound)?;
            in_scope(actor, policy.tenant_id)?;
            if let Claim::Replay(_) = self.claim(&tx, actor, &once, policy.id.0).await? {
                return Ok(policy.id);
            }
            if policy.version != command.expected_revision {
                return Err(AppError::StaleRevision { expected: command.expected_revision, current: policy.version });
            }
            policy.metadata = command.edit.apply(&policy.metadata);
            validate(&policy.metadata)?;
            let policy = tx.update_policy(&policy, None).await?;
            let now = self.now();
            let data = json!({ "criticality": policy.metadata.criticality, "code": policy.metadata.code, "tags": policy.metadata.tags });
            let event = NewEvent {
                kind: EventKind::PolicyMetadataChanged,
                actor: Some(actor.member_id),
                tenant_id: Some(policy.tenant_id),
                subject_kind: SubjectKind::Policy,
                subject_id: policy.id.0,
                data: data.clone(),
            };
            tx.append_events(actor.workspace_id, now, vec![event]).await?;
            let subject = Subject::new(SubjectKind::Policy, policy.id.0, Some(policy.tenant_id));
            let entry = subject.done(actor, Operation::UpdatePolicyMetadata, data);
            tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(policy.id)
        };
        let id = self.audited(actor, Operation::UpdatePolicyMetadata, subject, work).await?;
        self.policies_by_ids(actor, &[id]).await?.remove(&id).ok_or(AppError::NotFound)
    }
}

fn validate(metadata: &PolicyMetadata) -> AppResult<()> {
    let fits = |text: &str| (1..=LONGEST_LABEL).contains(&text.trim().chars().count()) && !text.chars().any(char::is_control);
    if metadata.code.as_deref().is_some_and(|code| !fits(code)) {
        return Err(AppError::invalid(&["input", "code"], "a code holds 1 to 64 characters"));
    }
    if metadata.tags.len() > MOST_TAGS || metadata.tags.iter().any(|tag| !fits(tag)) {
        return Err(AppError::invalid(&["input", "tags"], "give at most 20 tags of 1 to 64 characters"));
    }
    Ok(())
}
