//! Bulk changes as an integrator drives them.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{Answer, Client};

/// What a test wants to know of a bulk change.
pub const BULK: &str = "id revision status digest tenantCount run { kind stoppedAt } schedule { state detail { code } } \
    counts { total pending blocked ready satisfied awaitingApproval queued applying applied unchanged failed outcomeUnknown rollingBack \
    rolledBack notStarted cancelled excluded }";

/// What a test wants to know of an item.
pub const ITEM: &str = "step state satisfiedBy notStarted tenant { id displayName } blocked { code message } excluded { reason } \
    failure { code message details { stage } } rollback { id status } \
    change { id status revision writePerformed dryRun { digest warnings { code severity } diff { path after } } } \
    resolution { policyName references { path given source objectId displayName } }";

/// Longer than any run of a test.
const PATIENCE: Duration = Duration::from_secs(180);

/// Creates a bulk change.
///
/// # Panics
/// When it is refused.
pub async fn create(client: &Client, input: Value) -> Value {
    let answer = mutate(client, "createBulkChange", "CreateBulkChangeInput", input).await;
    done(&answer, "createBulkChange")
}

/// One mutation on a bulk change.
pub async fn mutate(client: &Client, mutation: &str, kind: &str, input: Value) -> Answer {
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ bulkChange {{ {BULK} }} userErrors {{ code message path }} }} }}"
    );
    client.send(&query, json!({ "input": input })).await
}

/// The bulk change that a mutation answers with.
///
/// # Panics
/// When it was refused.
pub fn done(answer: &Answer, mutation: &str) -> Value {
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}/bulkChange")).clone()
}

/// A step that takes the bulk change as it was read.
pub async fn step(client: &Client, mutation: &str, bulk: &Value) -> Value {
    done(&try_step(client, mutation, bulk).await, mutation)
}

/// [`step`], perhaps refused.
pub async fn try_step(client: &Client, mutation: &str, bulk: &Value) -> Answer {
    mutate(client, mutation, "BulkChangeRef", json!({ "id": bulk["id"], "expectedRevision": bulk["revision"] })).await
}

/// `applyBulkChange` or `rollbackBulk`, perhaps refused.
pub async fn try_apply(client: &Client, mutation: &str, bulk: &Value) -> Answer {
    // What is not planned everywhere has none, and nobody could have seen one.
    let digest = bulk["digest"].as_str().unwrap_or("none");
    let input = json!({ "id": bulk["id"], "expectedRevision": bulk["revision"], "digest": digest });
    mutate(client, mutation, "ApplyBulkChangeInput", input).await
}

/// Starts a run.
pub async fn apply(client: &Client, mutation: &str, bulk: &Value) -> Value {
    done(&try_apply(client, mutation, bulk).await, mutation)
}

/// Asks for the dry-run and waits for its end.
pub async fn dry_run(client: &Client, bulk: &Value) -> Value {
    let asked = step(client, "runBulkDryRun", bulk).await;
    wait_while(client, &asked, &["DRAFT", "DRY_RUNNING"]).await
}

/// The bulk change as it is now; `None` when the server can't be reached.
pub async fn try_see(client: &Client, bulk: &Value) -> Option<Value> {
    let query = format!("query($id: ID!) {{ bulkChange(id: $id) {{ {BULK} }} }}");
    let answer = client.try_send(&query, json!({ "id": bulk["id"] })).await?;
    Some(answer.at("/bulkChange").clone())
}

/// The bulk change as it is now.
pub async fn see(client: &Client, bulk: &Value) -> Value {
    try_see(client, bulk).await.expect("the server answers")
}

/// Waits until the bulk change has left these statuses.
///
/// # Panics
/// After three minutes.
pub async fn wait_while(client: &Client, bulk: &Value, statuses: &[&str]) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let seen = try_see(client, bulk).await.unwrap_or_default();
        if seen["status"].as_str().is_some_and(|status| !statuses.contains(&status)) {
            return seen;
        }
        assert!(Instant::now() < until, "the bulk change stayed {seen:#}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Waits for the end of a run.
pub async fn ended(client: &Client, bulk: &Value) -> Value {
    wait_while(client, bulk, &["APPLYING"]).await
}

/// Waits until so many items are in a state, such as `applied`.
///
/// # Panics
/// After three minutes.
pub async fn wait_for_count(client: &Client, bulk: &Value, state: &str, at_least: u64) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let seen = try_see(client, bulk).await.unwrap_or_default();
        if seen["counts"][state].as_u64().is_some_and(|count| count >= at_least) {
            return seen;
        }
        assert!(Instant::now() < until, "{state} stayed below {at_least}: {seen:#}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Every item, page by page, in the order of the list.
pub async fn items(client: &Client, bulk: &Value) -> Vec<Value> {
    let query = format!(
        "query($id: ID!, $after: String) {{ bulkChange(id: $id) {{ items(first: 25, after: $after) {{ nodes {{ {ITEM} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
    );
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let answer = client.send(&query, json!({ "id": bulk["id"], "after": after })).await;
        all.extend(answer.at("/bulkChange/items/nodes").as_array().cloned().unwrap_or_default());
        let page = answer.at("/bulkChange/items/pageInfo");
        if page["hasNextPage"] != true {
            return all;
        }
        after = page["endCursor"].clone();
    }
}

/// The last step of a tenant: the change itself.
///
/// # Panics
/// When the tenant is none of the bulk change's.
pub fn of_tenant<'a>(items: &'a [Value], tenant: &str) -> &'a Value {
    items.iter().rfind(|item| item["tenant"]["id"] == tenant).expect("the tenant has an item")
}

/// The states of all items, with how often each occurs.
pub fn states(items: &[Value]) -> std::collections::BTreeMap<String, usize> {
    let mut states = std::collections::BTreeMap::new();
    for item in items {
        *states.entry(item["state"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    states
}
