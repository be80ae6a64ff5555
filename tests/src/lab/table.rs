//! The table that the harness prints, and the bounds it holds.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use domain::change::kind::ChangeKind;

use super::check::{Ending, Finding, Record};

/// Most broken promises that are told.
const TOLD: usize = 20;

/// Runs by kind.
#[derive(Default)]
pub struct Table {
    rows: BTreeMap<ChangeKind, Row>,
    broken: Vec<String>,
}

#[derive(Default)]
struct Row {
    runs: usize,
    taken_over: usize,
    applied: usize,
    failed: BTreeMap<&'static str, usize>,
    unknown: usize,
    lost: usize,
    doubled: usize,
    other: usize,
    elapsed: Duration,
}

impl Table {
    /// Counts a run.
    pub fn add(&mut self, record: &Record) {
        let row = self.rows.entry(record.kind).or_default();
        row.runs += 1;
        row.taken_over += record.taken_over;
        row.elapsed += record.elapsed;
        match &record.ending {
            Ending::Applied => row.applied += 1,
            Ending::Failed(code) => *row.failed.entry(code).or_default() += 1,
            Ending::Unknown(_) => row.unknown += 1,
            Ending::Open => {}
        }
        for (finding, what) in &record.findings {
            match finding {
                Finding::Lost => row.lost += 1,
                Finding::Doubled => row.doubled += 1,
                _ => row.other += 1,
            }
            self.broken.push(format!("{} run {} [{}]: {finding:?}: {what}", record.kind, record.number, record.scenario));
        }
    }

    /// How many runs it has.
    pub fn runs(&self) -> usize {
        self.rows.values().map(|row| row.runs).sum()
    }

    /// The kinds it has.
    pub fn kinds(&self) -> Vec<ChangeKind> {
        self.rows.keys().copied().collect()
    }

    /// What was broken, one line each; the first few of many.
    pub fn broken(&self) -> Option<String> {
        let told = self.broken.iter().take(TOLD).cloned().collect::<Vec<_>>().join("\n");
        (!self.broken.is_empty()).then(|| format!("{} broken promises:\n{told}", self.broken.len()))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28} {:>6} {:>10} {:>8} {:>8} {:>5} {:>8} {:>6} {:>6}  failed with",
            "kind", "runs", "take-overs", "applied", "unknown", "lost", "doubled", "other", "ms"
        )?;
        let mut all = Row::default();
        for (kind, row) in &self.rows {
            line(f, kind.as_str(), row)?;
            all.runs += row.runs;
            all.taken_over += row.taken_over;
            all.applied += row.applied;
            all.unknown += row.unknown;
            all.lost += row.lost;
            all.doubled += row.doubled;
            all.other += row.other;
            all.elapsed += row.elapsed;
            row.failed.iter().for_each(|(code, count)| *all.failed.entry(code).or_default() += count);
        }
        line(f, "all", &all)
    }
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, row: &Row) -> fmt::Result {
    let failed = row.failed.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join(", ");
    let each = row.elapsed.as_millis() / row.runs.max(1) as u128;
    writeln!(
        f,
        "{name:<28} {:>6} {:>10} {:>8} {:>8} {:>5} {:>8} {:>6} {each:>6}  {failed}",
        row.runs, row.taken_over, row.applied, row.unknown, row.lost, row.doubled, row.other
    )
}
