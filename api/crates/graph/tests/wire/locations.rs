//! Named locations on the wire, and every write of the adapter when its answer is lost.

use std::pin::Pin;

use graph::{GraphError, LocationType, TenantGraph, WriteId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Reply, Server};
use crate::support::{call, issue, tenant};

const ID: Uuid = Uuid::from_u128(0x10c);
const MARK: WriteId = WriteId(Uuid::from_u128(0x3a4));
const BASE: &str = "/v1.0/identity/conditionalAccess";

fn country() -> Value {
    json!({"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "Benelux", "countriesAndRegions": ["BE", "NL", "LU"]})
}

#[tokio::test]
async fn each_call_goes_where_graph_expects_it() {
    let server = Server::start(issue, |seen, _| match (seen.method.as_str(), seen.target.ends_with("Locations")) {
        ("PATCH" | "DELETE", _) => Reply::status(204),
        ("GET", true) => Reply::Json(200, json!({"value": [{"id": ID, "note": null}]})),
        ("POST", true) => Reply::Json(201, json!({"id": ID, "displayName": "Benelux"})),
        _ => Reply::Json(200, json!({"id": ID})),
    })
    .await;
    let tenant = tenant(&server);
    let made = tenant.create_location(&call(), &country(), MARK).await.unwrap();
    assert_eq!((made.id, made.receipt.status, &made.body["displayName"]), (ID, 201, &json!("Benelux")));
    assert_eq!(tenant.get_location(&call(), ID).await.unwrap(), json!({"id": ID}));
    let receipt = tenant.patch_location(&call(), ID, LocationType::Country, &json!({"displayName": "B"}), MARK).await.unwrap();
    assert_eq!(receipt.status, 204);
    assert_eq!(tenant.delete_location(&call(), ID, MARK).await.unwrap().status, 204);
    assert_eq!(tenant.list_named_locations(&call()).await.unwrap(), [json!({"id": ID, "note": null})]);
    assert_eq!(tenant.list_deleted_locations(&call()).await.unwrap().len(), 1);
    assert_eq!(tenant.get_deleted_location(&call(), ID).await.unwrap(), json!({"id": ID}));
    assert_eq!(tenant.restore_location(&call(), ID, MARK).await.unwrap().id, ID);
    let seen = server.graph();
    let lines: Vec<_> = seen.iter().map(|seen| format!("{} {}", seen.method, seen.target.strip_prefix(BASE).unwrap())).collect();
    assert_eq!(
        lines,
        [
            "POST /namedLocations".to_owned(),
            format!("GET /namedLocations/{ID}"),
            format!("PATCH /namedLocations/{ID}"),
            format!("DELETE /namedLocations/{ID}"),
            "GET /namedLocations".to_owned(),
            "GET /deletedItems/namedLocations".to_owned(),
            format!("GET /deletedItems/namedLocations/{ID}"),
            format!("POST /deletedItems/namedLocations/{ID}/restore"),
        ]
    );
    let body = |index: usize| serde_json::from_str::<Value>(&seen[index].body).unwrap();
    assert_eq!(body(0), country());
    assert_eq!(body(2), json!({"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "B"}));
    assert!(seen.iter().filter(|seen| seen.method != "GET").all(|seen| seen.header("client-request-id") == MARK.0.to_string()));
}

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), GraphError>> + 'a>>;

/// Every write the adapter has.
fn writes(tenant: &TenantGraph) -> Vec<(&'static str, Outcome<'_>)> {
    let body = || json!({"displayName": "x"});
    vec![
        ("create_policy", Box::pin(async move { tenant.create_policy(&call(), &body(), MARK).await.map(drop) })),
        ("patch_policy", Box::pin(async move { tenant.patch_policy(&call(), ID, &body(), MARK).await.map(drop) })),
        ("delete_policy", Box::pin(async move { tenant.delete_policy(&call(), ID, MARK).await.map(drop) })),
        ("restore_policy", Box::pin(async move { tenant.restore_policy(&call(), ID, MARK).await.map(drop) })),
        ("create_location", Box::pin(async move { tenant.create_location(&call(), &body(), MARK).await.map(drop) })),
        ("patch_location", Box::pin(async move { tenant.patch_location(&call(), ID, LocationType::Ip, &body(), MARK).await.map(drop) })),
        ("delete_location", Box::pin(async move { tenant.delete_location(&call(), ID, MARK).await.map(drop) })),
        ("restore_location", Box::pin(async move { tenant.restore_location(&call(), ID, MARK).await.map(drop) })),
    ]
}

#[tokio::test]
async fn no_write_is_repeated_when_it_may_have_happened() {
    let scripts: [fn() -> Reply; 4] =
        [|| Reply::Hangup, || Reply::status(500), || Reply::With(503, vec![("Retry-After", "0".into())], vec![]), || Reply::status(504)];
    for script in scripts {
        let server = Server::start(issue, move |_, _| script()).await;
        let tenant = tenant(&server);
        for (number, (name, write)) in writes(&tenant).into_iter().enumerate() {
            let error = write.await.unwrap_err();
            assert!(error.outcome_unknown() && !error.retryable(), "{name}: {error:?}");
            assert_eq!(error.info().unwrap().client_request_id, MARK.0, "{name}");
            assert_eq!(server.graph().len(), number + 1, "{name} was sent once");
        }
    }
}

#[tokio::test]
async fn every_write_is_repeated_when_graph_says_that_it_did_not_happen_and_is_refused_for_good() {
    let good = || Reply::Json(200, json!({"id": ID}));
    let server =
        Server::start(issue, move |_, number| if number % 2 == 0 { Reply::error(429, "TooManyRequests", "") } else { good() }).await;
    let throttled = tenant(&server);
    for (number, (name, write)) in writes(&throttled).into_iter().enumerate() {
        write.await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(server.graph().len(), 2 * (number + 1), "{name}");
    }
    let server = Server::start(issue, |_, _| Reply::error(400, "BadRequest", "1040: NamedLocation with id x does not exist.")).await;
    let refusing = tenant(&server);
    for (number, (name, write)) in writes(&refusing).into_iter().enumerate() {
        let error = write.await.unwrap_err();
        assert!(
            matches!(&error, GraphError::Rejected { info } if info.message.as_deref().is_some_and(|text| text.starts_with("1040"))),
            "{name}"
        );
        assert_eq!(server.graph().len(), number + 1, "{name}");
    }
}
