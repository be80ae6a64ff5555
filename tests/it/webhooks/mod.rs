//! Webhooks over real processes and a real receiver: what arrives, in which order, what becomes of what is refused, and who may have them.

mod choice;
mod delivery;
mod failures;
mod rules;

use std::time::Duration;

use harness::receiver::Receiver;
use harness::world::World;
use harness::{Answer, Client, Database};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::schedules::{deny, freeze, in_ms};

/// What a test wants to know of a webhook.
pub(crate) const WEBHOOK: &str = "id displayName url host topics minSeverity enabled disabledReason cursor consecutiveFailures failingSince \
    nextTryAt lastDeliveredAt previousSecretUntil revision tenants { id } createdBy { id } \
    attempts(first: 100) { cursor replayAfter eventType attempt at durationMs status accepted failure }";

/// A world with a receiver. No tenant is connected.
struct Stage {
    world: World,
    owner: Client,
    receiver: Receiver,
}

impl Stage {
    async fn set(database: Database) -> Self {
        let world = World::start(database).await;
        let owner = world.server.client("OWNER").await;
        Stage { world, owner, receiver: Receiver::start().await }
    }

    /// A webhook to the receiver with its secret.
    async fn webhook(&self, adjust: Value) -> (Value, String) {
        let answer = create(&self.owner, self.receiver.url(), adjust).await;
        (done(&answer, "createWebhook"), answer.text("/createWebhook/secret"))
    }

    /// Makes events: freeze windows of these names, one event each.
    async fn happen(&self, names: &[&str]) {
        for name in names {
            let answer = freeze(&self.owner, deny(name, in_ms(86_400_000), in_ms(90_000_000))).await;
            assert_eq!(answer.user_errors("createFreezeWindow"), Vec::<String>::new(), "{:#}", answer.body);
        }
    }

    async fn see(&self, webhook: &Value) -> Value {
        see(&self.owner, webhook).await
    }

    /// The webhook once it is as it should be.
    async fn until(&self, webhook: &Value, so: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let seen = self.see(webhook).await;
            if so(&seen) {
                return seen;
            }
            assert!(Instant::now() < until, "never so: {seen:#}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

pub(crate) async fn see(client: &Client, webhook: &Value) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on Webhook {{ {WEBHOOK} }} }} }}");
    client.send(&query, json!({ "id": webhook["id"] })).await.at("/node").clone()
}

pub(crate) async fn create(client: &Client, url: &str, adjust: Value) -> Answer {
    let mut input = json!({ "displayName": "Relay", "url": url });
    for (name, value) in adjust.as_object().expect("an object") {
        input[name] = value.clone();
    }
    mutate(client, "createWebhook", "CreateWebhookInput", &format!("webhook {{ {WEBHOOK} }} secret"), input).await
}

async fn update(client: &Client, webhook: &Value, changes: Value) -> Answer {
    let mut input = json!({ "id": webhook["id"], "expectedRevision": webhook["revision"] });
    for (name, value) in changes.as_object().expect("an object") {
        input[name] = value.clone();
    }
    mutate(client, "updateWebhook", "UpdateWebhookInput", &format!("webhook {{ {WEBHOOK} }}"), input).await
}

async fn replay(client: &Client, webhook: &Value, after: &Value) -> Answer {
    let input = json!({ "id": webhook["id"], "expectedRevision": webhook["revision"], "after": after });
    mutate(client, "replayWebhook", "ReplayWebhookInput", &format!("webhook {{ {WEBHOOK} }}"), input).await
}

async fn mutate(client: &Client, mutation: &str, kind: &str, fields: &str, input: Value) -> Answer {
    let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {fields} userErrors {{ code message path }} }} }}");
    client.send(&query, json!({ "input": input })).await
}

pub(crate) fn done(answer: &Answer, mutation: &str) -> Value {
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}/webhook")).clone()
}

/// The names of the freeze windows that the messages are about.
fn names(received: &[harness::receiver::Received]) -> Vec<&str> {
    received.iter().filter_map(|message| message.body["data"]["details"]["name"].as_str()).collect()
}
