//! A policy rolled out in many tenants: which tenant may start its rollout, and which may go on to its next phase (rollout-engine.md A5.5).
//!
//! Waves of tenants go around phases of groups. The rules are those of a bulk change (`domain::bulk::wave`): canaries first, so many at
//! a time, until too many have failed. What is added: while one tenant stands at a breach, no other starts or goes on; what was learned
//! there is not paid for again elsewhere.

use super::status::{PauseReason, RolloutStatus};
use crate::bulk::wave::{Child, Standing, next};
use crate::bulk::{BulkStrategy, NotStarted};
use crate::id::TenantId;

/// One tenant of a rollout across tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRollout {
    /// The tenant, named once.
    pub tenant: TenantId,
    /// Where its rollout stands.
    pub status: RolloutStatus,
    /// Why that is paused, or on its way to be.
    pub pause: Option<PauseReason>,
}

impl TenantRollout {
    /// The sign-ins of this tenant speak against the policy, and nobody has dealt with it yet.
    pub fn breached(&self) -> bool {
        TenantRollout::speaks_against(self.status, self.pause)
    }

    /// Whether a rollout that stands so is at a breach.
    pub fn speaks_against(status: RolloutStatus, pause: Option<PauseReason>) -> bool {
        !status.terminal() && matches!(pause, Some(PauseReason::GuardTripped | PauseReason::EmergencyAccessBlocked))
    }

    fn standing(&self) -> Standing {
        match self.status {
            RolloutStatus::Planned => Standing::Waiting,
            RolloutStatus::Completed => Standing::Good,
            RolloutStatus::Cancelled | RolloutStatus::RolledBack => Standing::Failed,
            RolloutStatus::Advancing | RolloutStatus::Running | RolloutStatus::Paused | RolloutStatus::Reverting => Standing::Running,
        }
    }
}

/// What may happen now in a rollout across tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantWave {
    /// Start the rollouts of these tenants, in this order.
    pub start: Vec<TenantId>,
    /// The rollouts of these tenants may go on to their next phase, or complete, when they are proven healthy.
    pub may_advance: Vec<TenantId>,
    /// A breach in these tenants holds all others: resume or end their rollouts first.
    pub held_by: Vec<TenantId>,
    /// The rollouts of these tenants are not started any more.
    pub leave: Vec<(TenantId, NotStarted)>,
    /// Nothing runs, and nothing will.
    pub over: bool,
}

/// What may happen now. `tenants` go in their order. A breach holds everything until its rollout is resumed, or ended: then that tenant has
/// failed, and counts against the tolerance; a canary that has failed ends the wave.
pub fn tenant_wave(strategy: &BulkStrategy, tenants: &[TenantRollout]) -> TenantWave {
    let children: Vec<Child> = tenants
        .iter()
        .map(|tenant| Child { tenant: tenant.tenant, step: 0, canary: strategy.is_canary(tenant.tenant), standing: tenant.standing() })
        .collect();
    let wave = next(strategy, &children);
    let id = |index: &usize| tenants[*index].tenant;
    let held_by: Vec<TenantId> = tenants.iter().filter(|tenant| tenant.breached()).map(|tenant| tenant.tenant).collect();
    let held = !held_by.is_empty();
    let running = tenants.iter().filter(|tenant| tenant.status == RolloutStatus::Running);
    TenantWave {
        start: if held { Vec::new() } else { wave.start.iter().map(id).collect() },
        may_advance: if held { Vec::new() } else { running.map(|tenant| tenant.tenant).collect() },
        held_by,
        leave: wave.leave.iter().map(|(index, why)| (id(index), *why)).collect(),
        over: wave.over,
    }
}
