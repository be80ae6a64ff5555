//! From compressed days to the figures of several documents, on a thread of its own.

use std::collections::HashMap;

use domain::document::PolicyDocument;
use domain::evaluate::{Rule, Surroundings};
use domain::impact::tally::{GroupMembers, Tallies};
use domain::impact::{Figures, ImpactReason, ImpactSource, Observation, Simulation};
use domain::people::People;
use domain::signin::{Identity, User, Workload};
use domain::summary::{Chunk, Person};
use serde_json::json;
use store::StoreError;
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

/// What reports are computed from, beside the sign-ins.
pub(super) struct Basis {
    /// Named locations and strengths.
    pub(super) surroundings: Surroundings,
    /// Names of groups.
    pub(super) names: HashMap<Uuid, String>,
    /// Who is in which group and role.
    pub(super) people: People,
    /// The documents; with the policy's Graph id where its own results are counted too.
    pub(super) documents: Vec<(Option<Uuid>, PolicyDocument)>,
}

/// One report's figures.
pub(super) struct Computed {
    /// Which document, by its place.
    pub(super) document: usize,
    pub(super) source: ImpactSource,
    pub(super) figures: Figures,
    /// Why they tell nothing.
    pub(super) reason: Option<ImpactReason>,
}

/// Folds all days into reports: for each document a simulated one, and an observed one where Entra evaluates it.
pub(super) fn compute(mut basis: Basis, mut days: Receiver<Vec<Vec<u8>>>) -> Result<Vec<Computed>, StoreError> {
    basis.people.ask_about(basis.documents.iter().flat_map(|(_, document)| groups(document)));
    let index = basis.people.index();
    let identity = |person: &Person| match person.workload {
        true => Identity::Workload(Workload { id: person.id, single_tenant: None, attributes: None }),
        false => {
            // The directory knows better; the log knows those who are not in it.
            let known = index.user(person.id);
            let (kind, home_tenant) = (known.kind.or(person.kind), known.home_tenant.or(person.home_tenant));
            Identity::User(User { kind, home_tenant, ..known })
        }
    };
    let rules: Vec<Rule> = basis.documents.iter().map(|(_, document)| Rule::new(&enforced(document), &basis.surroundings)).collect();
    let mut simulated: Vec<(Simulation<'_>, Tallies)> =
        rules.iter().map(|rule| (Simulation::new(rule, &identity), Tallies::default())).collect();
    let mut observed: Vec<(usize, Observation, Tallies)> = basis
        .documents
        .iter()
        .enumerate()
        .filter_map(|(at, (policy, _))| Some((at, Observation::new((*policy)?), Tallies::default())))
        .collect();
    while let Some(bodies) = days.blocking_recv() {
        for body in bodies {
            let chunk = store::decode_chunk(&body)?;
            simulated.iter_mut().for_each(|(simulation, tallies)| simulate(&chunk, simulation, tallies));
            observed.iter_mut().for_each(|(_, observation, tallies)| observe(&chunk, observation, tallies));
        }
    }
    let groups = || basis.people.groups.iter().map(|(id, members)| GroupMembers { id: *id, name: basis.names.get(id).cloned(), members });
    let simulated = simulated.into_iter().enumerate().map(|(document, (_, tallies))| {
        let figures = tallies.figures(groups());
        let reason = figures.unmeasurable().then_some(ImpactReason::NotMeasurable);
        Computed { document, source: ImpactSource::Simulated, figures, reason }
    });
    let observed = observed.into_iter().map(|(document, observation, tallies)| {
        let figures = tallies.figures(groups());
        Computed { document, source: ImpactSource::Observed, figures, reason: observation.reason() }
    });
    Ok(simulated.chain(observed).collect())
}

fn simulate(chunk: &Chunk, simulation: &mut Simulation<'_>, tallies: &mut Tallies) {
    let answers = simulation.answers(chunk);
    let effects = answers.effects(chunk);
    tallies.add(chunk, &effects, |outcome| outcome.status.as_str(), |row| answers.gaps(chunk, row));
}

fn observe(chunk: &Chunk, observation: &mut Observation, tallies: &mut Tallies) {
    let effects = observation.effects(chunk);
    let result = |outcome: &domain::summary::Outcome| observation.result(outcome).map_or("notApplied", |result| result.as_str());
    tallies.add(chunk, &effects, result, |_| std::iter::empty());
}

/// The question is what it would do if it were on.
fn enforced(document: &PolicyDocument) -> PolicyDocument {
    document.merged(&json!({ "state": "enabled" }))
}

fn groups(document: &PolicyDocument) -> impl Iterator<Item = Uuid> {
    let references = document.references().into_iter();
    references
        .filter(|reference| reference.kind == domain::tenant::DirectoryKind::Group)
        .filter_map(|group| Uuid::parse_str(&group.id).ok())
}
