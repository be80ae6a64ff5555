//! Overlaps of pairs of policies: every kind with near misses.

use std::collections::BTreeMap;
use std::time::Instant;

use domain::document::PolicyDocument;
use domain::evaluate::{Rule, Surroundings};
use domain::overlap::{Candidate, OverlapKind, Overlaps, overlaps};
use domain::people::{People, PersonFacts};
use domain::signin::{ClientApp, UserKind};
use serde_json::{Value, json};
use uuid::Uuid;

const MAIL: &str = "00000002-0000-0ff1-ce00-000000000000";
const TOOL: &str = "11111111-2222-3333-4444-555555555555";
const OFFICE: &str = "aaaaaaaa-0000-0000-0000-000000000001";
const WIDER: &str = "aaaaaaaa-0000-0000-0000-000000000002";
const GERMANY: &str = "aaaaaaaa-0000-0000-0000-000000000003";

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Users 1 to 5; group 10 holds 1 and 2, group 11 holds 1 to 3, group 12 holds 4, group 13 nobody.
fn people() -> People {
    let person = PersonFacts { kind: Some(UserKind::Member), ..PersonFacts::default() };
    People {
        users: (1..=5).map(|number| (id(number), person.clone())).collect(),
        groups: BTreeMap::from([
            (id(10), [id(1), id(2)].into()),
            (id(11), [id(1), id(2), id(3)].into()),
            (id(12), [id(4)].into()),
            (id(13), [].into()),
        ]),
        ..People::default()
    }
}

fn surroundings() -> Surroundings {
    let range = |cidr: &str| json!([{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": cidr }]);
    let locations = [
        json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": OFFICE, "isTrusted": true, "ipRanges": range("198.51.100.0/25") }),
        json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": WIDER, "isTrusted": false, "ipRanges": range("198.51.100.0/24") }),
        json!({ "@odata.type": "#microsoft.graph.countryNamedLocation", "id": GERMANY, "countriesAndRegions": ["DE"], "countryLookupMethod": "clientIpAddress" }),
    ];
    Surroundings { locations: Surroundings::locations_of_graph(&locations), mfa_trusted_ips: Some(Vec::new()), ..Surroundings::default() }
}

fn policy(name: &str, conditions: Value, controls: Value) -> Value {
    let mut all =
        json!({ "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] });
    conditions.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
    let mut policy = json!({ "displayName": name, "state": "enabled", "conditions": all });
    controls.as_object().unwrap().iter().for_each(|(name, value)| policy[name] = value.clone());
    policy
}

fn grants(controls: &[&str]) -> Value {
    json!({ "grantControls": { "operator": "AND", "builtInControls": controls } })
}

fn strength(number: u8) -> Value {
    json!({ "grantControls": { "operator": "OR", "authenticationStrength": { "id": format!("00000000-0000-0000-0000-{number:012}") } } })
}

fn find(policies: &[Value], people: &People) -> Overlaps {
    let documents: Vec<PolicyDocument> = policies.iter().map(|policy| PolicyDocument::from_value(policy.clone()).unwrap()).collect();
    let surroundings = surroundings();
    let rules: Vec<Rule> = documents.iter().map(|document| Rule::new(document, &surroundings)).collect();
    let candidates: Vec<Candidate<'_>> = documents.iter().zip(&rules).map(|(document, rule)| Candidate { document, rule }).collect();
    overlaps(&candidates, people, &surroundings, &[])
}

/// The kind of the one pair, and the place of the policy that it is about.
fn pair(first: (Value, Value), second: (Value, Value)) -> Option<(OverlapKind, usize, bool)> {
    let found = find(&[policy("A", first.0, first.1), policy("B", second.0, second.1)], &people());
    assert!(found.pairs.len() <= 1);
    found.pairs.first().map(|pair| (pair.kind, pair.first, pair.certain))
}

fn group(number: u128) -> Value {
    json!({ "users": { "includeGroups": [id(number)] } })
}

#[test]
fn every_kind_and_its_near_misses() {
    use OverlapKind::*;
    let all = || json!({});
    let apps = |list: Value| json!({ "applications": { "includeApplications": list } });
    let places = |include: Value, exclude: Value| json!({ "locations": { "includeLocations": include, "excludeLocations": exclude } });
    let filter = |mode: &str, rule: &str| json!({ "devices": { "deviceFilter": { "mode": mode, "rule": rule } } });
    let browser = |mode: &str| json!({ "sessionControls": { "persistentBrowser": { "mode": mode, "isEnabled": true } } });
    let (mfa, block) = (|| grants(&["mfa"]), || grants(&["block"]));
    for (name, first, second, expected) in [
        ("the same", (all(), mfa()), (all(), mfa()), Some((Duplicate, 0, true))),
        ("a group and all", (group(10), mfa()), (all(), mfa()), Some((Redundant, 0, true))),
        ("all and a group", (all(), mfa()), (group(10), mfa()), Some((Redundant, 1, true))),
        ("a group in another by its members", (group(10), mfa()), (group(11), mfa()), Some((Redundant, 0, true))),
        ("two groups apart", (group(10), mfa()), (group(12), mfa()), None),
        ("an empty group meets nobody", (group(13), mfa()), (all(), mfa()), None),
        ("the inner one asks for more", (group(10), grants(&["mfa", "compliantDevice"])), (all(), mfa()), Some((Overlap, 0, true))),
        ("the outer one asks for more", (group(10), mfa()), (all(), grants(&["mfa", "compliantDevice"])), Some((Redundant, 0, true))),
        ("a stronger strength implies", (group(10), mfa()), (all(), strength(4)), Some((Redundant, 0, true))),
        ("a weaker one does not", (group(10), strength(4)), (all(), mfa()), Some((Overlap, 0, true))),
        ("of two strengths", (group(10), strength(3)), (all(), strength(4)), Some((Redundant, 0, true))),
        (
            "one of several is not enough",
            (group(10), mfa()),
            (all(), json!({ "grantControls": { "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] } })),
            Some((Overlap, 0, true)),
        ),
        ("a block over all of it", (group(10), mfa()), (all(), block()), Some((Blocked, 0, true))),
        ("a block over a part of it", (all(), mfa()), (group(10), block()), Some((Overlap, 0, true))),
        ("a block in a block", (group(10), block()), (all(), block()), Some((Redundant, 0, true))),
        (
            "phones and hybrid devices",
            (all(), grants(&["approvedApplication"])),
            (all(), grants(&["domainJoinedDevice"])),
            Some((Impossible, 0, true)),
        ),
        (
            "phones or hybrid devices",
            (all(), json!({ "grantControls": { "operator": "OR", "builtInControls": ["approvedApplication", "domainJoinedDevice"] } })),
            (all(), grants(&["domainJoinedDevice"])),
            Some((Redundant, 0, true)),
        ),
        (
            "on platforms apart",
            (json!({ "platforms": { "includePlatforms": ["iOS"] } }), grants(&["approvedApplication"])),
            (json!({ "platforms": { "includePlatforms": ["windows"] } }), grants(&["domainJoinedDevice"])),
            None,
        ),
        ("sessions that contradict", (all(), browser("always")), (all(), browser("never")), Some((SessionConflict, 0, true))),
        ("sessions that agree", (all(), browser("never")), (group(10), browser("never")), Some((Redundant, 1, true))),
        ("applications in Office 365", (apps(json!([MAIL])), mfa()), (apps(json!(["Office365"])), mfa()), Some((Redundant, 0, true))),
        ("an application outside", (apps(json!([TOOL])), mfa()), (apps(json!(["Office365"])), mfa()), None),
        ("clients apart", (json!({ "clientAppTypes": ["browser"] }), mfa()), (json!({ "clientAppTypes": ["other"] }), block()), None),
        (
            "an address range in another",
            (places(json!([OFFICE]), json!([])), block()),
            (places(json!([WIDER]), json!([])), block()),
            Some((Redundant, 0, true)),
        ),
        (
            "and the other way",
            (places(json!([WIDER]), json!([])), block()),
            (places(json!([OFFICE]), json!([])), block()),
            Some((Redundant, 1, true)),
        ),
        (
            "inside and outside",
            (places(json!([OFFICE]), json!([])), block()),
            (places(json!(["All"]), json!(["AllTrusted"])), block()),
            None,
        ),
        (
            "a country and addresses",
            (places(json!([GERMANY]), json!([])), block()),
            (places(json!([OFFICE]), json!([])), block()),
            Some((Overlap, 0, true)),
        ),
        (
            "risks apart",
            (json!({ "signInRiskLevels": ["high"] }), block()),
            (json!({ "signInRiskLevels": ["low", "medium"] }), mfa()),
            None,
        ),
        (
            "a risk in risks",
            (json!({ "userRiskLevels": ["high"] }), block()),
            (json!({ "userRiskLevels": ["medium", "high"] }), block()),
            Some((Redundant, 0, true)),
        ),
        (
            "contexts apart",
            (json!({ "applications": { "includeAuthenticationContextClassReferences": ["c1"] } }), mfa()),
            (json!({ "applications": { "includeAuthenticationContextClassReferences": ["c2"] } }), mfa()),
            None,
        ),
        (
            "a context in all applications",
            (json!({ "applications": { "includeAuthenticationContextClassReferences": ["c1"] } }), mfa()),
            (all(), mfa()),
            Some((Redundant, 0, true)),
        ),
        (
            "the same device filter",
            (filter("include", "device.isCompliant -eq True"), mfa()),
            (filter("include", "device.isCompliant -eq True"), mfa()),
            Some((Duplicate, 0, true)),
        ),
        (
            "a filter and its opposite",
            (filter("include", "device.isCompliant -eq True"), mfa()),
            (filter("exclude", "device.isCompliant -eq True"), mfa()),
            None,
        ),
        (
            "two filters: nobody can tell",
            (filter("include", "device.isCompliant -eq True"), mfa()),
            (filter("include", "device.model -eq \"X\""), mfa()),
            Some((Overlap, 0, false)),
        ),
        ("a filter in none", (filter("include", "device.isCompliant -eq True"), mfa()), (all(), mfa()), Some((Redundant, 0, true))),
    ] {
        assert_eq!(pair(first, second), expected, "{name}");
    }
}

#[test]
fn a_group_that_nobody_read_is_never_said_to_lie_in_another() {
    let mut people = people();
    people.ask_about([id(99)]);
    let found = find(&[policy("A", group(99), grants(&["mfa"])), policy("B", group(11), grants(&["mfa"]))], &people);
    assert_eq!((found.pairs[0].kind, found.pairs[0].certain), (OverlapKind::Overlap, false));
    let found = find(&[policy("A", group(99), grants(&["mfa"])), policy("B", json!({}), grants(&["mfa"]))], &people);
    assert_eq!(found.pairs[0].kind, OverlapKind::Redundant, "whoever is in it is among all");
}

#[test]
fn report_only_takes_nothing_from_what_is_enforced() {
    let report_only = |mut policy: Value| {
        policy["state"] = json!("enabledForReportingButNotEnforced");
        policy
    };
    let inner = || policy("Inner", group(10), grants(&["mfa"]));
    let outer = || policy("Outer", json!({}), grants(&["mfa"]));
    let kind = |policies: &[Value]| find(policies, &people()).pairs[0].kind;
    assert_eq!(kind(&[inner(), outer()]), OverlapKind::Redundant);
    assert_eq!(kind(&[report_only(inner()), outer()]), OverlapKind::Redundant);
    assert_eq!(kind(&[inner(), report_only(outer())]), OverlapKind::Overlap);
    assert_eq!(kind(&[report_only(inner()), report_only(outer())]), OverlapKind::Redundant);
}

#[test]
fn a_pair_says_whom_and_what_it_is_about() {
    let found = find(
        &[
            policy(
                "Mail",
                json!({ "applications": { "includeApplications": [MAIL, TOOL] }, "clientAppTypes": ["browser"], "users": { "includeGroups": [id(11)] } }),
                grants(&["mfa"]),
            ),
            policy("Staff", json!({ "applications": { "includeApplications": [TOOL] } }), grants(&["compliantDevice"])),
        ],
        &people(),
    );
    let pair = &found.pairs[0];
    assert_eq!((pair.users, pair.clients.as_slice(), pair.app_count), (3, &[ClientApp::Browser][..], 1));
    assert_eq!(pair.apps.as_deref(), Some(&[TOOL.to_owned()][..]));
    assert_eq!(pair.sentence, "where \"Mail\" and \"Staff\" both apply, what both ask for must be met.");
    assert_eq!(found.counts, BTreeMap::from([(OverlapKind::Overlap, 1)]));
}

#[test]
fn workload_identities_and_users_never_meet() {
    let workloads = json!({ "users": { "includeUsers": ["None"] }, "clientApplications": { "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] } });
    assert_eq!(pair((workloads.clone(), grants(&["block"])), (json!({}), grants(&["block"]))), None);
    assert_eq!(pair((workloads.clone(), grants(&["block"])), (workloads, grants(&["block"]))), Some((OverlapKind::Duplicate, 0, true)));
}

/// As many policies as a tenant can have; a debug build on a busy machine has ten times as long as the product is meant to take.
#[test]
#[expect(clippy::disallowed_methods, reason = "it measures how long a rule takes, without a runtime")]
fn a_full_tenant_is_compared_in_time() {
    let mut people = people();
    people.users.extend((1_000..6_000).map(|number| (id(number), PersonFacts { kind: Some(UserKind::Member), ..PersonFacts::default() })));
    people.groups.extend((0..200).map(|at| (id(20_000 + at), (0..50).map(|member| id(1_000 + (at * 24 + member) % 5_000)).collect())));
    let policies: Vec<Value> = (0..240)
        .map(|at| policy(&format!("P{at}"), group(20_000 + at % 200), grants(if at % 3 == 0 { &["block"] } else { &["mfa"] })))
        .collect();
    let begun = Instant::now();
    let found = find(&policies, &people);
    let took = begun.elapsed();
    assert_eq!((found.policies, found.left_out), (240, 0));
    assert!(found.pairs.len() > 40);
    assert!(took.as_secs() < 10, "{took:?}");
}
