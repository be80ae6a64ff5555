//! Counting.

use std::collections::BTreeMap;
use std::fmt;

use domain::evaluate::Clause;

use crate::corpus::Sample;

/// What was compared.
#[derive(Debug, Default)]
pub struct Tally {
    /// Sign-ins.
    pub sign_ins: usize,
    /// Pairs of a policy and a sign-in: ours, theirs, how often.
    pub results: BTreeMap<(String, String), u64>,
    /// All policies of the tenant together: ours, theirs, how often.
    pub statuses: BTreeMap<(String, String), u64>,
    /// Pairs with different answers, or with none of ours, by sample and the pair of answers.
    pub by_sample: BTreeMap<(String, String, String), u64>,
    /// Some of the pairs that differ.
    pub differences: Vec<Difference>,
}

/// A pair that differs.
#[derive(Debug)]
pub struct Difference {
    /// The policy.
    pub sample: String,
    /// The clause that decided ours.
    pub decided_by: Option<Clause>,
    /// The sign-in, in short.
    pub sign_in: String,
}

/// Our word for "can't be told".
const UNKNOWN: &str = "unknown";
/// Differences that are kept of one sample.
const OF_ONE_SAMPLE: u64 = 2;

impl Tally {
    /// Pairs that were compared.
    pub fn pairs(&self) -> u64 {
        self.results.values().sum()
    }

    /// Pairs with the same answer.
    pub fn equal(&self) -> u64 {
        self.results.iter().filter(|((ours, theirs), _)| ours == theirs).map(|(_, count)| count).sum()
    }

    /// Pairs that we can't tell.
    pub fn unknown(&self) -> u64 {
        self.results.iter().filter(|((ours, _), _)| ours == UNKNOWN).map(|(_, count)| count).sum()
    }

    /// Pairs with another answer.
    pub fn different(&self) -> u64 {
        self.pairs() - self.equal() - self.unknown()
    }

    pub(crate) fn alone(&mut self, sample: &Sample, ours: &str, theirs: &str, difference: impl FnOnce() -> Difference) {
        *self.results.entry((ours.to_owned(), theirs.to_owned())).or_default() += 1;
        if ours != theirs {
            let seen = self.by_sample.entry((sample.name.clone(), ours.to_owned(), theirs.to_owned())).or_default();
            *seen += 1;
            if *seen <= OF_ONE_SAMPLE {
                self.differences.push(difference());
            }
        }
    }

    pub(crate) fn together(&mut self, ours: Option<&str>, theirs: &str) {
        *self.statuses.entry((ours.unwrap_or(UNKNOWN).to_owned(), theirs.to_owned())).or_default() += 1;
    }

    /// Adds what another thread counted.
    pub fn merge(&mut self, other: Tally) {
        self.sign_ins += other.sign_ins;
        for (into, from) in [(&mut self.results, other.results), (&mut self.statuses, other.statuses)] {
            from.into_iter().for_each(|(key, count)| *into.entry(key).or_default() += count);
        }
        other.by_sample.into_iter().for_each(|(key, count)| *self.by_sample.entry(key).or_default() += count);
        self.differences.extend(other.differences);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>12} sign-ins\n{:>12} pairs", self.sign_ins, self.pairs())?;
        writeln!(f, "{:>12} equal\n{:>12} unknown\n{:>12} different\n", self.equal(), self.unknown(), self.different())?;
        for (title, table) in [("one policy", &self.results), ("all policies of the tenant", &self.statuses)] {
            writeln!(f, "{title}\n{:>24} {:>24} {:>12}", "ours", "theirs", "count")?;
            table.iter().try_for_each(|((ours, theirs), count)| writeln!(f, "{ours:>24} {theirs:>24} {count:>12}"))?;
            writeln!(f)?;
        }
        for ((sample, ours, theirs), count) in &self.by_sample {
            writeln!(f, "{ours:>24} {theirs:>24} {count:>12}  {sample}")?;
        }
        for difference in self.differences.iter().filter(|_| self.different() > 0) {
            writeln!(f, "{difference:?}")?;
        }
        Ok(())
    }
}
