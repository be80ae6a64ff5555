//! `Tenant.policyOverlaps`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::evaluate::Rule;
use domain::id::{PolicyId, TenantId};
use domain::overlap::{Candidate, Overlap, OverlapKind, Overlaps, overlaps};
use domain::summary::{AppliedResult, Chunk};
use domain::workspace::Actor;
use futures_util::TryStreamExt;
use uuid::Uuid;

use super::basis::Basis;
use super::{NotMeasurable, on_a_thread};
use crate::App;
use crate::error::AppResult;

/// Days of sign-ins in which pairs are counted.
const DAYS: u32 = 7;

/// The overlaps of a tenant's policies at a moment.
#[derive(Clone, Debug)]
pub struct TenantOverlaps {
    /// When people were read.
    pub people_as_of: Option<DateTime<Utc>>,
    /// Up to when sign-ins are known; `None`: none were read.
    pub data_through: Option<DateTime<Utc>>,
    /// The pairs, or why there are none.
    pub pairs: Result<Vec<PolicyOverlap>, NotMeasurable>,
    /// How many of each kind.
    pub counts: BTreeMap<OverlapKind, u64>,
    /// Policies that were compared.
    pub policies: u64,
    /// Policies beyond the most that are compared.
    pub left_out: u64,
}

/// A pair with what we call its policies.
#[derive(Clone, Debug)]
pub struct PolicyOverlap {
    /// What the documents say.
    pub overlap: Overlap,
    /// The one.
    pub first: PolicyId,
    /// The other.
    pub second: PolicyId,
    /// Sign-ins of the last seven days to which Entra applied both; `None` where the log was not read or tells nothing of policies.
    pub sign_ins: Option<u64>,
    /// Applications that both are for, by id with their names.
    pub apps: Option<Vec<(String, String)>>,
}

impl App {
    /// Pairs of enabled and report-only policies that meet, the gravest first. Computed from what is stored.
    pub async fn policy_overlaps(&self, actor: &Actor, tenant: TenantId) -> AppResult<Arc<TenantOverlaps>> {
        let asked = self.asked(actor, tenant, DAYS).await?;
        if let Some(known) = self.computations().overlaps.find(&asked.key) {
            return Ok(known);
        }
        let turn = self.turn().await?;
        let mut answer = TenantOverlaps {
            people_as_of: asked.people_as_of,
            data_through: asked.data_through,
            pairs: Ok(Vec::new()),
            counts: BTreeMap::new(),
            policies: 0,
            left_out: 0,
        };
        match self.basis(&asked).await? {
            Err(why) => answer.pairs = Err(why),
            Ok(basis) => {
                let mut seen = Seen::default();
                let reader = self.store().reader();
                let mut stored = std::pin::pin!(reader.sign_in_chunks(asked.tenant.workspace_id, asked.tenant.id, asked.days.clone()));
                while let Some(chunk) = stored.try_next().await? {
                    seen.add(&chunk);
                }
                let (found, pairs) = on_a_thread(move || compare(&basis, &seen)).await?;
                answer =
                    TenantOverlaps { pairs: Ok(pairs), counts: found.counts, policies: found.policies, left_out: found.left_out, ..answer };
            }
        }
        drop(turn);
        let answer = Arc::new(answer);
        self.computations().overlaps.keep(asked.key, &answer);
        Ok(answer)
    }
}

/// Sign-ins by two policies that both applied, the one with the lower id first.
#[derive(Default)]
struct Seen {
    pairs: HashMap<(Uuid, Uuid), u64>,
    /// Whether the log told which policies applied, of any sign-in.
    told: bool,
}

impl Seen {
    fn add(&mut self, chunk: &Chunk) {
        let mut counts = vec![0u64; chunk.outcomes.len()];
        for (outcome, count) in chunk.rows.outcome.iter().zip(&chunk.rows.sign_ins) {
            counts[*outcome as usize] += u64::from(*count);
        }
        for (outcome, count) in chunk.outcomes.iter().zip(counts) {
            self.told |= outcome.told;
            let applied: Vec<Uuid> = outcome.results.iter().filter(|(_, result)| applies(*result)).map(|(policy, _)| *policy).collect();
            for (at, a) in applied.iter().enumerate() {
                applied[at + 1..].iter().for_each(|b| *self.pairs.entry((*a.min(b), *a.max(b))).or_default() += count);
            }
        }
    }

    fn both(&self, a: Uuid, b: Uuid) -> u64 {
        self.pairs.get(&(a.min(b), a.max(b))).copied().unwrap_or_default()
    }
}

fn applies(result: AppliedResult) -> bool {
    use AppliedResult::*;
    matches!(result, Success | Failure | ReportOnlySuccess | ReportOnlyFailure | ReportOnlyInterrupted)
}

fn compare(basis: &Basis, seen: &Seen) -> (Overlaps, Vec<PolicyOverlap>) {
    let rules: Vec<Rule> = basis.policies.iter().map(|(_, document)| Rule::new(document, &basis.surroundings)).collect();
    let candidates: Vec<Candidate<'_>> =
        basis.policies.iter().zip(&rules).map(|((_, document), rule)| Candidate { document, rule }).collect();
    let apps: Vec<String> = basis.apps.keys().cloned().collect();
    let mut found = overlaps(&candidates, &basis.people, &basis.surroundings, &apps);
    let pairs = std::mem::take(&mut found.pairs);
    let graph_id = |at: usize| basis.policies[at].1.graph_id();
    let named = |id: &String| (id.clone(), basis.apps.get(id).cloned().unwrap_or_else(|| id.clone()));
    let pairs = pairs
        .into_iter()
        .map(|overlap| PolicyOverlap {
            first: basis.policies[overlap.first].0,
            second: basis.policies[overlap.second].0,
            sign_ins: seen.told.then(|| graph_id(overlap.first).zip(graph_id(overlap.second)).map_or(0, |(a, b)| seen.both(a, b))),
            apps: overlap.apps.as_ref().map(|apps| apps.iter().map(named).collect()),
            overlap,
        })
        .collect();
    (found, pairs)
}
