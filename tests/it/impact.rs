//! Impact reports: what Entra logged, what the evaluator makes of it, and what a change would do, from the log to the dry-run.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entra_sim::SimTenant;
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

on_both_databases!(
    observed_is_what_entra_logged,
    a_change_is_simulated_and_its_dry_run_says_so,
    integrators_read_three_tenants_without_causing_work,
);

const REPORT: &str = "status reason source window from dataThrough computedAt total { signIns users } notEvaluated { signIns users } \
    notApplied { signIns users } applies { signIns users } satisfied { signIns users } wouldInterrupt { signIns users } \
    wouldBlock { signIns users } unknown { signIns users } unknownBy { part signIns } \
    byResult { key applies wouldBlock wouldInterrupt } byApp { key label applies wouldBlock usersWouldBlock } \
    byUser { key applies wouldBlock wouldInterrupt } byGroup { key label applies } byClientType { key applies } byLocation { key applies }";

async fn observed_is_what_entra_logged(database: Database) {
    let world = start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let tenant = world.connect(&owner, &sim).await;
    let mut policies = world.policies(&owner, &tenant).await;
    // What one refresh takes.
    policies.truncate(50);
    for policy in &policies {
        let none = report(&owner, policy, "OBSERVED").await;
        assert_eq!(none["status"], "NOT_APPLICABLE", "before anything is read: {none:#}");
    }
    read_sign_ins(&owner, &tenant).await;
    let ids: Vec<&str> = policies.iter().map(|policy| policy["id"].as_str().unwrap()).collect();
    let start = cursor(&owner).await;
    refresh(&owner, json!({ "policyIds": ids })).await;
    computed(&owner, &start).await;

    let mut blocked = 0;
    let mut agreed = 0;
    for policy in &policies {
        let observed = report(&owner, policy, "OBSERVED").await;
        let simulated = report(&owner, policy, "SIMULATED").await;
        assert_eq!(simulated["source"], "SIMULATED");
        if policy["state"] == "DISABLED" {
            assert_eq!((&observed["status"], &observed["reason"]), (&json!("NOT_APPLICABLE"), &json!("POLICY_DISABLED")));
            assert_eq!(observed["wouldBlock"], Value::Null, "never zero");
            continue;
        }
        assert_eq!((&observed["status"], &observed["reason"]), (&json!("FRESH"), &Value::Null), "{observed:#}");
        let log = log(&world, &sim, &observed["from"], &observed["dataThrough"]).await;
        let expected = Expected::of(&log, policy["graphId"].as_str().unwrap());
        assert_eq!(expected.total, observed["total"], "{policy}");
        assert_eq!(expected.block, observed["wouldBlock"], "{policy}");
        assert_eq!(expected.interrupt, observed["wouldInterrupt"], "{policy}");
        assert_eq!(expected.satisfied, observed["satisfied"], "{policy}");
        assert_eq!(observed["unknown"]["signIns"], 0, "{policy}");
        let lines: i64 = observed["byApp"].as_array().unwrap().iter().map(|line| line["wouldBlock"].as_i64().unwrap()).sum();
        assert!(lines <= observed["wouldBlock"]["signIns"].as_i64().unwrap());
        blocked += observed["wouldBlock"]["signIns"].as_i64().unwrap() + observed["wouldInterrupt"]["signIns"].as_i64().unwrap();

        // What the evaluator can tell of a policy that nobody changed is what Entra made of it: nothing that Entra let pass is called blocked
        // for sure, and where every fact is there the figures are the same.
        assert_eq!(simulated["total"], observed["total"]);
        if policy["state"] == "REPORT_ONLY" && simulated["unknown"]["signIns"] == 0 {
            for figure in ["applies", "wouldBlock"] {
                assert_eq!(simulated[figure], observed[figure], "{policy}: {figure}");
            }
            agreed += 1;
        }
    }
    assert!(blocked > 0, "the seeded tenant's policies hit nobody: the comparison shows nothing");
    println!("{agreed} report-only policies of {} had every fact", policies.len());

    // What Entra logs later makes reports stale, and asking again makes them fresh.
    let policy = policies.iter().find(|policy| policy["state"] != "DISABLED").unwrap();
    assert_eq!(report(&owner, policy, "OBSERVED").await["status"], "FRESH");
    sleep(Duration::from_secs(2)).await;
    read_sign_ins(&owner, &tenant).await;
    assert_eq!(report(&owner, policy, "OBSERVED").await["status"], "STALE");
    let start = cursor(&owner).await;
    refresh(&owner, json!({ "policyIds": [policy["id"]] })).await;
    computed(&owner, &start).await;
    assert_eq!(report(&owner, policy, "OBSERVED").await["status"], "FRESH");

    // Who may not run impact is told so; an unknown id is not there.
    let viewer = world.server.client("VIEWER").await;
    let refused = viewer.send(REFRESH, json!({ "input": { "policyIds": [policy["id"]] } })).await;
    assert_eq!(refused.user_errors("refreshImpact"), ["FORBIDDEN"]);
    let nothing = owner.send(REFRESH, json!({ "input": {} })).await;
    assert_eq!(nothing.user_errors("refreshImpact"), ["INVALID_INPUT"]);
}

async fn a_change_is_simulated_and_its_dry_run_says_so(database: Database) {
    let world = start(database).await;
    let owner = world.server.client("OWNER").await;
    let sim = world.sim_tenant();
    let tenant = world.connect(&owner, &sim).await;
    read_sign_ins(&owner, &tenant).await;
    // Everybody would be blocked who gets so far: what is counted needs no other fact.
    let document = json!({
        "displayName": "Block everything",
        "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] },
        "grantControls": { "operator": "OR", "builtInControls": ["block"] },
    });
    // The rule "would block" is asked of what the cache holds. A change keeps the rules that it was created under.
    let workspace = owner.send("{ viewer { workspace { revision } } }", json!({})).await.at("/viewer/workspace/revision").clone();
    let rules = json!({ "input": { "approvalRules": { "wouldBlock": 1 }, "expectedRevision": workspace } });
    let ruled = owner
        .send("mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { userErrors { code message } } }", rules)
        .await;
    assert_eq!(ruled.user_errors("updateWorkspace"), [] as [&str; 0], "{:#}", ruled.body);
    let created = owner
        .send(
            "mutation($input: CreateChangeInput!) { createChange(input: $input) { change { id revision impact { status } } userErrors { code message } } }",
            json!({ "input": { "tenantId": tenant, "payload": { "create": { "source": { "document": document }, "state": "ENABLED" } } } }),
        )
        .await;
    assert_eq!(created.user_errors("createChange"), [] as [&str; 0], "{:#}", created.body);
    assert_eq!(created.at("/createChange/change/impact"), &Value::Null, "there is no dry-run yet");
    let change = created.text("/createChange/change/id");
    let first = dry_run(&owner, &change).await;
    assert_eq!(first["impact"]["status"], "NOT_COMPUTED", "{first:#}");
    assert!(codes(&first).contains("IMPACT_NOT_RUN"), "{first:#}");
    assert_eq!(reasons(&owner, &change).await, json!([]), "nobody knows yet whom it blocks");

    let start = cursor(&owner).await;
    refresh(&owner, json!({ "changeIds": [change] })).await;
    computed(&owner, &start).await;
    let second = dry_run(&owner, &change).await;
    let impact = &second["impact"];
    assert_eq!((&impact["status"], &impact["source"]), (&json!("FRESH"), &json!("SIMULATED")), "{second:#}");
    let log = log(&world, &sim, &impact["from"], &impact["dataThrough"]).await;
    let reached = log.iter().filter(|entry| !first_factor_failed(entry));
    assert_eq!(impact["wouldBlock"]["signIns"].as_u64().unwrap(), reached.count() as u64, "everybody who reached the policy: {impact:#}");
    assert!(impact["wouldBlock"]["signIns"].as_u64().unwrap() > 0);
    assert_eq!(impact["total"]["signIns"].as_u64().unwrap(), log.len() as u64);
    let found = codes(&second);
    assert!(found.contains("WOULD_BLOCK_SIGNINS") && !found.contains("IMPACT_NOT_RUN"), "{found:?}");
    assert_eq!(reasons(&owner, &change).await, json!(["WOULD_BLOCK"]));
    assert_ne!(first["digest"], second["digest"], "what a reviewer saw is another thing now");

    // A change that leaves no policy has no impact to be measured.
    let policy = world.policies(&owner, &tenant).await.swap_remove(0);
    let payload = json!({ "delete": { "confirmDisplayName": policy["displayName"] } });
    let deletion = owner
        .send(
            "mutation($input: CreateChangeInput!) { createChange(input: $input) { change { id } userErrors { code message } } }",
            json!({ "input": { "policyId": policy["id"], "payload": payload } }),
        )
        .await;
    assert_eq!(deletion.user_errors("createChange"), [] as [&str; 0], "{:#}", deletion.body);
    let deleted = dry_run(&owner, &deletion.text("/createChange/change/id")).await;
    assert_eq!((&deleted["impact"]["status"], &deleted["impact"]["reason"]), (&json!("NOT_APPLICABLE"), &json!("NO_POLICY")));
}

async fn integrators_read_three_tenants_without_causing_work(database: Database) {
    let world = start(database).await;
    let owner = world.server.client("OWNER").await;
    let sims = world.sim.tenants();
    assert!(sims.len() >= 3);
    let mut tenants = Vec::new();
    for sim in sims.iter().take(3) {
        tenants.push(world.connect(&owner, sim).await);
    }
    read_sign_ins(&owner, &tenants[0]).await;
    let policies = world.policies(&owner, &tenants[0]).await;
    let measured: Vec<&Value> =
        policies.iter().filter(|policy| policy["state"] != "DISABLED").take(3).map(|policy| &policy["id"]).collect();
    let start = cursor(&owner).await;
    refresh(&owner, json!({ "policyIds": measured })).await;
    computed(&owner, &start).await;
    settle(&owner).await;

    let (calls, events) = (calls(&world).await, cursor(&owner).await);
    let viewer = world.server.client("VIEWER").await;
    let mut seen: Vec<(String, String, Value)> = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = viewer
            .send(
                "query($after: String) { impactReports(first: 7, after: $after) { edges { node { policyId policy { tenant { id } } \
                 impact { status reason wouldBlock { signIns } } } } pageInfo { hasNextPage endCursor } } }",
                json!({ "after": after }),
            )
            .await;
        for edge in page.at("/impactReports/edges").as_array().unwrap() {
            let node = &edge["node"];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            seen.push((text(&node["policy"]["tenant"]["id"]), text(&node["policyId"]), node["impact"].clone()));
        }
        if page.at("/impactReports/pageInfo/hasNextPage") == false {
            break;
        }
        after = page.at("/impactReports/pageInfo/endCursor").clone();
    }
    let mut all = BTreeSet::new();
    for tenant in &tenants {
        all.extend(world.policies(&owner, tenant).await.iter().map(|policy| policy["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.iter().map(|(_, policy, _)| policy.clone()).collect::<BTreeSet<_>>(), all, "every policy has a row");
    assert_eq!(seen.len(), all.len(), "and one only");
    for (tenant, policy, impact) in &seen {
        let status = impact["status"].as_str().unwrap();
        if measured.iter().any(|measured| *measured == policy) {
            assert_eq!(status, "FRESH", "{impact:#}");
            assert!(impact["wouldBlock"]["signIns"].is_u64());
        } else {
            assert!(["NOT_APPLICABLE", "NOT_COMPUTED"].contains(&status), "{impact:#}");
            assert_eq!(impact["wouldBlock"], Value::Null);
            if *tenant != tenants[0] && impact["reason"] != "POLICY_DISABLED" {
                assert_eq!(impact["reason"], "NO_SIGN_INS");
            }
        }
    }
    let fresh = viewer
        .send(
            "query($tenants: [ID!]) { impactReports(tenantIds: $tenants, status: [FRESH], first: 100) { nodes { policyId } } }",
            json!({ "tenants": tenants }),
        )
        .await;
    assert_eq!(fresh.at("/impactReports/nodes").as_array().unwrap().len(), measured.len());

    // Nothing was asked of Graph, and no job began: the event log stands where it stood.
    sleep(Duration::from_millis(500)).await;
    assert_eq!(self::calls(&world).await, calls, "no call of Graph");
    assert_eq!(cursor(&owner).await, events, "no work");
}

/// A world in which sign-ins are read only when asked, up to a second ago.
pub(crate) async fn start(database: Database) -> World {
    World::start_with(database, |options| {
        options.extra.extend([
            ("CAUSEWAY__SIGN_INS__INTERVAL_S".to_owned(), "0".to_owned()),
            ("CAUSEWAY__SIGN_INS__SETTLE_S".to_owned(), "1".to_owned()),
            ("CAUSEWAY__SIGN_INS__RETENTION_DAYS".to_owned(), "2".to_owned()),
        ]);
    })
    .await
}

/// Reads the tenant's log, and waits until the watermark has moved.
pub(crate) async fn read_sign_ins(client: &Client, tenant: &str) {
    let through = async || {
        let seen =
            client.send("query($id: ID!) { tenant(id: $id) { signInLog { dataThrough readAt state reason } } }", json!({ "id": tenant }));
        seen.await.at("/tenant/signInLog").clone()
    };
    let before = through().await;
    let asked = client
        .send(
            "mutation($input: ReadSignInsInput!) { readSignIns(input: $input) { userErrors { code message } } }",
            json!({ "input": { "id": tenant } }),
        )
        .await;
    assert_eq!(asked.user_errors("readSignIns"), [] as [&str; 0], "{:#}", asked.body);
    let until = Instant::now() + Duration::from_secs(180);
    loop {
        let now = through().await;
        if now["readAt"].is_string() && now["readAt"] != before["readAt"] && now["dataThrough"] != before["dataThrough"] {
            return;
        }
        assert!(Instant::now() < until, "the log was not read: {now:#}");
        sleep(Duration::from_millis(100)).await;
    }
}

const REFRESH: &str =
    "mutation($input: RefreshImpactInput!) { refreshImpact(input: $input) { policies { id } changes { id } userErrors { code message } } }";

async fn refresh(client: &Client, input: Value) {
    let asked = client.send(REFRESH, json!({ "input": input })).await;
    assert_eq!(asked.user_errors("refreshImpact"), [] as [&str; 0], "{:#}", asked.body);
}

async fn cursor(client: &Client) -> String {
    client.send("{ viewer { workspace { eventCursor } } }", json!({})).await.text("/viewer/workspace/eventCursor")
}

/// Waits until no report is under way any more, and says what the events told.
async fn computed(client: &Client, start: &str) {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let events = client
            .send(
                "query($after: EventCursor!) { events(first: 100, after: $after) { nodes { __typename ... on ImpactEvent { kind code message reports } } } }",
                json!({ "after": start }),
            )
            .await;
        let told: Vec<Value> =
            events.at("/events/nodes").as_array().unwrap().iter().filter(|event| event["__typename"] == "ImpactEvent").cloned().collect();
        assert!(told.iter().all(|event| event["kind"] != "FAILED"), "{told:#?}");
        if told.iter().any(|event| event["kind"] == "COMPUTED") {
            let open =
                client.send("{ impactReports(status: [COMPUTING], source: SIMULATED, first: 1) { nodes { policyId } } }", json!({})).await;
            if open.at("/impactReports/nodes").as_array().unwrap().is_empty() {
                assert!(told.iter().any(|event| event["kind"] == "PROGRESS"), "{told:#?}");
                return;
            }
        }
        assert!(Instant::now() < until, "no report was computed: {told:#?}");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn report(client: &Client, policy: &Value, source: &str) -> Value {
    let query = format!("query($id: ID!) {{ policy(id: $id) {{ impact(source: {source}) {{ {REPORT} }} }} }}");
    client.send(&query, json!({ "id": policy["id"] })).await.at("/policy/impact").clone()
}

async fn dry_run(client: &Client, change: &str) -> Value {
    let revision = client.send("query($id: ID!) { changeRequest(id: $id) { revision } }", json!({ "id": change })).await;
    let query = format!(
        "mutation($input: ChangeRef!) {{ runDryRun(input: $input) {{ change {{ dryRun {{ digest warnings {{ code severity }} \
         impact {{ {REPORT} }} }} }} userErrors {{ code message }} }} }}"
    );
    let input = json!({ "id": change, "expectedRevision": revision.at("/changeRequest/revision") });
    let ran = client.send(&query, json!({ "input": input })).await;
    assert_eq!(ran.user_errors("runDryRun"), [] as [&str; 0], "{:#}", ran.body);
    ran.at("/runDryRun/change/dryRun").clone()
}

/// Which rules make approval necessary.
async fn reasons(client: &Client, change: &str) -> Value {
    let seen = client.send("query($id: ID!) { changeRequest(id: $id) { approvalReasons } }", json!({ "id": change })).await;
    seen.at("/changeRequest/approvalReasons").clone()
}

fn codes(dry_run: &Value) -> BTreeSet<String> {
    dry_run["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
}

/// Waits for reading that the connection itself began: people, and the log.
async fn settle(client: &Client) {
    let mut last = cursor(client).await;
    let mut quiet = Instant::now();
    while quiet.elapsed() < Duration::from_secs(2) {
        sleep(Duration::from_millis(200)).await;
        let now = cursor(client).await;
        if now != last {
            (last, quiet) = (now, Instant::now());
        }
    }
}

/// How many calls of Graph the simulator has served, over all tenants.
async fn calls(world: &World) -> Value {
    let latest = world.cloud.call("GET", "/requests", Value::Null).await;
    latest["requests"].as_array().and_then(|requests| requests.last()).map_or(Value::Null, |last| last["seq"].clone())
}

/// The simulator's own log of a stretch of time, read past the product.
pub(crate) async fn log(world: &World, sim: &SimTenant, from: &Value, to: &Value) -> Vec<Value> {
    let app = sim.apps.first().expect("an application");
    let minted = world.cloud.call("POST", &format!("/tenants/{}/tokens", sim.tenant_id), json!({ "clientId": app.client_id })).await;
    let token =
        minted["access_token"].as_str().or(minted["accessToken"].as_str()).or(minted["token"].as_str()).expect("a token").to_owned();
    let (from, to) = (from.as_str().unwrap(), to.as_str().unwrap());
    let filter = format!("createdDateTime ge {from} and createdDateTime le {to}").replace(' ', "%20");
    let mut url = format!("http://{}/beta/auditLogs/signIns?$filter={filter}&$top=1000", world.sim.http_addr());
    let mut entries = Vec::new();
    loop {
        let request = harness::http::client().get(&url).bearer_auth(&token).header("Prefer", "include-unknown-enum-members");
        let response = request.send().await.expect("the simulator answers");
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert!(status.is_success(), "{url}: {status} {text}");
        let page: Value = serde_json::from_str(&text).expect("JSON");
        entries.extend(page["value"].as_array().unwrap().iter().cloned());
        match page["@odata.nextLink"].as_str() {
            Some(next) => url = next.to_owned(),
            None => {
                // The watermark itself is not read yet.
                let at = |text: &Value| text.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
                entries.retain(|entry| at(&entry["createdDateTime"]) < to.parse::<DateTime<Utc>>().unwrap());
                return entries;
            }
        }
    }
}

pub(crate) fn first_factor_failed(entry: &Value) -> bool {
    [50126, 50053].contains(&entry["status"]["errorCode"].as_i64().unwrap())
}

/// One policy's figures, counted plainly.
struct Expected {
    total: Value,
    block: Value,
    interrupt: Value,
    satisfied: Value,
}

impl Expected {
    fn of(log: &[Value], policy: &str) -> Self {
        let result = |entry: &&Value| -> Option<String> {
            let applied = entry["appliedConditionalAccessPolicies"].as_array()?;
            Some(applied.iter().find(|applied| applied["id"] == policy)?["result"].as_str()?.to_owned())
        };
        let prompt = |entry: &Value| {
            let browser = ["Browser", "Mobile Apps and Desktop clients"].contains(&entry["clientAppUsed"].as_str().unwrap());
            browser && [50072, 50074, 50076, 50079].contains(&entry["status"]["errorCode"].as_i64().unwrap())
        };
        let tally = |keep: &dyn Fn(&Value, &str) -> bool| {
            let hit: Vec<&Value> = log.iter().filter(|entry| keep(entry, &result(entry).unwrap_or_default())).collect();
            let who = |entry: &Value| entry["userId"].as_str().and_then(|id| Uuid::parse_str(id).ok());
            json!({ "signIns": hit.len(), "users": hit.iter().map(|entry| who(entry)).collect::<BTreeSet<_>>().len() })
        };
        Expected {
            total: tally(&|_, _| true),
            block: tally(&|entry, result| result == "reportOnlyFailure" || (result == "failure" && !prompt(entry))),
            interrupt: tally(&|entry, result| result == "reportOnlyInterrupted" || (result == "failure" && prompt(entry))),
            satisfied: tally(&|_, result| ["reportOnlySuccess", "success"].contains(&result)),
        }
    }
}
