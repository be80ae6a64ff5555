//! How a sign-in stands to what a policy asks for, as long as not every fact is told: the standings that are still possible.

use crate::text_enum;

text_enum! {
    /// How a sign-in stands to what a policy asks for.
    Standing {
        /// All is met.
        Satisfied = "SATISFIED",
        /// The user would have to do something: prove a second factor, accept terms, change the password.
        Interrupted = "INTERRUPTED",
        /// It blocks, or asks for what no prompt can give.
        Refused = "REFUSED",
        /// A fact that would decide is missing.
        Unknown = "UNKNOWN",
    }
}

/// A set of standings, never empty: one bit each, the better the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Possible(u8);

impl Possible {
    pub(super) const SATISFIED: Possible = Possible(1);
    pub(super) const INTERRUPTED: Possible = Possible(2);
    pub(super) const REFUSED: Possible = Possible(4);
    pub(super) const ANYTHING: Possible = Possible(7);

    /// What no prompt can give.
    pub(super) fn held(fact: Option<bool>) -> Self {
        match fact {
            Some(true) => Possible::SATISFIED,
            Some(false) => Possible::REFUSED,
            None => Possible::SATISFIED.either(Possible::REFUSED),
        }
    }

    /// What either allows.
    pub(super) fn either(self, other: Self) -> Self {
        Possible(self.0 | other.0)
    }

    /// What it allows, or that all is met.
    pub(super) fn or_satisfied(self) -> Self {
        self.either(Possible::SATISFIED)
    }

    /// Both are asked for: as bad as the worse of the two.
    pub(super) fn and(self, other: Self) -> Self {
        self.combine(other, u8::max)
    }

    /// One of them is enough: as good as the better of the two.
    pub(super) fn or(self, other: Self) -> Self {
        self.combine(other, u8::min)
    }

    fn combine(self, other: Self, choose: fn(u8, u8) -> u8) -> Self {
        let bits = |set: Possible| [1u8, 2, 4].into_iter().filter(move |bit| set.0 & bit != 0);
        Possible(bits(self).flat_map(|mine| bits(other).map(move |theirs| choose(mine, theirs))).fold(0, |set, bit| set | bit))
    }

    /// The best that is possible, the lower the better.
    pub(super) fn best(self) -> u8 {
        self.0 & self.0.wrapping_neg()
    }

    /// Whether all might be met.
    pub(super) fn may_be_satisfied(self) -> bool {
        self.0 & Possible::SATISFIED.0 != 0
    }

    /// The one standing that is possible.
    pub(super) fn standing(self) -> Standing {
        match self {
            Possible::SATISFIED => Standing::Satisfied,
            Possible::INTERRUPTED => Standing::Interrupted,
            Possible::REFUSED => Standing::Refused,
            _ => Standing::Unknown,
        }
    }
}
