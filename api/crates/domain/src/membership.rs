//! Who may be taken away: a workspace keeps an owner, and as many approvers as its rules ask for.

use std::collections::BTreeSet;

use crate::access::{Operation, allowed};
use crate::change::approval_rules::ApprovalRules;
use crate::id::TenantId;
use crate::person::Persons;
use crate::workspace::{Member, Role};

/// The most members and API keys of one workspace.
pub const MAX_MEMBERS: usize = 1_000;

/// Why somebody can't be added, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MembershipRefusal {
    /// The workspace would have no owner.
    #[error("the last owner can't be removed or given another role: make another member an owner first")]
    LastOwner,
    /// The approval rules could not be met any more.
    #[error(
        "{left} persons could still approve, one of whom may be the author of a change, and the workspace's rules need {needed}: add an approver \
         first, or change the rules"
    )]
    TooFewApprovers {
        /// How many persons could approve afterwards.
        left: usize,
        /// How many the rules need: the quorum and the author.
        needed: usize,
    },
    /// The principal is a member of this workspace already.
    #[error("this principal is a member of the workspace already")]
    AlreadyMember,
    /// The workspace is full.
    #[error("a workspace has at most {MAX_MEMBERS} members and API keys: remove one first")]
    Full,
}

impl MembershipRefusal {
    /// The stable code that clients switch on.
    pub fn code(&self) -> &'static str {
        match self {
            MembershipRefusal::LastOwner => "LAST_OWNER",
            MembershipRefusal::TooFewApprovers { .. } => "TOO_FEW_APPROVERS",
            MembershipRefusal::AlreadyMember => "ALREADY_MEMBER",
            MembershipRefusal::Full => "TOO_MANY_MEMBERS",
        }
    }
}

/// Whether the members may become these others. Only what gets worse is refused: a workspace that is short of approvers already can still lose
/// a viewer.
pub fn may_become(before: &[Member], after: &[Member], rules: &ApprovalRules) -> Result<(), MembershipRefusal> {
    if owners(after) == 0 && owners(before) > 0 {
        return Err(MembershipRefusal::LastOwner);
    }
    if !asks(rules) {
        return Ok(());
    }
    let (had, left) = (persons_who_may_approve(before), persons_who_may_approve(after));
    let needed = usize::from(rules.quorum.max(1)) + 1;
    if left < had && left < needed {
        return Err(MembershipRefusal::TooFewApprovers { left, needed });
    }
    Ok(())
}

/// How many persons could approve a change, whatever the tenant: accounts of one person, and keys with their owners, count once.
pub fn persons_who_may_approve(members: &[Member]) -> usize {
    let may = members.iter().filter(|member| member.present() && allowed(member.role, Operation::DecideApproval));
    Persons::of(members).count(may.map(|member| member.id))
}

/// Whether the first role allows everything that the second one does. `OPERATOR` and `APPROVER` don't cover each other.
pub fn covers(role: Role, other: Role) -> bool {
    Operation::ALL.iter().all(|operation| allowed(role, *operation) || !allowed(other, *operation))
}

/// Whether the first set of tenants holds the second; `None` is every tenant.
pub fn scope_covers(scope: Option<&BTreeSet<TenantId>>, other: Option<&BTreeSet<TenantId>>) -> bool {
    match (scope, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(scope), Some(other)) => other.is_subset(scope),
    }
}

fn owners(members: &[Member]) -> usize {
    members.iter().filter(|member| member.present() && member.role == Role::Owner).count()
}

/// Whether any rule can ask for approval.
fn asks(rules: &ApprovalRules) -> bool {
    *rules != ApprovalRules { quorum: rules.quorum, ..ApprovalRules::default() }
}
