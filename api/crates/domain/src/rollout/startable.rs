//! Whether a phase can start: its groups are there, have members, and are the size that was planned for.

use super::record::Rollout;
use super::signals::{Signals, Unavailable};
use super::status::PauseReason;

/// Why a phase cannot start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotStartable {
    /// A group is gone or empty.
    Groups(String),
    /// Its groups have grown since they were planned.
    Grown(String),
    /// The groups could not be read.
    Unknown(Unavailable),
}

impl NotStartable {
    /// The same in a sentence.
    pub fn text(&self) -> String {
        match self {
            NotStartable::Groups(text) | NotStartable::Grown(text) => text.clone(),
            NotStartable::Unknown(why) => format!("the groups of the phase could not be read ({why})"),
        }
    }

    /// The reason of the pause that an automatic rollout makes of it; `None`: it waits.
    pub(super) const fn pause(&self) -> Option<PauseReason> {
        match self {
            NotStartable::Groups(_) => Some(PauseReason::GroupsChanged),
            NotStartable::Grown(_) => Some(PauseReason::Drift),
            NotStartable::Unknown(_) => None,
        }
    }
}

/// Whether the groups of a phase are as they were planned. A phase that the plan does not have is startable: nothing speaks against it.
///
/// Growth is measured over the groups of the phase together, by the members of each: one of two groups is counted in both, now as then.
pub fn startable(rollout: &Rollout, phase: u8, signals: &Signals) -> Result<(), NotStartable> {
    let Some(planned) = rollout.plan.phase(phase) else { return Ok(()) };
    let groups = match &signals.groups {
        super::signals::Fetched::Known(groups) => groups,
        super::signals::Fetched::Unavailable(why) => return Err(NotStartable::Unknown(*why)),
    };
    let known = |group| rollout.plan.groups.iter().find(|known| known.group == group);
    let (mut then, mut now) = (0_u64, 0_u64);
    for group in &planned.groups {
        let name = known(*group).map_or_else(|| group.to_string(), |known| format!("'{}'", known.name));
        match groups.get(group) {
            None => return Err(NotStartable::Groups(format!("group {name} of phase {phase} is gone"))),
            Some(0) => return Err(NotStartable::Groups(format!("group {name} of phase {phase} has no members"))),
            Some(members) => {
                now = now.saturating_add(*members);
                then = then.saturating_add(known(*group).map_or(*members, |known| known.members));
            }
        }
    }
    let most = u128::from(then) * (100 + u128::from(rollout.guard.max_growth_percent));
    if u128::from(now) * 100 > most {
        let text = format!("the groups of phase {phase} have grown from {then} to {now} members since they were planned");
        return Err(NotStartable::Grown(text));
    }
    Ok(())
}
