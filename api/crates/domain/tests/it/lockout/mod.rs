//! P24: no apply ends with a configured emergency principal in the scope of an enforcing policy, unless an owner waives it.

mod oracle;

use std::collections::BTreeSet;

use domain::change::warning::{Severity, WarningCode};
use domain::tenant::{DirectoryKind, EmergencyPrincipal};
use proptest::collection::btree_set;
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use self::oracle::{Directory, in_scope, patched, stands_in_the_way};
use crate::generated::{Change, GROUPS, ROLES, USERS, changes, group, policies, role, user, world};

/// How an emergency principal is configured and what is known of it.
#[derive(Clone, Copy, Debug)]
enum Emergency {
    User { number: usize, groups_known: bool, roles_known: bool },
    Group { number: usize },
}

fn emergencies() -> impl Strategy<Value = Vec<Emergency>> {
    let one = prop_oneof![
        3 => (0..USERS, prop::bool::weighted(0.8), prop::bool::weighted(0.8))
            .prop_map(|(number, groups_known, roles_known)| Emergency::User { number, groups_known, roles_known }),
        1 => (0..GROUPS).prop_map(|number| Emergency::Group { number }),
    ];
    proptest::collection::vec(one, 1..=2)
}

fn directories() -> impl Strategy<Value = Directory> {
    let member = prop_oneof![(0..USERS).prop_map(user), (0..GROUPS).prop_map(group)];
    let holder = prop_oneof![(0..USERS).prop_map(user), (0..GROUPS).prop_map(group)];
    let memberships = btree_set((member, (0..GROUPS).prop_map(group)), 0..8);
    let roles = btree_set((holder, (0..ROLES).prop_map(role)), 0..4);
    let text = |pairs: BTreeSet<(Uuid, Uuid)>| pairs.into_iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
    (memberships, roles).prop_map(move |(memberships, roles)| Directory {
        users: (0..USERS).map(|number| user(number).to_string()).collect(),
        memberships: text(memberships),
        roles: text(roles),
    })
}

/// The principal as a sync would have resolved it.
fn resolved(emergency: Emergency, directory: &Directory) -> EmergencyPrincipal {
    let (id, kind, groups_known, roles_known) = match emergency {
        Emergency::User { number, groups_known, roles_known } => (user(number), DirectoryKind::User, groups_known, roles_known),
        Emergency::Group { number } => (group(number), DirectoryKind::Group, true, true),
    };
    let ids = |ids: BTreeSet<String>| -> Vec<Uuid> { ids.iter().map(|id| id.parse().unwrap()).collect() };
    EmergencyPrincipal {
        object_id: id,
        kind,
        display_name: None,
        member_of: groups_known.then(|| ids(directory.groups_of(&id.to_string()))),
        roles: roles_known.then(|| ids(directory.roles_of(&id.to_string()))),
    }
}

/// The accounts that the principal stands for.
fn accounts(emergency: Emergency, directory: &Directory) -> BTreeSet<String> {
    match emergency {
        Emergency::User { number, .. } => BTreeSet::from([user(number).to_string()]),
        Emergency::Group { number } => directory.users_in(&group(number).to_string()),
    }
}

/// The policy after the change, by the oracle's own hand; `None` when there is none, or when nothing but its name is written.
fn afterwards(policy: &Value, change: &Change, write: &Value) -> Option<Value> {
    match change {
        Change::Edit(payload) if payload["kind"] == "policy.delete" || payload["kind"] == "policy.rename" => None,
        Change::Edit(_) => (*write != serde_json::json!({})).then(|| patched(policy, write)),
        Change::Create(state) => Some(patched(policy, &serde_json::json!({ "state": state }))),
        // As it was when it was deleted.
        Change::Restore => Some(policy.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_emergency_principal_ends_in_the_scope_of_what_is_enforced(
        policy in policies(), change in changes(), directory in directories(), emergencies in emergencies(),
    ) {
        let mut world = world(&policy, &change);
        world.tenant.emergency_access.principals = emergencies.iter().map(|emergency| resolved(*emergency, &directory)).collect();
        let plan = world.plan();
        let said = plan.warnings.iter().any(|warning| {
            warning.code == WarningCode::BreakglassNotExcluded && warning.severity == Severity::Critical && warning.blocks()
        });
        let after = afterwards(&policy, &change, &plan.write);
        let reached = after.filter(stands_in_the_way).is_some_and(|after| {
            let scope = in_scope(&after, &directory);
            emergencies.iter().any(|emergency| !accounts(*emergency, &directory).is_disjoint(&scope))
        });
        prop_assert!(!reached || said, "{:?}", plan.warnings);

        // And nothing is said for nothing, where everything is known.
        let known = emergencies.iter().all(|emergency| matches!(emergency, Emergency::User { groups_known: true, roles_known: true, .. }));
        prop_assert!(!known || reached == said, "{:?}", plan.warnings);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_unknown_membership_never_makes_it_quieter(policy in policies(), change in changes(), directory in directories(), number in 0..USERS) {
        let said = |groups_known, roles_known| {
            let mut world = world(&policy, &change);
            world.tenant.emergency_access.principals = vec![resolved(Emergency::User { number, groups_known, roles_known }, &directory)];
            let warnings = world.plan().warnings;
            [WarningCode::BreakglassNotExcluded, WarningCode::BreakglassExclusionRemoved].map(|code| warnings.iter().any(|warning| warning.code == code))
        };
        let known = said(true, true);
        for unknown in [said(false, true), said(true, false), said(false, false)] {
            prop_assert!((0..2).all(|code| !known[code] || unknown[code]), "{known:?} {unknown:?}");
        }
    }
}
