//! A small tenant: twelve members, two guests, an administrator and an emergency account.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::agent::{AgentInput, AgentSettings, Analysis, Finding, Known, Material, MaterialPolicy, SuggestionKind, gather, suggest};
use domain::evaluate::Surroundings;
use domain::id::PolicyId;
use domain::people::{People, PersonFacts};
use domain::signin::{Place, Target, Traits, UserKind};
use domain::summary::{AccessStatus, AppliedResult, Asked, Chunk, Outcome, Person, Rows};
use domain::tenant::{DirectoryKind, EmergencyPrincipal, Licences};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::document;

pub const MAIL: &str = "00000002-0000-0ff1-ce00-000000000000";
pub const TOOL: &str = "11111111-2222-3333-4444-555555555555";
pub const EMERGENCY: u128 = 99;
pub const ADMIN: u128 = 50;
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number << 64 | number)
}

pub fn now() -> DateTime<Utc> {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

pub fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, number).unwrap()
}

/// Members 1 to 12, guests 21 and 22, an administrator and an emergency account. Groups 101 to 106 hold members 1 to 6, one each.
pub fn people() -> People {
    let person = |number: u128| PersonFacts {
        kind: Some(if (21..=22).contains(&number) { UserKind::B2bCollaborationGuest } else { UserKind::Member }),
        enabled: Some(true),
        name: format!("User {number}"),
        ..PersonFacts::default()
    };
    People {
        as_of: now(),
        users: (1..=12).chain(21..=22).chain([ADMIN, EMERGENCY]).map(|number| (id(number), person(number))).collect(),
        groups: (1..=6).map(|number| (id(100 + number), [id(number)].into())).collect(),
        roles: BTreeMap::from([(Uuid::parse_str(GLOBAL_ADMINISTRATOR).unwrap(), [id(ADMIN)].into())]),
        ..People::default()
    }
}

/// Policies become enabled unless they say otherwise; their ids follow from their places.
pub fn material(policies: &[Value]) -> Material {
    let policies = policies.iter().enumerate().map(|(at, policy)| {
        let mut policy = policy.clone();
        policy["id"] = json!(id(1000 + at as u128));
        MaterialPolicy {
            id: PolicyId(id(2000 + at as u128)),
            document: document(policy),
            since: now() - TimeDelta::days(30),
            edit: None,
            rollout: None,
        }
    });
    Material {
        at: now(),
        settings: AgentSettings::default(),
        licences: Licences { p1: true, p2: true, intune: true },
        surroundings: Surroundings { mfa_trusted_ips: Some(Vec::new()), ..Surroundings::default() },
        people: people(),
        emergency: vec![EmergencyPrincipal {
            object_id: id(EMERGENCY),
            kind: DirectoryKind::User,
            display_name: None,
            member_of: None,
            roles: None,
        }],
        policies: policies.collect(),
        people_as_of: Some(now()),
        data_through: Some(now()),
        before: None,
    }
}

/// A policy for all users but the emergency account and all applications, changed by `conditions`.
pub fn policy(name: &str, conditions: Value, grant: &[&str]) -> Value {
    let mut all = json!({
        "users": { "includeUsers": ["All"], "excludeUsers": [id(EMERGENCY)] },
        "applications": { "includeApplications": ["All"] },
        "clientAppTypes": ["all"],
    });
    conditions.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
    json!({ "displayName": name, "state": "enabled", "conditions": all, "grantControls": { "operator": "AND", "builtInControls": grant } })
}

pub fn report_only(mut policy: Value) -> Value {
    policy["state"] = json!("enabledForReportingButNotEnforced");
    policy
}

/// Microsoft's templates "Secure foundation" and "Zero Trust", to the letter.
pub fn microsofts_baseline() -> Vec<Value> {
    let mut all = vec![
        policy("Require multifactor authentication for all users", json!({}), &["mfa"]),
        policy("Block legacy authentication", json!({ "clientAppTypes": ["exchangeActiveSync", "other"] }), &["block"]),
        policy("Block device code flow", json!({ "authenticationFlows": { "transferMethods": "deviceCodeFlow" } }), &["block"]),
        policy("Require password change for high-risk users", json!({ "userRiskLevels": ["high"] }), &["mfa", "passwordChange"]),
        policy("Require multifactor authentication for risky sign-ins", json!({ "signInRiskLevels": ["high", "medium"] }), &["mfa"]),
    ];
    let mut device = policy(
        "Require compliant or hybrid joined device or multifactor authentication",
        json!({}),
        &["mfa", "compliantDevice", "domainJoinedDevice"],
    );
    device["grantControls"]["operator"] = json!("OR");
    all.push(device);
    let mut admins = policy("Require phishing-resistant multifactor authentication for administrators", json!({}), &[]);
    admins["conditions"]["users"] = json!({ "includeRoles": [GLOBAL_ADMINISTRATOR], "excludeUsers": [id(EMERGENCY)] });
    admins["grantControls"] = json!({ "operator": "OR", "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" } });
    all.push(admins);
    all
}

/// Some sign-ins that are alike.
#[derive(Clone)]
pub struct Some {
    pub day: NaiveDate,
    pub user: u128,
    pub app: &'static str,
    pub traits: Traits,
    pub results: Vec<(Uuid, AppliedResult)>,
    pub count: u32,
}

pub fn sign_ins(day: NaiveDate, user: u128, count: u32) -> Some {
    Some { day, user, app: MAIL, traits: Traits::default(), results: Vec::new(), count }
}

/// One chunk for each.
pub fn chunks(some: &[Some]) -> Vec<Chunk> {
    let chunk = |of: &Some| Chunk {
        day: of.day,
        people: vec![Person { id: id(of.user), workload: false, name: String::new(), home_tenant: None, kind: None }],
        targets: vec![Asked {
            target: Target::Resource(of.app.to_owned()),
            name: format!("App {}", &of.app[..4]),
            client_id: String::new(),
        }],
        places: vec![Place::default()],
        devices: vec![None],
        traits: vec![of.traits.clone()],
        outcomes: vec![Outcome { error_code: 0, status: AccessStatus::Success, told: true, results: of.results.clone() }],
        rows: Rows {
            person: vec![0],
            target: vec![0],
            place: vec![0],
            device: vec![0],
            traits: vec![0],
            outcome: vec![0],
            sign_ins: vec![of.count],
        },
    };
    some.iter().map(chunk).collect()
}

/// The facts, the analysis, and what is known from then on.
pub fn run(material: &Material, some: &[Some]) -> (AgentInput, Analysis, Known) {
    let (input, known) = gather(material, chunks(some).into_iter());
    let analysis = suggest(&input);
    (input, analysis, known)
}

pub fn kinds(analysis: &Analysis) -> BTreeSet<SuggestionKind> {
    analysis.findings.iter().map(|finding| finding.kind).collect()
}

pub fn one(analysis: &Analysis, kind: SuggestionKind) -> &Finding {
    let found: Vec<&Finding> = analysis.findings.iter().filter(|finding| finding.kind == kind).collect();
    assert_eq!(found.len(), 1, "{kind}: {analysis:#?}");
    found[0]
}
