//! `createChange`: a draft for one policy of one tenant.

use domain::access::Operation;
use domain::change::plan::validate_payload;
use domain::change::request::{ChangeRequest, Draft};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, ChangeId};
use domain::workspace::Actor;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::CreateChange;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

const LONGEST_NOTE: usize = 2_000;

impl App {
    /// Drafts a change. Whether it needs approval is fixed here, by the workspace's switch as it is now.
    pub async fn create_change(&self, actor: &Actor, command: CreateChange) -> AppResult<ChangeRequest> {
        let subject = Subject::new(SubjectKind::Policy, command.policy_id.0, None);
        self.audited(actor, Operation::CreateChange, subject, self.try_create_change(actor, &command)).await
    }

    async fn try_create_change(&self, actor: &Actor, command: &CreateChange) -> AppResult<ChangeRequest> {
        authorize(actor, Operation::CreateChange)?;
        validate_payload(&command.payload).map_err(|error| {
            let mut path = vec!["input".to_owned(), "payload".to_owned()];
            path.extend(error.path);
            AppError::Invalid { path, message: error.message }
        })?;
        if command.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
            return Err(AppError::invalid(&["input", "note"], "a note holds at most 2,000 characters"));
        }
        let once = Once::new(Operation::CreateChange, &command.idempotency_key, command)?;
        let now = self.now();
        let tx = self.store().write().await?;
        let policy = tx.policy(actor.workspace_id, command.policy_id).await?.ok_or(AppError::NotFound)?;
        in_scope(actor, policy.tenant_id)?;
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let id = ChangeId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            return tx.change(actor.workspace_id, ChangeId(first)).await?.ok_or(AppError::NotFound);
        }
        let change = ChangeRequest::draft(
            Draft {
                id,
                workspace_id: actor.workspace_id,
                tenant_id: policy.tenant_id,
                policy_id: Some(policy.id),
                target_graph_id: Some(policy.graph_id.to_string()),
                payload: command.payload.clone().normalised(),
                created_by: actor.member_id,
                note: command.note.clone(),
                approval_rules: workspace.approval_rules,
                rollback_of: None,
            },
            now,
        );
        self.insert_change(&tx, actor, Operation::CreateChange, &change).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(change)
    }

    /// Inserts a new change with its event and audit entry; does not commit.
    pub(crate) async fn insert_change(
        &self,
        tx: &store::WriteTx,
        actor: &Actor,
        operation: Operation,
        change: &ChangeRequest,
    ) -> AppResult<()> {
        let now = self.now();
        tx.insert_change(change).await?;
        let event = NewEvent {
            kind: EventKind::ChangeCreated,
            actor: Some(actor.member_id),
            tenant_id: Some(change.tenant_id),
            subject_kind: SubjectKind::ChangeRequest,
            subject_id: change.id.0,
            data: json!({ "to": change.status, "kind": change.payload.kind(), "rollbackOf": change.rollback_of }),
        };
        tx.append_events(change.workspace_id, now, vec![event]).await?;
        let subject = Subject::new(SubjectKind::ChangeRequest, change.id.0, Some(change.tenant_id));
        let detail = json!({ "payload": change.payload, "requiresApproval": change.requires_approval, "rollbackOf": change.rollback_of });
        tx.append_audit(change.workspace_id, AuditId(self.ids().uuid()), now, subject.done(actor, operation, detail)).await?;
        Ok(())
    }
}
