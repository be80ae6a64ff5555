//! The fixed data that benchmarks run on: the same in every run.
#![allow(dead_code, reason = "each benchmark uses a part")]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::document::PolicyDocument;
use domain::evaluate::{Location, Surroundings};
use domain::signin::{ClientApp, Device, DeviceAttributes, Place, Platform, Proofs, RiskLevel, Target, Traits, TrustType, User, UserKind};
use domain::summary::{AccessStatus, Asked, Chunk, Outcome, Person, Rows};
use serde_json::{Value, json};
use uuid::Uuid;

pub const POLICIES: usize = 100;
pub const SIGN_INS: usize = 1_000_000;
pub const USERS: usize = 20_000;
pub const GROUPS: usize = 500;
pub const APPS: usize = 300;
pub const PLACES: usize = 200;

/// The same numbers in every run (Steele and Vigna's SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Rather the first ones, as people use applications and places.
    fn often_first(&mut self, limit: usize) -> usize {
        self.below(limit).min(self.below(limit)).min(self.below(limit))
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    fn some(&mut self, of: fn(usize) -> String, limit: usize, most: usize) -> Vec<String> {
        let count = 1 + self.below(most);
        (0..count).map(|_| of(self.below(limit))).collect()
    }
}

pub fn user_id(number: usize) -> Uuid {
    Uuid::from_u128(0x1000_0000_0000_0000_0000_0000_0000_0000 + number as u128)
}

pub fn number_of(id: Uuid) -> usize {
    (id.as_u128() & 0xffff_ffff) as usize
}

pub fn group_id(number: usize) -> Uuid {
    Uuid::from_u128(0x2000_0000_0000_0000_0000_0000_0000_0000 + number as u128)
}

fn user_text(number: usize) -> String {
    user_id(number).to_string()
}

fn group_text(number: usize) -> String {
    group_id(number).to_string()
}

fn app(number: usize) -> String {
    Uuid::from_u128(0x4000_0000_0000_0000_0000_0000_0000_0000 + number as u128).to_string()
}

pub fn location_text(number: usize) -> String {
    Uuid::from_u128(0x5000_0000_0000_0000_0000_0000_0000_0000 + number as u128).to_string()
}

pub fn user(number: usize, dice: &mut Dice) -> User {
    let groups = (0..8).map(|_| group_id(dice.often_first(GROUPS))).collect::<BTreeSet<_>>();
    let kind = if number.is_multiple_of(20) { UserKind::B2bCollaborationGuest } else { UserKind::Member };
    User {
        id: user_id(number),
        kind: Some(kind),
        home_tenant: None,
        groups: Some(groups),
        unread: BTreeSet::new(),
        roles: Some(BTreeSet::new()),
    }
}

/// Twenty named locations: every second one a trusted network, the others countries.
pub fn surroundings() -> Surroundings {
    let mut surroundings = Surroundings { mfa_trusted_ips: Some(Vec::new()), ..Surroundings::default() };
    for number in 0..20 {
        let location = if number % 2 == 0 {
            Location::Networks { trusted: true, ranges: vec![format!("10.{number}.0.0/16").parse().expect("a range")] }
        } else {
            Location::Countries { codes: BTreeSet::from([country(number)]), unknown: false, gps: false }
        };
        surroundings.locations.insert(location_text(number), location);
    }
    surroundings
}

fn country(number: usize) -> String {
    let letter = |number: usize| char::from(b'A' + (number % 26) as u8);
    [letter(number), letter(number / 26 + 1)].iter().collect()
}

pub fn policy(dice: &mut Dice) -> PolicyDocument {
    let users = if dice.chance(50) {
        json!({ "includeUsers": ["All"], "excludeUsers": dice.some(user_text, USERS, 5), "excludeGroups": dice.some(group_text, GROUPS, 5) })
    } else {
        json!({ "includeGroups": dice.some(group_text, GROUPS, 40), "excludeGroups": dice.some(group_text, GROUPS, 5) })
    };
    let applications = if dice.chance(50) {
        json!({ "includeApplications": ["All"], "excludeApplications": dice.some(app, APPS, 5) })
    } else {
        json!({ "includeApplications": dice.some(app, APPS, 30) })
    };
    let locations = match dice.below(4) {
        0 => json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }),
        1 => json!({ "includeLocations": dice.some(location_text, 20, 5) }),
        _ => Value::Null,
    };
    let platforms = if dice.chance(30) { json!({ "includePlatforms": ["all"], "excludePlatforms": ["windows"] }) } else { Value::Null };
    let clients = if dice.chance(20) { json!(["exchangeActiveSync", "other"]) } else { json!(["all"]) };
    let risks = if dice.chance(20) { json!(["high", "medium"]) } else { json!([]) };
    let grant = match dice.below(4) {
        0 => json!({ "operator": "OR", "builtInControls": ["block"] }),
        1 => json!({ "operator": "OR", "builtInControls": ["compliantDevice", "domainJoinedDevice"] }),
        2 => json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] }),
        _ => json!({ "operator": "OR", "builtInControls": ["mfa"] }),
    };
    let document = json!({
        "displayName": "generated", "state": "enabled", "grantControls": grant,
        "conditions": {
            "users": users, "applications": applications, "locations": locations, "platforms": platforms, "clientAppTypes": clients,
            "signInRiskLevels": risks,
        },
    });
    PolicyDocument::from_value(document).expect("an object")
}

/// A chunk of a day.
pub fn chunk(day: NaiveDate, rows: usize, dice: &mut Dice) -> Chunk {
    let people = (0..USERS).map(|number| Person {
        id: user_id(number),
        workload: false,
        name: format!("user{number}@contoso.example"),
        kind: None,
        home_tenant: None,
    });
    let targets =
        (0..APPS).map(|number| Asked { target: Target::Resource(app(number)), name: format!("App {number}"), client_id: String::new() });
    let places = (0..PLACES).map(|number| Place {
        ip: format!("10.{number}.3.4").parse().ok(),
        country: Some(Some(country(number))),
        gps_country: None,
    });
    let trusts = [TrustType::AzureAd, TrustType::ServerAd, TrustType::Workplace];
    let mut devices = vec![None, Some(Device::Unregistered)];
    for number in 0..48 {
        let attributes = DeviceAttributes {
            compliant: Some(number % 3 == 0),
            trust: Some(trusts[number % 3]),
            display_name: Some(format!("device {number}")),
            ..DeviceAttributes::default()
        };
        devices.push(Some(Device::Registered(Box::new(attributes))));
    }
    let mut traits = Vec::new();
    for client in [ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients, ClientApp::ExchangeActiveSync, ClientApp::Other] {
        for platform in [Some(Platform::Windows), Some(Platform::Ios), Some(Platform::Android), Some(Platform::MacOs), None] {
            for risk in [RiskLevel::None, RiskLevel::Low, RiskLevel::High] {
                for mfa in [Some(true), Some(false), None] {
                    let proofs = Proofs { mfa, ..Proofs::default() };
                    let known =
                        Traits { client: Some(client), platform: Some(platform), sign_in_risk: Some(risk), proofs, ..Traits::default() };
                    traits.push(known);
                }
            }
        }
    }
    let outcome = |error_code, status| Outcome { error_code, status, told: true, results: Vec::new() };
    let outcomes = vec![
        outcome(0, AccessStatus::Success),
        outcome(0, AccessStatus::NotApplied),
        outcome(53003, AccessStatus::Failure),
        outcome(50126, AccessStatus::NotApplied),
    ];
    let mut columns = Rows::default();
    for _ in 0..rows {
        columns.person.push(dice.below(USERS) as u32);
        columns.target.push(dice.often_first(APPS) as u32);
        columns.place.push(dice.often_first(PLACES) as u32);
        columns.device.push(dice.below(devices.len()) as u32);
        columns.traits.push(dice.often_first(traits.len()) as u32);
        columns.outcome.push(dice.often_first(outcomes.len()) as u32);
        columns.sign_ins.push(1);
    }
    Chunk { day, people: people.collect(), targets: targets.collect(), places: places.collect(), devices, traits, outcomes, rows: columns }
}

/// The first rows of a chunk.
pub fn chunk_head(chunk: &Chunk, rows: usize) -> Chunk {
    let head = |column: &[u32]| column[..rows].to_vec();
    let of = &chunk.rows;
    let rows = Rows {
        person: head(&of.person),
        target: head(&of.target),
        place: head(&of.place),
        device: head(&of.device),
        traits: head(&of.traits),
        outcome: head(&of.outcome),
        sign_ins: head(&of.sign_ins),
    };
    Chunk { rows, ..chunk.clone() }
}
