//! Named locations as a client meets them: trust, references, lag, trouble, the recycle bin.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{POLICIES, World, minimal};

const LOCATIONS: &str = "/v1.0/identity/conditionalAccess/namedLocations";
const BIN: &str = "/v1.0/identity/conditionalAccess/deletedItems";

fn office() -> Value {
    json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Office", "isTrusted": true,
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}],
    })
}

fn untrusted() -> Value {
    json!({"@odata.type": "#microsoft.graph.ipNamedLocation", "isTrusted": false})
}

fn outside(location: &str) -> Value {
    let mut policy = minimal("Outside");
    policy["conditions"]["locations"] = json!({"includeLocations": ["All"], "excludeLocations": [location]});
    policy
}

async fn created(world: &World) -> String {
    let (status, body) = world.post(LOCATIONS, office()).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_location_is_deleted_only_when_nothing_holds_it_and_comes_back_as_it_was() {
    let world = World::start().await;
    let id = created(&world).await;
    let path = format!("{LOCATIONS}/{id}");
    let (_, policy) = world.post(POLICIES, outside(&id)).await;
    let message = |body: &Value| body["error"]["message"].as_str().unwrap_or_default().to_owned();
    let (status, refusal) = world.delete(&path).await;
    assert!(status == 400 && message(&refusal).contains("trusted"), "{refusal}");
    assert_eq!(world.patch(&path, json!({"isTrusted": false})).await.0, 400, "the type is missing");
    assert_eq!(world.patch(&path, untrusted()).await.0, 204);
    let (status, refusal) = world.delete(&path).await;
    assert!(status == 400 && message(&refusal).contains(policy["id"].as_str().unwrap()), "{refusal}");
    world.delete(&format!("{POLICIES}/{}", policy["id"].as_str().unwrap())).await;
    let (_, before) = world.get(&path).await;
    assert_eq!(world.delete(&path).await.0, 204);
    let (status, refusal) = world.post(POLICIES, outside(&id)).await;
    assert!(status == 400 && message(&refusal).starts_with("1040: "), "{refusal}");
    assert!(world.get(&format!("{BIN}/namedLocations/{id}")).await.1["deletedDateTime"].is_string());
    let (status, restored) = world.post(&format!("{BIN}/namedLocations/{id}/restore"), json!({})).await;
    assert_eq!((status, &restored), (200, &before));
    assert_eq!(world.post(POLICIES, outside(&id)).await.0, 201);
}

#[tokio::test]
async fn every_kind_of_write_can_fail_before_and_after_its_effect_and_is_marked() {
    let world = World::start().await;
    let mut expected = Vec::new();
    for (number, trouble) in
        [json!({"kind": "drop", "when": "before"}), json!({"kind": "drop", "when": "after"}), json!({"kind": "throttle"})]
            .iter()
            .enumerate()
    {
        let id = created(&world).await;
        world.patch(&format!("{LOCATIONS}/{id}"), untrusted()).await;
        let bare = created(&world).await;
        world.patch(&format!("{LOCATIONS}/{bare}"), untrusted()).await;
        world.delete(&format!("{LOCATIONS}/{bare}")).await;
        let writes = [
            (Method::POST, LOCATIONS.to_owned(), office(), "create"),
            (Method::PATCH, format!("{LOCATIONS}/{id}"), untrusted(), "update"),
            (Method::DELETE, format!("{LOCATIONS}/{id}"), json!({}), "delete"),
            (Method::POST, format!("{BIN}/namedLocations/{bare}/restore"), json!({}), "restore"),
        ];
        for (method, path, body, action) in writes {
            let mark = format!("{action}-{number}");
            world.fault(json!({"method": method.as_str(), "times": 1, "trouble": trouble})).await;
            let sent = world.request(method, &path).header("client-request-id", &mark).json(&body).send().await;
            assert_eq!(sent.is_err(), number < 2, "{mark}");
            if number == 1 {
                expected.push((mark, action));
            }
        }
    }
    let ledger = world.ledger().await;
    let marked =
        ledger.iter().filter_map(|entry| Some((entry["client_request_id"].as_str()?.to_owned(), entry["effect"]["action"].as_str()?)));
    assert_eq!(marked.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn live_and_deleted_items_lag_together_and_so_do_references_on_demand() {
    let world = World::start().await;
    let old = created(&world).await;
    world.patch(&format!("{LOCATIONS}/{old}"), untrusted()).await;
    world.admin(Method::PUT, "lag", json!({"ms": 4000})).await;
    let fresh = created(&world).await;
    assert_eq!(world.post(POLICIES, outside(&fresh)).await.0, 201, "references don't lag unless asked to");
    world.admin(Method::PUT, "lag", json!({"ms": 4000, "references": true})).await;
    let (status, refusal) = world.post(POLICIES, outside(&fresh)).await;
    assert!(status == 400 && refusal["error"]["message"].as_str().unwrap().starts_with("1040: "), "{refusal}");
    assert_eq!(world.delete(&format!("{LOCATIONS}/{old}")).await.0, 204);
    assert_eq!(world.get(&format!("{LOCATIONS}/{old}")).await.0, 200, "still there");
    assert_eq!(world.get(&format!("{BIN}/namedLocations/{old}")).await.0, 404, "not yet in the bin");
    assert_eq!(world.get(&format!("{BIN}/namedLocations")).await.1["value"], json!([]));
    world.clock.advance(TimeDelta::milliseconds(4000));
    assert_eq!(world.get(&format!("{LOCATIONS}/{old}")).await.0, 404);
    assert_eq!(world.get(&format!("{BIN}/namedLocations/{old}")).await.0, 200);
    assert_eq!(world.post(POLICIES, outside(&fresh)).await.0, 201);
    assert_eq!(world.post(&format!("{BIN}/namedLocations/{old}/restore"), json!({})).await.0, 200);
    assert_eq!(world.get(&format!("{LOCATIONS}/{old}")).await.0, 404, "a restoration lags too");
}

#[tokio::test]
async fn a_location_that_still_reads_as_trusted_is_not_deleted() {
    let world = World::start().await;
    let id = created(&world).await;
    world.admin(Method::PUT, "lag", json!({"ms": 4000, "references": true})).await;
    world.patch(&format!("{LOCATIONS}/{id}"), untrusted()).await;
    assert_eq!(world.delete(&format!("{LOCATIONS}/{id}")).await.0, 400);
    world.clock.advance(TimeDelta::milliseconds(4000));
    assert_eq!(world.delete(&format!("{LOCATIONS}/{id}")).await.0, 204);
}
