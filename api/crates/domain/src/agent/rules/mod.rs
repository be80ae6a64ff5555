//! The rules: from facts to findings. Pure: a replay of a stored input gives the same.

mod arrivals;
mod consolidation;
mod documents;
mod exclusions;
mod gap;
mod gaps;
mod ready;
mod review;

use super::{AgentInput, Analysis, Finding, MAX_FINDINGS, MAX_SKIPPED, SkipReason, Skipped, SuggestionKind};

pub use ready::FEWEST_GROUPS;

/// What a rule gives.
#[derive(Default)]
struct Given {
    findings: Vec<Finding>,
    skipped: Vec<Skipped>,
}

impl Given {
    fn skip(&mut self, kind: SuggestionKind, reason: SkipReason, text: impl Into<String>) {
        self.skipped.push(Skipped { kind, reason, text: text.into() });
    }
}

/// Decides what to suggest. Findings are in the order of the kinds and of their subjects.
pub fn suggest(input: &AgentInput) -> Analysis {
    let mut given = Given::default();
    for kind in SuggestionKind::ALL {
        let off = match kind {
            SuggestionKind::PhasedRollout => !input.settings.phased_rollout || !input.settings.on(*kind),
            kind => !input.settings.on(*kind),
        };
        if off {
            given.skip(*kind, SkipReason::RuleOff, "switched off by the tenant's settings");
        }
    }
    gaps::find(input, &mut given);
    arrivals::find(input, &mut given);
    exclusions::find(input, &mut given);
    ready::find(input, &mut given);
    consolidation::find(input, &mut given);
    review::find(input, &mut given);

    let off: Vec<SuggestionKind> = given.skipped.iter().filter(|skip| skip.reason == SkipReason::RuleOff).map(|skip| skip.kind).collect();
    given.findings.retain(|finding| !off.contains(&finding.kind));
    given.skipped.retain(|skip| skip.reason == SkipReason::RuleOff || !off.contains(&skip.kind));
    given.findings.sort_by(|a, b| (a.kind, &a.subject).cmp(&(b.kind, &b.subject)));
    if given.findings.len() > MAX_FINDINGS {
        let last = given.findings[MAX_FINDINGS].kind;
        let text = format!("a run gives {MAX_FINDINGS} findings; left for the next one: {}", given.findings.len() - MAX_FINDINGS);
        given.findings.truncate(MAX_FINDINGS);
        given.skip(last, SkipReason::LimitReached, text);
    }
    given.skipped.sort();
    given.skipped.dedup();
    given.skipped.truncate(MAX_SKIPPED);
    Analysis { findings: given.findings, skipped: given.skipped }
}

/// "1 user", "2 users".
fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
