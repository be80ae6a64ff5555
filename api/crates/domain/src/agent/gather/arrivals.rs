//! What came since the last run: users and applications.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::effects::Measured;
use super::gaps::{Crowds, level};
use super::scenarios::Scenario;
use super::{Compiled, Known, Material};
use crate::agent::{AppFacts, Arrivals};
use crate::coverage::{Coverage, Level};
use crate::people::People;
use crate::policy::PolicyState;
use crate::signin::Identity;

/// What is new and not covered, as far as one run looks; and what is known from now on.
pub(super) fn arrivals(
    material: &Material,
    people: &People,
    crowds: &Crowds<'_>,
    policies: &[Compiled<'_>],
    coverage: &Coverage,
    measured: &Measured,
) -> (Option<Arrivals>, Known) {
    let users: BTreeSet<u64> = people.users.keys().map(|id| first_bytes(*id)).collect();
    let applications: BTreeSet<String> = measured.apps.keys().cloned().collect();
    let Some(before) = &material.before else { return (None, Known { users, applications }) };
    let limits = material.settings.limits.limits();

    let new = |id: &Uuid| !before.known.users.contains(&first_bytes(*id));
    let mut arrivals = Arrivals { users: people.users.keys().filter(|id| new(id)).count() as u64, ..Arrivals::default() };
    let came: BTreeSet<Uuid> = crowds.classes.iter().flat_map(|class| class.members.iter().copied()).filter(new).collect();
    let looked_at: BTreeSet<Uuid> = crowds.first(came.into_iter(), limits.users).into_iter().map(|user| user.id).collect();
    let scenario = Scenario::mfa();
    let mut uncovered = Vec::new();
    for class in &crowds.classes {
        let held: Vec<Uuid> = class.members.iter().copied().filter(|member| looked_at.contains(member)).collect();
        if !held.is_empty() && level(&scenario, policies, PolicyState::Enabled, &Identity::User(class.user.clone())) == Level::Uncovered {
            uncovered.extend(held);
        }
    }
    arrivals.uncovered_users = crowds.first(uncovered.into_iter(), limits.users);

    let left_out = &material.settings.left_out_applications;
    let mut came: Vec<&AppFacts> =
        measured.apps.values().filter(|app| !before.known.applications.contains(&app.id) && !left_out.contains(&app.id)).collect();
    arrivals.applications = came.len() as u64;
    came.sort_by_key(|app| (std::cmp::Reverse(app.sign_ins), app.id.clone()));
    came.truncate(limits.applications);
    let open = |app: &AppFacts| coverage.app_gaps.iter().any(|gap| gap.id == app.id && gap.level == Level::Uncovered);
    arrivals.uncovered_applications = came.into_iter().filter(|app| open(app)).cloned().collect();
    // An application that rests for a week is no new one when it comes back.
    let applications = applications.union(&before.known.applications).cloned().collect();
    (Some(arrivals), Known { users, applications })
}

fn first_bytes(id: Uuid) -> u64 {
    id.as_u64_pair().0
}
