//! What the dimensions are cut into.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::scope::{Bits, Meeting};
use super::{Candidate, MAX_APPS, places};
use crate::document::Reference;
use crate::evaluate::{Surroundings, grouped_applications};
use crate::people::People;
use crate::signin::{
    ClientApp, Fact, Identity, InsiderRisk, Place, Platform, RiskLevel, Target, Traits, TransferMethod, User, UserAction, UserKind,
    Workload,
};
use crate::tenant::DirectoryKind;

/// Stands for every application that no policy names.
const ANY_OTHER: &str = "00000000-0000-0000-0000-000000000000";

/// Atoms of every dimension.
pub(super) struct Atoms {
    /// Classes of users, kinds of people without an object in the directory, service principals.
    pub(super) people: Vec<Identity>,
    /// How many users each stands for.
    weights: Vec<u64>,
    /// Applications, the one that stands for all others first, and user actions.
    pub(super) targets: Vec<Target>,
    /// `None`: there are too many to tell apart, and locations are compared as texts.
    pub(super) places: Option<Vec<Place>>,
    /// One list for each small condition, with every value that a policy may tell apart; each tells that condition alone.
    pub(super) traits: Vec<Vec<Traits>>,
}

impl Atoms {
    pub(super) fn of(candidates: &[Candidate<'_>], people: &People, surroundings: &Surroundings, apps: &[String]) -> Self {
        let references: BTreeSet<Reference> = candidates.iter().flat_map(|candidate| candidate.document.references()).collect();
        let of = |kind: DirectoryKind| references.iter().filter(move |found| found.kind == kind).map(|found| found.id.clone());
        let ids = |kind: DirectoryKind| -> BTreeSet<Uuid> { of(kind).filter_map(|id| Uuid::parse_str(&id).ok()).collect() };

        let (mut persons, mut weights) = (Vec::new(), Vec::new());
        for class in people.classes(&ids(DirectoryKind::User), |_| true) {
            persons.push(Identity::User(class.user));
            weights.push(class.members.len() as u64);
        }
        persons.extend(outsiders());
        persons.extend(ids(DirectoryKind::ServicePrincipal).into_iter().chain([Uuid::nil()]).map(workload));
        weights.resize(persons.len(), 0);

        let named: BTreeSet<String> = of(DirectoryKind::Application)
            .chain(grouped_applications().map(str::to_owned))
            .chain(apps.iter().map(|app| app.to_lowercase()))
            .filter(|app| app != ANY_OTHER)
            .collect();
        let targets = [ANY_OTHER.to_owned()].into_iter().chain(named).map(Target::Resource);
        let actions = UserAction::ALL.iter().copied().map(Target::Action);
        Atoms {
            people: persons,
            weights,
            targets: targets.chain(actions).collect(),
            places: places::atoms(surroundings),
            traits: traits(of(DirectoryKind::AuthenticationContext).collect()),
        }
    }

    /// Users in both.
    pub(super) fn users_in(&self, meeting: &Meeting) -> u64 {
        meeting.people.ones().map(|at| self.weights[at]).sum()
    }

    /// Client types in both.
    pub(super) fn clients_in(&self, meeting: &Meeting) -> Vec<ClientApp> {
        meeting.clients.ones().map(|at| ClientApp::ALL[at]).collect()
    }

    /// How many applications are in both, and the first of them; `None`: all, those that nobody names too.
    pub(super) fn apps_in(&self, meeting: &Meeting) -> (u64, Option<Vec<String>>) {
        let resources = |bits: &Bits| -> Vec<String> {
            let named = bits.ones().filter_map(|at| match &self.targets[at] {
                Target::Resource(id) => Some(id.clone()),
                Target::Action(_) => None,
            });
            named.collect()
        };
        let shared = resources(&meeting.targets);
        let count = shared.len() as u64;
        let everything = shared.first().is_some_and(|first| first == ANY_OTHER);
        (count, (!everything).then(|| shared.into_iter().take(MAX_APPS).collect()))
    }
}

/// People without an object in the directory: they are in no group and hold no role.
fn outsiders() -> impl Iterator<Item = Identity> {
    [UserKind::B2bDirectConnectUser, UserKind::ServiceProvider, UserKind::OtherExternalUser].into_iter().map(|kind| {
        Identity::User(User {
            id: Uuid::nil(),
            kind: Some(kind),
            home_tenant: None,
            groups: Some(BTreeSet::new()),
            unread: BTreeSet::new(),
            roles: Some(BTreeSet::new()),
        })
    })
}

fn workload(id: Uuid) -> Identity {
    Identity::Workload(Workload { id, single_tenant: Some(true), attributes: None })
}

/// Client types first. Each list tells one condition and leaves the others open: a policy that answers "no" doesn't take the value in.
fn traits(contexts: BTreeSet<String>) -> Vec<Vec<Traits>> {
    let risks = |set: fn(&mut Traits, Fact<RiskLevel>)| of_each(RiskLevel::ALL.iter().copied(), |traits, level| set(traits, Some(level)));
    vec![
        of_each(ClientApp::ALL.iter().copied(), |traits, client| traits.client = Some(client)),
        of_each(options(Platform::ALL), |traits, platform| traits.platform = Some(platform)),
        risks(|traits, level| traits.sign_in_risk = level),
        risks(|traits, level| traits.user_risk = level),
        risks(|traits, level| traits.service_principal_risk = level),
        of_each(options(InsiderRisk::ALL), |traits, level| traits.insider_risk = Some(level)),
        of_each(options(TransferMethod::ALL), |traits, method| traits.transfer = Some(method)),
        of_each(std::iter::once(None).chain(contexts.into_iter().map(Some)), |traits, context| {
            traits.contexts = Some(context.into_iter().collect());
        }),
    ]
}

fn options<T: Copy>(all: &[T]) -> impl Iterator<Item = Option<T>> {
    std::iter::once(None).chain(all.iter().copied().map(Some))
}

fn of_each<T>(values: impl Iterator<Item = T>, set: impl Fn(&mut Traits, T)) -> Vec<Traits> {
    values
        .map(|value| {
            let mut traits = Traits::default();
            set(&mut traits, value);
            traits
        })
        .collect()
}
