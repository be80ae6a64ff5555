//! `createChange`: a draft for one object of one tenant.

use domain::access::Operation;
use domain::change::kind::{ChangeKind, ChangePayload, TargetObject, WriteOperation};
use domain::change::plan::validate_payload;
use domain::change::request::{ChangeRequest, Draft};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, ChangeId, PolicyId, TenantId};
use domain::policy::Policy;
use domain::workspace::Actor;
use serde_json::json;
use store::Reader;

use super::confirm::confirm;
use super::intent::Intent;
use crate::App;
use crate::audited::Subject;
use crate::authorize::{authorize, in_scope};
use crate::command::CreateChange;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};

const LONGEST_NOTE: usize = 2_000;

/// What a change is about: a policy that is there, or a tenant.
#[derive(Clone, Copy)]
enum Target {
    Policy(PolicyId),
    Tenant(TenantId),
}

impl App {
    /// Drafts a change. The rules by which it needs approval are fixed here, as the workspace has them now.
    pub async fn create_change(&self, actor: &Actor, command: CreateChange) -> AppResult<ChangeRequest> {
        let subject = match (command.policy_id, command.tenant_id) {
            (Some(policy), _) => Subject::new(SubjectKind::Policy, policy.0, None),
            (None, Some(tenant)) => Subject::new(SubjectKind::Tenant, tenant.0, None),
            (None, None) => Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None),
        };
        self.audited(actor, Operation::CreateChange, subject, self.try_create_change(actor, &command)).await
    }

    async fn try_create_change(&self, actor: &Actor, command: &CreateChange) -> AppResult<ChangeRequest> {
        authorize(actor, Operation::CreateChange)?;
        check_note(command.note.as_deref())?;
        if let Intent::Payload(payload) = &command.payload {
            check_payload(payload)?;
        }
        let kind = kind(&command.payload);
        let target = target(kind, command)?;
        let once = Once::new(Operation::CreateChange, &command.idempotency_key, command)?;
        let (tenant, policy) = self.locate(&self.store().reader(), actor, target, command.tenant_id).await?;
        // Before the transaction: a source is read by a connection of its own.
        let payload = self.payload_of(actor, tenant, &command.payload).await?.normalised();
        check_payload(&payload)?;
        self.look_up(actor, tenant, policy.map(|policy| policy.id), &payload).await;

        let now = self.now();
        let tx = self.store().write().await?;
        let (tenant_id, policy) = self.locate(&tx, actor, target, command.tenant_id).await?;
        let workspace = tx.workspace(actor.workspace_id).await?.ok_or(AppError::NotFound)?;
        let id = ChangeId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            return tx.change(actor.workspace_id, ChangeId(first)).await?.ok_or(AppError::NotFound);
        }
        if kind.operation() == WriteOperation::Restore && policy.as_ref().is_some_and(|policy| policy.deleted_at.is_none()) {
            return Err(AppError::invalid(&["input", "policyId"], "only a deleted policy is restored, and this one is there"));
        }
        let graph_id = policy.as_ref().map(|policy| policy.graph_id.to_string());
        let change = ChangeRequest::draft(
            Draft {
                id,
                workspace_id: actor.workspace_id,
                tenant_id,
                policy_id: policy.map(|policy| policy.id),
                target_graph_id: graph_id.or_else(|| payload.location_id().map(str::to_owned)),
                payload,
                created_by: actor.member_id,
                note: command.note.clone(),
                approval_rules: workspace.approval_rules,
                rollback_of: None,
                bulk_change_id: None,
                rollout_id: None,
            },
            now,
        );
        confirm(&tx, &change).await?;
        self.insert_change(&tx, actor, Operation::CreateChange, &change).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(change)
    }

    /// The tenant, and the policy where there is one; `NOT_FOUND` for what the actor doesn't see.
    async fn locate(&self, from: &Reader, actor: &Actor, target: Target, said: Option<TenantId>) -> AppResult<(TenantId, Option<Policy>)> {
        match target {
            Target::Policy(id) => {
                let policy = from.policy(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
                in_scope(actor, policy.tenant_id)?;
                if said.is_some_and(|said| said != policy.tenant_id) {
                    return Err(AppError::NotFound);
                }
                Ok((policy.tenant_id, Some(policy)))
            }
            Target::Tenant(id) => {
                in_scope(actor, id)?;
                let tenant = from.tenant(actor.workspace_id, id).await?.ok_or(AppError::NotFound)?;
                Ok((tenant.id, None))
            }
        }
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

fn kind(intent: &Intent) -> ChangeKind {
    match intent {
        Intent::Payload(payload) => payload.kind(),
        Intent::Create(_) => ChangeKind::PolicyCreate,
    }
}

/// Which of `policyId` and `tenantId` the kind is about.
fn target(kind: ChangeKind, command: &CreateChange) -> AppResult<Target> {
    let of_policy = kind.target() == TargetObject::Policy && kind.operation() != WriteOperation::Create;
    match (of_policy, command.policy_id, command.tenant_id) {
        (true, Some(policy), _) => Ok(Target::Policy(policy)),
        (true, None, _) => Err(AppError::invalid(&["input", "policyId"], format!("{kind} is about a policy: say which"))),
        (false, None, Some(tenant)) => Ok(Target::Tenant(tenant)),
        (false, None, None) => Err(AppError::invalid(&["input", "tenantId"], format!("{kind} is about a tenant: say which"))),
        (false, Some(_), _) => {
            Err(AppError::invalid(&["input", "policyId"], format!("{kind} is about a tenant and no policy: leave the policy out")))
        }
    }
}

/// Refuses a payload that breaks a rule of its kind.
pub(crate) fn check_payload(payload: &ChangePayload) -> AppResult<()> {
    validate_payload(payload).map_err(|error| {
        let mut path = vec!["input".to_owned(), "payload".to_owned()];
        path.extend(error.path);
        AppError::Invalid { path, message: error.message }
    })
}

/// Refuses a note that is too long.
pub(crate) fn check_note(note: Option<&str>) -> AppResult<()> {
    if note.is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(AppError::invalid(&["input", "note"], "a note holds at most 2,000 characters"));
    }
    Ok(())
}
