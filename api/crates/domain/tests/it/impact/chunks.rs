//! Small tenants: a few entries in each dictionary, and policies that name them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::document::PolicyDocument;
use domain::evaluate::{Location, Surroundings};
use domain::signin::{
    ClientApp, Device, DeviceAttributes, Identity, Place, Platform, Proofs, RiskLevel, Target, Traits, TransferMethod, TrustType, User,
    UserAction, UserKind, Workload,
};
use domain::summary::{AccessStatus, Asked, Chunk, Outcome, Person, Rows};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use uuid::Uuid;

pub const OFFICE: &str = "55555555-0000-0000-0000-000000000001";
pub const COUNTRY: &str = "55555555-0000-0000-0000-000000000002";
pub const APPS: [&str; 3] =
    ["00000002-0000-0ff1-ce00-000000000000", "797f4846-ba00-4fd7-ba43-dac1f8f63013", "aaaaaaaa-0000-0000-0000-000000000003"];

pub fn user(number: u128) -> Uuid {
    Uuid::from_u128(0x1000_0000_0000_0000_0000_0000_0000_0000 + number)
}

pub fn group(number: u128) -> Uuid {
    Uuid::from_u128(0x2000_0000_0000_0000_0000_0000_0000_0000 + number)
}

fn role(number: u128) -> Uuid {
    Uuid::from_u128(0x3000_0000_0000_0000_0000_0000_0000_0000 + number)
}

/// Who a person is: known, half known or unknown, by the last digits of the id.
pub fn identity(person: &Person) -> Identity {
    let number = person.id.as_u128() & 0xff;
    if person.workload {
        let single_tenant = [None, Some(true), Some(false)][(number % 3) as usize];
        return Identity::Workload(Workload { id: person.id, single_tenant, attributes: None });
    }
    let kinds =
        [None, Some(UserKind::Member), Some(UserKind::Member), Some(UserKind::B2bCollaborationGuest), Some(UserKind::InternalGuest)];
    let some = |of: &dyn Fn(u128) -> Uuid| (0..3).filter(|bit| number >> bit & 1 == 1).map(of).collect::<BTreeSet<_>>();
    Identity::User(User {
        id: person.id,
        kind: kinds[(number % 5) as usize],
        home_tenant: None,
        groups: (!number.is_multiple_of(7)).then(|| some(&group)),
        unread: if number.is_multiple_of(3) { BTreeSet::from([group(9)]) } else { BTreeSet::new() },
        roles: (!number.is_multiple_of(4)).then(|| some(&role)),
    })
}

pub fn surroundings() -> Surroundings {
    let mut surroundings = Surroundings::default();
    let networks = Location::Networks { trusted: true, ranges: vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()] };
    surroundings.locations.insert(OFFICE.to_owned(), networks);
    let countries = Location::Countries { codes: BTreeSet::from(["DE".to_owned()]), unknown: false, gps: false };
    surroundings.locations.insert(COUNTRY.to_owned(), countries);
    surroundings
}

/// A policy document out of parts that the chunks can match.
pub fn policy() -> impl Strategy<Value = PolicyDocument> {
    let ids = |of: fn(u128) -> Uuid, range: std::ops::Range<u128>| {
        let all: Vec<String> = range.map(|number| of(number).to_string()).collect();
        let most = all.len().min(3);
        subsequence(all, 0..=most)
    };
    let users = (
        prop_oneof![Just(vec!["All".to_owned()]), Just(vec!["GuestsOrExternalUsers".to_owned()]), ids(user, 0..12)],
        ids(user, 0..12),
        ids(group, 0..3),
        prop_oneof![ids(group, 0..3), Just(vec![group(9).to_string()])],
        ids(role, 0..3),
    );
    let apps = prop_oneof![
        3 => Just(json!({ "includeApplications": ["All"] })),
        2 => subsequence(APPS.to_vec(), 1..=2).prop_map(|apps| json!({ "includeApplications": apps })),
        1 => subsequence(APPS.to_vec(), 1..=1).prop_map(|apps| json!({ "includeApplications": ["All"], "excludeApplications": apps })),
        1 => Just(json!({ "includeUserActions": ["urn:user:registersecurityinfo"] })),
        1 => Just(json!({ "includeAuthenticationContextClassReferences": ["c1"] })),
    ];
    let locations = prop_oneof![
        4 => Just(Value::Null),
        1 => Just(json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] })),
        1 => Just(json!({ "includeLocations": [COUNTRY] })),
        1 => Just(json!({ "includeLocations": ["All"], "excludeLocations": [OFFICE] })),
    ];
    let devices = prop_oneof![
        4 => Just(Value::Null),
        1 => Just(json!({ "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } })),
        1 => Just(json!({ "deviceFilter": { "mode": "include", "rule": "device.trustType -ne \"ServerAD\" -and device.model -startsWith \"Sur\"" } })),
    ];
    let more = (
        prop_oneof![3 => Just(vec!["all"]), 1 => Just(vec!["exchangeActiveSync", "other"]), 1 => Just(vec!["browser"])],
        prop_oneof![3 => Just(Value::Null), 1 => Just(json!({ "includePlatforms": ["all"], "excludePlatforms": ["windows", "iOS"] }))],
        prop_oneof![3 => Just(Vec::new()), 1 => Just(vec!["high", "medium"])],
        prop_oneof![5 => Just(Value::Null), 1 => Just(json!({ "transferMethods": "deviceCodeFlow" }))],
    );
    let grant = prop_oneof![
        Just(json!({ "operator": "OR", "builtInControls": ["block"] })),
        Just(json!({ "operator": "OR", "builtInControls": ["mfa"] })),
        Just(json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] })),
        Just(json!({ "operator": "OR", "builtInControls": ["compliantDevice", "domainJoinedDevice"] })),
        Just(json!({ "operator": "AND", "builtInControls": ["mfa", "passwordChange"] })),
        Just(json!({ "operator": "OR", "builtInControls": ["compliantApplication", "approvedApplication"] })),
        Just(json!({ "operator": "OR", "builtInControls": [], "termsOfUse": ["66666666-0000-0000-0000-000000000001"] })),
    ];
    (users, apps, locations, devices, more, grant).prop_map(
        |(
            (include, exclude, include_groups, exclude_groups, roles),
            apps,
            locations,
            devices,
            (clients, platforms, risks, flows),
            grant,
        )| {
            let document = json!({
                "displayName": "generated", "state": "enabled",
                "conditions": {
                    "users": {
                        "includeUsers": include, "excludeUsers": exclude, "includeGroups": include_groups,
                        "excludeGroups": exclude_groups, "includeRoles": roles,
                    },
                    "applications": apps, "locations": locations, "devices": devices, "clientAppTypes": clients, "platforms": platforms,
                    "signInRiskLevels": risks, "authenticationFlows": flows,
                },
                "grantControls": grant,
            });
            PolicyDocument::from_value(document).unwrap()
        },
    )
}

/// A chunk with whatever a log tells, and what it leaves out.
pub fn chunk() -> impl Strategy<Value = Chunk> {
    let size = 6_usize;
    let row = (0..size, 0..size, 0..size, 0..size, 0..size, 0..4_usize, 1_u32..900);
    (
        prop::collection::vec((0_u128..16, prop::bool::weighted(0.1)), size),
        prop::collection::vec(target(), size),
        prop::collection::vec(place(), size),
        prop::collection::vec(device(), size),
        prop::collection::vec(traits(), size),
        prop::collection::vec(row, 0..60),
    )
        .prop_map(|(people, targets, places, devices, traits, rows)| {
            let mut columns = Rows::default();
            for (person, target, place, device, traits, outcome, sign_ins) in rows {
                columns.person.push(person as u32);
                columns.target.push(target as u32);
                columns.place.push(place as u32);
                columns.device.push(device as u32);
                columns.traits.push(traits as u32);
                columns.outcome.push(outcome as u32);
                columns.sign_ins.push(sign_ins);
            }
            let person = |(number, workload): (u128, bool)| Person {
                id: user(number),
                workload,
                name: format!("user {number}"),
                kind: None,
                home_tenant: None,
            };
            let asked = |target: Target| Asked { target, name: "an app".to_owned(), client_id: String::new() };
            Chunk {
                day: day(),
                // An id is one person or one service principal, never both.
                people: people.into_iter().map(|(number, workload)| person((number + if workload { 16 } else { 0 }, workload))).collect(),
                targets: targets.into_iter().map(asked).collect(),
                places,
                devices,
                traits,
                outcomes: outcomes(),
                rows: columns,
            }
        })
}

pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

fn outcomes() -> Vec<Outcome> {
    let outcome = |error_code, status| Outcome { error_code, status, told: true, results: Vec::new() };
    vec![
        outcome(0, AccessStatus::Success),
        outcome(0, AccessStatus::NotApplied),
        outcome(50126, AccessStatus::NotApplied),
        outcome(53003, AccessStatus::Failure),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        4 => select(APPS.to_vec()).prop_map(|app| Target::Resource(app.to_owned())),
        1 => Just(Target::Action(UserAction::RegisterSecurityInfo)),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    let ip = select(vec![None, Some("10.1.2.3"), Some("203.0.113.9"), Some("2001:db8::7")]);
    let country = select(vec![None, Some(None), Some(Some("DE".to_owned())), Some(Some("US".to_owned()))]);
    (ip, country).prop_map(|(ip, country)| Place { ip: ip.map(|ip| ip.parse().unwrap()), country, gps_country: None })
}

fn device() -> impl Strategy<Value = Option<Device>> {
    let attributes = (
        select(vec![None, Some(true), Some(false)]),
        select(vec![None, Some(TrustType::AzureAd), Some(TrustType::ServerAd), Some(TrustType::Workplace)]),
        select(vec![None, Some(None), Some(Some("Surface".to_owned())), Some(Some("Mac".to_owned()))]),
        select(vec![None, Some(true), Some(false)]),
    );
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Device::Unregistered)),
        4 => attributes.prop_map(|(compliant, trust, model, managed)| {
            Some(Device::Registered(Box::new(DeviceAttributes { compliant, trust, model, managed, ..DeviceAttributes::default() })))
        }),
    ]
}

fn traits() -> impl Strategy<Value = Traits> {
    let proofs = (
        select(vec![None, Some(true), Some(false)]),
        select(vec![None, Some(true), Some(false)]),
        select(vec![None, Some(BTreeSet::new()), Some(BTreeSet::from(["66666666-0000-0000-0000-000000000001".to_owned()]))]),
    );
    (
        select(vec![None, Some(ClientApp::Browser), Some(ClientApp::MobileAppsAndDesktopClients), Some(ClientApp::Other)]),
        select(vec![None, Some(None), Some(Some(Platform::Windows)), Some(Some(Platform::Ios)), Some(Some(Platform::Linux))]),
        select(vec![None, Some(BTreeSet::new()), Some(BTreeSet::from(["c1".to_owned()]))]),
        select(vec![None, Some(RiskLevel::None), Some(RiskLevel::High)]),
        select(vec![None, Some(None), Some(Some(TransferMethod::DeviceCodeFlow))]),
        proofs,
    )
        .prop_map(|(client, platform, contexts, sign_in_risk, transfer, (mfa, protected_app, accepted_terms))| Traits {
            client,
            platform,
            contexts,
            sign_in_risk,
            transfer,
            proofs: Proofs { mfa, protected_app, accepted_terms, ..Proofs::default() },
            ..Traits::default()
        })
}
