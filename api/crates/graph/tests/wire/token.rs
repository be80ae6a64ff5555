//! The token cache: how often Entra is asked, and what its answers mean.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use graph::{GraphClient, GraphError};
use serde_json::json;
use uuid::Uuid;

use crate::server::{Reply, Server};
use crate::support::{TENANT, TestClock, TestIds, access, call, client, config, empty, grant, issue, jwt, tenant, within_ms};

fn slowly(reply: Reply) -> Reply {
    Reply::Slow(Duration::from_millis(50), Box::new(reply))
}

#[tokio::test]
async fn a_hundred_calls_ask_for_one_token() {
    let server = Server::start(|seen, number| slowly(issue(seen, number)), empty).await;
    let tenant = tenant(&server);
    let call = call();
    for outcome in join_all((0..100).map(|_| tenant.list_policies(&call))).await {
        outcome.unwrap();
    }
    assert_eq!(server.tokens().len(), 1);
    assert_eq!(server.graph().len(), 100);
    let asked = &server.tokens()[0];
    assert_eq!(asked.method, "POST");
    assert_eq!(asked.target, format!("/{TENANT}/oauth2/v2.0/token"));
    for field in ["grant_type=client_credentials", "client_id=the-client", "client_secret=s3cret"] {
        assert!(asked.body.split('&').any(|pair| pair == field), "{}", asked.body);
    }
    assert!(asked.body.contains("scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"), "{}", asked.body);
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_waited_and_then_forgotten() {
    let refusal =
        json!({"error": "invalid_client", "error_codes": [7_000_215], "error_description": "AADSTS7000215: Invalid client secret."});
    let server =
        Server::start(move |seen, number| slowly(if number == 0 { Reply::Json(401, refusal.clone()) } else { issue(seen, number) }), empty)
            .await;
    let tenant = tenant(&server);
    let call = call();
    for outcome in join_all((0..100).map(|_| tenant.list_policies(&call))).await {
        let Err(GraphError::Unauthorized { info }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(info.code.as_deref(), Some("AADSTS7000215"));
        assert!(info.message.unwrap().contains("secret is wrong"));
    }
    assert_eq!(server.tokens().len(), 1);
    assert_eq!(server.graph().len(), 0);
    tenant.list_policies(&call).await.unwrap();
    assert_eq!(server.tokens().len(), 2);
}

#[tokio::test]
async fn consent_and_configuration_are_told_apart_from_a_wrong_secret() {
    for (number, error) in [(700_016, "unauthorized_client"), (7_000_229, "invalid_client"), (90_002, "invalid_request")] {
        let body = json!({"error": error, "error_codes": [number], "error_description": format!("AADSTS{number}: text")});
        let server = Server::start(move |_, _| Reply::Json(400, body.clone()), empty).await;
        let outcome = tenant(&server).list_policies(&call()).await;
        match number {
            90_002 => assert!(matches!(outcome, Err(GraphError::Config { .. })), "{outcome:?}"),
            _ => assert!(matches!(outcome, Err(GraphError::ConsentRevoked { .. })), "{outcome:?}"),
        }
        assert_eq!(server.tokens().len(), 1, "not repeated: {number}");
    }
}

#[tokio::test]
async fn what_may_pass_is_repeated() {
    let server = Server::start(
        |seen, number| match number {
            0 => Reply::Hangup,
            1 => Reply::status(503),
            _ => issue(seen, number),
        },
        empty,
    )
    .await;
    tenant(&server).list_policies(&call()).await.unwrap();
    assert_eq!(server.tokens().len(), 3);
    let ids: Vec<_> = server.tokens().iter().map(|seen| seen.header("client-request-id").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == ids[0] && !id.is_empty()), "{ids:?}");
}

#[tokio::test]
async fn a_token_for_another_tenant_is_never_used() {
    for other in [jwt(Uuid::from_u128(0xbad), 0), jwt(TENANT, 0).replace(&jwt(TENANT, 0), "e30.e30.e30")] {
        let server = Server::start(move |_, _| grant(&other, 3_599), empty).await;
        let outcome = tenant(&server).list_policies(&call()).await;
        let Err(GraphError::Protocol { reason, .. }) = outcome else { panic!("{outcome:?}") };
        assert!(reason.contains("another tenant"), "{reason}");
        assert_eq!(server.graph().len(), 0);
    }
}

#[tokio::test]
async fn an_opaque_token_is_used_and_an_unusable_one_refused() {
    let server = Server::start(|_, _| grant("opaque-token", 3_599), empty).await;
    let opaque = tenant(&server);
    opaque.list_policies(&call()).await.unwrap();
    assert_eq!(server.graph()[0].header("authorization"), "Bearer opaque-token");
    assert_eq!(opaque.permissions(&call()).await.unwrap().granted, None);
    for (token, life) in [("", 3_599), ("two words", 3_599), ("line\nbreak", 3_599), ("opaque", 0), ("opaque", -5)] {
        let server = Server::start(move |_, _| grant(token, life), empty).await;
        let outcome = tenant(&server).list_policies(&call()).await;
        assert!(matches!(outcome, Err(GraphError::Protocol { .. })), "{token:?} {life}: {outcome:?}");
    }
}

#[tokio::test]
async fn renewed_five_minutes_before_expiry_and_the_old_one_serves_while_renewal_fails() {
    let server = Server::start(
        |seen, number| {
            if number == 1 { Reply::status(503) } else { issue(seen, number) }
        },
        empty,
    )
    .await;
    let clock = Arc::new(TestClock::default());
    let mut config = config(&server);
    config.retry.max_attempts = 1;
    let client = GraphClient::new(config, Arc::clone(&clock) as _, Arc::new(TestIds::default())).unwrap();
    let tenant = client.tenant(access(TENANT, "s3cret"));
    let used = async || {
        tenant.list_policies(&call()).await.unwrap();
        server.graph().last().unwrap().header("authorization").to_owned()
    };
    let first = used().await;
    clock.advance_s(3_599 - 301);
    assert_eq!(used().await, first);
    assert_eq!(server.tokens().len(), 1);
    clock.advance_s(2);
    assert_eq!(used().await, first, "the renewal failed, the old token is good");
    assert_eq!(server.tokens().len(), 2);
    let second = used().await;
    assert_ne!(second, first);
    assert_eq!(server.tokens().len(), 3);
}

#[tokio::test]
async fn a_rotated_credential_gets_its_own_token_and_tenants_share_none() {
    let server = Server::start(issue, empty).await;
    let client = client(config(&server));
    let (a, b) = (TENANT, Uuid::from_u128(0xb));
    for (tenant, secret) in [(a, "old"), (a, "new"), (b, "new"), (a, "old")] {
        client.tenant(access(tenant, secret)).list_policies(&call()).await.unwrap();
    }
    let secrets: Vec<_> = server.tokens().iter().map(|seen| (seen.target.contains(&b.to_string()), seen.body.contains("=new"))).collect();
    assert_eq!(secrets, [(false, false), (false, true), (true, true)]);
    client.forget(a);
    client.tenant(access(b, "new")).list_policies(&call()).await.unwrap();
    assert_eq!(server.tokens().len(), 3);
    client.tenant(access(a, "old")).list_policies(&call()).await.unwrap();
    assert_eq!(server.tokens().len(), 4);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_everybody() {
    let stale = jwt(TENANT, 0);
    let server = Server::start(issue, move |seen, number| {
        if seen.header("authorization").ends_with(&stale) {
            slowly(Reply::error(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."))
        } else {
            empty(seen, number)
        }
    })
    .await;
    let tenant = tenant(&server);
    let call = call();
    for outcome in join_all((0..100).map(|_| tenant.list_policies(&call))).await {
        outcome.unwrap();
    }
    assert_eq!(server.tokens().len(), 2);
    assert_eq!(server.graph().len(), 200);
}

#[tokio::test]
async fn a_token_refused_twice_is_an_error() {
    let server = Server::start(issue, |_, _| Reply::error(401, "InvalidAuthenticationToken", "no")).await;
    let outcome = tenant(&server).list_policies(&call()).await;
    assert!(matches!(outcome, Err(GraphError::Unauthorized { .. })), "{outcome:?}");
    assert_eq!((server.graph().len(), server.tokens().len()), (2, 2));
    let server = Server::start(issue, |_, _| Reply::error(401, "Authorization_IdentityNotFound", "gone")).await;
    let outcome = tenant(&server).list_policies(&call()).await;
    assert!(matches!(outcome, Err(GraphError::ConsentRevoked { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_fail_the_others() {
    let server = Server::start(|seen, number| Reply::Slow(Duration::from_millis(300), Box::new(issue(seen, number))), empty).await;
    let tenant = tenant(&server);
    let (hasty, patient) = (within_ms(100), call());
    let (hasty, patient) = tokio::join!(tenant.list_policies(&hasty), tenant.list_policies(&patient));
    assert_eq!(hasty, Err(GraphError::Deadline));
    patient.unwrap();
    assert_eq!(server.tokens().len(), 1);
}

#[tokio::test]
async fn permissions_come_from_a_new_token() {
    let server = Server::start(issue, empty).await;
    let tenant = tenant(&server);
    tenant.list_policies(&call()).await.unwrap();
    let permissions = tenant.permissions(&call()).await.unwrap();
    assert_eq!(server.tokens().len(), 2);
    assert!(permissions.missing(&["Policy.Read.All", "User.Read.All"]).is_empty());
    assert_eq!(permissions.missing(&["Policy.ReadWrite.ConditionalAccess"]), ["Policy.ReadWrite.ConditionalAccess"]);
}
