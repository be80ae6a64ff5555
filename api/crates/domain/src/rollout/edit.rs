//! Which phases a plan may have, made or edited by hand.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::compose::PhaseChoice;
use super::plan::{MAX_BAKE_SECONDS, MAX_PHASE_GROUPS, MAX_PHASES, Phase};
use super::record::Rollout;
use super::status::RolloutMode;

/// Phases that no plan can have. Phases are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhaseFault {
    /// None, or too many.
    #[error("a plan has 1 to {MAX_PHASES} phases, not {0}")]
    Count(usize),
    /// A phase with no groups, or with too many.
    #[error("phase {phase} has {groups} groups: it needs 1 to {MAX_PHASE_GROUPS}")]
    Groups {
        /// Which phase.
        phase: usize,
        /// How many it has.
        groups: usize,
    },
    /// A group in two phases, or twice in one.
    #[error("group {group} is in phase {phase} and was named before: a group is in one phase only")]
    Repeated {
        /// Which group.
        group: Uuid,
        /// Where it is named again.
        phase: usize,
    },
    /// A group that nobody knows, or that has no members.
    #[error("group {group} of phase {phase} does not exist, has no members, or cannot be included: choose another one")]
    Unusable {
        /// Which group.
        group: Uuid,
        /// In which phase.
        phase: usize,
    },
    /// A bake that is too short or too long.
    #[error("phase {phase} runs {seconds} seconds at least: {least} to {MAX_BAKE_SECONDS} are possible")]
    Bake {
        /// Which phase.
        phase: usize,
        /// What it has.
        seconds: u32,
        /// The least.
        least: u32,
    },
    /// A phase that has started was changed.
    #[error("phase {0} has started: its groups and its time stay as they are")]
    Started(usize),
    /// The rollout has ended, or is being ended.
    #[error("the rollout has ended: it is not edited any more")]
    Ended,
}

impl PhaseFault {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            PhaseFault::Count(_) => "PHASE_COUNT",
            PhaseFault::Groups { .. } => "PHASE_GROUPS",
            PhaseFault::Repeated { .. } => "GROUP_REPEATED",
            PhaseFault::Unusable { .. } => "GROUP_UNUSABLE",
            PhaseFault::Bake { .. } => "PHASE_BAKE",
            PhaseFault::Started(_) => "PHASE_STARTED",
            PhaseFault::Ended => "ROLLOUT_ENDED",
        }
    }
}

/// Refuses phases that no plan can have. `usable` are the groups that exist, have members, and can be included in a policy; `floor` is the
/// shortest bake of an automatic rollout's phase, in seconds: a person may be faster.
pub fn validate_phases(phases: &[PhaseChoice], usable: &BTreeSet<Uuid>, mode: RolloutMode, floor: u32) -> Result<(), PhaseFault> {
    if !(1..=MAX_PHASES).contains(&phases.len()) {
        return Err(PhaseFault::Count(phases.len()));
    }
    let least = if mode == RolloutMode::Automatic { floor } else { 0 };
    let mut named = BTreeSet::new();
    for (phase, choice) in (1..).zip(phases) {
        if !(1..=MAX_PHASE_GROUPS).contains(&choice.groups.len()) {
            return Err(PhaseFault::Groups { phase, groups: choice.groups.len() });
        }
        for group in choice.groups.iter().copied() {
            if !named.insert(group) {
                return Err(PhaseFault::Repeated { group, phase });
            }
            if !usable.contains(&group) {
                return Err(PhaseFault::Unusable { group, phase });
            }
        }
        if !(least..=MAX_BAKE_SECONDS).contains(&choice.min_bake_seconds) {
            return Err(PhaseFault::Bake { phase, seconds: choice.min_bake_seconds, least });
        }
    }
    Ok(())
}

impl Rollout {
    /// How many phases have started, the one that it is on its way to among them: these are not edited any more.
    pub fn started_phases(&self) -> u8 {
        let coming = self.goal.filter(|goal| goal.kind.forward()).map_or(0, |goal| goal.phase);
        // A phase that was taken back can be edited again.
        self.phase.max(coming)
    }

    /// Refuses an edit of phases that have started, or of a rollout that has ended. Groups of a phase are compared as a set.
    pub fn may_edit(&self, phases: &[PhaseChoice]) -> Result<(), PhaseFault> {
        let ending = self.goal.is_some_and(|goal| goal.status().terminal());
        if self.status.terminal() || ending {
            return Err(PhaseFault::Ended);
        }
        let started = usize::from(self.started_phases());
        let same = |before: &Phase, after: &PhaseChoice| {
            let set = |groups: &[Uuid]| groups.iter().copied().collect::<BTreeSet<_>>();
            set(&before.groups) == set(&after.groups) && before.min_bake_seconds == after.min_bake_seconds
        };
        let changed = self
            .plan
            .phases
            .iter()
            .take(started)
            .enumerate()
            .find(|(index, before)| phases.get(*index).is_none_or(|after| !same(before, after)));
        changed.map_or(Ok(()), |(index, _)| Err(PhaseFault::Started(index + 1)))
    }
}
