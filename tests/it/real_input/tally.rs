//! What became of the documents, set by set.

use std::collections::BTreeMap;
use std::fmt;

use domain::change::kind::ChangeKind;

/// What became of one document.
#[derive(Clone, Debug, Default)]
pub struct Fate {
    /// Where it was refused and why.
    pub refused: Option<(&'static str, String)>,
    /// Created.
    pub created: bool,
    /// Kinds that changed it and were rolled back.
    pub changed: Vec<ChangeKind>,
    /// Kinds of which no payload fits it.
    pub unfit: Vec<ChangeKind>,
    /// Deleted.
    pub deleted: bool,
    /// Restored.
    pub restored: bool,
    /// What must not happen.
    pub broken: Vec<String>,
}

impl Fate {
    /// It was refused before anything was written.
    pub fn refused(stage: &'static str, reason: String) -> Self {
        let broken = if reason.trim().len() < 10 { vec![format!("refused at the {stage} without a reason")] } else { Vec::new() };
        Fate { refused: Some((stage, reason)), broken, ..Fate::default() }
    }

    /// It is in the tenant.
    pub fn created() -> Self {
        Fate { created: true, ..Fate::default() }
    }

    /// Something went wrong that may not.
    pub fn broken(why: impl Into<String>) -> Self {
        Fate { broken: vec![why.into()], ..Fate::default() }
    }

    /// A kind was tried.
    pub fn kind(&mut self, kind: ChangeKind, done: bool) {
        if done { self.changed.push(kind) } else { self.unfit.push(kind) }
    }
}

/// Counts.
#[derive(Default)]
pub struct Tally {
    sets: BTreeMap<String, [usize; 7]>,
    reasons: BTreeMap<(&'static str, String), usize>,
    kinds: BTreeMap<ChangeKind, (usize, usize)>,
    broken: Vec<String>,
}

const COLUMNS: [&str; 7] = ["documents", "created", "changed", "rolled back", "deleted", "restored", "refused"];

impl Tally {
    /// Adds one document.
    pub fn add(&mut self, set: &str, path: &str, fate: Fate) {
        let changes = fate.changed.len();
        let refused = usize::from(fate.refused.is_some());
        let row = [1, usize::from(fate.created), changes, changes, usize::from(fate.deleted), usize::from(fate.restored), refused];
        let counts = self.sets.entry(set.to_owned()).or_default();
        counts.iter_mut().zip(row).for_each(|(count, more)| *count += more);
        if let Some((stage, reason)) = fate.refused {
            *self.reasons.entry((stage, general(&reason))).or_default() += 1;
        }
        fate.changed.iter().for_each(|kind| self.kinds.entry(*kind).or_default().0 += 1);
        fate.unfit.iter().for_each(|kind| self.kinds.entry(*kind).or_default().1 += 1);
        self.broken.extend(fate.broken.into_iter().map(|why| format!("{path}: {why}")));
    }

    /// Adds another lane's.
    pub fn merge(&mut self, other: Tally) {
        for (set, row) in other.sets {
            let counts = self.sets.entry(set).or_default();
            counts.iter_mut().zip(row).for_each(|(count, more)| *count += more);
        }
        other.reasons.into_iter().for_each(|(reason, count)| *self.reasons.entry(reason).or_default() += count);
        for (kind, (done, unfit)) in other.kinds {
            let counts = self.kinds.entry(kind).or_default();
            *counts = (counts.0 + done, counts.1 + unfit);
        }
        self.broken.extend(other.broken);
    }

    /// Documents counted.
    pub fn documents(&self) -> usize {
        self.sets.values().map(|row| row[0]).sum()
    }

    /// Documents that were created.
    pub fn created(&self) -> usize {
        self.sets.values().map(|row| row[1]).sum()
    }

    /// What must not happen.
    pub fn broken(&self) -> &[String] {
        &self.broken
    }
}

/// A reason without the ids and names that it mentions, so that equal ones are counted together.
fn general(reason: &str) -> String {
    let words = reason.split(' ').map(|word| if word.chars().filter(char::is_ascii_digit).count() > 6 { "..." } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(160).collect()
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| set | {} |", COLUMNS.join(" | "))?;
        writeln!(f, "|---|{}", "---|".repeat(COLUMNS.len()))?;
        let mut total = [0; 7];
        for (set, row) in &self.sets {
            total.iter_mut().zip(row).for_each(|(total, count)| *total += count);
            writeln!(f, "| {set} | {} |", row.map(|count| count.to_string()).join(" | "))?;
        }
        writeln!(f, "| total | {} |\n", total.map(|count| count.to_string()).join(" | "))?;
        writeln!(f, "| kind | changed and rolled back | no payload fits |\n|---|---|---|")?;
        for (kind, (done, unfit)) in &self.kinds {
            writeln!(f, "| `{kind}` | {done} | {unfit} |")?;
        }
        writeln!(f, "\n| refused at | reason | documents |\n|---|---|---|")?;
        for ((stage, reason), count) in &self.reasons {
            writeln!(f, "| {stage} | {reason} | {count} |")?;
        }
        Ok(())
    }
}
