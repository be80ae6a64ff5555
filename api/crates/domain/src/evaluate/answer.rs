//! Three values: what is known to hold, what is known not to, and what nobody told.

use std::ops::Not;

/// An answer; ordered so that AND is the least and OR is the greatest of answers: in an AND, no beats unknown beats yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// It doesn't hold, whatever the facts that nobody told are.
    No,
    /// A fact that would decide is missing.
    Unknown,
    /// It holds, whatever the facts that nobody told are.
    Yes,
}

impl Answer {
    /// What is known.
    pub fn of(held: bool) -> Self {
        if held { Answer::Yes } else { Answer::No }
    }

    /// What may not be known.
    pub fn of_fact(fact: Option<bool>) -> Self {
        fact.map_or(Answer::Unknown, Answer::of)
    }
}

impl Not for Answer {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Answer::No => Answer::Yes,
            Answer::Unknown => Answer::Unknown,
            Answer::Yes => Answer::No,
        }
    }
}
