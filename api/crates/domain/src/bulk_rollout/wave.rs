//! What is to be done with a rollout across tenants now, and what each tenant's rollout may do meanwhile.

use super::item::{BulkRolloutItem, ChildRollout};
use super::record::BulkRollout;
use crate::bulk::NotStarted;
use crate::id::TenantId;
use crate::rollout::{RolloutMode, RolloutStatus, TenantRollout, tenant_wave};

/// What is to be done now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextWave {
    /// Start the rollouts of these tenants, in this order.
    pub start: Vec<TenantId>,
    /// These tenants are not started any more.
    pub leave: Vec<(TenantId, NotStarted)>,
    /// A breach in these tenants holds all others.
    pub held_by: Vec<TenantId>,
    /// A tenant could not be started for a reason that may pass: look again.
    pub again: bool,
}

/// What is to be done now: nothing before the start, and nothing forward while a member holds it.
///
/// A tenant that could not be started for a reason that may pass gives its turn to the next one, unless it is a canary; one that a member has
/// to act on has failed.
pub fn next_wave(bulk: &BulkRollout, items: &[(BulkRolloutItem, Option<ChildRollout>)]) -> NextWave {
    if bulk.started.is_none() {
        return NextWave::default();
    }
    let parts = items.iter().filter(|(item, child)| item.excluded.is_none() && item.not_started.is_none() && child.is_some());
    let mut deferred = Vec::new();
    let mut tenants = Vec::new();
    for (item, child) in parts {
        let Some(child) = child else { continue };
        let refused = item.refused.as_ref().filter(|_| child.status == RolloutStatus::Planned);
        let mut status = child.status;
        match refused {
            Some(refused) if refused.passing => deferred.push(item.tenant_id),
            Some(_) => status = RolloutStatus::Cancelled,
            None => {}
        }
        tenants.push(TenantRollout { tenant: item.tenant_id, status, pause: child.pause });
    }
    // Those that wait for something come last, so that it is the others' turn first.
    let canary = |tenant: TenantId| bulk.strategy.is_canary(tenant);
    tenants.sort_by_key(|tenant| deferred.contains(&tenant.tenant) && !canary(tenant.tenant));
    let wave = tenant_wave(&bulk.strategy, &tenants);
    NextWave {
        start: if bulk.hold.is_some() { Vec::new() } else { wave.start },
        leave: wave.leave,
        held_by: wave.held_by,
        again: !deferred.is_empty(),
    }
}

/// What the whole lets one tenant's rollout do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaveSignal {
    /// Why it may not go forward at all, in a sentence.
    pub held: Option<String>,
    /// The last phase that was released; `None`: all are. Its completion counts as the phase after its last.
    pub released: Option<u8>,
}

impl WaveSignal {
    /// Why the rollout may not go on to this phase, in a sentence; `None`: it may.
    pub fn holds(&self, phase: u8) -> Option<String> {
        let unreleased = self.released.is_some_and(|released| phase > released);
        let text = || format!("phase {phase} was not released for the tenants: release it by advanceBulkRollout");
        self.held.clone().or_else(|| unreleased.then(text))
    }
}

/// What the whole lets the rollout of `tenant` do. `breached`: the tenants that stand at a breach. None is named: whoever sees one tenant need not
/// know of the others.
pub fn wave_signal(bulk: &BulkRollout, tenant: TenantId, breached: &[TenantId]) -> WaveSignal {
    let other = breached.iter().any(|breached| *breached != tenant);
    let held = match &bulk.hold {
        Some(hold) => Some(format!("the rollout across tenants is paused ({}): resume it first", hold.reason)),
        None if other => {
            Some("the rollout in another tenant stands at a breach, which holds all of them: resume or end that one first".to_owned())
        }
        None => None,
    };
    let released = (bulk.mode == RolloutMode::Manual).then_some(bulk.released_phase);
    WaveSignal { held, released }
}
