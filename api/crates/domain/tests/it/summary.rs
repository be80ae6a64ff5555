//! A change in one sentence.

use domain::policy::PolicyState::{Disabled, Enabled, ReportOnly};
use domain::tenant::{DirectoryKind, DirectoryObject};
use serde_json::{Value, json};

use crate::fixtures::{BREAKGLASS, mfa_for_all};
use crate::warnings::locations;
use crate::world::{World, ids};

fn says(world: &World) -> String {
    world.plan().summary
}

#[test]
fn switching() {
    let two_groups = |world: World| world.users(json!({ "includeUsers": ["All"], "excludeGroups": ids(2) }));
    assert_eq!(says(&two_groups(World::to(Enabled))), "Turns 'Require MFA' from report-only to on for all users except 2 groups");
    assert_eq!(says(&two_groups(World::to(Disabled).from("enabled"))), "Turns 'Require MFA' from on to off for all users except 2 groups");
    assert_eq!(says(&World::to(ReportOnly)), "Nothing changes: 'Require MFA' is report-only already");
    let mut named = World::to(Enabled).users(json!({ "includeGroups": ids(1), "includeUsers": ids(3), "excludeUsers": [BREAKGLASS] }));
    named.objects = vec![DirectoryObject {
        kind: DirectoryKind::Group,
        object_id: ids(1)[0].to_string(),
        display_name: "Pilot".into(),
        member_count: None,
    }];
    assert_eq!(says(&named), "Turns 'Require MFA' from report-only to on for 3 users and the group 'Pilot' except 1 user");
}

#[test]
fn coming_and_going() {
    let create = |state: &str, edit: fn(&mut Value)| {
        let mut document = mfa_for_all("enabled");
        edit(&mut document);
        says(&World::create(state, document))
    };
    let report = "enabledForReportingButNotEnforced";
    assert_eq!(create(report, |_| {}), "Creates 'Require MFA' in report-only for all users: requires mfa");
    assert_eq!(
        create("enabled", |d| d["grantControls"]["builtInControls"] = json!(["block"])),
        "Creates 'Require MFA' enforced for all users: blocks access"
    );
    assert_eq!(
        create("disabled", |d| d["grantControls"] = json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] })),
        "Creates 'Require MFA' switched off for all users: requires all of compliantDevice, mfa"
    );
    let delete = World::of("policy.delete", json!({ "confirmDisplayName": "Require MFA" }));
    assert_eq!(says(&delete.from("enabled")), "Deletes 'Require MFA', which is on; it can be restored for 30 days");
    assert_eq!(says(&World::restore("disabled")), "Restores 'Require MFA' switched off from the recycle bin");
}

#[test]
fn editing() {
    assert_eq!(says(&World::rename("Better")), "Renames 'Require MFA' to 'Better'");
    assert_eq!(says(&World::rename("Require MFA")), "Nothing changes: 'Require MFA' has this name already");
    let grant =
        World::of("policy.grant_change", json!({ "builtInControls": ["mfa", "compliantDevice"], "operator": "AND" })).from("enabled");
    assert_eq!(says(&grant), "Changes 'Require MFA' (on): grant controls: adds compliantDevice; operator: from OR to AND");
    let nothing = World::of("policy.assignment_change", json!({ "includeUsers": { "add": ["All"] } }));
    assert_eq!(says(&nothing), "Nothing changes: 'Require MFA' is already as proposed");
}

#[test]
fn places() {
    assert_eq!(
        says(&locations::create(json!({ "ip": { "ipRanges": ["192.0.2.0/24", "198.51.100.0/24"], "isTrusted": true } }))),
        "Creates the named location 'New' of 2 ranges, trusted"
    );
    assert_eq!(
        says(&locations::create(json!({ "country": { "countriesAndRegions": ["DE"] } }))),
        "Creates the named location 'New' of 1 country"
    );
    let used = locations::update(json!({ "isTrusted": true })).with(|w| w.referring = vec!["A".into(), "B".into()]);
    assert_eq!(says(&used), "Changes the named location 'Headquarters', which 2 policies refer to: trusted: from no to yes");
    assert_eq!(says(&locations::delete(false, &[])), "Deletes the named location 'Headquarters' of 1 range");
}

#[test]
fn what_is_not_there() {
    assert!(says(&World::to(Enabled).with(|w| w.document = None)).starts_with("Nothing can be planned"));
}
