//! From policies, people and summaries to the facts that the rules look at.

mod arrivals;
mod effects;
mod exclusions;
mod gaps;
mod pairs;
mod scenarios;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{AgentInput, AgentSettings, Edit, INPUT_VERSION, PolicyFacts};
use crate::coverage::{Enforced, Measure};
use crate::document::{Canonical, PolicyDocument};
use crate::evaluate::{Rule, Surroundings};
use crate::id::{PolicyId, RolloutId};
use crate::people::{Gap as PeopleGap, People};
use crate::policy::PolicyState;
use crate::signin::{Identity, User, Workload};
use crate::summary::{Chunk, Person};
use crate::tenant::{DirectoryKind, EmergencyPrincipal, Licences};

/// Days that counts are of.
const DAYS: i64 = 7;

/// What a run reads of one tenant, beside its sign-ins.
pub struct Material {
    /// The moment of the run.
    pub at: DateTime<Utc>,
    /// Settings.
    pub settings: AgentSettings,
    /// Licences found.
    pub licences: Licences,
    /// Named locations and strengths.
    pub surroundings: Surroundings,
    /// Who is there.
    pub people: People,
    /// Emergency accounts and groups, as configured.
    pub emergency: Vec<EmergencyPrincipal>,
    /// Enabled and report-only policies.
    pub policies: Vec<MaterialPolicy>,
    /// When people were read.
    pub people_as_of: Option<DateTime<Utc>>,
    /// Up to when sign-ins are known.
    pub data_through: Option<DateTime<Utc>>,
    /// What the run before knew; `None`: this is the first.
    pub before: Option<Preceding>,
}

/// One policy of it.
pub struct MaterialPolicy {
    /// Our id.
    pub id: PolicyId,
    /// Its document.
    pub document: PolicyDocument,
    /// When it was first seen in this form.
    pub since: DateTime<Utc>,
    /// The last edit that is known.
    pub edit: Option<Edit>,
    /// The rollout that has not ended and owns it.
    pub rollout: Option<RolloutId>,
}

/// What the run before knew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preceding {
    /// Users and applications.
    pub known: Known,
    /// Entries of exclusion lists by policy.
    pub exclusion_entries: BTreeMap<PolicyId, u64>,
}

/// Users and applications that a run has seen. Of a user's random id the first eight bytes are kept: half a million take four megabytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// First bytes of object ids.
    pub users: BTreeSet<u64>,
    /// Application ids in lower case.
    pub applications: BTreeSet<String>,
}

/// A policy with what it is compiled to.
struct Compiled<'m> {
    policy: &'m MaterialPolicy,
    form: Canonical,
    rule: Rule,
    /// The rule of the policy if it excluded nobody.
    open: Rule,
    /// Terms of use that it names.
    terms: BTreeSet<String>,
    state: PolicyState,
}

/// Measures a tenant. `chunks` are its sign-ins of the last 14 days in any order; returns the facts, and what this run has seen.
pub fn gather(material: &Material, chunks: impl Iterator<Item = Chunk>) -> (AgentInput, Known) {
    let mut people = material.people.clone();
    let groups = material.policies.iter().flat_map(|policy| references(&policy.document, DirectoryKind::Group));
    people.ask_about(groups.collect::<Vec<_>>());
    let policies = compile(material);
    let emergency = emergency_accounts(material, &people);
    let looked_at = looked_at(material, &people, &emergency);

    let named: BTreeSet<Uuid> = policies.iter().flat_map(|compiled| references(&compiled.policy.document, DirectoryKind::User)).collect();
    let enforced: Vec<Enforced> =
        policies.iter().filter(|compiled| compiled.state == PolicyState::Enabled).map(|compiled| enforced(compiled, material)).collect();
    let mut measure = Measure::new(&enforced, &people, &named, &emergency);

    let index = people.index();
    let identity = |person: &Person| match person.workload {
        true => Identity::Workload(Workload { id: person.id, single_tenant: None, attributes: None }),
        false => {
            let known = index.user(person.id);
            Identity::User(User { kind: known.kind.or(person.kind), home_tenant: known.home_tenant.or(person.home_tenant), ..known })
        }
    };
    let plan = pairs::Plan::of(material, &policies, &people);
    let merge_rules = plan.rules();
    let rules: Vec<Rule> = policies.iter().map(|compiled| compiled.rule.clone()).collect();
    let mut effects = effects::Effects::new(
        &rules,
        &merge_rules,
        &identity,
        policies.iter().map(|compiled| compiled.policy.document.graph_id()).collect(),
    );
    let first = material.data_through.unwrap_or(material.at).date_naive() - TimeDelta::days(DAYS - 1);
    for chunk in chunks {
        effects.add_day(&chunk);
        if chunk.day >= first {
            measure.add(&chunk, |outcome| !outcome.before_policies());
            effects.add(&chunk);
        }
    }
    let measured = effects.finish();
    let coverage = measure.finish_with(super::MAX_SAMPLE, usize::MAX);
    let crowds = gaps::Crowds::of(&people, &named, &looked_at, &measured.sign_ins_of);
    let gaps = gaps::gaps(&policies, &crowds, &coverage, &measured, material);
    let (arrivals, known) = arrivals::arrivals(material, &people, &crowds, &policies, &coverage, &measured);
    let facts = facts(material, &policies, &people, &emergency, &measured);
    let (pairs, pairs_left_out) = plan.finish(&measured.pairs);
    let input = AgentInput {
        version: INPUT_VERSION,
        at: material.at,
        settings: material.settings.clone(),
        licences: material.licences,
        emergency_users: principals(material, false),
        emergency_groups: principals(material, true),
        people_as_of: material.people_as_of,
        data_through: material.data_through,
        users: looked_at.len() as u64,
        sign_ins: measured.sign_ins,
        roles_known: !people.gaps.contains(&PeopleGap::Roles),
        groups_used: people.groups.values().filter(|members| !members.is_empty()).count() as u64,
        policies: facts,
        admins: gaps::admins(&policies, &people, &crowds),
        gaps,
        arrivals,
        pairs,
        pairs_left_out,
    };
    (input, known)
}

fn compile(material: &Material) -> Vec<Compiled<'_>> {
    let mut policies: Vec<Compiled<'_>> = material
        .policies
        .iter()
        .filter_map(|policy| {
            let state = policy.document.state().filter(|state| *state != PolicyState::Disabled)?;
            // The question is what it does once it is on: a rule in report-only mode leaves user actions out.
            let rule = Rule::new(&policy.document.merged(&serde_json::json!({ "state": "enabled" })), &material.surroundings);
            let open = Rule::new(&exclusions::opened(&policy.document), &material.surroundings);
            let terms = references_text(&policy.document, DirectoryKind::TermsOfUse);
            Some(Compiled { policy, form: policy.document.canonical(), rule, open, terms, state })
        })
        .collect();
    policies.sort_by(|a, b| (a.policy.document.display_name(), a.policy.id).cmp(&(b.policy.document.display_name(), b.policy.id)));
    policies
}

fn enforced(compiled: &Compiled<'_>, material: &Material) -> Enforced {
    Enforced { rule: Rule::new(&compiled.policy.document, &material.surroundings), terms: compiled.terms.clone() }
}

fn facts(
    material: &Material,
    policies: &[Compiled<'_>],
    people: &People,
    emergency: &BTreeSet<Uuid>,
    measured: &effects::Measured,
) -> Vec<PolicyFacts> {
    let classes = people
        .classes(&policies.iter().flat_map(|compiled| references(&compiled.policy.document, DirectoryKind::User)).collect(), |facts| {
            facts.enabled != Some(false)
        });
    let unanswered = exclusions::unanswered(policies, &classes, emergency);
    let principals: BTreeSet<Uuid> = material.emergency.iter().map(|principal| principal.object_id).collect();
    let entries = |id: &PolicyId| material.before.as_ref().and_then(|before| before.exclusion_entries.get(id).copied());
    policies
        .iter()
        .enumerate()
        .map(|(at, compiled)| {
            let document = &compiled.policy.document;
            let reach = exclusions::reach(compiled, &classes, people, emergency, &principals);
            PolicyFacts {
                id: compiled.policy.id,
                graph_id: document.graph_id(),
                name: document.display_name().to_owned(),
                state: compiled.state,
                hash: compiled.form.hash(),
                since: compiled.policy.since,
                all_users: exclusions::includes_all(&compiled.form),
                idle: exclusions::idle(&compiled.form),
                demanding: exclusions::demanding(&compiled.form),
                key_scenario: exclusions::key_scenario(&compiled.form),
                included: reach.included,
                excluded: reach.excluded,
                excluded_unanswered: unanswered.get(at).copied().flatten(),
                exclusion_entries: exclusions::entries(&compiled.form),
                exclusion_entries_before: entries(&compiled.policy.id),
                emergency_reached: reach.emergency,
                effect: measured.effects.get(at).copied().unwrap_or_default(),
                days: measured.days_of(document.graph_id()),
                edit: compiled.policy.edit.clone(),
                rollout: compiled.policy.rollout,
            }
        })
        .collect()
}

/// Emergency accounts, members of emergency groups among them.
fn emergency_accounts(material: &Material, people: &People) -> BTreeSet<Uuid> {
    let mut accounts: BTreeSet<Uuid> = principals(material, false).into_iter().collect();
    for group in principals(material, true) {
        accounts.extend(people.groups.get(&group).into_iter().flat_map(|members| members.iter()));
    }
    accounts
}

fn principals(material: &Material, groups: bool) -> Vec<Uuid> {
    let of_kind = material.emergency.iter().filter(|principal| (principal.kind == DirectoryKind::Group) == groups);
    of_kind.map(|principal| principal.object_id).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Users who may sign in, but emergency accounts and whom settings leave out.
fn looked_at(material: &Material, people: &People, emergency: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    let settings = &material.settings;
    let mut left_out: BTreeSet<Uuid> = settings.left_out_users.union(emergency).copied().collect();
    for group in &settings.left_out_groups {
        left_out.extend(people.groups.get(group).into_iter().flat_map(|members| members.iter()));
    }
    let users = people.users.iter().filter(|(id, facts)| facts.enabled != Some(false) && !left_out.contains(id));
    users.map(|(id, _)| *id).collect()
}

fn references(document: &PolicyDocument, kind: DirectoryKind) -> impl Iterator<Item = Uuid> {
    references_text(document, kind).into_iter().filter_map(|id| Uuid::try_parse(&id).ok())
}

fn references_text(document: &PolicyDocument, kind: DirectoryKind) -> BTreeSet<String> {
    document.references().into_iter().filter(|found| found.kind == kind).map(|found| found.id).collect()
}
