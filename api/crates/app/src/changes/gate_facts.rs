//! What the gate has to know beside the change, looked up anew each time it is asked.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::change::approvals::involved;
use domain::change::emergency;
use domain::change::gate::GateContext;
use domain::change::request::ChangeRequest;
use domain::change::warning::{Warning, WarningCode};
use domain::id::{MemberId, WorkspaceId};
use domain::tenant::Tenant;
use domain::workspace::Member;
use store::{Reader, WriteTx};

use crate::App;
use crate::changes::plan::Impact;
use crate::changes::target;
use crate::error::AppResult;

/// Owner of what a [`GateContext`] refers to.
pub(crate) struct GateFacts {
    members: Vec<Member>,
    frozen: Option<String>,
    unsafe_now: Vec<Warning>,
    owned_by_rollout: bool,
    takes_twin_back: bool,
}

impl GateFacts {
    /// Members as they are now, freeze windows as they are at `at`.
    pub(crate) async fn load(tx: &WriteTx, change: &ChangeRequest, tenant: &Tenant, at: DateTime<Utc>) -> AppResult<Self> {
        let members = with_owners(tx, change.workspace_id, involved(change)).await?;
        let frozen = crate::freeze::frozen_at(tx, tenant, at).await?;
        let owned_by_rollout = !emergency::passes(change, at) && crate::rollouts::owned(tx, change).await?;
        let takes_twin_back = crate::rollouts::takes_twin_back(tx, change).await?;
        Ok(GateFacts { members, frozen, unsafe_now: Vec::new(), owned_by_rollout, takes_twin_back })
    }

    /// With what a plan made now says about emergency access.
    pub(crate) async fn with_emergency(mut self, app: &App, tx: &WriteTx, change: &ChangeRequest, tenant: &Tenant) -> AppResult<Self> {
        if !tenant.emergency_access.principals.is_empty() {
            let stored = target::load(tx, change, tenant).await?;
            let plan = app.plan_against(tx, None, change, tenant, &stored, Impact::Given(None)).await?;
            let concerns =
                |warning: &Warning| matches!(warning.code, WarningCode::BreakglassNotExcluded | WarningCode::BreakglassExclusionRemoved);
            self.unsafe_now = plan.warnings.into_iter().filter(concerns).collect();
        }
        Ok(self)
    }

    /// As the gate takes it.
    pub(crate) fn context<'a>(&'a self, tenant: &'a Tenant) -> GateContext<'a> {
        GateContext {
            tenant,
            members: &self.members,
            frozen: self.frozen.clone(),
            owned_by_rollout: self.owned_by_rollout,
            takes_twin_back: self.takes_twin_back,
            unsafe_now: self.unsafe_now.clone(),
        }
    }
}

/// These members and everybody who owns one of them, directly or through others.
pub(crate) async fn with_owners(tx: &Reader, workspace: WorkspaceId, ids: BTreeSet<MemberId>) -> AppResult<Vec<Member>> {
    let mut known: Vec<Member> = Vec::new();
    let mut asked: BTreeSet<MemberId> = BTreeSet::new();
    let mut next = ids;
    // Each round asks only for members never asked for before, so it ends where the chains do.
    while !next.is_empty() {
        let found = tx.members_by_ids(workspace, &next.iter().copied().collect::<Vec<_>>()).await?;
        asked.append(&mut next);
        next = found.iter().filter_map(|member| member.owned_by).filter(|owner| !asked.contains(owner)).collect();
        known.extend(found);
    }
    Ok(known)
}
