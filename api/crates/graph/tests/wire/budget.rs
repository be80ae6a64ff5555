//! The request budget and throttling (change-promises P22, P23).

use std::time::Duration;

use futures_util::future::join_all;
use graph::{Budgets, Call, GraphError, Priority, Rate, WriteId};
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use crate::server::{Reply, Seen, Server};
use crate::support::{TENANT, access, bearer_tenant, call, client, config, empty, issue, tenant, within_ms};

fn slow_conditional_access(per_second: f64) -> Budgets {
    Budgets { conditional_access: Rate { per_second, burst: 1 }, ..Budgets::uniform(100_000.0, 1_000) }
}

fn gaps_ms(seen: &[Seen]) -> Vec<u128> {
    seen.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect()
}

#[tokio::test]
async fn conditional_access_keeps_its_distance_and_the_directory_does_not_wait_for_it() {
    let server = Server::start(issue, empty).await;
    let mut config = config(&server);
    config.budgets = slow_conditional_access(5.0);
    let client = client(config);
    let (tenant, twin) = (client.tenant(access(TENANT, "s")), client.tenant(access(TENANT, "s")));
    let call = call();
    let reads = (0..5).map(|index| if index % 2 == 0 { tenant.list_policies(&call) } else { twin.list_policies(&call) });
    for outcome in join_all(reads).await {
        outcome.unwrap();
    }
    let gaps = gaps_ms(&server.graph());
    assert!(gaps.iter().all(|gap| *gap >= 150), "200 ms apart, less what the network moved: {gaps:?}");
    let started = Instant::now();
    tenant.authentication_strengths(&call).await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(150));
}

#[tokio::test]
async fn a_call_that_can_not_have_its_turn_in_time_is_not_sent() {
    let server = Server::start(issue, empty).await;
    let mut config = config(&server);
    config.budgets = slow_conditional_access(0.1);
    let tenant = client(config).tenant(access(TENANT, "s"));
    tenant.list_policies(&call()).await.unwrap();
    let started = Instant::now();
    assert_eq!(tenant.list_policies(&within_ms(2_000)).await, Err(GraphError::Deadline));
    assert!(started.elapsed() < Duration::from_millis(1_000), "known at once");
    assert_eq!(server.graph().len(), 1);
}

#[tokio::test]
async fn an_apply_goes_ahead_of_waiting_syncs() {
    let server = Server::start(issue, |seen, number| if seen.method == "PATCH" { Reply::status(204) } else { empty(seen, number) }).await;
    let mut config = config(&server);
    config.budgets = slow_conditional_access(5.0);
    let tenant = client(config).tenant(access(TENANT, "s"));
    let sync = Call { priority: Priority::Sync, ..call() };
    let apply = Call { priority: Priority::Apply, ..call() };
    let body = json!({});
    let late_apply = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        tenant.patch_policy(&apply, TENANT, &body, WriteId(TENANT)).await
    };
    let (reads, write) = tokio::join!(join_all((0..4).map(|_| tenant.list_policies(&sync))), late_apply);
    assert!(reads.iter().all(Result::is_ok));
    write.unwrap();
    assert_eq!(server.graph().iter().position(|seen| seen.method == "PATCH"), Some(1));
}

#[tokio::test]
async fn retry_after_is_kept_by_every_call_of_the_tenant() {
    let throttled = || Reply::With(429, vec![("Retry-After", "1".into())], vec![]);
    let server = Server::start(issue, move |seen, number| if number == 0 { throttled() } else { empty(seen, number) }).await;
    let tenant = tenant(&server);
    let call = call();
    let neighbour = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        tenant.list_policies(&call).await
    };
    let (first, second) = tokio::join!(tenant.list_policies(&call), neighbour);
    first.unwrap();
    second.unwrap();
    let seen = server.graph();
    assert_eq!(seen.len(), 3);
    assert!(gaps_ms(&seen)[0] >= 990, "{:?}", gaps_ms(&seen));
}

#[tokio::test]
async fn without_retry_after_the_pauses_grow_until_the_deadline() {
    let server = Server::start(issue, |_, _| Reply::error(429, "TooManyRequests", "Too many requests.")).await;
    let started = Instant::now();
    let outcome = tenant(&server).list_policies(&within_ms(600)).await;
    let Err(GraphError::Throttled { retry_after: None, info }) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(info.code.as_deref(), Some("TooManyRequests"));
    assert!(started.elapsed() < Duration::from_millis(900));
    let gaps = gaps_ms(&server.graph());
    assert!(gaps.len() > 3, "throttling has no limit of attempts: {gaps:?}");
    for (gap, least) in gaps.iter().zip([10, 20, 40, 40, 40]) {
        assert!(*gap >= least, "{gaps:?}");
    }
}

#[tokio::test]
async fn a_pause_beyond_the_deadline_ends_the_call_at_once() {
    for asked in ["3600", "18446744073709551615"] {
        let server = Server::start(issue, move |_, _| Reply::With(429, vec![("Retry-After", asked.into())], vec![])).await;
        let started = Instant::now();
        let outcome = tenant(&server).list_policies(&call()).await;
        let Err(GraphError::Throttled { retry_after: Some(pause), .. }) = &outcome else { panic!("{outcome:?}") };
        assert_eq!(pause.as_secs().to_string(), asked);
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(server.graph().len(), 1);
    }
}

#[tokio::test]
async fn one_tenants_trouble_delays_only_that_tenant() {
    let bad = Uuid::from_u128(0xbad);
    let hang = move |seen: &Seen, number: usize| {
        if seen.target.contains(&bad.to_string()) { Reply::Silence } else { issue(seen, number) }
    };
    let throttled = Uuid::from_u128(0x429);
    let server = Server::start(hang, move |seen, number| {
        if bearer_tenant(seen) == throttled { Reply::With(429, vec![("Retry-After", "30".into())], vec![]) } else { empty(seen, number) }
    })
    .await;
    let client = client(config(&server));
    let lists = async |tenant: Uuid| client.tenant(access(tenant, "s")).list_policies(&within_ms(1_500)).await;
    let healthy = async {
        let started = Instant::now();
        let outcomes = join_all((1..=20).map(|index| lists(Uuid::from_u128(index)))).await;
        assert!(outcomes.iter().all(Result::is_ok));
        started.elapsed()
    };
    let (hung, slow, took) = tokio::join!(lists(bad), lists(throttled), healthy);
    assert_eq!(hung, Err(GraphError::Deadline));
    assert!(matches!(slow, Err(GraphError::Throttled { .. })), "{slow:?}");
    assert!(took < Duration::from_millis(1_000), "{took:?}");
}
