//! Each line of a diff: what it means for security, and how it reads.

use domain::change::dry_run::Risk::{Loosens, Neutral, Tightens};
use domain::change::dry_run::{FieldDiff, Risk};
use domain::change::risk::explained;
use domain::document::diff::NameTable;
use domain::tenant::{DirectoryKind, DirectoryObject};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures::{document, mfa_for_all};
use crate::generated::{changes, policies, world};
use crate::world::{World, ids};

fn lines(world: &World) -> Vec<FieldDiff> {
    world.plan().diff
}

/// Risk by path of a change of an enforced policy.
fn risks(kind: &str, members: Value, edit: impl FnOnce(&mut World)) -> Vec<(String, Risk)> {
    let world = World::of(kind, members).from("enabled").with(edit);
    lines(&world).into_iter().map(|line| (line.path, line.risk)).collect()
}

#[test]
fn who_is_covered() {
    let users = |delta: Value| risks("policy.assignment_change", delta, |w| w.set("/conditions/users/includeGroups", json!(ids(1))));
    let one = |field: &str, risk| vec![(format!("conditions.users.{field}"), risk)];
    assert_eq!(users(json!({ "includeGroups": { "add": ids(2) } })), one("includeGroups", Tightens));
    assert_eq!(users(json!({ "includeGroups": { "remove": ids(1) } })), one("includeGroups", Loosens));
    assert_eq!(users(json!({ "includeGroups": { "remove": ids(1), "add": [ids(2)[1]] } })), one("includeGroups", Neutral));
    assert_eq!(users(json!({ "excludeGroups": { "add": ids(2) } })), one("excludeGroups", Loosens));
    assert_eq!(users(json!({ "includeUsers": { "remove": ["All"], "add": ids(1) } })), one("includeUsers", Loosens));
    assert_eq!(users(json!({ "includeUsers": { "add": ids(1) } })), [], "everybody is in already");
    let out = users(json!({ "excludeUsers": { "remove": [crate::fixtures::BREAKGLASS] } }));
    assert_eq!(out, one("excludeUsers", Tightens));
}

#[test]
fn when_it_applies() {
    let change = |members: Value, before: Value| {
        risks("policy.condition_change", members, |w| {
            for (name, value) in before.as_object().unwrap() {
                w.set(&format!("/conditions/{name}"), value.clone());
            }
        })
    };
    let locations = |include: &str| json!({ "locations": { "includeLocations": [include] } });
    let path = "conditions.locations.includeLocations".to_owned();
    assert_eq!(change(locations("AllTrusted"), json!({})), [(path.clone(), Loosens)]);
    assert_eq!(change(locations("All"), json!({})), [(path.clone(), Neutral)]);
    assert_eq!(change(locations("All"), locations("AllTrusted")), [(path.clone(), Tightens)]);
    assert_eq!(change(json!({ "locations": null }), locations("AllTrusted")), [(path, Tightens)]);
    let types = |types: Value| json!({ "clientAppTypes": types });
    assert_eq!(change(types(json!(["other"])), json!({})), [("conditions.clientAppTypes".to_owned(), Loosens)]);
    assert_eq!(change(types(json!(["all"])), types(json!(["other"]))), [("conditions.clientAppTypes".to_owned(), Tightens)]);

    let risk = |to: Value, from: Value| {
        risks("policy.risk_condition_change", json!({ "signInRiskLevels": to }), |w| w.set("/conditions/signInRiskLevels", from))
    };
    let path = "conditions.signInRiskLevels".to_owned();
    assert_eq!(risk(json!(["high"]), json!([])), [(path.clone(), Loosens)], "only risky sign-ins are covered from now on");
    assert_eq!(risk(json!(["high", "medium"]), json!(["high"])), [(path.clone(), Tightens)]);
    assert_eq!(risk(json!([]), json!(["high"])), [(path, Tightens)]);

    let filter = |rule: &str| json!({ "deviceFilter": { "mode": "exclude", "rule": rule } });
    let device = |to: Value, from: Value| risks("policy.device_filter_change", to, |w| w.set("/conditions/devices", from));
    let both =
        |risk| vec![("conditions.devices.deviceFilter.mode".to_owned(), risk), ("conditions.devices.deviceFilter.rule".to_owned(), risk)];
    assert_eq!(device(filter("a"), Value::Null), both(Loosens));
    assert_eq!(device(json!({ "deviceFilter": null }), filter("a")), both(Tightens));
    assert_eq!(device(filter("b"), filter("a")), [("conditions.devices.deviceFilter.rule".to_owned(), Neutral)]);
}

#[test]
fn what_is_demanded() {
    let grant = |to: Value, from: Value| -> Vec<Risk> {
        risks("policy.grant_change", to, |w| w.set("/grantControls", from)).into_iter().map(|line| line.1).collect()
    };
    let mfa = || json!({ "operator": "OR", "builtInControls": ["mfa"] });
    let both = |operator: &str| json!({ "operator": operator, "builtInControls": ["mfa", "compliantDevice"] });
    let device = || json!({ "builtInControls": ["compliantDevice"] });
    // Controls come before the operator.
    assert_eq!(grant(both("AND"), mfa()), [Tightens, Neutral]);
    assert_eq!(grant(both("OR"), mfa()), [Loosens], "another way in");
    assert_eq!(grant(device(), both("AND")), [Loosens, Neutral]);
    assert_eq!(grant(device(), both("OR")), [Tightens], "a way in less");
    assert_eq!(grant(json!({ "operator": "OR" }), both("AND")), [Loosens]);
    assert_eq!(grant(json!({ "operator": "AND" }), both("OR")), [Tightens]);
    assert_eq!(grant(json!({ "builtInControls": ["block"] }), mfa()), [Tightens]);
    assert_eq!(grant(mfa(), json!({ "operator": "OR", "builtInControls": ["block"] })), [Loosens]);
    assert_eq!(grant(json!({ "builtInControls": [] }), mfa()), [Loosens, Neutral]);
    let strength = |number: u8| format!("00000000-0000-0000-0000-00000000000{number}");
    let by = |number: u8| json!({ "operator": "OR", "authenticationStrength": { "id": strength(number) } });
    assert_eq!(grant(json!({ "builtInControls": [], "authenticationStrengthId": strength(4) }), mfa()), [Tightens, Neutral]);
    assert_eq!(grant(json!({ "authenticationStrengthId": strength(4) }), by(2)), [Tightens]);
    assert_eq!(grant(json!({ "authenticationStrengthId": strength(2) }), by(4)), [Loosens]);
    assert_eq!(grant(json!({ "authenticationStrengthId": ids(1)[0] }), by(4)), [Neutral]);
}

#[test]
fn how_long_a_session_lasts() {
    let session = |to: Value, from: Value| -> Vec<Risk> {
        risks("policy.session_change", to, |w| w.set("/sessionControls", from)).into_iter().map(|line| line.1).collect()
    };
    let hours = |value: u8| json!({ "signInFrequency": { "isEnabled": true, "value": value, "type": "hours" } });
    let every = json!({ "signInFrequency": { "isEnabled": true, "frequencyInterval": "everyTime" } });
    assert_eq!(session(hours(4), Value::Null), [Tightens; 5]);
    assert_eq!(session(hours(1), hours(4)), [Tightens]);
    assert_eq!(session(hours(9), hours(4)), [Loosens]);
    assert!(session(json!({ "signInFrequency": null }), every).iter().all(|risk| *risk == Loosens));
    let days = json!({ "signInFrequency": { "isEnabled": true, "value": 4, "type": "days" } });
    assert_eq!(session(days, hours(4)), [Loosens]);
    let browser = |mode: &str| json!({ "persistentBrowser": { "isEnabled": true, "mode": mode } });
    assert_eq!(session(browser("never"), Value::Null), [Tightens; 2]);
    assert_eq!(session(browser("always"), Value::Null), [Loosens; 2]);
    assert_eq!(session(browser("never"), browser("always")), [Tightens]);
    let watched = |kind: &str| json!({ "cloudAppSecurity": { "isEnabled": true, "cloudAppSecurityType": kind } });
    assert_eq!(session(watched("blockDownloads"), watched("monitorOnly")), [Tightens]);
    assert_eq!(session(watched("mcasConfigured"), watched("monitorOnly")), [Neutral]);
    assert_eq!(session(watched("mcasConfigured"), Value::Null), [Tightens; 2]);
    assert_eq!(session(json!({ "disableResilienceDefaults": true }), Value::Null), [Tightens]);
}

#[test]
fn on_and_off() {
    use domain::policy::PolicyState::{Disabled, Enabled, ReportOnly};
    let state = |from: &str, to| lines(&World::to(to).from(from))[0].risk;
    assert_eq!(state("disabled", Enabled), Tightens);
    assert_eq!(state("enabledForReportingButNotEnforced", Enabled), Tightens);
    assert_eq!(state("enabled", ReportOnly), Loosens);
    assert_eq!(state("enabled", Disabled), Loosens);
    assert_eq!(state("disabled", ReportOnly), Neutral, "demands nothing either way");
    // Of a policy that is off, nothing else matters yet.
    let off = World::of("policy.assignment_change", json!({ "excludeGroups": { "add": ids(1) } }));
    assert_eq!(lines(&off)[0].risk, Loosens);
    assert_eq!(lines(&off.from("disabled"))[0].risk, Neutral);
    // What comes or goes as a whole is judged by its state.
    let of = |world: World| -> Vec<(String, Risk)> {
        lines(&world).into_iter().filter(|line| line.risk != Neutral).map(|line| (line.path, line.risk)).collect()
    };
    assert_eq!(of(World::create("enabled", mfa_for_all("disabled"))), [("state".to_owned(), Tightens)]);
    assert_eq!(of(World::create("enabledForReportingButNotEnforced", mfa_for_all("enabled"))), []);
    assert_eq!(of(World::restore("enabled")), [("state".to_owned(), Tightens)]);
    let delete = World::of("policy.delete", json!({ "confirmDisplayName": "Require MFA" }));
    assert_eq!(of(delete.from("enabled")), [("state".to_owned(), Loosens)]);
}

#[test]
fn a_line_reads_as_a_person_would_say_it() {
    let label = |world: &World| lines(world).into_iter().map(|line| line.label).collect::<Vec<_>>();
    let mut world = World::of("policy.assignment_change", json!({ "excludeGroups": { "add": [ids(1)[0]], "remove": [ids(2)[1]] } }));
    world.set("/conditions/users/excludeGroups", json!([ids(2)[1]]));
    world.objects = vec![DirectoryObject {
        kind: DirectoryKind::Group,
        object_id: ids(1)[0].to_string(),
        display_name: "Contractors".into(),
        member_count: Some(4),
    }];
    assert_eq!(label(&world), ["Excluded groups: adds Contractors, removes 00000000…"]);
    assert_eq!(label(&World::to(domain::policy::PolicyState::Enabled)), ["State: from report-only to on"]);
    assert_eq!(label(&World::rename("Better")), ["Display name: from 'Require MFA' to 'Better'"]);
    let strength = World::of(
        "policy.grant_change",
        json!({ "builtInControls": [], "authenticationStrengthId": "00000000-0000-0000-0000-000000000004" }),
    );
    assert_eq!(label(&strength), ["Authentication strength: adds Phishing-resistant MFA", "Grant controls: removes mfa"]);
    let browser = World::of("policy.session_change", json!({ "persistentBrowser": { "isEnabled": true, "mode": "never" } }));
    assert_eq!(label(&browser), ["Persistent browser session: yes", "Persistent browser session (mode): never"]);
    let ranges = crate::warnings::locations::update(json!({ "ipRanges": ["198.51.100.0/24"] }));
    assert_eq!(label(&ranges), ["Ranges: adds 198.51.100.0/24, removes 192.0.2.0/24"]);
}

#[test]
fn a_long_line_says_how_much_it_leaves_out() {
    let mut world = World::of("policy.assignment_change", json!({ "excludeUsers": { "add": ids(500) } }));
    world.objects = ids(500)
        .into_iter()
        .enumerate()
        .map(|(number, id)| DirectoryObject {
            kind: DirectoryKind::User,
            object_id: id.to_string(),
            display_name: format!("User number {number}"),
            member_count: None,
        })
        .collect();
    let label = lines(&world)[0].label.clone();
    assert!(label.chars().count() <= 300, "{label}");
    assert!(label.starts_with("Excluded users: adds User number 0, User number 1, ") && label.ends_with(" more"), "{label}");
    let shown = label.matches("User number").count();
    assert!(label.ends_with(&format!("and {} more", 500 - shown)), "{label}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn labels_and_sentences_are_bounded_and_never_empty(policy in policies(), change in changes(), name in "\\PC{1,256}") {
        let mut policy = policy;
        policy["displayName"] = name.into();
        let plan = world(&policy, &change).plan();
        prop_assert!((1..=240).contains(&plan.summary.chars().count()), "{}", plan.summary);
        prop_assert!(!plan.summary.chars().any(char::is_control));
        for line in plan.diff {
            prop_assert!((3..=300).contains(&line.label.chars().count()) && !line.label.chars().any(char::is_control), "{}", line.label);
        }
    }

    /// What a change gives up is what taking it back regains.
    #[test]
    fn the_way_back_is_the_opposite(policy in policies(), to in policies()) {
        let (policy, to) = (document(policy), document(to));
        let there = explained(Some(&policy), Some(&to), &NameTable::default());
        let back = explained(Some(&to), Some(&policy), &NameTable::default());
        prop_assert_eq!(there.len(), back.len());
        for (there, back) in there.iter().zip(&back) {
            prop_assert_eq!(&there.path, &back.path);
            let opposite = match there.risk { Tightens => Loosens, Loosens => Tightens, Neutral => Neutral };
            prop_assert_eq!(back.risk, opposite, "{}: {} / {}", &there.path, &there.label, &back.label);
        }
    }
}
