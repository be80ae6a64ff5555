//! Conditional Access policies and named locations, live and deleted.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{POLICIES, World, answer, minimal};

#[tokio::test]
async fn a_policy_lives_dies_and_comes_back() {
    let world = World::start().await;
    let (status, created) = world.post(POLICIES, minimal("MFA")).await;
    assert_eq!(status, 201, "{created}");
    let id = created["id"].as_str().unwrap();
    let path = format!("{POLICIES}/{id}");
    assert_eq!(created["@odata.context"], world.url("/v1.0/$metadata#identity/conditionalAccess/policies/$entity"));

    assert_eq!(world.patch(&path, json!({"state": "enabledForReportingButNotEnforced"})).await, (204, Value::Null));
    let (_, read) = world.get(&path).await;
    assert_eq!((&read["state"], &read["displayName"]), (&json!("enabledForReportingButNotEnforced"), &json!("MFA")));
    assert_ne!(read["modifiedDateTime"], Value::Null);

    assert_eq!(world.delete(&path).await.0, 204);
    let (status, gone) = world.get(&path).await;
    assert_eq!((status, &gone["error"]["code"]), (404, &json!("ResourceNotFound")));
    assert_eq!(gone["error"]["message"], format!("ConditionalAccessPolicy with id {id} does not exist in the directory."));

    let bin = "/v1.0/identity/conditionalAccess/deletedItems/policies";
    let (_, deleted) = world.get(bin).await;
    assert_eq!(deleted["value"][0]["id"], id);
    assert_ne!(deleted["value"][0]["deletedDateTime"], Value::Null);
    let (status, restored) = world.post(&format!("{bin}/{id}/restore"), json!({})).await;
    assert_eq!((status, &restored["id"], &restored["deletedDateTime"]), (200, &json!(id), &Value::Null));
    let (_, read) = world.get(&path).await;
    assert_eq!(read["state"], "enabledForReportingButNotEnforced");

    let ledger = world.ledger().await;
    let told: Vec<_> = ledger.iter().map(|entry| (entry["seq"].as_u64().unwrap(), entry["effect"]["action"].as_str().unwrap())).collect();
    assert_eq!(told, [(1, "create"), (2, "update"), (3, "delete"), (4, "restore")]);
    assert_eq!(ledger[1]["body"], json!({"state": "enabledForReportingButNotEnforced"}));
}

#[tokio::test]
async fn the_alias_and_any_case_reach_the_same_policies() {
    let world = World::start().await;
    let path = world.policy("One").await;
    let id = path.rsplit('/').next().unwrap().to_uppercase();
    for alias in [
        format!("/v1.0/policies/conditionalAccessPolicies/{id}"),
        format!("/V1.0/Identity/conditionalaccess/POLICIES/{id}"),
        format!("/beta/identity/conditionalAccess/policies('{id}')"),
    ] {
        let (status, read) = world.get(&alias).await;
        assert_eq!((status, &read["displayName"]), (200, &json!("One")), "{alias}");
    }
}

#[tokio::test]
async fn validation_errors_have_graphs_shape() {
    let world = World::start().await;
    let mut wrong = minimal("Wrong");
    wrong["conditions"]["users"]["includeGroups"] = json!(["00000000-0000-4000-8000-00000000ffff"]);
    let (status, body) = world.post(POLICIES, wrong).await;
    let error = &body["error"];
    assert_eq!((status, &error["code"]), (400, &json!("BadRequest")));
    assert!(error["message"].as_str().unwrap().starts_with("1054: Invalid group value"), "{error}");
    for member in ["date", "request-id", "client-request-id"] {
        assert!(error["innerError"][member].is_string(), "{member}: {error}");
    }
    assert!(world.ledger().await.is_empty());

    let empty = answer(world.request(Method::POST, POLICIES).header("content-type", "application/json").send().await.unwrap()).await;
    assert_eq!((empty.0, &empty.1["error"]["message"]), (400, &json!("Empty Payload. JSON content expected.")));
    let broken = answer(world.request(Method::POST, POLICIES).body("{\"displayName\":").send().await.unwrap()).await;
    assert_eq!(broken.0, 400);
}

#[tokio::test]
async fn filter_select_top_count_and_paging() {
    let world = World::start().await;
    for n in 0..7 {
        world.policy(&format!("P{n}")).await;
    }
    let (_, some) = world
        .get(&format!(
            "{POLICIES}?$filter=displayName eq 'P3' or startswith(displayName,'P6')&$select=id,displayName&$orderby=displayName desc"
        ))
        .await;
    let names: Vec<_> = some["value"].as_array().unwrap().iter().map(|p| p["displayName"].as_str().unwrap()).collect();
    assert_eq!(names, ["P6", "P3"]);
    assert_eq!(some["value"][0].as_object().unwrap().len(), 2);

    let mut seen = Vec::new();
    let mut next = format!("{POLICIES}?$top=3&$count=true");
    let mut pages = 0;
    loop {
        let (status, page) = world.get(&next).await;
        assert_eq!(status, 200);
        assert_eq!(page.get("@odata.count").is_some(), pages == 0);
        seen.extend(page["value"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["@odata.nextLink"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
        assert!(next.starts_with(&world.sim.http_url()), "{next}");
    }
    seen.dedup();
    assert_eq!((pages, seen.len()), (3, 7));

    assert_eq!(world.get(&format!("{POLICIES}/$count")).await, (200, json!(7)));
    let (status, refused) = world.get(&format!("{POLICIES}?$filter=conditions/any(c:c eq 'x')")).await;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("Request_UnsupportedQuery")));
}

#[tokio::test]
async fn every_write_leaves_a_directory_audit() {
    let world = World::start().await;
    let path = world.policy("Audited").await;
    world.patch(&path, json!({"displayName": "Renamed"})).await;
    world.clock.advance(TimeDelta::seconds(1));
    world.delete(&path).await;
    let (status, audits) = world.get("/v1.0/auditLogs/directoryAudits?$filter=loggedByService eq 'Conditional Access'").await;
    assert_eq!(status, 200, "{audits}");
    let audits = audits["value"].as_array().unwrap();
    let mut names: Vec<_> = audits.iter().map(|audit| audit["activityDisplayName"].as_str().unwrap()).collect();
    assert_eq!(names[0], "Delete conditional access policy", "newest first");
    names.sort_unstable();
    assert_eq!(names, ["Add conditional access policy", "Delete conditional access policy", "Update conditional access policy"]);
    let update = audits.iter().find(|audit| audit["operationType"] == "Update").unwrap();
    assert_eq!(update["initiatedBy"]["app"]["displayName"], "Product");
    let change = &update["targetResources"][0]["modifiedProperties"][0];
    let after: Value = serde_json::from_str(change["newValue"].as_str().unwrap()).unwrap();
    assert_eq!((&change["displayName"], &after["displayName"]), (&json!("ConditionalAccessPolicy"), &json!("Renamed")));
}

#[tokio::test]
async fn a_trusted_location_is_untrusted_before_it_is_deleted() {
    let world = World::start().await;
    let locations = "/v1.0/identity/conditionalAccess/namedLocations";
    let body = |trusted: bool| {
        json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "HQ", "isTrusted": trusted,
            "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}]
        })
    };
    let (status, created) = world.post(locations, body(true)).await;
    assert_eq!(status, 201, "{created}");
    let path = format!("{locations}/{}", created["id"].as_str().unwrap());
    assert_eq!(world.delete(&path).await.0, 400);
    assert_eq!(world.patch(&path, body(false)).await.0, 204);
    assert_eq!(world.delete(&path).await.0, 204);
    let (_, deleted) = world.get("/v1.0/identity/conditionalAccess/deletedItems/namedLocations").await;
    assert_eq!(deleted["value"].as_array().unwrap().len(), 1);
    let (_, of_type) = world.get(&format!("{locations}?$filter=isof('microsoft.graph.ipNamedLocation')")).await;
    assert_eq!(of_type["value"], json!([]));
}

#[tokio::test]
async fn deleted_policies_can_be_purged_and_expire_after_thirty_days() {
    let world = World::start().await;
    let bin = "/v1.0/identity/conditionalAccess/deletedItems/policies";
    let (purged, expired) = (world.policy("A").await, world.policy("B").await);
    world.delete(&purged).await;
    world.delete(&expired).await;
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    assert_eq!(world.delete(&format!("{bin}/{}", id(&purged))).await.0, 204);
    assert_eq!(world.post(&format!("{bin}/{}/restore", id(&purged)), json!({})).await.0, 404);
    world.clock.advance(TimeDelta::days(31));
    let world = World { token: world.fresh_token().await, ..world };
    assert_eq!(world.get(bin).await.1["value"], json!([]));
    assert_eq!(world.post(&format!("{bin}/{}/restore", id(&expired)), json!({})).await.0, 404);
}

#[tokio::test]
async fn wrong_paths_and_methods_answer_in_graphs_words() {
    let world = World::start().await;
    for (method, path, status, code) in [
        (Method::PUT, POLICIES, 405, "Request_BadRequest"),
        (Method::GET, "/v1.0/identity/conditionalAccess/nothing", 400, "BadRequest"),
        (Method::GET, "/v1.0/nothing", 400, "BadRequest"),
        (Method::GET, "/v9/users", 400, "BadRequest"),
        (Method::GET, "/v1.0/groups/not-an-id", 400, "Request_BadRequest"),
    ] {
        let (got, body) = answer(world.request(method, path).send().await.unwrap()).await;
        assert_eq!((got, body["error"]["code"].as_str()), (status, Some(code)), "{path}: {body}");
    }
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let world = World::start().await;
    let (status, body) = answer(world.request(Method::POST, POLICIES).body(vec![b' '; 5 * 1024 * 1024]).send().await.unwrap()).await;
    assert_eq!((status, &body["error"]["code"]), (413, &json!("RequestEntityTooLarge")));
}
