//! A group that can be a part of a phase, and how much it weighs.

use roaring::RoaringBitmap;
use uuid::Uuid;

use super::wilson::{WHOLE, rate};

/// A group that can be a part of a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupFacts {
    /// Its id in Entra.
    pub group: Uuid,
    /// Its name.
    pub name: String,
    /// Its members, transitively, by numbers that the caller gave to the tenant's users.
    pub members: RoaringBitmap,
    /// Their sign-ins in the window.
    pub sign_ins: u64,
    /// Of these, what this policy would have refused.
    pub blocked: u64,
    /// Of these, in which this policy would have asked for something.
    pub interrupted: u64,
    /// Of these, what other enabled policies refused or interrupted.
    pub affected_by_others: u64,
    /// Names of the policies that use it, now or earlier.
    pub used_in: Vec<String>,
}

/// What a member counts who is not affected at all; one all of whose sign-ins are refused counts eleven times that.
const BASE: u64 = 1_000;

/// A refusal weighs as much as so many interruptions.
const REFUSAL: u64 = 4;

impl GroupFacts {
    /// How much is disturbed by turning the policy on for the group: members, each the heavier the more of the group's sign-ins are refused
    /// or interrupted, by this policy (a refusal four times an interruption) or, as a hint, by others. A group that nobody signed in
    /// from is taken as half affected: no sign-ins are no proof of harmlessness. Weights are ours; the source names the factors.
    pub fn score(&self) -> u64 {
        self.members.len().saturating_mul(BASE + self.risk())
    }

    /// 0 to [`WHOLE`].
    fn risk(&self) -> u64 {
        if self.sign_ins == 0 {
            return u64::from(WHOLE) / 2;
        }
        let share = |part| u64::from(rate(part, self.sign_ins));
        (REFUSAL * share(self.blocked) + share(self.interrupted) + share(self.affected_by_others)) / (REFUSAL + 2)
    }
}
