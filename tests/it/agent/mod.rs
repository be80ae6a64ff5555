//! The optimization agent over GraphQL: what it finds in a tenant, and what members and later runs make of it.

mod golden;
mod lifecycle;
mod merge;
mod rollout;
mod schedule;

use std::time::Duration;

use harness::world::World;
use harness::{Answer, Client, Database};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::people::people;

const RUN: &str = "id status trigger endedAt failure { code message } asMember { displayName } summary { policies users signIns newUsers pairs found \
    created updated unchanged reopened superseded createdPolicies skipped { kind reason text } }";
const SUGGESTION: &str = "id kind action status title reasoning grounds revision note snoozedUntil change { id status } rollout { id status } \
    steps { kind text done policy { id } } rolloutEligibility { code met } evidence { userCount users { objectId } policies { id } } \
    firstRun { id } lastRun { id }";

/// What carries an accepted suggestion out.
const ACCEPTED: &str = "change { id status revision dryRun { digest warnings { code severity } } } rollout { id revision status mode plan { phases { number } } }";

/// A world with one tenant whose people were read and whose policies are all off.
pub(super) async fn quiet(database: Database) -> (World, Client, String) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let policies = world.cloud.call("GET", &format!("/tenants/{}/policies", sim.tenant_id), Value::Null).await;
    for policy in policies["policies"].as_array().or(policies["value"].as_array()).unwrap() {
        if policy["state"] != "disabled" {
            world.cloud.portal_edit(sim.tenant_id, policy["id"].as_str().unwrap(), json!({ "state": "disabled" })).await;
        }
    }
    let tenant = world.connect(&owner, &sim).await;
    people(&owner, &tenant).await;
    (world, owner, tenant)
}

/// Asks for a run and waits for its end.
pub(crate) async fn run(client: &Client, tenant: &str) -> Value {
    let query = "mutation($input: RunAgentInput!) { runAgent(input: $input) { agentRun { id } userErrors { code message } } }";
    let asked = client.send(query, json!({ "input": { "tenantId": tenant } })).await;
    assert_eq!(asked.user_errors("runAgent"), Vec::<String>::new(), "{:#}", asked.body);
    let run = ended(client, &asked.text("/runAgent/agentRun/id")).await;
    assert_eq!(run["status"], "COMPLETED", "{run:#}");
    run
}

/// A run once it is over.
async fn ended(client: &Client, id: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let seen = client.send(&format!("query($id: ID!) {{ agentRun(id: $id) {{ {RUN} }} }}"), json!({ "id": id })).await;
        let run = seen.at("/agentRun").clone();
        if run["status"] != "RUNNING" {
            return run;
        }
        assert!(Instant::now() < until, "the run did not end: {run:#}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Every suggestion of a tenant.
pub(crate) async fn suggestions(client: &Client, tenant: &str) -> Vec<Value> {
    let query =
        format!("query($where: SuggestionWhere) {{ suggestions(first: 100, where: $where) {{ totalCount nodes {{ {SUGGESTION} }} }} }}");
    let found = client.send(&query, json!({ "where": { "tenantId": tenant } })).await;
    let nodes = found.at("/suggestions/nodes").as_array().unwrap().clone();
    assert_eq!(found.at("/suggestions/totalCount"), &json!(nodes.len()));
    nodes
}

async fn of_kind(client: &Client, tenant: &str, kind: &str) -> Value {
    let found = suggestions(client, tenant).await;
    found.iter().find(|suggestion| suggestion["kind"] == kind).unwrap_or_else(|| panic!("no {kind}: {found:#?}")).clone()
}

/// A step on a suggestion.
async fn decide(client: &Client, mutation: &str, suggestion: &Value, more: Value) -> Answer {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let mut input = json!({ "id": suggestion["id"], "expectedRevision": suggestion["revision"] });
    more.as_object().unwrap().iter().for_each(|(name, value)| input[name] = value.clone());
    let change = if mutation == "acceptSuggestion" { ACCEPTED } else { "" };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ suggestion {{ {SUGGESTION} }} {change} userErrors {{ code message }} }} }}"
    );
    client.send(&query, json!({ "input": input })).await
}

async fn done(client: &Client, mutation: &str, suggestion: &Value, more: Value) -> Value {
    let answer = decide(client, mutation, suggestion, more).await;
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}")).clone()
}

async fn agent(client: &Client, tenant: &str) -> Value {
    let query = "query($id: ID!) { tenant(id: $id) { agent { revision nextRunAt turnedOnBy { displayName } lastRun { id } \
        settings { enabled phasedRollout mayCreateReportOnly rulesOff namingPattern limits } } } }";
    client.send(query, json!({ "id": tenant })).await.at("/tenant/agent").clone()
}

async fn set(client: &Client, tenant: &str, settings: Value) -> Answer {
    let revision = agent(client, tenant).await["revision"].clone();
    let query = "mutation($input: SetAgentSettingsInput!) { setAgentSettings(input: $input) { agent { revision nextRunAt settings { enabled } } \
        userErrors { code message path } } }";
    client.send(query, json!({ "input": { "tenantId": tenant, "settings": settings, "expectedRevision": revision } })).await
}

/// The tenant's runs, newest first.
async fn runs(client: &Client, tenant: &str) -> Vec<Value> {
    let query = format!("query($id: ID!) {{ tenant(id: $id) {{ agentRuns(first: 20) {{ nodes {{ {RUN} }} }} }} }}");
    client.send(&query, json!({ "id": tenant })).await.at("/tenant/agentRuns/nodes").as_array().unwrap().clone()
}
