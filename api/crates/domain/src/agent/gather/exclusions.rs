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

/// Whether a policy blocks or asks for anything.
pub(super) fn demanding(form: &Canonical) -> bool {
    form.at(&["grantControls"]).is_some()
}
