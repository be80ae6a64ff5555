//! Plans: no-ops, creations, deletions and restores, and the conflict with somebody else's edit.

use chrono::TimeDelta;
use domain::change::dry_run::DryRun;
use domain::change::kind::ChangePayload;
use domain::change::plan::{confirms, live_conflict, touched_paths};
use domain::document::canonical_location;
use domain::document::diff::NameTable;
use domain::id::DryRunId;
use domain::policy::PolicyState::{Enabled, ReportOnly};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::{BREAKGLASS, document, now};
use crate::world::World;

const ID: &str = "11111111-aaaa-4111-8111-111111111111";

#[test]
fn a_plan_writes_only_its_own_field_and_nothing_for_a_no_op() {
    let plan = World::to(Enabled).plan();
    assert_eq!(plan.write, json!({ "state": "enabled" }));
    assert_eq!(plan.diff.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["state"]);
    assert_ne!(plan.base_hash, plan.desired_hash);
    assert_eq!(World::rename("x").plan().write, json!({ "displayName": "x" }));
    for nothing in [World::to(ReportOnly).plan(), World::to(Enabled).with(|w| w.document = None).plan()] {
        assert_eq!((nothing.write, nothing.diff), (json!({}), Vec::new()));
        assert_eq!(nothing.base_hash, nothing.desired_hash);
    }
}

#[test]
fn a_deletion_leaves_nothing_and_a_restore_brings_everything() {
    let nothing = document(json!({})).canonical();
    let world = World::of("policy.delete", json!({ "confirmDisplayName": "Require MFA" }));
    let deleted = world.plan();
    let present = document(world.document.clone().unwrap()).canonical().hash();
    assert_eq!((&deleted.base_hash, &deleted.write), (&present, &json!({})));
    assert!(deleted.diff.iter().all(|field| field.after.is_none()) && deleted.diff.len() > 3);

    let restored = World::restore("enabled").plan();
    assert_eq!((&restored.base_hash, &restored.write), (&deleted.desired_hash, &json!({})));
    assert!(restored.diff.iter().all(|field| field.before.is_none()) && restored.diff.len() > 3);
    assert_ne!(restored.base_hash, nothing.hash(), "an object that is not there is no policy without members");
    // A policy that is there cannot come back, and one in the bin cannot be changed.
    for missing in [World::restore("enabled").with(|w| w.deleted_at = None), World::to(Enabled).with(|w| w.deleted_at = Some(now()))] {
        assert_eq!(missing.plan().warnings[0].code.as_str(), "policy_not_found");
    }
}

#[test]
fn a_deletion_is_confirmed_by_the_name() {
    let payload = |name: &str| serde_json::from_value(json!({ "kind": "policy.delete", "confirmDisplayName": name })).unwrap();
    assert!(confirms(&payload(" Require MFA "), "Require MFA"));
    assert!(!confirms(&payload("require mfa"), "Require MFA"));
    let location = json!({ "kind": "location.delete", "locationId": ID, "confirmDisplayName": "HQ" });
    assert!(!confirms(&serde_json::from_value(location).unwrap(), "HQ 2"));
    assert!(confirms(&ChangePayload::Restore {}, "anything"));
}

/// What a live edit leaves in the way of a change.
fn conflict(payload: Value, edit: Value) -> Option<Vec<String>> {
    let world = World::change(payload);
    let base = document(world.document.clone().unwrap());
    let dry_run = DryRun::from_plan(DryRunId(Uuid::nil()), world.plan(), "d".into(), now(), 1_800);
    assert_eq!(dry_run.expires_at, now() + TimeDelta::minutes(30));
    let live = base.merged(&edit).canonical();
    let found = live_conflict(&world.payload, &dry_run, &live, &base.canonical(), &NameTable::default());
    found.map(|fields| fields.into_iter().map(|field| field.path).collect())
}

#[test]
fn a_foreign_edit_is_a_conflict_and_a_new_dress_is_not() {
    let state = || json!({ "kind": "policy.state_change", "to": "enabled" });
    assert_eq!(conflict(state(), json!({})), None);
    let dress = json!({ "modifiedDateTime": "2026-06-01T12:00:01Z", "conditions": { "platforms": null } });
    assert_eq!(conflict(state(), dress), None);
    let edit = json!({ "conditions": { "users": { "excludeUsers": [] } }, "aNewMember": true });
    assert_eq!(conflict(state(), edit).unwrap(), ["conditions.users.excludeUsers", "aNewMember"]);
}

#[test]
fn a_delta_minds_only_the_lists_that_it_touches() {
    let delta = || json!({ "kind": "policy.assignment_change", "excludeUsers": { "add": [ID] } });
    assert_eq!(conflict(delta(), json!({ "state": "disabled", "conditions": { "users": { "excludeGroups": [ID] } } })), None);
    let same_list = json!({ "conditions": { "users": { "excludeUsers": [BREAKGLASS, Uuid::from_u128(9)] } } });
    assert_eq!(conflict(delta(), same_list).unwrap(), ["conditions.users.excludeUsers"]);
    let applications = json!({ "kind": "policy.application_change", "excludeApplications": { "add": ["Office365"] } });
    assert_eq!(conflict(applications.clone(), json!({ "displayName": "x" })), None);
    assert!(conflict(applications, json!({ "conditions": { "applications": { "excludeApplications": [ID] } } })).is_some());
    // A creation has nothing to conflict with.
    assert_eq!(conflict(json!({ "kind": "policy.create", "document": {} }), json!({ "state": "disabled" })), None);
}

#[test]
fn payloads_say_what_they_touch() {
    let touched = |payload: Value| touched_paths(&serde_json::from_value(payload).unwrap());
    assert_eq!(touched(json!({ "kind": "policy.state_change", "to": "enabled" })), ["state"]);
    let assignment = json!({
        "kind": "policy.assignment_change", "excludeGroups": { "remove": [ID] }, "includeGuestsOrExternalUsers": null,
    });
    assert_eq!(touched(assignment), ["conditions.users.excludeGroups", "conditions.users.includeGuestsOrExternalUsers"]);
    let risk = json!({ "kind": "policy.risk_condition_change", "userRiskLevels": [] });
    assert_eq!(touched(risk), ["conditions.userRiskLevels"]);
    assert!(touched(json!({ "kind": "policy.restore" })).is_empty());
}

#[test]
fn locations_are_planned_against_the_location() {
    let hq = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "id": ID, "displayName": "HQ", "isTrusted": true,
        "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24" }],
    });
    let update = |members: Value| World::of("location.update", members).with(|world| world.location = Some(hq.clone()));
    let plan = update(json!({ "locationId": ID, "ipRanges": ["198.51.100.0/24", "2001:db8::/32"], "isTrusted": false })).plan();
    let expected = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "isTrusted": false,
        "ipRanges": [
            { "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "198.51.100.0/24" },
            { "@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8::/32" },
        ],
    });
    assert_eq!(plan.write, expected);
    assert_eq!(plan.base_hash, canonical_location(&hq).hash());
    assert_eq!(plan.diff.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["ipRanges", "isTrusted"]);
    assert_eq!(update(json!({ "locationId": ID, "displayName": "HQ" })).plan().write, json!({}));
    let gone = update(json!({ "locationId": ID, "displayName": "X" })).with(|world| world.location = None).plan();
    assert_eq!(gone.warnings[0].code.as_str(), "policy_not_found");

    let country =
        World::of("location.create", json!({ "displayName": "EU", "location": { "country": { "countriesAndRegions": ["DE"] } } }));
    let expected = json!({
        "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "EU", "countriesAndRegions": ["DE"],
        "includeUnknownCountriesAndRegions": false, "countryLookupMethod": "clientIpAddress",
    });
    assert_eq!(country.plan().write, expected);
    let deleted =
        World::of("location.delete", json!({ "locationId": ID, "confirmDisplayName": "HQ" })).with(|world| world.location = Some(hq));
    assert!(deleted.plan().diff.iter().all(|field| field.after.is_none()));
}
