//! One tenant of a rollout across tenants.

use serde::{Deserialize, Serialize};

use crate::bulk::{Blocked, Exclusion, ItemFailure, NotStarted};
use crate::id::{BulkRolloutId, RolloutId, TenantId, WorkspaceId};
use crate::rollout::{PauseReason, RolloutStatus, TenantRollout};
use crate::text_enum;

/// One tenant, with what happened to it beside its rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRolloutItem {
    /// The rollout across tenants.
    pub bulk_id: BulkRolloutId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Place in the list, unique in it.
    pub position: i64,
    /// Its rollout; `None` until a plan was made.
    pub rollout_id: Option<RolloutId>,
    /// Why no plan could be made.
    pub blocked: Option<Blocked>,
    /// Set once the tenant is left out.
    pub excluded: Option<Exclusion>,
    /// Why its rollout could not be started at its turn.
    pub refused: Option<StartRefusal>,
    /// Why it is not started any more.
    pub not_started: Option<NotStarted>,
}

/// A tenant that could not be started at its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartRefusal {
    /// What was found, and when.
    pub failure: ItemFailure,
    /// It may pass by itself, such as a freeze window, and is tried again; otherwise a member has to act.
    pub passing: bool,
}

/// What is asked of a tenant's rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildRollout {
    /// Where it stands.
    pub status: RolloutStatus,
    /// Why it is paused, or on its way to be.
    pub pause: Option<PauseReason>,
    /// Its plan waits for approval.
    pub awaiting_approval: bool,
    /// Its phase, 0 before the first.
    pub phase: u8,
}

text_enum! {
    /// Where one tenant stands.
    BulkRolloutItemState {
        /// Its plan is being made.
        Pending = "PENDING",
        /// No plan could be made.
        Blocked = "BLOCKED",
        /// Its plan waits for approval.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// It can be started.
        Planned = "PLANNED",
        /// It waits for its turn.
        Waiting = "WAITING",
        /// It could not be started at its turn, and a member has to act.
        Refused = "REFUSED",
        /// A phase is running, or it is between two.
        Running = "RUNNING",
        /// Its sign-ins speak against the policy: it is paused, and holds all others.
        Breached = "BREACHED",
        /// It is paused for another reason.
        Paused = "PAUSED",
        /// The original is on for everybody.
        Completed = "COMPLETED",
        /// It was given up.
        Cancelled = "CANCELLED",
        /// All of it was taken back.
        RolledBack = "ROLLED_BACK",
        /// It is not started any more.
        NotStarted = "NOT_STARTED",
        /// It was left out.
        Excluded = "EXCLUDED",
    }
}

impl ChildRollout {
    /// The sign-ins of this tenant speak against the policy, and nobody has dealt with it yet.
    pub fn breached(&self) -> bool {
        TenantRollout::speaks_against(self.status, self.pause)
    }
}

impl BulkRolloutItem {
    /// Where it stands. `child` is its rollout; `started`: the whole was.
    pub fn state(&self, child: Option<&ChildRollout>, started: bool) -> BulkRolloutItemState {
        use BulkRolloutItemState as I;
        use RolloutStatus as R;
        if self.excluded.is_some() {
            return I::Excluded;
        }
        if self.not_started.is_some() {
            return I::NotStarted;
        }
        let Some(child) = child else {
            return if self.blocked.is_some() { I::Blocked } else { I::Pending };
        };
        match child.status {
            R::Planned if child.awaiting_approval => I::AwaitingApproval,
            R::Planned if self.refused.as_ref().is_some_and(|refused| !refused.passing) => I::Refused,
            R::Planned => {
                if started {
                    I::Waiting
                } else {
                    I::Planned
                }
            }
            R::Completed => I::Completed,
            R::Cancelled => I::Cancelled,
            R::RolledBack => I::RolledBack,
            R::Advancing | R::Running | R::Paused | R::Reverting if child.breached() => I::Breached,
            R::Paused => I::Paused,
            R::Advancing | R::Running | R::Reverting => I::Running,
        }
    }
}
