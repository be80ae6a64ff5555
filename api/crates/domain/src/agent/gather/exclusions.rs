//! Whom a policy excludes, and whether it reaches emergency accounts.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::Compiled;
use crate::document::Canonical;
use crate::evaluate::{Answer, Rule, Surroundings};
use crate::people::People;
use crate::people::class::PeopleClass;
use crate::signin::Identity;

const LISTS: [&str; 3] = ["excludeUsers", "excludeGroups", "excludeRoles"];

pub(super) struct Reach {
    pub(super) included: u64,
    pub(super) excluded: u64,
    pub(super) emergency: Vec<Uuid>,
}

pub(super) fn reach(
    compiled: &Compiled<'_>,
    classes: &[PeopleClass],
    people: &People,
    emergency: &BTreeSet<Uuid>,
    surroundings: &Surroundings,
) -> Reach {
    let nobody = json!({ "conditions": { "users": {
        "excludeUsers": [], "excludeGroups": [], "excludeRoles": [], "excludeGuestsOrExternalUsers": null,
    } } });
    let open = Rule::new(&compiled.policy.document.merged(&nobody), surroundings);
    let (mut included, mut excluded) = (0, 0);
    for class in classes {
        let identity = Identity::User(class.user.clone());
        if open.of_person(&identity) != Answer::Yes {
            continue;
        }
        // Emergency accounts are excluded on purpose.
        let count = class.members.iter().filter(|member| !emergency.contains(member)).count() as u64;
        included += count;
        if compiled.rule.of_person(&identity) == Answer::No {
            excluded += count;
        }
    }
    let reached = emergency.iter().filter(|id| compiled.rule.of_person(&Identity::User(people.user(**id))) == Answer::Yes);
    Reach { included, excluded, emergency: reached.copied().collect() }
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

/// Whether a policy blocks or asks for anything.
pub(super) fn demanding(form: &Canonical) -> bool {
    form.at(&["grantControls"]).is_some()
}
