//! Who is not covered, scenario by scenario.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::effects::Measured;
use super::scenarios::Scenario;
use super::{Compiled, Material, exclusions};
use crate::agent::{AdminFacts, AppFacts, AppGaps, Gap, Gaps, MAX_SAMPLE, RoleFacts, UserFacts};
use crate::coverage::{Coverage, Level};
use crate::evaluate::Answer;
use crate::id::PolicyId;
use crate::people::People;
use crate::people::class::PeopleClass;
use crate::policy::PolicyState;
use crate::signin::{Identity, User, UserKind};

/// Roles that Microsoft's template "Require multifactor authentication for admins" names, by template id.
pub(super) const ADMIN_ROLES: [(&str, &str); 14] = [
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator"),
    ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"),
    ("c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator"),
    ("b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator"),
    ("158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"),
    ("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator"),
    ("29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator"),
    ("729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"),
    ("966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator"),
    ("7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"),
    ("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"),
    ("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"),
    ("f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint Administrator"),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"),
];

/// The most applications that are named.
const MAX_APPS: usize = 50;
/// The most policies that are named as helping.
const MAX_HELPING: usize = 10;

/// People whom no policy tells apart, without those who are not looked at.
pub(super) struct Crowds<'p> {
    pub(super) classes: Vec<PeopleClass>,
    people: &'p People,
    sign_ins_of: &'p HashMap<Uuid, u64>,
}

impl<'p> Crowds<'p> {
    pub(super) fn of(people: &'p People, named: &BTreeSet<Uuid>, looked_at: &BTreeSet<Uuid>, sign_ins_of: &'p HashMap<Uuid, u64>) -> Self {
        let mut classes = people.classes(named, |facts| facts.enabled != Some(false));
        classes.iter_mut().for_each(|class| class.members.retain(|member| looked_at.contains(member)));
        classes.retain(|class| !class.members.is_empty());
        Crowds { classes, people, sign_ins_of }
    }

    /// A user with what is known of it.
    pub(super) fn user(&self, id: Uuid) -> UserFacts {
        let name = self.people.users.get(&id).map_or_else(String::new, |facts| facts.name.clone());
        UserFacts { id, name, sign_ins: self.sign_ins_of.get(&id).copied().unwrap_or_default(), excluded_by: Vec::new() }
    }

    /// Those with the most sign-ins, at most so many.
    pub(super) fn first(&self, ids: impl Iterator<Item = Uuid>, most: usize) -> Vec<UserFacts> {
        let mut users: Vec<UserFacts> = ids.map(|id| self.user(id)).collect();
        users.sort_by_key(|user| (Reverse(user.sign_ins), user.id));
        users.truncate(most);
        users
    }
}

pub(super) fn gaps(policies: &[Compiled<'_>], crowds: &Crowds<'_>, coverage: &Coverage, measured: &Measured, material: &Material) -> Gaps {
    let of = |scenario: Scenario, sign_ins: u64| Gap { sign_ins, ..gap(&scenario, policies, crowds) };
    let mut mfa = of(Scenario::mfa(), 0);
    for user in &mut mfa.sample {
        let why = coverage.user_gaps.iter().find(|gap| gap.id == user.id);
        user.excluded_by = why.iter().flat_map(|gap| &gap.excluded_by).map(|found| format!("{}: {}", found.name, found.path)).collect();
    }
    Gaps {
        mfa,
        apps: apps(coverage, material),
        device: of(Scenario::device(), 0),
        legacy: of(Scenario::legacy(), measured.legacy),
        device_code: of(Scenario::device_code(), measured.device_code),
        risky_users: of(Scenario::risky_user(), measured.risky_users),
        risky_sign_ins: of(Scenario::risky_sign_in(), measured.risky_sign_ins),
    }
}

fn gap(scenario: &Scenario, policies: &[Compiled<'_>], crowds: &Crowds<'_>) -> Gap {
    let mut gap = Gap::default();
    let (mut uncovered, mut helping) = (Vec::new(), BTreeSet::new());
    let (mut wholly, mut partly) = (Excluded::default(), Excluded::default());
    let of_state = |state| policies.iter().filter(move |compiled| compiled.state == state).collect::<Vec<_>>();
    let (enforced, report_only) = (of_state(PolicyState::Enabled), of_state(PolicyState::ReportOnly));
    for class in &crowds.classes {
        if scenario.members_only && class.user.kind.is_some_and(|kind| kind != UserKind::Member) {
            continue;
        }
        let count = class.members.len() as u64;
        gap.users += count;
        let identity = Identity::User(class.user.clone());
        match level(scenario, policies, PolicyState::Enabled, &identity) {
            Level::Covered => {}
            Level::Partly => gap.partly += count,
            Level::Unknown => gap.unknown += count,
            Level::Uncovered => {
                gap.uncovered += count;
                uncovered.extend(class.members.iter().copied());
                let without = excluded_by(scenario, &enforced, &identity);
                partly.add(count, if without.wholly.is_empty() { &without.partly } else { &without.wholly });
                wholly.add(count, &without.wholly);
                let (stopped, helps) = scenario.stopped_by(&report_only, &identity);
                helping.extend(helps);
                if !stopped {
                    gap.uncovered_if_enforced += count;
                    gap.excluded_if_enforced += if excluded_by(scenario, &report_only, &identity).wholly.is_empty() { 0 } else { count };
                }
            }
        }
    }
    gap.sample = crowds.first(uncovered.into_iter(), MAX_SAMPLE);
    gap.helping = helping.into_iter().take(MAX_HELPING).collect();
    // Who is left out by a policy for a part of the sign-ins is no more open than who was never in it, unless nobody else is left.
    let excluded = if partly.users == gap.uncovered { partly } else { wholly };
    (gap.excluded, gap.excluding) = (excluded.users, excluded.policies.into_iter().take(MAX_HELPING).collect());
    gap
}

/// Users whom policies exclude.
#[derive(Default)]
struct Excluded {
    users: u64,
    policies: BTreeSet<PolicyId>,
}

impl Excluded {
    fn add(&mut self, users: u64, by: &[PolicyId]) {
        self.users += if by.is_empty() { 0 } else { users };
        self.policies.extend(by);
    }
}

/// Policies that would stop a scenario for people if they did not exclude them.
#[derive(Default)]
struct ExcludedBy {
    wholly: Vec<PolicyId>,
    partly: Vec<PolicyId>,
}

fn excluded_by(scenario: &Scenario, policies: &[&Compiled<'_>], who: &Identity) -> ExcludedBy {
    let excludes = |policy: &&&Compiled<'_>| {
        policy.rule.of_person(who) == Answer::No && policy.open.of_person(who) == Answer::Yes && !exclusions::blocks_at_large(&policy.form)
    };
    let mut by = ExcludedBy::default();
    for policy in policies.iter().filter(excludes) {
        if scenario.stopped_if_open(policy, who) {
            by.wholly.push(policy.policy.id);
        } else if scenario.level_if_open(policy, who) > Level::Unknown {
            by.partly.push(policy.policy.id);
        }
    }
    by
}

/// How well policies of a state stop a scenario; of several the best counts.
pub(super) fn level(scenario: &Scenario, policies: &[Compiled<'_>], state: PolicyState, who: &Identity) -> Level {
    let of_state = policies.iter().filter(|compiled| compiled.state == state);
    of_state.map(|compiled| scenario.level(compiled, who)).max().unwrap_or(Level::Uncovered)
}

fn apps(coverage: &Coverage, material: &Material) -> AppGaps {
    let left_out = &material.settings.left_out_applications;
    let uncovered = coverage.app_gaps.iter().filter(|gap| gap.level == Level::Uncovered && !left_out.contains(&gap.id));
    let sample =
        uncovered.take(MAX_APPS).map(|gap| AppFacts { id: gap.id.clone(), name: gap.name.clone(), sign_ins: gap.sign_ins }).collect();
    AppGaps { total: coverage.apps.total(), uncovered: coverage.apps.uncovered, sample }
}

/// How the documented roles are covered: for somebody who holds one and is in no group, and for who holds them now.
pub(super) fn admins(policies: &[Compiled<'_>], people: &People, crowds: &Crowds<'_>) -> AdminFacts {
    let scenario = Scenario::mfa();
    let of_state = |state| policies.iter().filter(move |compiled| compiled.state == state).collect::<Vec<_>>();
    let (enforced, report_only) = (of_state(PolicyState::Enabled), of_state(PolicyState::ReportOnly));
    let (mut facts, mut helping, mut holders) = (AdminFacts::default(), BTreeSet::new(), BTreeSet::new());
    for (id, name) in ADMIN_ROLES {
        let Ok(id) = Uuid::try_parse(id) else { continue };
        let holder = Identity::User(User {
            id: Uuid::nil(),
            kind: Some(UserKind::Member),
            home_tenant: None,
            groups: Some(BTreeSet::new()),
            unread: BTreeSet::new(),
            roles: Some(BTreeSet::from([id])),
        });
        let reached = level(&scenario, policies, PolicyState::Enabled, &holder);
        if reached == Level::Uncovered {
            let (stopped, helps) = scenario.stopped_by(&report_only, &holder);
            facts.uncovered_if_enforced += u64::from(!stopped);
            helping.extend(helps);
        }
        facts.roles.push(RoleFacts { id, name: name.to_owned(), level: reached });
        holders.extend(people.roles.get(&id).into_iter().flat_map(|holders| holders.iter().copied()));
    }
    let (mut uncovered, mut excluded) = (Vec::new(), BTreeSet::new());
    for class in &crowds.classes {
        let held: Vec<Uuid> = class.members.iter().copied().filter(|member| holders.contains(member)).collect();
        facts.holders += held.len() as u64;
        let identity = Identity::User(class.user.clone());
        if !held.is_empty() && level(&scenario, policies, PolicyState::Enabled, &identity) == Level::Uncovered {
            let without = excluded_by(&scenario, &enforced, &identity);
            if !(without.wholly.is_empty() && without.partly.is_empty()) {
                excluded.extend(held.iter().copied());
            }
            uncovered.extend(held);
        }
    }
    facts.uncovered = crowds.first(uncovered.into_iter(), MAX_SAMPLE);
    facts.excluded = facts.uncovered.iter().filter(|user| excluded.contains(&user.id)).count() as u64;
    facts.helping = helping.into_iter().take(MAX_HELPING).collect();
    facts
}
