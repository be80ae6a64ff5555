//! The one gate: the only way into `applying`, for the button and for everything that comes later (domain.md section 2).

use chrono::{DateTime, Utc};

use crate::access::Operation;
use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::change::status::ChangeStatus;
use crate::change::transition::{ChangeEventKind, allowed_events};
use crate::change::warning::Warning;
use crate::change::{approvals, emergency};
use crate::id::ChangeId;
use crate::person::Persons;
use crate::tenant::{ConnectionState, Tenant};
use crate::workspace::Member;

/// What the gate has to know beside the change.
#[derive(Debug)]
pub struct GateContext<'a> {
    /// The tenant as it is now.
    pub tenant: &'a Tenant,
    /// The members of [`approvals::involved`] as they are now, with everybody who owns one of them. Who is missing has left.
    pub members: &'a [Member],
    /// The freeze window that is open.
    pub frozen: Option<String>,
    /// A rollout that is not the change's own owns the policy, and the change is no owner's emergency.
    pub owned_by_rollout: bool,
    /// The change is a rollout's own step that takes its twin back: it never waits for an approval or a freeze window.
    pub takes_twin_back: bool,
    /// What a plan made now would warn of for emergency access: principals, their groups and roles may have changed since the dry-run (P24).
    pub unsafe_now: Vec<Warning>,
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
    // The one exception of the whole gate: an owner's emergency, or a rollout that takes its own twin back. It covers approval and freeze
    // windows, nothing else.
    let emergency = emergency::passes(change, now);
    let emergency = emergency || context.takes_twin_back;
    if change.requires_approval && !emergency {
        approved(change, context, now)?;
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
    if let Some(window) = context.frozen.as_ref().filter(|_| !emergency) {
        return Err(Refusal::Frozen(window.clone()));
    }
    if context.owned_by_rollout {
        return Err(Refusal::RolloutOwnsPolicy);
    }
    let blocking: Vec<_> = context.unsafe_now.iter().filter(|warning| warning.blocks()).cloned().collect();
    if !blocking.is_empty() {
        return Err(Refusal::BlockedByWarning(blocking));
    }
    Ok(ApplyPermit { change: change.id, revision: change.revision })
}

/// Whether enough persons released exactly this. Checked when they did; checked again because a stored row is no proof, and because roles,
/// memberships and tenants may have been taken away since.
fn approved(change: &ChangeRequest, context: &GateContext<'_>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let approval = change.granted_approval().ok_or(Refusal::NotApproved)?;
    if now >= approval.expires_at {
        return Err(Refusal::ApprovalExpired);
    }
    let persons = Persons::of(context.members);
    let approvers = approvals::approvers(approval);
    let authors = approvals::authors(change);
    let own = |approver| persons.among(approver, authors.iter().copied().chain([approval.requested_by]));
    if approvers.is_empty() || approvers.iter().any(|approver| own(*approver)) {
        return Err(Refusal::CannotSelfApprove);
    }
    let entitled = approvers.into_iter().filter(|approver| {
        context.members.iter().any(|member| member.id == *approver && member.may(Operation::DecideApproval, change.tenant_id))
    });
    if persons.count(entitled) < usize::from(approval.quorum.max(1)) {
        return Err(Refusal::ApproverNotEntitled);
    }
    Ok(())
}
