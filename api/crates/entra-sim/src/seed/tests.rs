//! The seeded tenants, checked against each other and against the rules; the raw files, each either accepted or refused by a named rule.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::sets::{SourceFile, azure_samples, clutch2view, j0eyv, managed, philippkohn};
use super::{TenantSeed, refusals, role_definitions, tenants};
use crate::ca::{create_policy, patch_policy};

const SEED: u64 = 7;

fn now() -> DateTime<Utc> {
    "2026-10-01T12:00:00Z".parse().unwrap()
}

fn ids(objects: &[Value]) -> BTreeSet<String> {
    objects.iter().map(|object| object["id"].as_str().unwrap().to_owned()).collect()
}

fn named<'a>(tenant: &'a TenantSeed, name: &str) -> &'a Value {
    tenant.groups.iter().find(|group| group["displayName"] == name).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn the_same_seed_gives_the_same_tenants() {
    let text = |seed| serde_json::to_string(&tenants(seed, now())).unwrap();
    assert_eq!(text(SEED), text(SEED));
    assert_ne!(text(SEED), text(SEED + 1));
    // A later start changes nothing that lies in the past.
    let later = serde_json::to_string(&tenants(SEED, now() + chrono::TimeDelta::days(30))).unwrap();
    assert_eq!(text(SEED), later);
}

#[test]
fn every_tenant_is_a_plausible_company() {
    let tenants = tenants(SEED, now());
    assert_eq!(tenants.len(), 3);
    assert!(tenants.iter().any(|tenant| tenant.licences.p2) && tenants.iter().any(|tenant| !tenant.licences.p2));
    for tenant in &tenants {
        let name = &tenant.display_name;
        assert!((60..=400).contains(&tenant.users.len()), "{name}: {} users", tenant.users.len());
        assert!(tenant.groups.len() >= 8, "{name}");
        let guests = tenant.users.iter().filter(|user| user["userType"] == "Guest").count();
        assert!(guests > 0 && guests < tenant.users.len() / 3, "{name}: {guests} guests");
        assert_eq!(tenant.auth_strengths.iter().filter(|strength| strength["policyType"] == "custom").count(), 1, "{name}");
        assert!(tenant.auth_contexts.len() >= 2 && !tenant.terms.is_empty() && !tenant.named_locations.is_empty(), "{name}");
        assert!(tenant.service_principals.len() > 20, "{name}");
        for objects in
            [&tenant.users, &tenant.groups, &tenant.service_principals, &tenant.named_locations, &tenant.policies, &tenant.auth_strengths]
        {
            assert_eq!(ids(objects).len(), objects.len(), "{name}: ids repeat");
            assert!(
                objects.iter().all(|object| object["displayName"].as_str().is_some_and(|text| !text.is_empty())),
                "{name}: a name is missing"
            );
        }
        let addresses: BTreeSet<&str> = tenant.users.iter().filter_map(|user| user["userPrincipalName"].as_str()).collect();
        assert_eq!(addresses.len(), tenant.users.len(), "{name}: user principal names repeat");
    }
}

#[test]
fn memberships_join_what_exists_and_some_groups_nest() {
    for tenant in tenants(SEED, now()) {
        let (users, groups) = (ids(&tenant.users), ids(&tenant.groups));
        let pairs: BTreeSet<_> = tenant.memberships.iter().collect();
        assert_eq!(pairs.len(), tenant.memberships.len(), "{}: a membership repeats", tenant.display_name);
        for (group, member) in &tenant.memberships {
            assert!(groups.contains(group) && (users.contains(member) || groups.contains(member)) && group != member);
        }
        assert!(tenant.memberships.iter().any(|(_, member)| groups.contains(member)));
        let roles: BTreeSet<String> = ids(&role_definitions());
        assert!(tenant.role_assignments.iter().all(|(role, user)| roles.contains(role) && users.contains(user)));
    }
}

#[test]
fn emergency_accounts_are_two_global_administrators_in_their_group() {
    for (tenant, group) in
        tenants(SEED, now()).iter().zip(["CA-BreakGlassAccounts - Exclude", "CA Emergency Access Accounts", "CA-BreakGlassAccounts"])
    {
        let group = named(tenant, group)["id"].as_str().unwrap();
        let members: Vec<&str> = tenant.memberships.iter().filter(|(id, _)| id == group).map(|(_, member)| member.as_str()).collect();
        assert_eq!(members.len(), 2, "{}", tenant.display_name);
        for member in members {
            assert!(tenant.role_assignments.iter().any(|(role, user)| role == "62e90394-69f5-4237-9190-012177145e10" && user == member));
        }
        let spares = |policy: &&Value| policy["conditions"]["users"]["excludeGroups"].as_array().unwrap().iter().any(|id| id == group);
        assert!(tenant.policies.iter().filter(spares).count() > tenant.policies.len() / 2, "{}", tenant.display_name);
    }
}

#[test]
fn policies_are_stable_and_their_states_are_the_files() {
    let tenants = tenants(SEED, now());
    let count = |tenant: &TenantSeed, state: &str| tenant.policies.iter().filter(|policy| policy["state"] == state).count();
    let states = |tenant: &TenantSeed| ["enabled", "enabledForReportingButNotEnforced", "disabled"].map(|state| count(tenant, state));
    assert_eq!(tenants.iter().map(states).collect::<Vec<_>>(), [[28, 1, 1], [0, 18, 0], [0, 6, 53]]);
    for tenant in &tenants {
        for policy in &tenant.policies {
            let mut patched =
                patch_policy(policy, &json!({}), tenant, now()).unwrap_or_else(|error| panic!("{}: {error}", policy["displayName"]));
            patched["modifiedDateTime"] = policy["modifiedDateTime"].clone();
            assert_eq!(&patched, policy);
        }
    }
    let managed = tenants.iter().map(|tenant| tenant.policies.iter().filter(|policy| policy["templateId"].is_string()).count());
    assert_eq!(managed.collect::<Vec<_>>(), [1, 0, 1]);
}

#[test]
fn files_that_stay_out_are_refused_by_a_known_rule() {
    let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for refused in refusals(SEED, now()) {
        let number = refused.error.message.split(':').next().unwrap().to_owned();
        reasons.entry(number).or_default().push(&refused.file[..5]);
    }
    let expected = [
        // Beta features: continuous access evaluation and agents.
        ("1038", vec!["CA104", "CA209", "CA501", "CA502", "CA503", "CA504", "CA505"]),
        // Risk without P2.
        ("1039", vec!["CA009", "CA010", "CA011"]),
        // A grant control that v1.0 doesn't have.
        ("1007", vec!["CA020"]),
    ];
    let expected: BTreeMap<String, Vec<&str>> = expected.into_iter().map(|(number, files)| (number.to_owned(), files)).collect();
    assert_eq!(reasons, expected);
}

/// Numbers that ca-semantics.md section 15 lists.
const NUMBERS: &[&str] = &[
    "1007", "1011", "1012", "1032", "1034", "1038", "1039", "1040", "1054", "1060", "1064", "1085", "1088", "1102", "1103", "1104", "1150",
];

#[test]
fn every_published_file_is_accepted_or_refused_by_a_numbered_rule() {
    let sets: [(&str, &[SourceFile], usize); 5] = [
        ("j0eyv", j0eyv::POLICIES, 0),
        ("clutch2view", clutch2view::POLICIES, 1),
        ("philippkohn", philippkohn::POLICIES, 2),
        ("azure samples", azure_samples::POLICIES, 2),
        ("managed", managed::POLICIES, 2),
    ];
    let tenants = tenants(SEED, now());
    let (mut accepted, mut refused) = (0, BTreeMap::<String, usize>::new());
    for (set, files, tenant) in sets {
        for file in files {
            match create_policy(&file.json(), &tenants[tenant], Uuid::from_u128(1), now()) {
                Ok(policy) => {
                    assert_eq!(policy["state"], file.json()["state"], "{set} {}", file.name);
                    accepted += 1;
                }
                Err(error) => {
                    let number = error.message.split(':').next().unwrap_or_default().to_owned();
                    assert!(NUMBERS.contains(&number.as_str()), "{set} {}: {error}", file.name);
                    *refused.entry(number).or_default() += 1;
                }
            }
        }
    }
    println!("{accepted} files accepted as published, refused by rule: {refused:?}");
    assert_eq!(accepted + refused.values().sum::<usize>(), 117);
    assert!(accepted > 80, "{accepted}");
}

#[test]
fn secrets_follow_from_the_seed_and_differ() {
    let secrets = |seed| tenants(seed, now()).into_iter().flat_map(|tenant| tenant.apps).map(|app| app.secret).collect::<BTreeSet<_>>();
    assert_eq!(secrets(SEED).len(), 6);
    assert!(secrets(SEED).is_disjoint(&secrets(SEED + 1)));
    assert!(secrets(SEED).iter().all(|secret| secret.starts_with("sim-secret-") && secret.len() == 51));
    for tenant in tenants(SEED, now()) {
        assert!(tenant.apps[0].roles.iter().any(|role| role == "Policy.ReadWrite.ConditionalAccess"));
        assert!(tenant.apps[1].roles.iter().all(|role| role.contains(".Read.")), "{:?}", tenant.apps[1].roles);
    }
}

#[test]
fn role_definitions_are_unique_templates() {
    let roles = role_definitions();
    assert!(roles.len() >= 60);
    assert_eq!(ids(&roles).len(), roles.len());
    assert!(roles.iter().all(|role| role["id"] == role["templateId"] && Uuid::parse_str(role["id"].as_str().unwrap()).is_ok()));
}
