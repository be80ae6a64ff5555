//! Coverage: who and what no enforced policy holds to a second factor. Near misses beside every hit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::coverage::{Coverage, Enforced, Level, MAX_EXAMPLES, Measure, Tally};
use domain::document::PolicyDocument;
use domain::evaluate::{Rule, Surroundings};
use domain::people::{People, PersonFacts};
use domain::signin::{ClientApp, Place, Target, Traits, UserKind};
use domain::summary::{AccessStatus, Asked, Chunk, Outcome, Person, Rows};
use serde_json::{Value, json};
use uuid::Uuid;

const MAIL: &str = "00000002-0000-0ff1-ce00-000000000000";
const TOOL: &str = "11111111-2222-3333-4444-555555555555";
const STAFF: u128 = 0x10;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Users 1 to 4; 1 and 2 are staff, 3 is a guest, 4 is disabled.
fn people() -> People {
    let person = |number: u128| PersonFacts {
        kind: Some(if number == 3 { UserKind::B2bCollaborationGuest } else { UserKind::Member }),
        enabled: Some(number != 4),
        name: format!("User {number}"),
        ..PersonFacts::default()
    };
    People {
        users: (1..=4).map(|number| (id(number), person(number))).collect(),
        groups: BTreeMap::from([(id(STAFF), [id(1), id(2)].into())]),
        ..People::default()
    }
}

fn policy(conditions: Value, grant: Value) -> Value {
    let mut all =
        json!({ "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] });
    conditions.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
    json!({ "id": id(0xcafe), "displayName": "P", "state": "enabled", "conditions": all, "grantControls": grant })
}

fn mfa() -> Value {
    json!({ "operator": "OR", "builtInControls": ["mfa"] })
}

fn measure(policies: &[Value], people: &People, emergency: &[u128]) -> Coverage {
    let documents: Vec<PolicyDocument> = policies.iter().map(|policy| PolicyDocument::from_value(policy.clone()).unwrap()).collect();
    let rules = documents
        .iter()
        .map(|document| Rule::new(document, &Surroundings { mfa_trusted_ips: Some(Vec::new()), ..Surroundings::default() }));
    let enforced: Vec<Enforced> = rules.map(|rule| Enforced { rule, terms: BTreeSet::from(["terms".to_owned()]) }).collect();
    let named = (1..=9).map(id).collect();
    let emergency = emergency.iter().copied().map(id).collect();
    let mut measure = Measure::new(&enforced, people, &named, &emergency);
    measure.add(&chunk(), |outcome| outcome.error_code == 0);
    measure.finish()
}

/// User 1: 5 to mail by browser, 1 to the tool by IMAP; user 2: 2 to mail by browser, and 7 that don't count; 99: 3 to the tool by an app.
fn chunk() -> Chunk {
    let traits = |client| Traits { client: Some(client), ..Traits::default() };
    let asked = |id: &str, name: &str| Asked { target: Target::Resource(id.to_owned()), name: name.to_owned(), client_id: String::new() };
    let outcome = |error_code| Outcome { error_code, status: AccessStatus::Success, told: true, results: Vec::new() };
    let rows = [(0, 0, 0, 0, 5), (0, 1, 1, 0, 1), (1, 0, 0, 0, 2), (1, 0, 0, 1, 7), (2, 1, 2, 0, 3)];
    let column = |pick: fn(&(u32, u32, u32, u32, u32)) -> u32| rows.iter().map(pick).collect::<Vec<u32>>();
    Chunk {
        day: NaiveDate::from_ymd_opt(2026, 11, 1).unwrap(),
        people: [1, 2, 99]
            .map(|number| Person { id: id(number), workload: false, name: String::new(), home_tenant: None, kind: None })
            .to_vec(),
        targets: vec![asked(MAIL, "Mail"), asked(TOOL, "Tool")],
        places: vec![Place::default()],
        devices: vec![None],
        traits: [ClientApp::Browser, ClientApp::Other, ClientApp::MobileAppsAndDesktopClients].map(traits).to_vec(),
        outcomes: vec![outcome(0), outcome(50126)],
        rows: Rows {
            person: column(|row| row.0),
            target: column(|row| row.1),
            place: vec![0; rows.len()],
            device: vec![0; rows.len()],
            traits: column(|row| row.2),
            outcome: column(|row| row.3),
            sign_ins: column(|row| row.4),
        },
    }
}

/// `[covered, partly, uncovered, unknown]`
fn counts(tally: Tally) -> [u64; 4] {
    [tally.covered, tally.partly, tally.uncovered, tally.unknown]
}

#[test]
fn what_covers_users_and_what_does_not() {
    let block = || json!({ "operator": "OR", "builtInControls": ["block"] });
    for (name, policies, users) in [
        ("nothing", vec![], [0, 0, 3, 0]),
        ("MFA for all", vec![policy(json!({}), mfa())], [3, 0, 0, 0]),
        (
            "a strength",
            vec![policy(
                json!({}),
                json!({ "operator": "OR", "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" } }),
            )],
            [3, 0, 0, 0],
        ),
        ("a block", vec![policy(json!({}), block())], [3, 0, 0, 0]),
        (
            "MFA and a device",
            vec![policy(json!({}), json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] }))],
            [3, 0, 0, 0],
        ),
        (
            "MFA or a device",
            vec![policy(json!({}), json!({ "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] }))],
            [0, 0, 3, 0],
        ),
        ("a device", vec![policy(json!({}), json!({ "operator": "OR", "builtInControls": ["compliantDevice"] }))], [0, 0, 3, 0]),
        ("terms of use", vec![policy(json!({}), json!({ "operator": "OR", "termsOfUse": ["terms"] }))], [0, 0, 3, 0]),
        ("staff only", vec![policy(json!({ "users": { "includeGroups": [id(STAFF)] } }), mfa())], [2, 0, 1, 0]),
        ("all but staff", vec![policy(json!({ "users": { "includeUsers": ["All"], "excludeGroups": [id(STAFF)] } }), mfa())], [1, 0, 2, 0]),
        ("guests", vec![policy(json!({ "users": { "includeUsers": ["GuestsOrExternalUsers"] } }), mfa())], [1, 0, 2, 0]),
        ("one application", vec![policy(json!({ "applications": { "includeApplications": [MAIL] } }), mfa())], [0, 3, 0, 0]),
        ("browsers only", vec![policy(json!({ "clientAppTypes": ["browser"] }), mfa())], [0, 3, 0, 0]),
        ("legacy only", vec![policy(json!({ "clientAppTypes": ["other"] }), block())], [0, 0, 3, 0]),
        (
            "outside trusted places",
            vec![policy(json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } }), mfa())],
            [3, 0, 0, 0],
        ),
        ("one platform", vec![policy(json!({ "platforms": { "includePlatforms": ["android"] } }), mfa())], [0, 3, 0, 0]),
        ("risky sign-ins only", vec![policy(json!({ "signInRiskLevels": ["high"] }), mfa())], [0, 0, 3, 0]),
        (
            "a context only",
            vec![policy(json!({ "applications": { "includeAuthenticationContextClassReferences": ["c1"] } }), mfa())],
            [0, 0, 3, 0],
        ),
        (
            "two halves",
            vec![
                policy(json!({ "clientAppTypes": ["browser"] }), mfa()),
                policy(json!({ "clientAppTypes": ["mobileAppsAndDesktopClients"] }), mfa()),
            ],
            [3, 0, 0, 0],
        ),
    ] {
        let coverage = measure(&policies, &people(), &[]);
        assert_eq!(counts(coverage.users), users, "{name}");
        assert_eq!(coverage.user_gaps.len() as u64, users[1..].iter().sum::<u64>(), "{name}: every gap is an example here");
    }
}

#[test]
fn a_named_location_that_is_trusted_makes_it_partly() {
    let mut surroundings = Surroundings { mfa_trusted_ips: Some(Vec::new()), ..Surroundings::default() };
    let office = json!([{ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": "aaaaaaaa-0000-0000-0000-000000000001", "isTrusted": true,
                          "ipRanges": [{ "cidrAddress": "198.51.100.0/24" }] }]);
    surroundings.locations = Surroundings::locations_of_graph(office.as_array().unwrap());
    let document = policy(json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } }), mfa());
    let rule = Rule::new(&PolicyDocument::from_value(document).unwrap(), &surroundings);
    let enforced = [Enforced { rule, terms: BTreeSet::new() }];
    let (people, nobody) = (people(), BTreeSet::new());
    let coverage = Measure::new(&enforced, &people, &nobody, &nobody).finish();
    assert_eq!(counts(coverage.users), [0, 3, 0, 0]);
}

#[test]
fn sign_ins_and_applications_are_counted() {
    let coverage = measure(
        &[policy(json!({ "users": { "includeGroups": [id(STAFF)] }, "applications": { "includeApplications": [MAIL] } }), mfa())],
        &people(),
        &[],
    );
    // 5 and 2 to mail are covered, 1 to the tool is not, and of 99 nobody knows which groups it is in: but the tool is in no policy at all.
    assert_eq!(counts(coverage.sign_ins), [7, 0, 1, 3]);
    assert_eq!(counts(coverage.apps), [0, 1, 1, 0]);
    let apps: Vec<(&str, Level, u64, u64)> =
        coverage.app_gaps.iter().map(|gap| (gap.name.as_str(), gap.level, gap.sign_ins, gap.users_without)).collect();
    assert_eq!(apps, [("Tool", Level::Uncovered, 4, 3), ("Mail", Level::Partly, 7, 1)]);
    let users: Vec<(u128, Level, u64)> = coverage.user_gaps.iter().map(|gap| (gap.id.as_u128(), gap.level, gap.sign_ins)).collect();
    assert_eq!(users, [(3, Level::Uncovered, 0), (1, Level::Partly, 6), (2, Level::Partly, 2)], "the worst first, then the busiest");
    let clients: Vec<(ClientApp, Level, u64)> =
        coverage.clients.iter().map(|client| (client.client, client.level, client.sign_ins)).collect();
    assert_eq!(
        clients,
        [
            (ClientApp::Browser, Level::Partly, 7),
            (ClientApp::MobileAppsAndDesktopClients, Level::Partly, 3),
            (ClientApp::ExchangeActiveSync, Level::Partly, 0),
            (ClientApp::Other, Level::Partly, 1),
        ]
    );
}

#[test]
fn an_exclusion_is_named_and_an_emergency_account_is_no_gap() {
    let document = policy(json!({ "users": { "includeUsers": ["All"], "excludeUsers": [id(2)], "excludeGroups": [id(0x77)] } }), mfa());
    let mut people = people();
    people.groups.insert(id(0x77), [id(3)].into());
    let coverage = measure(std::slice::from_ref(&document), &people, &[]);
    assert_eq!(counts(coverage.users), [1, 0, 2, 0]);
    let reasons: Vec<(u128, &str, Option<&str>)> = coverage
        .user_gaps
        .iter()
        .map(|gap| (gap.id.as_u128(), gap.excluded_by[0].path.as_str(), gap.excluded_by[0].entry.as_deref()))
        .collect();
    let (user, group) = (id(2).to_string(), id(0x77).to_string());
    assert_eq!(
        reasons,
        [(2, "conditions.users.excludeUsers", Some(user.as_str())), (3, "conditions.users.excludeGroups", Some(group.as_str()))]
    );

    let coverage = measure(&[document], &people, &[2]);
    assert_eq!(counts(coverage.users), [1, 0, 1, 0]);
    assert_eq!(
        coverage.emergency.iter().map(|account| (account.id, account.level, account.sign_ins)).collect::<Vec<_>>(),
        [(id(2), Level::Uncovered, 2)]
    );
    assert_eq!(coverage.sign_ins.total(), 5 + 1 + 3, "sign-ins of emergency accounts are shown beside");
}

#[test]
fn what_nobody_read_is_unknown_and_not_uncovered() {
    let mut people = people();
    people.ask_about([id(0x88)]);
    let document = policy(json!({ "users": { "includeGroups": [id(0x88)] } }), mfa());
    let coverage = measure(&[document], &people, &[]);
    assert_eq!(counts(coverage.users), [0, 0, 0, 3]);
    assert_eq!(coverage.clients[0].level, Level::Unknown);
}

#[test]
fn examples_have_a_maximum_and_counts_do_not() {
    let mut people = people();
    people.users.extend((100..1_000).map(|number| (id(number), PersonFacts { kind: Some(UserKind::Member), ..PersonFacts::default() })));
    let coverage = measure(&[], &people, &[]);
    assert_eq!((coverage.users.uncovered, coverage.user_gaps.len()), (903, MAX_EXAMPLES));
    assert_eq!(coverage.user_gaps[0].id, id(1), "the busiest is among the examples");
}
