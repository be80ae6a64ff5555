//! Sign-ins.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{CLIENT, POLICIES, World, answer, config, minimal, seed};

const SIGN_INS: &str = "/v1.0/auditLogs/signIns";

/// A world with enough people for traffic; the clock stands on a Wednesday noon.
async fn busy() -> World {
    let mut tenant = seed();
    for n in 0..30u32 {
        tenant.users.push(json!({
            "id": format!("00000000-0000-4000-8000-0000000001{n:02}"), "displayName": format!("Worker {n}"), "userPrincipalName": format!("w{n}@contoso.example"),
            "accountEnabled": true, "userType": "Member", "usageLocation": "NL", "department": "Operations"
        }));
    }
    let world = World::with(entra_sim::SimConfig { tenants: entra_sim::TenantSource::Given(vec![tenant]), ..config() }).await;
    world.clock.advance(TimeDelta::days(3));
    World { token: world.fresh_token().await, ..world }
}

async fn all(world: &World, first: &str) -> (Vec<Value>, usize) {
    let (mut next, mut out, mut pages) = (Some(first.to_owned()), Vec::new(), 0);
    while let Some(link) = next {
        let (status, page) = world.get(&link).await;
        assert_eq!(status, 200, "{page}");
        out.extend(page["value"].as_array().unwrap().iter().cloned());
        pages += 1;
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    (out, pages)
}

#[tokio::test]
async fn newest_first_in_pages_without_gaps() {
    let world = busy().await;
    let since = "2026-03-04T06:00:00Z";
    let (whole, _) = all(&world, &format!("{SIGN_INS}?$filter=createdDateTime ge {since}")).await;
    let (paged, pages) = all(&world, &format!("{SIGN_INS}?$filter=createdDateTime ge {since}&$top=7")).await;
    assert!(whole.len() > 20, "{}", whole.len());
    assert_eq!(paged, whole);
    assert_eq!(pages, whole.len().div_ceil(7));
    let times: Vec<DateTime<Utc>> = whole.iter().map(|entry| entry["createdDateTime"].as_str().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert!(times.iter().all(|at| *at >= since.parse::<DateTime<Utc>>().unwrap()));
    let user = whole[0]["userId"].as_str().unwrap();
    let (of_user, _) = all(&world, &format!("{SIGN_INS}?$filter=createdDateTime ge {since} and userId eq '{user}'")).await;
    assert_eq!(of_user.len(), whole.iter().filter(|entry| entry["userId"] == user).count());
    let (_, one) = world.get(&format!("{SIGN_INS}/{}", whole[3]["id"].as_str().unwrap())).await;
    assert_eq!(one["createdDateTime"], whole[3]["createdDateTime"]);
}

#[tokio::test]
async fn policies_judge_the_sign_ins_after_them() {
    let world = busy().await;
    let mut policy = minimal("Report");
    policy["state"] = json!("enabledForReportingButNotEnforced");
    policy["conditions"]["users"]["includeUsers"] = json!(["All"]);
    let (status, created) = world.post(POLICIES, policy).await;
    assert_eq!(status, 201, "{created}");
    world.clock.advance(TimeDelta::minutes(45));
    let request = world
        .request(Method::GET, &format!("{SIGN_INS}?$filter=createdDateTime ge 2026-03-04T10:00:00Z"))
        .header("Prefer", "include-unknown-enum-members");
    let (_, page) = answer(request.send().await.unwrap()).await;
    let results = |page: &Value, before: bool| -> Vec<String> {
        let entries = page["value"].as_array().unwrap().iter();
        let entries = entries.filter(|entry| (entry["createdDateTime"].as_str().unwrap() < "2026-03-04T12:00:00") == before);
        entries
            .flat_map(|entry| {
                entry["appliedConditionalAccessPolicies"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|applied| applied["result"].as_str().unwrap().to_owned())
            })
            .collect()
    };
    assert!(results(&page, true).is_empty(), "there was no policy yet");
    let after = results(&page, false);
    assert!(!after.is_empty() && after.iter().all(|result| result.starts_with("reportOnly")), "{after:?}");
    let (_, masked) = world.get(&format!("{SIGN_INS}?$filter=createdDateTime ge 2026-03-04T12:00:00Z")).await;
    assert!(results(&masked, false).iter().all(|result| result == "unknownFutureValue"));

    world.admin(Method::POST, "consent", json!({"clientId": CLIENT, "roles": ["AuditLog.Read.All"]})).await;
    let world = World { token: world.fresh_token().await, ..world };
    let (_, blind) = world.get(&format!("{SIGN_INS}?$filter=createdDateTime ge 2026-03-04T12:00:00Z")).await;
    assert!(!blind["value"].as_array().unwrap().is_empty());
    assert!(results(&blind, false).is_empty(), "no permission to read policies");
}

#[tokio::test]
async fn people_behave_from_an_instant_on() {
    let world = busy().await;
    let mut policy = minimal("Twin");
    policy["state"] = json!("enabled");
    policy["conditions"]["users"] = json!({ "includeUsers": ["All"] });
    policy["grantControls"] = json!({ "operator": "OR", "builtInControls": ["mfa"] });
    let (status, created) = world.post(POLICIES, policy).await;
    assert_eq!(status, 201, "{created}");
    // An hour as usual, one in which everybody fails four times, one of silence.
    world.clock.advance(TimeDelta::hours(1));
    world.admin(Method::PUT, "conduct", json!({ "trafficPercent": 300, "failing": [{ "percent": 100, "retries": 3 }] })).await;
    world.clock.advance(TimeDelta::hours(1));
    world.admin(Method::PUT, "conduct", json!({ "trafficPercent": 0 })).await;
    world.clock.advance(TimeDelta::hours(1));
    // A Saturday night in which everybody works.
    world.admin(Method::PUT, "conduct", json!({ "trafficPercent": 2000, "aroundTheClock": true })).await;
    world.clock.advance(TimeDelta::hours(87));
    let world = World { token: world.fresh_token().await, ..world };

    let (entries, _) = all(&world, &format!("{SIGN_INS}?$filter=createdDateTime ge 2026-03-04T12:00:00Z")).await;
    let within = |from: &str, to: &str| -> Vec<&Value> {
        let at = |entry: &Value| entry["createdDateTime"].as_str().unwrap().to_owned();
        entries.iter().filter(|entry| (from..to).contains(&at(entry).as_str())).collect()
    };
    let result = |entry: &Value| entry["appliedConditionalAccessPolicies"][0]["result"].as_str().unwrap().to_owned();
    let usual = within("2026-03-04T12:00:00Z", "2026-03-04T13:00:00Z");
    assert!(usual.iter().any(|entry| result(entry) == "success"), "most can satisfy it");
    let bad = within("2026-03-04T13:00:00Z", "2026-03-04T14:00:00Z");
    assert!(bad.len() > usual.len() && bad.iter().all(|entry| result(entry) == "failure" && entry["status"]["errorCode"] == 50076));
    let attempts: std::collections::BTreeSet<&str> = bad.iter().map(|entry| entry["correlationId"].as_str().unwrap()).collect();
    assert!(bad.len() > attempts.len() * 3, "{} entries of {} attempts", bad.len(), attempts.len());
    assert!(within("2026-03-04T14:00:00Z", "2026-03-04T15:00:00Z").is_empty());
    assert!(within("2026-03-08T02:00:00Z", "2026-03-08T04:00:00Z").len() > usual.len());
}

#[tokio::test]
async fn sign_ins_need_a_licence_and_a_permission() {
    let mut tenant = seed();
    tenant.licences.p1 = false;
    tenant.licences.p2 = false;
    let world = World::with(entra_sim::SimConfig { tenants: entra_sim::TenantSource::Given(vec![tenant]), ..config() }).await;
    let (status, body) = world.get(SIGN_INS).await;
    assert_eq!((status, &body["error"]["code"]), (403, &json!("Authentication_RequestFromNonPremiumTenantOrB2CTenant")));
    world.admin(Method::POST, "consent", json!({"clientId": CLIENT, "roles": []})).await;
    let world = World { token: world.fresh_token().await, ..world };
    assert_eq!(world.get(SIGN_INS).await.1["error"]["code"], "Authentication_MSGraphPermissionMissing");
}

#[tokio::test]
async fn what_the_log_does_not_support_is_refused() {
    let world = busy().await;
    for query in [
        "$filter=appliedConditionalAccessPolicies/any(p:p/id eq 'x')",
        "$filter=secret eq 1",
        "$orderby=userId",
        "$skiptoken=nonsense",
        "$search=x",
    ] {
        assert_eq!(world.get(&format!("{SIGN_INS}?{query}")).await.0, 400, "{query}");
    }
}
