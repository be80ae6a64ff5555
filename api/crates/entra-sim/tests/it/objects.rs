//! Tenants prepared through the admin endpoint, and time that goes on.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{POLICIES, TENANT, World, answer, minimal};

const GROUP: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const PLACE: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const APP: &str = "aaaaaaaa-0000-4000-8000-000000000003";
const STRENGTH: &str = "aaaaaaaa-0000-4000-8000-000000000004";
const TERMS: &str = "aaaaaaaa-0000-4000-8000-000000000005";
const POLICY: &str = "aaaaaaaa-0000-4000-8000-000000000006";
const SOMEBODY: &str = "aaaaaaaa-0000-4000-8000-000000000007";
const WORKLOAD: &str = "aaaaaaaa-0000-4000-8000-000000000008";

async fn refused(world: &World, path: &str, body: Value) -> u16 {
    let url = world.url(&format!("/__sim/tenants/{TENANT}/{path}"));
    answer(world.http.post(url).json(&body).send().await.unwrap()).await.0
}

#[tokio::test]
async fn objects_stand_under_the_ids_given_and_a_policy_may_name_them() {
    let world = World::start().await;
    let mut policy = minimal("Names everything");
    policy["id"] = json!(POLICY);
    policy["conditions"]["users"]["includeGroups"] = json!([GROUP]);
    policy["conditions"]["locations"] = json!({"includeLocations": ["All"], "excludeLocations": [PLACE]});
    policy["conditions"]["applications"]["excludeApplications"] = json!([APP]);
    policy["grantControls"] =
        json!({"operator": "AND", "builtInControls": [], "termsOfUse": [TERMS], "authenticationStrength": {"id": STRENGTH}});
    let made = world
        .admin(
            Method::POST,
            "objects",
            json!({
                "users": [SOMEBODY],
                "groups": [{"id": GROUP, "displayName": "Staff"}],
                "servicePrincipals": [{"appId": APP, "displayName": "Payroll"}],
                "namedLocations": [{"id": PLACE, "displayName": "HQ", "isTrusted": true}],
                "authenticationStrengths": [{"id": STRENGTH, "displayName": "Keys only"}],
                "authenticationContexts": ["c7"],
                "termsOfUse": [TERMS],
                "policies": [policy],
                "memberships": [[GROUP, SOMEBODY]],
            }),
        )
        .await;
    assert_eq!((&made["policies"], &made["authenticationContexts"]), (&json!([POLICY]), &json!(["c7"])));
    let (status, stored) = world.get(&format!("{POLICIES}/{POLICY}")).await;
    assert_eq!((status, &stored["grantControls"]["authenticationStrength"]["displayName"]), (200, &json!("Keys only")));
    assert_eq!(world.get(&format!("/v1.0/groups/{GROUP}/members")).await.1["value"][0]["id"], SOMEBODY);
    assert_eq!(world.get(&format!("/v1.0/servicePrincipals?$filter=appId eq '{APP}'")).await.1["value"][0]["displayName"], "Payroll");
    assert_eq!(world.get(&format!("/v1.0/identity/conditionalAccess/namedLocations/{PLACE}")).await.1["isTrusted"], true);
    assert!(world.ledger().await.is_empty(), "nobody wrote through Graph");
}

#[tokio::test]
async fn the_references_of_documents_are_made_up_where_they_lack() {
    let world = World::start().await;
    let mut document = minimal("Foreign");
    document["conditions"]["users"] = json!({"includeUsers": ["All"], "excludeUsers": [SOMEBODY, "not a guid"], "excludeGroups": [GROUP]});
    document["conditions"]["applications"] = json!({"includeApplications": ["Office365", APP]});
    document["conditions"]["locations"] =
        json!({"includeLocations": ["All", PLACE], "excludeLocations": ["00000000-0000-0000-0000-000000000000"]});
    document["conditions"]["clientApplications"] = json!({"includeServicePrincipals": [WORKLOAD]});
    document["grantControls"]["authenticationStrength"] =
        json!({"id": "00000000-0000-0000-0000-000000000004", "allowedCombinations": ["fido2"]});
    let made = world.admin(Method::POST, "objects", json!({"referencesOf": [document, document]})).await;
    let count = |list: &str| made[list].as_array().map_or(0, Vec::len);
    assert_eq!(["users", "groups", "servicePrincipals", "namedLocations", "authenticationStrengths"].map(count), [1, 1, 2, 1, 1]);
    let strength = world.get("/v1.0/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000004").await.1;
    assert_eq!((&strength["displayName"], &strength["policyType"]), (&json!("Phishing-resistant MFA"), &json!("builtIn")));
    let again = world.admin(Method::POST, "objects", json!({"referencesOf": [document]})).await;
    assert_eq!(again, json!({}), "nothing lacks any more");
}

#[tokio::test]
async fn what_makes_no_sense_changes_nothing() {
    let world = World::start().await;
    for (body, status) in [
        (json!({"groups": ["not-a-guid"]}), 400),
        (json!({"groups": [7]}), 400),
        (json!({"authenticationContexts": ["c100"]}), 400),
        (json!({"nonsense": []}), 400),
        (json!({"memberships": [["only one"]]}), 400),
        (json!({"groups": [GROUP], "policies": [{"displayName": "no conditions", "state": "enabled"}]}), 400),
        (json!({"namedLocations": [{"id": PLACE, "ipRanges": []}]}), 400),
    ] {
        assert_eq!(refused(&world, "objects", body.clone()).await, status, "{body}");
    }
    assert_eq!(world.get(&format!("/v1.0/groups/{GROUP}")).await.0, 404);
    assert_eq!(refused(&world, "fill", json!({"policies": 241})).await, 400);
}

#[tokio::test]
async fn a_large_tenant_is_made_at_once() {
    let world = World::start().await;
    let size = json!({"users": 300, "groups": 500, "policies": 240});
    assert_eq!(world.admin(Method::POST, "fill", size.clone()).await, size);
    let policies = world.get(POLICIES).await.1["value"].as_array().unwrap().clone();
    assert_eq!(policies.len(), 240);
    assert!(policies.iter().all(|policy| policy["conditions"]["users"]["excludeGroups"].as_array().unwrap().len() == 3));
    let (status, refusal) = world.post(POLICIES, minimal("One too many")).await;
    assert!(status == 400 && refusal["error"]["message"].as_str().unwrap().contains("limit of 240"), "{refusal}");
    assert_eq!(world.admin(Method::POST, "fill", size.clone()).await, size, "full is full");
}

#[tokio::test]
async fn a_full_tenant_takes_nothing_out_of_the_bin() {
    let world = World::start().await;
    let path = world.policy("A").await;
    assert_eq!(world.delete(&path).await.0, 204);
    world.admin(Method::POST, "fill", json!({"policies": 240})).await;
    let bin = path.replace("/policies/", "/deletedItems/policies/");
    assert_eq!(world.post(&format!("{bin}/restore"), json!({})).await.0, 400);
    let (_, list) = world.get(&format!("{POLICIES}?$top=1")).await;
    world.delete(&format!("{POLICIES}/{}", list["value"][0]["id"].as_str().unwrap())).await;
    assert_eq!(world.post(&format!("{bin}/restore"), json!({})).await.0, 200);
}

#[tokio::test]
async fn time_goes_on_and_comes_back_with_a_reset() {
    let mut world = World::start().await;
    let path = world.policy("A").await;
    world.delete(&path).await;
    let bin = path.replace("/policies/", "/deletedItems/policies/");
    let advance = async |world: &World, ms: i64| world.post("/__sim/clock", json!({"advanceMs": ms})).await;
    let days = 24 * 3_600 * 1_000;
    let (status, clock) = advance(&world, 30 * days - 60_000).await;
    assert_eq!((status, &clock["now"]), (200, &json!("2026-03-31T11:59:00Z")));
    assert_eq!(world.get(&bin).await.0, 401, "tokens expire");
    world.token = world.fresh_token().await;
    assert_eq!(world.get(&bin).await.0, 200);
    advance(&world, 61_000).await;
    assert_eq!(world.get(&bin).await.0, 404, "30 days are over");
    assert_eq!(world.post(&format!("{bin}/restore"), json!({})).await.0, 404);
    assert_eq!(advance(&world, -1).await.0, 400);
    assert_eq!(world.post("/__sim/reset", json!({})).await.0, 204);
    assert_eq!(world.get("/__sim/clock").await.1["now"], "2026-03-01T12:00:00Z");
}
