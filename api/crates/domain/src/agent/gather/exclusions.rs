//! Whom a policy excludes, and whether it reaches emergency accounts.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Compiled, gaps, scenarios};
use crate::coverage::Level;
use crate::document::{Canonical, PolicyDocument};
use crate::evaluate::Answer;
use crate::people::People;
use crate::people::class::PeopleClass;
use crate::policy::PolicyState;
use crate::signin::{Identity, User, UserKind};

const LISTS: [&str; 3] = ["excludeUsers", "excludeGroups", "excludeRoles"];

/// Conditions that say nothing of who else than users a policy is for.
const OF_PEOPLE: [&str; 10] = [
    "users",
    "applications",
    "clientAppTypes",
    "platforms",
    "locations",
    "devices",
    "signInRiskLevels",
    "userRiskLevels",
    "insiderRiskLevels",
    "authenticationFlows",
];

pub(super) struct Reach {
    pub(super) included: u64,
    pub(super) excluded: u64,
    pub(super) emergency: Vec<Uuid>,
}

/// The document, on, with nobody excluded.
pub(super) fn opened(document: &PolicyDocument) -> PolicyDocument {
    document.merged(&json!({ "state": "enabled", "conditions": { "users": {
        "excludeUsers": [], "excludeGroups": [], "excludeRoles": [], "excludeGuestsOrExternalUsers": null,
    } } }))
}

/// `principals` are the emergency accounts and groups by name: a policy that includes one of them is made for emergency access, and does not reach it by
/// mistake.
pub(super) fn reach(
    compiled: &Compiled<'_>,
    classes: &[PeopleClass],
    people: &People,
    emergency: &BTreeSet<Uuid>,
    principals: &BTreeSet<Uuid>,
) -> Reach {
    let (mut included, mut excluded) = (0, 0);
    for class in classes {
        let identity = Identity::User(class.user.clone());
        if compiled.open.of_person(&identity) != Answer::Yes {
            continue;
        }
        // Emergency accounts are excluded on purpose.
        let count = class.members.iter().filter(|member| !emergency.contains(member)).count() as u64;
        included += count;
        if compiled.rule.of_person(&identity) == Answer::No {
            excluded += count;
        }
    }
    let named = |list: &str| {
        compiled.form.texts(&["conditions", "users", list]).any(|id| Uuid::try_parse(id).is_ok_and(|id| principals.contains(&id)))
    };
    if named("includeUsers") || named("includeGroups") {
        return Reach { included, excluded, emergency: Vec::new() };
    }
    let reached = emergency.iter().filter(|id| compiled.rule.of_person(&Identity::User(people.user(**id))) == Answer::Yes);
    Reach { included, excluded, emergency: reached.copied().collect() }
}

/// Of the users whom each policy excludes, those whom no enforced policy stops in the scenarios that this one is for: who is held to the same by another
/// policy is no gap, as in sets of policies for one persona each. `None` where it is not asked.
pub(super) fn unanswered(policies: &[Compiled<'_>], classes: &[PeopleClass], emergency: &BTreeSet<Uuid>) -> Vec<Option<u64>> {
    let scenarios = scenarios::all();
    let anybody = Identity::User(User {
        id: Uuid::nil(),
        kind: Some(UserKind::Member),
        home_tenant: None,
        groups: Some(BTreeSet::new()),
        unread: BTreeSet::new(),
        roles: Some(BTreeSet::new()),
    });
    let mut answered: HashMap<(usize, usize), bool> = HashMap::new();
    let mut of_policy = |policy: &Compiled<'_>| {
        let asked = policy.state == PolicyState::Enabled && key_scenario(&policy.form) && includes_all(&policy.form);
        asked.then_some(())?;
        let its: Vec<usize> = (0..scenarios.len()).filter(|at| scenarios[*at].level_if_open(policy, &anybody) > Level::Uncovered).collect();
        let mut left = 0;
        for (number, class) in classes.iter().enumerate() {
            let identity = Identity::User(class.user.clone());
            if policy.open.of_person(&identity) != Answer::Yes || policy.rule.of_person(&identity) != Answer::No {
                continue;
            }
            let mut is_answered = |at: usize| {
                *answered
                    .entry((at, number))
                    .or_insert_with(|| gaps::level(&scenarios[at], policies, PolicyState::Enabled, &identity) > Level::Uncovered)
            };
            // Guests are not asked for a device.
            let guest = class.user.kind.is_some_and(|kind| kind != UserKind::Member);
            let mut asked = its.iter().filter(|at| !(guest && scenarios[**at].members_only));
            if its.is_empty() || !asked.all(|at| is_answered(*at)) {
                left += class.members.iter().filter(|member| !emergency.contains(member)).count() as u64;
            }
        }
        Some(left)
    };
    policies.iter().map(&mut of_policy).collect()
}

/// Whether it includes all users.
pub(super) fn includes_all(form: &Canonical) -> bool {
    form.texts(&["conditions", "users", "includeUsers"]).any(|entry| entry == "All")
}

/// Whether it is for nobody, or for nothing: a form that waits to be filled in.
pub(super) fn idle(form: &Canonical) -> bool {
    let only_none = |path: [&str; 3]| {
        let entries: Vec<&str> = form.texts(&path).collect();
        !entries.is_empty() && entries.iter().all(|entry| *entry == "None")
    };
    let members = |path: &[&str]| form.at(path).and_then(Value::as_object).into_iter().flat_map(|members| members.keys());
    let alone = |part: &str, list: &str| members(&["conditions", part]).all(|name| name == list || name.starts_with("exclude"));
    // Workloads and agents are named by conditions of their own, and others may come.
    let of_people = members(&["conditions"]).all(|name| OF_PEOPLE.contains(&name.as_str()));
    let nobody = of_people && only_none(["conditions", "users", "includeUsers"]) && alone("users", "includeUsers");
    let nothing = only_none(["conditions", "applications", "includeApplications"]) && alone("applications", "includeApplications");
    nobody || nothing
}

/// Entries of the lists of excluded users, groups and roles.
pub(super) fn entries(form: &Canonical) -> u64 {
    LISTS.iter().map(|list| form.texts(&["conditions", "users", list]).count() as u64).sum()
}

/// Whether it is in one of the scenarios whose exclusions Microsoft's agent looks at: legacy authentication and device code flow blocked, a second
/// factor or a device asked for. Others may exclude most people on purpose, such as a block for everybody who is in no known group.
pub(super) fn key_scenario(form: &Canonical) -> bool {
    let control = |name: &str| form.texts(&["grantControls", "builtInControls"]).any(|control| control == name);
    let asks =
        ["mfa", "compliantDevice", "domainJoinedDevice", "compliantApplication", "approvedApplication"].iter().any(|name| control(name));
    let clients: Vec<&str> = form.texts(&["conditions", "clientAppTypes"]).collect();
    let legacy = !clients.is_empty() && clients.iter().all(|client| ["exchangeActiveSync", "other"].contains(client));
    let flow = form.at(&["conditions", "authenticationFlows"]).is_some();
    asks || form.at(&["grantControls", "authenticationStrength"]).is_some() || (control("block") && (legacy || flow))
}

/// Whether it blocks whoever comes from a place or a platform, or is none of those whom it knows: who is left out of that is not asked for less.
pub(super) fn blocks_at_large(form: &Canonical) -> bool {
    let block = form.texts(&["grantControls", "builtInControls"]).any(|control| control == "block");
    let risk = ["userRiskLevels", "signInRiskLevels"].iter().any(|name| form.at(&["conditions", name]).is_some());
    block && !risk && !key_scenario(form)
}

/// Whether a policy blocks or asks for anything.
pub(super) fn demanding(form: &Canonical) -> bool {
    form.at(&["grantControls"]).is_some()
}
