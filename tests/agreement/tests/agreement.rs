//! The two evaluators agree: on every published policy, and on each policy over which they once differed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use causeway_agreement::{Sample, World};
use serde_json::{Value, json};
use uuid::Uuid;

/// Sign-ins of one comparison; `tests/load/agreement` takes 100,000.
const SIGN_INS: usize = 150;

#[test]
fn on_every_published_policy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/policies");
    for tenant in 0..3 {
        let world = World::published(tenant, &folder);
        assert_eq!(world.samples().len(), 569);
        let tally = world.compare(world.sign_ins(SIGN_INS));
        assert_eq!((tally.sign_ins, tally.different()), (SIGN_INS, 0), "{tally}");
        assert!(tally.statuses.iter().all(|((ours, theirs), _)| ours == theirs), "{tally}");
        // What we can't tell is in documents that Graph refuses, and rare.
        let refused = |name: &str| world.samples().iter().any(|sample| sample.name == name && !sample.accepted);
        assert!(tally.by_sample.keys().all(|(name, ..)| refused(name)), "{tally}");
        assert!(tally.unknown() * 100 < tally.pairs(), "{tally}");
    }
}

/// A policy on which the two agree, and that applies to somebody.
fn agree(over: Value) {
    let mut policy = json!({
        "id": Uuid::from_u128(1), "displayName": "p", "state": "enabled",
        "conditions": { "clientAppTypes": ["all"], "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": ["block"] }, "sessionControls": null,
    });
    for (part, members) in over.as_object().unwrap() {
        for (name, value) in members.as_object().unwrap() {
            policy[part][name] = value.clone();
        }
    }
    let sample = Sample { name: "p".to_owned(), accepted: true, policy };
    let world = World::new(1, |_| vec![sample]);
    let tally = world.compare(world.sign_ins(1_500));
    assert_eq!((tally.different(), tally.unknown()), (0, 0), "{tally}");
    let count =
        |results: &[&str]| tally.results.iter().filter(|((ours, _), _)| results.contains(&ours.as_str())).map(|(_, n)| n).sum::<u64>();
    assert!(count(&["failure", "success", "reportOnlyFailure", "reportOnlySuccess"]) > 0, "the policy meets nobody: {tally}");
}

/// Theirs took `[]` for a condition that nothing meets; an empty condition is none (section 2.3).
#[test]
fn an_empty_list_is_no_condition() {
    agree(json!({ "conditions": { "locations": [], "platforms": [] } }));
}

/// Theirs read the text only, and let the policy block everybody.
#[test]
fn transfer_methods_written_as_a_list() {
    agree(json!({ "conditions": { "authenticationFlows": { "transferMethods": ["deviceCodeFlow"] } } }));
}

/// Theirs knew no device states at all (section 5, Legacy).
#[test]
fn device_states_exclude_compliant_and_hybrid_joined_devices() {
    agree(json!({ "conditions": { "devices": { "includeDevices": ["All"], "excludeDevices": ["Compliant", "DomainJoined"] } } }));
    agree(json!({ "conditions": { "deviceStates": { "includeStates": ["All"], "excludeStates": ["Compliant"] } } }));
}

/// Theirs lacked the portal of Microsoft 365 in `Office365`, which Microsoft's list names.
#[test]
fn office_365_has_the_portal_of_microsoft_365() {
    agree(json!({ "conditions": { "applications": { "includeApplications": ["Office365"] } } }));
}

/// Theirs compared `All` with `all` letter by letter.
#[test]
fn client_app_types_in_any_case() {
    agree(json!({ "conditions": { "clientAppTypes": ["All"] } }));
}

/// Theirs took an object of empty lists for a policy on workload identities.
#[test]
fn an_empty_choice_of_workload_identities_is_none() {
    agree(json!({ "conditions": { "clientApplications": { "includeServicePrincipals": [], "excludeServicePrincipals": [] } } }));
}

/// Theirs knew no home tenants; the two read a list of them alike.
#[test]
fn guests_of_listed_tenants() {
    let guests = |tenants: Value| json!({ "guestOrExternalUserTypes": "b2bCollaborationGuest,internalGuest", "externalTenants": tenants });
    agree(json!({ "conditions": { "users": { "excludeGuestsOrExternalUsers": guests(json!({ "membershipKind": "all" })) } } }));
    let listed = json!({ "membershipKind": "enumerated", "members": [Uuid::from_u128(5)] });
    agree(json!({ "conditions": { "users": { "excludeGuestsOrExternalUsers": guests(listed) } } }));
}
