use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::ca::patch_policy;
use crate::seed::{TenantSeed, tenants};
use crate::signin::{Directory, TenantFacts, stream};

const SEED: u64 = 7;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn seeded() -> Vec<TenantSeed> {
    tenants(SEED, time("2026-10-01T12:00:00Z"))
}

fn facts(tenant: &TenantSeed) -> TenantFacts {
    TenantFacts::new(&Directory {
        tenant_id: tenant.tenant_id,
        premium: tenant.licences.p1,
        p2: tenant.licences.p2,
        users: tenant.users.iter().collect(),
        service_principals: tenant.service_principals.iter().collect(),
        named_locations: tenant.named_locations.iter().collect(),
        policies: tenant.policies.iter().collect(),
        memberships: tenant.memberships.iter().map(|(group, member)| (group.as_str(), member.as_str())).collect(),
        role_assignments: tenant.role_assignments.iter().map(|(role, principal)| (role.as_str(), principal.as_str())).collect(),
    })
}

/// Wednesday and Thursday.
fn two_days(facts: &TenantFacts) -> Vec<Value> {
    stream(facts, SEED, time("2026-09-23T00:00:00Z"), time("2026-09-25T00:00:00Z")).collect()
}

fn text<'a>(sign_in: &'a Value, name: &str) -> &'a str {
    sign_in[name].as_str().unwrap_or_default()
}

#[test]
fn the_same_seed_and_window_give_the_same_stream() {
    let facts = facts(&seeded()[1]);
    let stream = two_days(&facts);
    assert_eq!(stream, two_days(&facts));
    assert!(stream.windows(2).all(|pair| text(&pair[0], "createdDateTime") <= text(&pair[1], "createdDateTime")));
    let ids: BTreeSet<&str> = stream.iter().map(|sign_in| text(sign_in, "id")).collect();
    assert_eq!(ids.len(), stream.len());
    let other: Vec<Value> = super::super::stream(&facts, SEED + 1, time("2026-09-23T00:00:00Z"), time("2026-09-25T00:00:00Z")).collect();
    assert!(other.iter().all(|sign_in| !ids.contains(text(sign_in, "id"))));
}

#[test]
fn a_window_is_a_part_of_every_larger_one() {
    let facts = facts(&seeded()[1]);
    let (from, to) = (time("2026-09-23T08:17:31Z"), time("2026-09-23T13:05:00Z"));
    let small: Vec<Value> = stream(&facts, SEED, from, to).collect();
    let inside = |sign_in: &Value| (from..to).contains(&time(text(sign_in, "createdDateTime")));
    let part: Vec<Value> = two_days(&facts).into_iter().filter(inside).collect();
    assert!(small.len() > 50, "{}", small.len());
    assert_eq!(small, part);
    // Two halves make the whole.
    let middle = time("2026-09-23T10:40:00Z");
    let halves: Vec<Value> = stream(&facts, SEED, from, middle).chain(stream(&facts, SEED, middle, to)).collect();
    assert_eq!(halves, small);
    assert_eq!(stream(&facts, SEED, to, from).count(), 0);
}

#[test]
fn a_changed_policy_changes_results_and_nothing_else() {
    let mut tenant = seeded().remove(1);
    let before = two_days(&facts(&tenant));
    for place in 0..tenant.policies.len() {
        let enabled = patch_policy(&tenant.policies[place], &json!({ "state": "enabled" }), &tenant, time("2026-10-01T12:00:00Z")).unwrap();
        tenant.policies[place] = enabled;
    }
    let after = two_days(&facts(&tenant));
    let key = |sign_in: &Value| {
        ["id", "createdDateTime", "userId", "ipAddress", "resourceId", "correlationId"].map(|name| text(sign_in, name).to_owned())
    };
    assert_eq!(before.iter().map(key).collect::<Vec<_>>(), after.iter().map(key).collect::<Vec<_>>());
    let failures = |stream: &[Value]| stream.iter().filter(|sign_in| sign_in["conditionalAccessStatus"] == "failure").count();
    assert_eq!(failures(&before), 0, "report-only policies stop nobody");
    assert!(failures(&after) > after.len() / 50, "{} of {}", failures(&after), after.len());
}

#[test]
fn a_new_user_leaves_the_others_alone() {
    let mut tenant = seeded().remove(1);
    let before: Vec<String> = two_days(&facts(&tenant)).iter().map(|sign_in| text(sign_in, "id").to_owned()).collect();
    let newcomer = "11111111-0000-0000-0000-00000000000f";
    tenant.users.push(
        json!({ "id": newcomer, "displayName": "New", "userPrincipalName": "new@x.example", "usageLocation": "DE", "userType": "Member" }),
    );
    let after = two_days(&facts(&tenant));
    assert!(after.iter().any(|sign_in| sign_in["userId"] == newcomer));
    let others: Vec<String> =
        after.iter().filter(|sign_in| sign_in["userId"] != newcomer).map(|sign_in| text(sign_in, "id").to_owned()).collect();
    assert_eq!(others, before);
}

#[test]
fn every_sign_in_names_every_policy_and_agrees_with_itself() {
    const RESULTS: &[&str] = &[
        "success",
        "failure",
        "notApplied",
        "notEnabled",
        "reportOnlySuccess",
        "reportOnlyFailure",
        "reportOnlyInterrupted",
        "reportOnlyNotApplied",
    ];
    let mut seen = BTreeSet::new();
    for tenant in seeded() {
        let facts = facts(&tenant);
        let states: BTreeMap<&str, &str> = tenant.policies.iter().map(|policy| (text(policy, "id"), text(policy, "state"))).collect();
        for sign_in in stream(&facts, SEED, time("2026-09-23T06:00:00Z"), time("2026-09-23T12:00:00Z")) {
            let applied = sign_in["appliedConditionalAccessPolicies"].as_array().unwrap();
            let ids: BTreeSet<&str> = applied.iter().map(|policy| text(policy, "id")).collect();
            assert_eq!(ids, states.keys().copied().collect());
            for policy in applied {
                let result = text(policy, "result");
                let fits = match states[text(policy, "id")] {
                    "enabled" => ["success", "failure", "notApplied"].contains(&result),
                    "disabled" => result == "notEnabled",
                    _ => result.starts_with("reportOnly"),
                };
                assert!(fits && RESULTS.contains(&result), "{policy}");
                seen.insert(result.to_owned());
            }
            let has = |result: &str| applied.iter().any(|policy| policy["result"] == result);
            let expected = if has("failure") {
                "failure"
            } else if has("success") {
                "success"
            } else {
                "notApplied"
            };
            assert_eq!(sign_in["conditionalAccessStatus"], expected);
            let code = sign_in["status"]["errorCode"].as_u64().unwrap();
            assert_eq!(has("failure"), code != 0 && ![50126, 50053].contains(&code), "{sign_in}");
        }
    }
    assert_eq!(seen, RESULTS.iter().map(|result| (*result).to_owned()).collect());
}

#[test]
fn members_are_those_of_graph() {
    let sign_in = two_days(&facts(&seeded()[0])).remove(0);
    let names: BTreeSet<&str> = sign_in.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = BTreeSet::from([
        "id",
        "createdDateTime",
        "userDisplayName",
        "userPrincipalName",
        "userId",
        "appId",
        "appDisplayName",
        "ipAddress",
        "clientAppUsed",
        "correlationId",
        "conditionalAccessStatus",
        "isInteractive",
        "riskDetail",
        "riskLevelAggregated",
        "riskLevelDuringSignIn",
        "riskState",
        "riskEventTypes_v2",
        "resourceDisplayName",
        "resourceId",
        "status",
        "deviceDetail",
        "location",
        "appliedConditionalAccessPolicies",
    ]);
    assert_eq!(names, expected);
}

#[test]
fn a_working_week_looks_like_one() {
    let mut tenants = seeded();
    let (mut all, mut people) = (Vec::new(), 0);
    for tenant in &mut tenants {
        // Who does what doesn't depend on policies, and evaluating them is most of the work.
        tenant.policies.clear();
        people += tenant.users.iter().filter(|user| user["userType"] == "Member" && user["accountEnabled"] == true).count();
        all.extend(two_days(&facts(tenant)));
    }
    let share = |test: &dyn Fn(&Value) -> bool| all.iter().filter(|sign_in| test(sign_in)).count() as f64 / all.len() as f64;
    let a_day = all.len() as f64 / 2.0 / people as f64;
    assert!((3.0..8.0).contains(&a_day), "{a_day} sign-ins a member and day");
    let between = |low: f64, high: f64, test: &dyn Fn(&Value) -> bool, what: &str| {
        let share = share(test);
        assert!((low..high).contains(&share), "{what}: {share}");
    };
    let legacy = ["IMAP4", "POP3", "SMTP", "Exchange ActiveSync", "Other clients"];
    between(0.01, 0.08, &|sign_in| legacy.contains(&text(sign_in, "clientAppUsed")), "legacy clients");
    between(0.3, 0.6, &|sign_in| text(sign_in, "clientAppUsed") == "Browser", "browsers");
    between(0.4, 0.8, &|sign_in| sign_in["deviceDetail"]["isCompliant"] == true, "compliant devices");
    between(0.15, 0.5, &|sign_in| sign_in["deviceDetail"]["trustType"] == "Hybrid Azure AD joined", "hybrid devices");
    between(0.05, 0.4, &|sign_in| sign_in["deviceDetail"]["trustType"] == "", "unregistered devices");
    between(0.01, 0.08, &|sign_in| sign_in["status"]["errorCode"] == 50126, "wrong passwords");
    between(0.005, 0.1, &|sign_in| ["medium", "high"].contains(&text(sign_in, "riskLevelDuringSignIn")), "risk");
    let countries: BTreeSet<&str> = all.iter().filter_map(|sign_in| sign_in["location"]["countryOrRegion"].as_str()).collect();
    assert!(countries.len() > 10, "{countries:?}");
    let facts = facts(&tenants[2]);
    let sunday = stream(&facts, SEED, time("2026-09-27T00:00:00Z"), time("2026-09-28T00:00:00Z")).count();
    let monday = stream(&facts, SEED, time("2026-09-28T00:00:00Z"), time("2026-09-29T00:00:00Z")).count();
    assert!(sunday * 4 < monday, "{sunday} on Sunday, {monday} on Monday");
}

#[test]
fn emergency_accounts_hardly_ever_sign_in() {
    let mut tenant = seeded().remove(0);
    tenant.policies.clear();
    let facts = facts(&tenant);
    let from = time("2026-09-01T00:00:00Z");
    let month: Vec<Value> = stream(&facts, SEED, from, from + TimeDelta::days(28)).collect();
    let emergency = month.iter().filter(|sign_in| text(sign_in, "userPrincipalName").starts_with("emergency-")).count();
    assert!(emergency <= 6, "{emergency}");
    println!("{} sign-ins in four weeks, {emergency} by emergency accounts", month.len());
}
