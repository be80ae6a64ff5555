//! Writes: never repeated when they may have happened, repeated when they can't have. Reads beside them, for the contrast.

use std::time::Duration;

use graph::{GraphClient, GraphConfig, GraphError, WriteId};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use crate::server::{Reply, Seen, Server};
use crate::support::{CALL_ID, TENANT, access, call, client, config, issue, tenant, within_ms};

const POLICY: Uuid = Uuid::from_u128(0x901);
const MARK: WriteId = WriteId(Uuid::from_u128(0x3a4));

async fn patch(server: &Server) -> Result<graph::WriteReceipt, GraphError> {
    tenant(server).patch_policy(&call(), POLICY, &json!({"state": "enabled"}), MARK).await
}

fn policy_from(number_of_the_good_one: usize, bad: fn() -> Reply) -> impl Fn(&Seen, usize) -> Reply {
    move |_, number| {
        if number < number_of_the_good_one { bad() } else { Reply::Json(200, json!({"id": POLICY, "x": 1})) }
    }
}

#[tokio::test]
async fn a_write_carries_its_mark_and_its_body() {
    let server = Server::start(issue, |_, _| Reply::With(204, vec![("request-id", "r-1".into())], vec![])).await;
    let receipt = patch(&server).await.unwrap();
    assert_eq!((receipt.status, receipt.request_id.as_deref()), (204, Some("r-1")));
    let seen = &server.graph()[0];
    assert_eq!(seen.method, "PATCH");
    assert_eq!(seen.target, format!("/v1.0/identity/conditionalAccess/policies/{POLICY}"));
    assert_eq!(serde_json::from_str::<Value>(&seen.body).unwrap(), json!({"state": "enabled"}));
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.header("client-request-id"), MARK.0.to_string());
    assert_eq!(seen.header("return-client-request-id"), "true");
    assert!(seen.header("user-agent").starts_with("NONISV|Causeway|"), "{}", seen.header("user-agent"));
}

#[tokio::test]
async fn a_write_without_an_answer_is_ambiguous_and_sent_once() {
    let scripts: [fn() -> Reply; 5] = [
        || Reply::Hangup,
        || Reply::error(500, "InternalServerError", "x"),
        || Reply::With(503, vec![("Retry-After", "0".into())], vec![]),
        || Reply::status(504),
        || Reply::status(302),
    ];
    for script in scripts {
        let server = Server::start(issue, move |_, _| script()).await;
        let error = patch(&server).await.unwrap_err();
        assert!(matches!(error, GraphError::Ambiguous { .. }), "{error:?}");
        assert!(error.outcome_unknown() && !error.retryable());
        assert_eq!(error.info().unwrap().client_request_id, MARK.0);
        assert_eq!(server.graph().len(), 1);
    }
}

#[tokio::test]
async fn a_read_is_repeated_where_a_write_is_not() {
    let scripts: [fn() -> Reply; 4] =
        [|| Reply::Hangup, || Reply::status(500), || Reply::status(503), || Reply::Partial(200, 1_000, b"{\"id\":".to_vec())];
    for script in scripts {
        let server = Server::start(issue, policy_from(2, script)).await;
        assert_eq!(tenant(&server).get_policy(&call(), POLICY).await.unwrap()["x"], 1);
        let seen = server.graph();
        assert_eq!(seen.len(), 3);
        assert!(seen.iter().all(|seen| seen.header("client-request-id") == CALL_ID.to_string()), "retries keep the id");
        let server = Server::start(issue, policy_from(100, script)).await;
        let outcome = tenant(&server).get_policy(&call(), POLICY).await;
        assert!(matches!(outcome, Err(GraphError::Transient { .. })), "{outcome:?}");
        assert_eq!(server.graph().len(), 3, "the attempts are counted");
    }
}

#[tokio::test]
async fn a_write_that_was_not_accepted_is_repeated() {
    let scripts: [fn() -> Reply; 4] = [
        || Reply::error(429, "TooManyRequests", "Too many requests."),
        || Reply::With(429, vec![("Retry-After", "0".into())], vec![]),
        || Reply::error(409, "Directory_ConcurrencyViolation", "again"),
        || Reply::error(401, "InvalidAuthenticationToken", "expired"),
    ];
    for script in scripts {
        let server = Server::start(issue, move |_, number| if number == 0 { script() } else { Reply::status(204) }).await;
        assert_eq!(patch(&server).await.unwrap().status, 204);
        assert_eq!(server.graph().len(), 2);
    }
}

#[tokio::test]
async fn a_refusal_is_definite_and_carries_graphs_words() {
    type Is = fn(&GraphError) -> bool;
    let cases: [(u16, &str, Is); 5] = [
        (400, "BadRequest", |error| matches!(error, GraphError::Rejected { .. })),
        (403, "AccessDenied", |error| matches!(error, GraphError::Forbidden { .. })),
        (404, "ResourceNotFound", |error| matches!(error, GraphError::NotFound { .. })),
        (405, "Request_BadRequest", |error| matches!(error, GraphError::Rejected { .. })),
        (412, "PreconditionFailed", |error| matches!(error, GraphError::Rejected { .. })),
    ];
    for (status, code, is) in cases {
        let server = Server::start(issue, move |_, _| Reply::error(status, code, "1040: NamedLocation with id x does not exist.")).await;
        for error in [patch(&server).await.unwrap_err(), tenant(&server).get_policy(&call(), POLICY).await.unwrap_err()] {
            assert!(is(&error), "{error:?}");
            let info = error.info().unwrap();
            assert_eq!((info.status, info.code.as_deref()), (Some(status), Some(code)));
            assert_eq!(info.message.as_deref(), Some("1040: NamedLocation with id x does not exist."));
            assert_eq!(info.request_id.as_deref(), Some("body-request-id"));
            assert!(!error.retryable() && !error.outcome_unknown());
        }
        assert_eq!(server.graph().len(), 2);
    }
}

#[tokio::test]
async fn at_the_deadline_a_write_is_ambiguous_and_a_read_is_late() {
    let server = Server::start(issue, |_, _| Reply::Silence).await;
    let tenant = tenant(&server);
    let started = Instant::now();
    let write = tenant.patch_policy(&within_ms(300), POLICY, &json!({}), MARK).await;
    assert!(matches!(write, Err(GraphError::Ambiguous { .. })), "{write:?}");
    let read = tenant.get_policy(&within_ms(300), POLICY).await;
    assert_eq!(read, Err(GraphError::Deadline));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test]
async fn one_request_has_a_limit_of_its_own() {
    let server = Server::start(issue, |_, number| if number == 0 { Reply::Silence } else { Reply::Json(200, json!({})) }).await;
    let mut config = config(&server);
    config.request_timeout = Duration::from_millis(200);
    client(config).tenant(access(TENANT, "s")).get_policy(&call(), POLICY).await.unwrap();
    assert_eq!(server.graph().len(), 2);
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = Url::parse(&format!("http://{}", free.local_addr().unwrap())).unwrap();
    drop(free);
    let server = Server::start(issue, |_, _| Reply::status(204)).await;
    let mut config = config(&server);
    config.graph_base = closed;
    let error = client(config).tenant(access(TENANT, "s")).patch_policy(&call(), POLICY, &json!({}), MARK).await.unwrap_err();
    assert!(matches!(error, GraphError::Transient { .. }) && error.retryable(), "{error:?}");
    assert_eq!(error.info().unwrap().status, None);
}

#[tokio::test]
async fn a_creation_returns_what_graph_stored() {
    let server = Server::start(issue, |_, _| Reply::Json(201, json!({"id": POLICY, "state": "disabled", "new": null}))).await;
    let created = tenant(&server).create_policy(&call(), &json!({"displayName": "x"}), MARK).await.unwrap();
    assert_eq!((created.id, created.receipt.status), (POLICY, 201));
    assert_eq!(created.body, json!({"id": POLICY, "state": "disabled", "new": null}));
    assert_eq!(server.graph()[0].method, "POST");
    let scripts: [fn() -> Reply; 4] = [
        || Reply::Partial(201, 500, b"{".to_vec()),
        || Reply::With(201, vec![], b"<html>".to_vec()),
        || Reply::status(201),
        || Reply::Json(201, json!({"displayName": "which one?"})),
    ];
    for script in scripts {
        let server = Server::start(issue, move |_, _| script()).await;
        let error = tenant(&server).create_policy(&call(), &json!({}), MARK).await.unwrap_err();
        assert!(matches!(&error, GraphError::Ambiguous { info } if info.status == Some(201)), "{error:?}");
        assert_eq!(server.graph().len(), 1);
    }
}

#[tokio::test]
async fn deletion_and_both_shapes_of_a_restore() {
    let server = Server::start(issue, |_, number| match number {
        0 => Reply::status(204),
        1 => Reply::Json(200, json!({"value": {"id": POLICY}})),
        _ => Reply::Json(200, json!({"id": POLICY})),
    })
    .await;
    let tenant = tenant(&server);
    assert_eq!(tenant.delete_policy(&call(), POLICY, MARK).await.unwrap().status, 204);
    for _ in 0..2 {
        let restored = tenant.restore_policy(&call(), POLICY, MARK).await.unwrap();
        assert_eq!((restored.id, restored.body), (POLICY, json!({"id": POLICY})));
    }
    let lines: Vec<_> = server.graph().into_iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect();
    assert_eq!(lines[0], format!("DELETE /v1.0/identity/conditionalAccess/policies/{POLICY}"));
    assert_eq!(lines[1], format!("POST /v1.0/identity/conditionalAccess/deletedItems/policies/{POLICY}/restore"));
}

#[tokio::test]
async fn the_version_is_a_setting() {
    let server = Server::start(issue, |_, _| Reply::Json(200, json!({}))).await;
    let mut config = config(&server);
    config.version = graph::ApiVersion::Beta;
    client(config).tenant(access(TENANT, "s")).get_policy(&call(), POLICY).await.unwrap();
    assert!(server.graph()[0].target.starts_with("/beta/identity/"));
}

#[tokio::test]
async fn the_recycle_bin_has_a_version_of_its_own() {
    let server = Server::start(issue, |_, _| Reply::Json(200, json!({"id": POLICY, "value": []}))).await;
    let mut config = config(&server);
    config.deleted_items_version = graph::ApiVersion::Beta;
    let tenant = client(config).tenant(access(TENANT, "s"));
    tenant.get_policy(&call(), POLICY).await.unwrap();
    tenant.get_deleted_policy(&call(), POLICY).await.unwrap();
    tenant.list_deleted_locations(&call()).await.unwrap();
    tenant.restore_location(&call(), POLICY, MARK).await.unwrap();
    let versions: Vec<_> = server.graph().into_iter().map(|seen| seen.target.split('/').nth(1).unwrap().to_owned()).collect();
    assert_eq!(versions, ["v1.0", "beta", "beta", "beta"]);
}

#[test]
fn a_configuration_that_would_send_secrets_in_the_clear_is_refused() {
    let url = |text: &str| Url::parse(text).unwrap();
    let config = GraphConfig::new(url("http://login.example"), url("https://graph.example"));
    let clock = std::sync::Arc::new(crate::support::TestClock::default());
    let outcome = GraphClient::new(config, clock, std::sync::Arc::new(crate::support::TestIds::default()));
    assert!(matches!(outcome, Err(GraphError::Config { reason }) if reason.contains("https")));
}
