//! Policies and changes of every kind, generated over a handful of objects so that they meet.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use uuid::Uuid;

pub const STATES: [&str; 3] = ["enabled", "disabled", "enabledForReportingButNotEnforced"];

/// The n-th user, group or role.
pub fn user(number: usize) -> Uuid {
    Uuid::from_u128(0x0001_0000 + number as u128)
}
pub fn group(number: usize) -> Uuid {
    Uuid::from_u128(0x0002_0000 + number as u128)
}
pub fn role(number: usize) -> Uuid {
    Uuid::from_u128(0x0003_0000 + number as u128)
}

pub const USERS: usize = 5;
pub const GROUPS: usize = 4;
pub const ROLES: usize = 2;

fn names(of: fn(usize) -> Uuid, count: usize) -> Vec<String> {
    (0..count).map(|number| of(number).to_string()).collect()
}

/// Up to three of them, now and then in capitals.
fn some(items: Vec<String>, most: usize) -> impl Strategy<Value = Vec<String>> {
    (subsequence(items.clone(), 0..=most.min(items.len())), any::<bool>())
        .prop_map(|(items, capitals)| items.into_iter().map(|item| if capitals { item.to_uppercase() } else { item }).collect())
}

fn included_users() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        3 => Just(vec!["All".to_owned()]),
        1 => Just(vec!["None".to_owned()]),
        1 => Just(vec!["GuestsOrExternalUsers".to_owned()]),
        4 => some(names(user, USERS), 2),
    ]
}

pub fn users() -> impl Strategy<Value = Value> {
    let lists = (
        included_users(),
        some(names(user, USERS), 3),
        some(names(group, GROUPS), 2),
        some(names(group, GROUPS), 2),
        some(names(role, ROLES), 1),
        some(names(role, ROLES), 1),
    );
    lists.prop_map(|(include_users, exclude_users, include_groups, exclude_groups, include_roles, exclude_roles)| {
        json!({
            "includeUsers": include_users, "excludeUsers": exclude_users, "includeGroups": include_groups,
            "excludeGroups": exclude_groups, "includeRoles": include_roles, "excludeRoles": exclude_roles,
        })
    })
}

fn applications() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => Just(json!({ "includeApplications": ["All"] })),
        1 => Just(json!({ "includeApplications": ["MicrosoftAdminPortals", "Office365"] })),
        1 => Just(json!({ "includeApplications": ["Office365"], "excludeApplications": ["MicrosoftAdminPortals"] })),
        1 => Just(json!({ "includeUserActions": ["urn:user:registersecurityinfo"] })),
    ]
}

fn grant() -> impl Strategy<Value = Value> {
    let controls = prop_oneof![Just(vec!["block"]), subsequence(vec!["mfa", "compliantDevice", "domainJoinedDevice"], 0..=3),];
    (controls, select(vec!["AND", "OR"]), any::<bool>(), any::<bool>()).prop_map(|(controls, operator, strength, terms)| {
        let mut grant = json!({ "operator": operator, "builtInControls": controls });
        if strength && !controls.contains(&"mfa") && !controls.contains(&"block") {
            grant["authenticationStrength"] = json!({ "id": "00000000-0000-0000-0000-000000000004" });
        }
        if terms && !controls.contains(&"block") {
            grant["termsOfUse"] = json!([Uuid::from_u128(0x7e)]);
        }
        grant
    })
}

fn session() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => Just(Value::Null),
        1 => Just(json!({ "signInFrequency": { "isEnabled": true, "value": 4, "type": "hours" } })),
        1 => any::<bool>().prop_map(|on| json!({ "secureSignInSession": { "isEnabled": on } })),
    ]
}

/// A policy.
pub fn policies() -> impl Strategy<Value = Value> {
    (users(), applications(), grant(), session(), select(STATES.to_vec()), any::<bool>()).prop_map(
        |(users, applications, grant, session, state, located)| {
            let mut policy = json!({
                "id": Uuid::from_u128(0x10),
                "displayName": "Generated",
                "state": state,
                "conditions": { "users": users, "applications": applications, "clientAppTypes": ["all"] },
                "grantControls": grant,
                "sessionControls": session,
            });
            if located {
                policy["conditions"]["locations"] = json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] });
            }
            policy
        },
    )
}

fn delta(of: fn(usize) -> Uuid, count: usize) -> impl Strategy<Value = Value> {
    (some(names(of, count), 2), some(names(of, count), 2)).prop_map(|(add, remove)| {
        let add: Vec<_> = add.into_iter().filter(|item| !remove.iter().any(|gone| gone.eq_ignore_ascii_case(item))).collect();
        json!({ "add": add, "remove": remove })
    })
}

fn assignments() -> impl Strategy<Value = Value> {
    let all = prop_oneof![4 => Just(None), 1 => Just(Some("add")), 1 => Just(Some("remove"))];
    let lists = (
        delta(user, USERS),
        delta(user, USERS),
        delta(group, GROUPS),
        delta(group, GROUPS),
        delta(role, ROLES),
        delta(role, ROLES),
        all,
        vec(any::<bool>(), 6),
    );
    lists.prop_map(|(iu, eu, ig, eg, ir, er, all, keep)| {
        let names = ["includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles"];
        let mut payload = json!({ "kind": "policy.assignment_change" });
        for ((name, delta), keep) in names.into_iter().zip([iu, eu, ig, eg, ir, er]).zip(keep) {
            if keep {
                payload[name] = delta;
            }
        }
        if let Some(side) = all {
            payload["includeUsers"] = json!({ side: ["All"] });
        }
        payload
    })
}

fn kind(kind: &'static str, members: Value) -> impl Strategy<Value = Value> {
    let mut members = members;
    members["kind"] = kind.into();
    Just(members)
}

/// Changes of an existing policy, of every kind that there is.
pub fn edits() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => select(STATES.to_vec()).prop_map(|to| json!({ "kind": "policy.state_change", "to": to })),
        6 => assignments(),
        2 => grant().prop_map(|grant| json!({
            "kind": "policy.grant_change", "operator": grant["operator"], "builtInControls": grant["builtInControls"],
            "authenticationStrengthId": grant["authenticationStrength"]["id"],
        })),
        1 => kind("policy.application_change", json!({ "includeApplications": { "add": ["All"], "remove": ["Office365"] } })),
        1 => kind("policy.application_change", json!({ "excludeApplications": { "add": ["Office365"] } })),
        1 => kind("policy.condition_change", json!({ "locations": null })),
        1 => kind("policy.condition_change", json!({ "locations": { "includeLocations": ["AllTrusted"] } })),
        1 => kind("policy.condition_change", json!({ "clientAppTypes": ["other"], "platforms": { "includePlatforms": ["linux"] } })),
        1 => kind("policy.risk_condition_change", json!({ "signInRiskLevels": ["high"] })),
        1 => kind("policy.session_change", json!({ "secureSignInSession": { "isEnabled": true } })),
        1 => kind("policy.session_change", json!({ "signInFrequency": null })),
        1 => kind("policy.device_filter_change", json!({ "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } })),
        1 => kind("policy.terms_of_use_change", json!({ "termsOfUse": [Uuid::from_u128(0x7e)] })),
        1 => kind("policy.auth_context_change", json!({ "includeAuthenticationContextClassReferences": ["c1"] })),
        1 => kind("policy.delete", json!({ "confirmDisplayName": "Generated" })),
        1 => kind("policy.rename", json!({ "displayName": "Renamed" })),
    ]
}

/// What happens to a policy.
#[derive(Clone, Debug)]
pub enum Change {
    /// An edit or a deletion of the policy.
    Edit(Value),
    /// The policy is created in this state.
    Create(&'static str),
    /// The policy comes out of the recycle bin.
    Restore,
}

pub fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![6 => edits().prop_map(Change::Edit), 2 => select(STATES.to_vec()).prop_map(Change::Create), 1 => Just(Change::Restore)]
}

/// The world in which it happens.
pub fn world(policy: &Value, change: &Change) -> crate::world::World {
    use crate::world::World;
    match change {
        Change::Edit(payload) => World { document: Some(policy.clone()), ..World::change(payload.clone()) },
        Change::Create(state) => World::create(state, policy.clone()),
        Change::Restore => World { document: Some(policy.clone()), ..World::restore("disabled") },
    }
}
