//! Lists and bodies from a server that is not to be trusted (security-checklist D34).

use chrono::DateTime;
use graph::{GraphConfig, GraphError, PageToken};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Reply, Server};
use crate::support::{CALL_ID, TENANT, access, call, client, config, empty, issue, tenant, within_ms};

fn page(items: Value, next: Option<String>) -> Reply {
    let mut page = json!({"@odata.context": "x", "value": items});
    if let Some(next) = next {
        page["@odata.nextLink"] = next.into();
    }
    Reply::Json(200, page)
}

fn protocol(outcome: Result<Vec<Value>, GraphError>) -> String {
    match outcome {
        Err(GraphError::Protocol { reason, info }) => {
            assert_eq!(info.client_request_id, CALL_ID);
            reason
        }
        other => panic!("{other:?}"),
    }
}

/// The link's host is the server's own, which the script learns from the request.
fn own(seen: &crate::server::Seen, path: &str) -> String {
    format!("http://{}{path}", seen.header("host"))
}

#[tokio::test]
async fn pages_are_followed_verbatim_and_may_be_empty() {
    let server = Server::start(issue, |seen, number| match number {
        0 => page(json!([{"id": "a", "unknownMember": {"kept": [1, null]}}]), Some(own(seen, "/v1.0/p?$skiptoken=X'%20y"))),
        1 => page(json!([]), Some(own(seen, "/odd/place"))),
        _ => page(json!([{"id": "b"}]), None),
    })
    .await;
    let items = tenant(&server).list_policies(&call()).await.unwrap();
    assert_eq!(items, [json!({"id": "a", "unknownMember": {"kept": [1, null]}}), json!({"id": "b"})]);
    let targets: Vec<_> = server.graph().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets[0], "/v1.0/identity/conditionalAccess/policies");
    assert_eq!(targets[1].replace("%27", "'"), "/v1.0/p?$skiptoken=X'%20y");
    assert_eq!(targets[2], "/odd/place");
}

#[tokio::test]
async fn a_page_on_another_host_is_refused_and_never_asked() {
    let thief = Server::start(issue, empty).await;
    for link in [
        format!("{}v1.0/p", thief.base),
        "https://127.0.0.1/v1.0/p".into(),
        "https://graph.microsoft.com/v1.0/p".into(),
        "//evil.example/p".into(),
        "/v1.0/relative".into(),
        "javascript:alert(1)".into(),
    ] {
        let server = Server::start(issue, {
            let link = link.clone();
            move |_, _| page(json!([]), Some(link.clone()))
        })
        .await;
        assert_eq!(protocol(tenant(&server).list_policies(&call()).await), "the next page is on another host", "{link}");
        assert_eq!(server.graph().len(), 1);
    }
    let server = Server::start(issue, |seen, _| page(json!([]), Some(format!("http://user:pw@{}/p", seen.header("host"))))).await;
    assert_eq!(protocol(tenant(&server).list_policies(&call()).await), "the next page is on another host");
    assert_eq!((thief.graph().len(), thief.tokens().len()), (0, 0));
    let stored = PageToken::new(format!("{}v1.0/auditLogs/signIns", thief.base));
    let outcome = tenant(&server).sign_ins(&call(), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH, Some(&stored)).await;
    assert!(matches!(outcome, Err(GraphError::Protocol { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_list_without_end_ends() {
    let endless = |seen: &crate::server::Seen, number| page(json!([{"id": number}]), Some(own(seen, &format!("/v1.0/p?{number}"))));
    let server = Server::start(issue, endless).await;
    let limited = |change: fn(&mut GraphConfig)| {
        let mut config = config(&server);
        change(&mut config);
        client(config).tenant(access(TENANT, "s"))
    };
    assert_eq!(protocol(limited(|config| config.max_pages = 7).list_policies(&call()).await), "too many pages");
    assert_eq!(server.graph().len(), 7);
    assert_eq!(protocol(limited(|config| config.max_list_bytes = 300).list_policies(&call()).await), "list too large");
    let circle = Server::start(issue, |seen, number| page(json!([]), Some(own(seen, &format!("/v1.0/p?{}", number % 2))))).await;
    assert_eq!(protocol(tenant(&circle).list_policies(&call()).await), "a page leads back to an earlier one");
    let outcome = tenant(&Server::start(issue, endless).await).list_policies(&within_ms(300)).await;
    assert!(matches!(outcome, Err(GraphError::Deadline | GraphError::Protocol { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_body_too_large_is_not_read_to_its_end() {
    let scripts: [fn() -> Reply; 2] = [|| Reply::Endless, || Reply::With(200, vec![], vec![b' '; 3 << 20])];
    for script in scripts {
        let server = Server::start(issue, move |_, _| script()).await;
        let mut config = config(&server);
        config.max_response_bytes = 1 << 20;
        let outcome = client(config).tenant(access(TENANT, "s")).list_policies(&call()).await;
        assert_eq!(protocol(outcome), "answer too large");
        assert_eq!(server.graph().len(), 1, "not repeated");
    }
}

#[tokio::test]
async fn a_success_that_is_not_a_collection_is_refused() {
    let deep = format!(r#"{{"value":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    for body in ["", "<html>Sign in to the hotel's network</html>", "[]", "{}", r#"{"value":7}"#, r#"{"value":[]"#, &deep] {
        let server = Server::start(issue, {
            let body = body.as_bytes().to_vec();
            move |_, _| Reply::With(200, vec![("request-id", "r-7".into())], body.clone())
        })
        .await;
        let outcome = tenant(&server).list_policies(&call()).await;
        let Err(GraphError::Protocol { info, .. }) = outcome else { panic!("{body:.40}: {outcome:?}") };
        assert_eq!((info.status, info.request_id.as_deref()), (Some(200), Some("r-7")));
    }
    let server = Server::start(issue, |_, _| Reply::Json(200, json!({"value": [], "@odata.nextLink": 7}))).await;
    protocol(tenant(&server).list_policies(&call()).await);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let thief = Server::start(issue, empty).await;
    let target = thief.base.to_string();
    let server = Server::start(issue, move |_, _| Reply::With(302, vec![("Location", target.clone())], vec![])).await;
    assert_eq!(protocol(tenant(&server).list_policies(&call()).await), "unexpected status");
    assert_eq!(thief.graph().len(), 0);
}

#[tokio::test]
async fn sign_ins_come_page_by_page_with_their_header_on_each() {
    let entry = |id: u128| json!({"id": Uuid::from_u128(id), "createdDateTime": "2026-02-01T10:00:00Z", "userId": Uuid::from_u128(9)});
    let server = Server::start(issue, move |seen, number| match number {
        0 => page(json!([entry(1), {"id": 7}, entry(2)]), Some(own(seen, "/beta/auditLogs/signIns?$skiptoken=2"))),
        _ => page(json!([entry(3)]), None),
    })
    .await;
    let tenant = tenant(&server);
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    let (from, to) = (at("2026-02-01T00:00:00Z"), at("2026-02-02T00:00:00Z"));
    let first = tenant.sign_ins(&call(), from, to, None).await.unwrap();
    let ids = |page: &graph::SignInPage| page.records.iter().map(|record| record.id.as_u128()).collect::<Vec<_>>();
    assert_eq!((ids(&first), first.unreadable.len()), (vec![1, 2], 1), "one that is broken doesn't take the others with it");
    let stored = PageToken::new(first.next.unwrap().as_str());
    let second = tenant.sign_ins(&call(), from, to, Some(&stored)).await.unwrap();
    assert_eq!((ids(&second), second.next), (vec![3], None));
    let seen = server.graph();
    let filter = "createdDateTime%20ge%202026-02-01T00:00:00Z%20and%20createdDateTime%20le%202026-02-02T00:00:00Z";
    assert_eq!(seen[0].target, format!("/beta/auditLogs/signIns?$filter={filter}"));
    assert!(seen.iter().all(|seen| seen.header("prefer") == "include-unknown-enum-members"));
}

#[tokio::test]
async fn the_sign_in_log_of_v1_is_a_setting() {
    let server = Server::start(issue, empty).await;
    let mut config = config(&server);
    config.sign_in_log_version = graph::ApiVersion::V1;
    let tenant = client(config).tenant(access(TENANT, "s"));
    tenant.sign_ins(&call(), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH, None).await.unwrap();
    assert!(server.graph()[0].target.starts_with("/v1.0/auditLogs/signIns?"));
}
