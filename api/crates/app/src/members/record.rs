//! The event and the audit entry of what becomes of a member or a key.

use domain::access::Operation;
use domain::audit::{AuditOutcome, NewAuditEntry};
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::AuditId;
use domain::workspace::{Actor, Member};
use serde_json::{Value, json};
use store::WriteTx;

use crate::App;
use crate::error::AppResult;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberStep {
    Added,
    Updated,
    Removed,
    KeyCreated,
    KeyRevoked,
}

impl MemberStep {
    /// `data.what` of the event.
    fn what(self) -> &'static str {
        match self {
            MemberStep::Added => "ADDED",
            MemberStep::Updated => "UPDATED",
            MemberStep::Removed => "REMOVED",
            MemberStep::KeyCreated => "KEY_CREATED",
            MemberStep::KeyRevoked => "KEY_REVOKED",
        }
    }

    fn operation(self) -> Operation {
        match self {
            MemberStep::Added => Operation::AddMember,
            MemberStep::Updated => Operation::UpdateMember,
            MemberStep::Removed => Operation::RemoveMember,
            MemberStep::KeyCreated => Operation::CreateApiKey,
            MemberStep::KeyRevoked => Operation::RevokeApiKey,
        }
    }
}

impl App {
    /// Writes both. `None` is the installation itself, of which the audit says `system.*`. `detail` never holds a secret.
    pub(crate) async fn record_member(
        &self,
        tx: &WriteTx,
        by: Option<&Actor>,
        member: &Member,
        step: MemberStep,
        detail: Value,
    ) -> AppResult<()> {
        let now = self.now();
        let actor = by.map(|actor| actor.member_id);
        let event = NewEvent {
            kind: EventKind::MemberChanged,
            actor,
            tenant_id: None,
            subject_kind: SubjectKind::Member,
            subject_id: member.id.0,
            data: json!({ "what": step.what(), "displayName": member.display_name, "role": member.role }),
        };
        tx.append_events(member.workspace_id, now, vec![event]).await?;
        let operation = step.operation().as_str();
        let entry = NewAuditEntry {
            actor,
            action: if by.is_some() { operation.to_owned() } else { format!("system.{operation}") },
            tenant_id: None,
            subject_kind: SubjectKind::Member,
            subject_id: member.id.0,
            outcome: AuditOutcome::Done,
            detail,
        };
        tx.append_audit(member.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        Ok(())
    }
}
