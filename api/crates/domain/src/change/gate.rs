//! The one gate: the only way into `applying`, for the button and for everything that comes later (domain.md section 2).

use chrono::{DateTime, Utc};

use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::change::status::ChangeStatus;
use crate::change::transition::{ChangeEventKind, allowed_events};
use crate::id::ChangeId;
use crate::tenant::{ConnectionState, Tenant};

/// What the gate has to know beside the change.
#[derive(Debug)]
pub struct GateContext<'a> {
    /// The tenant as it is now.
    pub tenant: &'a Tenant,
    /// The member who granted the approval still has a role that may approve, and sees the tenant.
    pub approver_entitled: bool,
    /// The freeze window that is open.
    pub frozen: Option<String>,
    /// A rollout owns the policy.
    pub owned_by_rollout: bool,
}

/// Proof that the gate was open for one revision of one change. Only [`may_apply`] makes it; the transition consumes it.
#[derive(Debug)]
pub struct ApplyPermit {
    change: ChangeId,
    revision: i64,
}

impl ApplyPermit {
    /// A permit is good for the change as it was when the gate was asked.
    pub(crate) fn consume(self, change: &ChangeRequest) -> Result<(), Refusal> {
        if self.change == change.id && self.revision == change.revision {
            return Ok(());
        }
        Err(Refusal::StaleReview { current: change.dry_run.as_ref().map(|dry_run| dry_run.digest.clone()).unwrap_or_default() })
    }
}

/// Whether the change may be applied now. The first reason against it is the answer.
pub fn may_apply(change: &ChangeRequest, context: &GateContext<'_>, now: DateTime<Utc>) -> Result<ApplyPermit, Refusal> {
    match change.status {
        ChangeStatus::DryRunComplete | ChangeStatus::DryRunBlocked => {}
        ChangeStatus::AwaitingApproval => return Err(Refusal::NotApproved),
        ChangeStatus::Draft | ChangeStatus::Failed => return Err(Refusal::DryRunRequired),
        from @ (ChangeStatus::Applying | ChangeStatus::Applied | ChangeStatus::RolledBack | ChangeStatus::Cancelled) => {
            return Err(Refusal::IllegalTransition { from, event: ChangeEventKind::Apply, allowed: allowed_events(from) });
        }
    }
    let dry_run = change.dry_run.as_ref().ok_or(Refusal::DryRunRequired)?;
    let blocking: Vec<_> = dry_run.warnings.iter().filter(|warning| warning.blocks()).cloned().collect();
    if !blocking.is_empty() {
        return Err(Refusal::BlockedByWarning(blocking));
    }
    if change.status == ChangeStatus::DryRunBlocked {
        // Nothing blocks any more, so something was waived since: that belongs into a new dry-run and its digest.
        return Err(Refusal::DryRunRequired);
    }
    if !dry_run.fresh(now) {
        return Err(Refusal::DryRunExpired { expired_at: dry_run.expires_at });
    }
    if change.requires_approval {
        let approval = change.granted_approval().ok_or(Refusal::NotApproved)?;
        if now >= approval.expires_at {
            return Err(Refusal::ApprovalExpired);
        }
        // Checked when it was granted; checked again because a stored row is no proof.
        if approval.decided_by.is_none_or(|approver| change.involves(approver) || approver == approval.requested_by) {
            return Err(Refusal::CannotSelfApprove);
        }
        if !context.approver_entitled {
            return Err(Refusal::ApproverNotEntitled);
        }
    }
    if context.tenant.imported_at.is_none() {
        return Err(Refusal::TenantNotImported);
    }
    let connected = context.tenant.id == change.tenant_id
        && context.tenant.workspace_id == change.workspace_id
        && !matches!(context.tenant.connection, ConnectionState::ConsentRevoked | ConnectionState::Disconnected);
    if !connected {
        return Err(Refusal::TenantDisconnected);
    }
    if let Some(window) = &context.frozen {
        return Err(Refusal::Frozen(window.clone()));
    }
    if context.owned_by_rollout {
        return Err(Refusal::RolloutOwnsPolicy);
    }
    Ok(ApplyPermit { change: change.id, revision: change.revision })
}
