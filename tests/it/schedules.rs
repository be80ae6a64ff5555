//! Schedules and freeze windows: fired once, never late in silence, never what was not reviewed, never in a freeze (P18).

use std::time::Duration;

use api::system::SystemClock;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::env::Clock;
use harness::world::{World, wait_for};
use harness::{Client, Database, Server};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::story::{apply, codes, create, report_only_policy, step};

on_both_databases!(
    two_servers_fire_once,
    an_outage_over_the_fire_time_is_missed,
    a_schedule_revalidates_and_fires,
    a_portal_edit_blocks_a_schedule_that_revalidates,
    killed_while_it_fires,
    what_was_armed_is_revoked_with_its_change,
    arming_is_refused_for_what_would_not_fire,
    rescheduled_and_taken_back,
    frozen_when_arming_when_firing_and_when_applying,
    freeze_windows_are_edited_and_seen,
);

const SCHEDULE: &str = "id mode state fireAt latestAt revision digest armedBy { displayName } detail { code message } blockedDiff { path } change { id status }";

struct Stage {
    world: World,
    owner: Client,
    policy: Value,
    entra: uuid::Uuid,
}

impl Stage {
    async fn set(database: Database) -> Self {
        let world = World::start(database).await;
        let owner = world.server.client("OWNER").await;
        let tenant = world.connect(&owner, &world.sim_tenant()).await;
        let policy = report_only_policy(&world, &owner, &tenant).await;
        let entra = world.sim_tenant().tenant_id;
        Stage { world, owner, policy, entra }
    }

    /// A change with a complete dry-run.
    async fn ready(&self, name: &str) -> Value {
        let change = create(&self.owner, &self.policy, json!({ "rename": { "displayName": name } })).await;
        step(&self.owner, "runDryRun", &change).await
    }

    async fn writes(&self) -> usize {
        self.world.cloud.writes(self.entra).await.len()
    }
}

pub(crate) fn in_ms(ms: i64) -> DateTime<Utc> {
    SystemClock.now() + TimeDelta::milliseconds(ms)
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

async fn schedule(
    client: &Client,
    change: &Value,
    mode: &str,
    fire_at: DateTime<Utc>,
    latest_at: Option<DateTime<Utc>>,
) -> harness::Answer {
    let query = format!(
        "mutation($input: ScheduleChangeInput!) {{ scheduleChange(input: $input) {{ schedule {{ {SCHEDULE} }} userErrors {{ code message path }} }} }}"
    );
    let input = json!({
        "id": change["id"], "expectedRevision": change["revision"], "digest": change["dryRun"]["digest"], "mode": mode,
        "fireAt": text(fire_at), "latestAt": latest_at.map(text),
    });
    client.send(&query, json!({ "input": input })).await
}

async fn armed(client: &Client, change: &Value, mode: &str, fire_at: DateTime<Utc>, latest_at: Option<DateTime<Utc>>) -> Value {
    let answer = schedule(client, change, mode, fire_at, latest_at).await;
    assert_eq!(answer.user_errors("scheduleChange"), Vec::<String>::new(), "{:#}", answer.body);
    assert_eq!(answer.at("/scheduleChange/schedule/state"), "ARMED");
    answer.at("/scheduleChange/schedule").clone()
}

async fn seen(client: &Client, change: &Value) -> Option<Value> {
    let query = format!("query($id: ID!) {{ changeRequest(id: $id) {{ schedule {{ {SCHEDULE} }} }} }}");
    let answer = client.try_send(&query, json!({ "id": change["id"] })).await?;
    Some(answer.at("/changeRequest/schedule").clone())
}

async fn until(client: &Client, change: &Value, states: &[&str]) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let schedule = seen(client, change).await.unwrap_or_default();
        if states.contains(&schedule["state"].as_str().unwrap_or_default()) {
            return schedule;
        }
        assert!(Instant::now() < end, "the schedule stayed {schedule:#}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// The schedule's steps in the change's timeline.
async fn steps(client: &Client, change: &Value) -> Vec<String> {
    let query = "query($id: ID!) { changeRequest(id: $id) { timeline(first: 100) { nodes { ... on ScheduleEvent { from to } } } } }";
    let answer = client.send(query, json!({ "id": change["id"] })).await;
    let nodes = answer.at("/changeRequest/timeline/nodes").as_array().unwrap().clone();
    nodes.iter().filter_map(|node| node["to"].as_str().map(str::to_owned)).collect()
}

async fn status(client: &Client, change: &Value) -> Value {
    let answer = client.send("query($id: ID!) { changeRequest(id: $id) { status } }", json!({ "id": change["id"] })).await;
    answer.at("/changeRequest/status").clone()
}

async fn two_servers_fire_once(database: Database) {
    let stage = Stage::set(database).await;
    let second = Server::start(stage.world.server.options().clone()).await;
    let admin = stage.world.server.client("ADMIN").await;
    let change = stage.ready("Fired once").await;
    armed(&admin, &change, "WITHIN_DRY_RUN", in_ms(1_500), None).await;
    let fired = until(&stage.owner, &change, &["FIRED", "MISSED", "BLOCKED"]).await;
    assert_eq!(fired["state"], "FIRED", "{fired:#}");
    let end = wait_for(&stage.owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    // Time for a second firing, if there were one.
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(stage.writes().await, 1);
    assert_eq!(steps(&stage.owner, &change).await, ["ARMED", "FIRING", "FIRED"]);
    let by = stage
        .owner
        .send("query($id: ID!) { changeRequest(id: $id) { appliedBy { id } } viewer { user { id } } }", json!({ "id": change["id"] }))
        .await;
    assert_ne!(by.at("/changeRequest/appliedBy/id"), by.at("/viewer/user/id"), "applied as the member who armed it");
    let audit = stage.owner.send("{ auditLog(first: 10) { nodes { action } } }", json!({})).await;
    let actions: Vec<&str> = audit.at("/auditLog/nodes").as_array().unwrap().iter().filter_map(|node| node["action"].as_str()).collect();
    for action in ["scheduleChange", "system.fireSchedule", "applyChange"] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
    drop(second);
}

async fn an_outage_over_the_fire_time_is_missed(database: Database) {
    let mut stage = Stage::set(database).await;
    let change = stage.ready("Too late").await;
    armed(&stage.owner, &change, "WITHIN_DRY_RUN", in_ms(1_500), Some(in_ms(2_000))).await;
    let options = stage.world.server.kill().await;
    sleep(Duration::from_millis(2_500)).await;
    stage.world.server = Server::start(options).await;
    let owner = stage.world.server.client("OWNER").await;
    let missed = until(&owner, &change, &["FIRED", "MISSED", "BLOCKED"]).await;
    assert_eq!(missed["state"], "MISSED", "{missed:#}");
    assert_eq!(missed["detail"]["code"], "TOO_LATE");
    assert_eq!(status(&owner, &change).await, "DRY_RUN_COMPLETE", "the change stays as it is");
    assert_eq!(stage.world.cloud.writes(stage.entra).await.len(), 0);
    assert_eq!(steps(&owner, &change).await, ["ARMED", "MISSED"]);
}

async fn a_schedule_revalidates_and_fires(database: Database) {
    let stage = Stage::set(database).await;
    let change = stage.ready("Seen again").await;
    let before = change["dryRun"]["digest"].clone();
    armed(&stage.owner, &change, "REVALIDATE_AT_FIRE", in_ms(1_000), None).await;
    let end = wait_for(&stage.owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    assert_eq!(end["dryRun"]["digest"], before);
    assert_eq!(seen(&stage.owner, &change).await.unwrap()["state"], "FIRED");
    assert_eq!(stage.writes().await, 1);
    assert_eq!(steps(&stage.owner, &change).await, ["ARMED", "FIRING", "FIRED"]);
}

async fn a_portal_edit_blocks_a_schedule_that_revalidates(database: Database) {
    let stage = Stage::set(database).await;
    let change = stage.ready("Somebody else was here").await;
    armed(&stage.owner, &change, "REVALIDATE_AT_FIRE", in_ms(1_000), None).await;
    let graph_id = stage.policy["graphId"].as_str().unwrap();
    stage.world.cloud.portal_edit(stage.entra, graph_id, json!({ "displayName": "Renamed in the portal" })).await;
    let blocked = until(&stage.owner, &change, &["FIRED", "MISSED", "BLOCKED", "REVOKED"]).await;
    // Its own sync finds the edit and voids the dry-run; the schedule still says itself what it found.
    assert_eq!((&blocked["state"], &blocked["detail"]["code"]), (&json!("BLOCKED"), &json!("STALE_REVIEW")), "{blocked:#}");
    assert_eq!(blocked["blockedDiff"][0]["path"], "displayName", "{blocked:#}");
    assert_eq!(stage.writes().await, 0);
    assert_eq!(stage.world.cloud.policy(stage.entra, graph_id).await["displayName"], "Renamed in the portal");
}

async fn killed_while_it_fires(database: Database) {
    let mut stage = Stage::set(database).await;
    let change = stage.ready("Killed while firing").await;
    // The sync that it waits for has to try again, which leaves the time to kill it.
    let trouble = json!({ "method": "GET", "times": 2, "trouble": { "kind": "throttle", "retryAfter": 2 } });
    stage.world.cloud.fault(stage.entra, trouble).await;
    armed(&stage.owner, &change, "REVALIDATE_AT_FIRE", in_ms(800), None).await;
    until(&stage.owner, &change, &["FIRING"]).await;
    let options = stage.world.server.kill().await;
    stage.world.server = Server::start(options).await;
    let owner = stage.world.server.client("OWNER").await;
    let fired = until(&owner, &change, &["FIRED", "MISSED", "BLOCKED"]).await;
    assert_eq!(fired["state"], "FIRED", "{fired:#}");
    let end = wait_for(&owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(end["status"], "APPLIED", "{end:#}");
    assert_eq!(stage.world.cloud.writes(stage.entra).await.len(), 1);
    assert_eq!(steps(&owner, &change).await, ["ARMED", "FIRING", "FIRED"]);
}

async fn what_was_armed_is_revoked_with_its_change(database: Database) {
    let stage = Stage::set(database).await;
    let cancelled = stage.ready("Cancelled").await;
    armed(&stage.owner, &cancelled, "WITHIN_DRY_RUN", in_ms(2_500), None).await;
    step(&stage.owner, "cancelChange", &cancelled).await;
    let revoked = seen(&stage.owner, &cancelled).await.unwrap();
    assert_eq!((&revoked["state"], &revoked["detail"]["code"]), (&json!("REVOKED"), &json!("CHANGE_CANCELLED")), "{revoked:#}");

    let applied = stage.ready("Applied by hand").await;
    armed(&stage.owner, &applied, "WITHIN_DRY_RUN", in_ms(2_500), None).await;
    apply(&stage.owner, "applyChange", &applied).await;
    assert_eq!(seen(&stage.owner, &applied).await.unwrap()["detail"]["code"], "APPLIED_BEFORE");
    wait_for(&stage.owner, applied["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;

    // The same dry-run again leaves the schedule armed: what was reviewed is what stands.
    let again = stage.ready("Dry-run again").await;
    armed(&stage.owner, &again, "WITHIN_DRY_RUN", in_ms(2_500), None).await;
    step(&stage.owner, "runDryRun", &again).await;
    assert_eq!(seen(&stage.owner, &again).await.unwrap()["state"], "ARMED");
    assert_eq!(wait_for(&stage.owner, again["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await["status"], "APPLIED");
    assert_eq!(stage.writes().await, 2);
    assert_eq!(steps(&stage.owner, &cancelled).await, ["ARMED", "REVOKED"]);
}

async fn arming_is_refused_for_what_would_not_fire(database: Database) {
    let stage = Stage::set(database).await;
    let change = stage.ready("Not like this").await;
    let refused = async |mode: &str, fire_at, latest_at| schedule(&stage.owner, &change, mode, fire_at, latest_at).await;
    let hours = |hours: i64| in_ms(hours * 3_600_000);
    for (mode, fire_at, latest_at, code, field) in [
        ("WITHIN_DRY_RUN", in_ms(-1_000), None, "INVALID_INPUT", Some("fireAt")),
        ("REVALIDATE_AT_FIRE", hours(24 * 31), None, "INVALID_INPUT", Some("fireAt")),
        ("WITHIN_DRY_RUN", in_ms(60_000), Some(in_ms(30_000)), "INVALID_INPUT", Some("latestAt")),
        ("WITHIN_DRY_RUN", in_ms(60_000), Some(in_ms(600_000)), "INVALID_INPUT", Some("latestAt")),
        ("REVALIDATE_AT_FIRE", hours(1), Some(hours(26)), "INVALID_INPUT", Some("latestAt")),
        ("WITHIN_DRY_RUN", hours(1), None, "DRY_RUN_EXPIRED", None),
    ] {
        let answer = refused(mode, fire_at, latest_at).await;
        assert_eq!(answer.user_errors("scheduleChange"), [code], "{mode} {fire_at} {:#}", answer.body);
        if let Some(field) = field {
            assert_eq!(answer.at("/scheduleChange/userErrors/0/path"), &json!(["input", field]));
        }
    }
    let mut stale = change.clone();
    stale["dryRun"]["digest"] = json!("0".repeat(64));
    let code = |answer: harness::Answer| answer.user_errors("scheduleChange");
    assert_eq!(code(schedule(&stage.owner, &stale, "WITHIN_DRY_RUN", in_ms(60_000), None).await), ["STALE_REVIEW"]);
    stale = change.clone();
    stale["revision"] = json!(1);
    assert_eq!(code(schedule(&stage.owner, &stale, "WITHIN_DRY_RUN", in_ms(60_000), None).await), ["STALE_REVISION"]);
    for role in ["OPERATOR", "APPROVER", "VIEWER"] {
        let other = stage.world.server.client(role).await;
        assert_eq!(code(schedule(&other, &change, "WITHIN_DRY_RUN", in_ms(60_000), None).await), ["FORBIDDEN"], "{role}");
    }
    armed(&stage.owner, &change, "REVALIDATE_AT_FIRE", hours(24 * 7), None).await;
    assert_eq!(code(schedule(&stage.owner, &change, "WITHIN_DRY_RUN", in_ms(60_000), None).await), ["SCHEDULE_EXISTS"]);
}

async fn rescheduled_and_taken_back(database: Database) {
    let stage = Stage::set(database).await;
    let change = stage.ready("Later").await;
    let first = armed(&stage.owner, &change, "WITHIN_DRY_RUN", in_ms(1_500), None).await;
    let reschedule = async |schedule: &Value, fire_at: DateTime<Utc>| {
        let query = format!(
            "mutation($input: RescheduleChangeInput!) {{ rescheduleChange(input: $input) {{ schedule {{ {SCHEDULE} }} userErrors {{ code message }} }} }}"
        );
        let input = json!({ "scheduleId": schedule["id"], "expectedRevision": schedule["revision"], "fireAt": text(fire_at) });
        stage.owner.send(&query, json!({ "input": input })).await
    };
    let moved = reschedule(&first, in_ms(600_000)).await;
    assert_eq!(moved.user_errors("rescheduleChange"), Vec::<String>::new(), "{:#}", moved.body);
    let moved = moved.at("/rescheduleChange/schedule").clone();
    assert_eq!(reschedule(&first, in_ms(600_000)).await.user_errors("rescheduleChange"), ["STALE_REVISION"]);
    sleep(Duration::from_millis(2_500)).await;
    assert_eq!(seen(&stage.owner, &change).await.unwrap()["state"], "ARMED", "the first instant has passed without a shot");

    let cancel = async |schedule: &Value| {
        let query = format!(
            "mutation($input: CancelScheduleInput!) {{ cancelSchedule(input: $input) {{ schedule {{ {SCHEDULE} }} userErrors {{ code message }} }} }}"
        );
        let input = json!({ "scheduleId": schedule["id"], "expectedRevision": schedule["revision"] });
        stage.owner.send(&query, json!({ "input": input })).await
    };
    let revoked = cancel(&moved).await;
    assert_eq!(revoked.at("/cancelSchedule/schedule/state"), "REVOKED", "{:#}", revoked.body);
    assert_eq!(revoked.at("/cancelSchedule/schedule/change/status"), "DRY_RUN_COMPLETE", "the change is left as it is");
    let revoked = revoked.at("/cancelSchedule/schedule").clone();
    assert_eq!(cancel(&revoked).await.user_errors("cancelSchedule"), ["SCHEDULE_NOT_ARMED"]);
    assert_eq!(reschedule(&revoked, in_ms(60_000)).await.user_errors("rescheduleChange"), ["SCHEDULE_NOT_ARMED"]);
    armed(&stage.owner, &change, "WITHIN_DRY_RUN", in_ms(600_000), None).await;
    assert_eq!(stage.writes().await, 0);
    assert_eq!(steps(&stage.owner, &change).await, ["ARMED", "ARMED", "REVOKED", "ARMED"]);
}

const WINDOW: &str =
    "id name kind revision timeZone startsAt endsAt recurrenceRule activeNow tenants { id } next(first: 2) { startsAt endsAt }";

pub(crate) async fn freeze(client: &Client, input: Value) -> harness::Answer {
    let query = format!(
        "mutation($input: CreateFreezeWindowInput!) {{ createFreezeWindow(input: $input) {{ freezeWindow {{ {WINDOW} }} userErrors {{ code message path }} }} }}"
    );
    client.send(&query, json!({ "input": input })).await
}

pub(crate) fn deny(name: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> Value {
    let local = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    json!({ "kind": "DENY", "name": name, "timeZone": "UTC", "startsAt": local(from), "endsAt": local(to) })
}

pub(crate) async fn delete(client: &Client, window: &Value) {
    let query =
        "mutation($input: DeleteFreezeWindowInput!) { deleteFreezeWindow(input: $input) { deletedId userErrors { code message } } }";
    let answer = client.send(query, json!({ "input": { "id": window["id"], "expectedRevision": window["revision"] } })).await;
    assert_eq!(answer.at("/deleteFreezeWindow/deletedId"), &window["id"], "{:#}", answer.body);
}

async fn frozen_when_arming_when_firing_and_when_applying(database: Database) {
    let stage = Stage::set(database).await;
    let later = freeze(&stage.owner, deny("Later", in_ms(120_000), in_ms(240_000))).await;
    assert_eq!(later.user_errors("createFreezeWindow"), Vec::<String>::new(), "{:#}", later.body);
    let change = stage.ready("Into the freeze").await;
    let refused = schedule(&stage.owner, &change, "WITHIN_DRY_RUN", in_ms(180_000), None).await;
    assert_eq!(refused.user_errors("scheduleChange"), ["FROZEN"], "{:#}", refused.body);
    let message = refused.text("/scheduleChange/userErrors/0/message");
    assert!(message.contains("'Later'"), "{message}");

    armed(&stage.owner, &change, "WITHIN_DRY_RUN", in_ms(1_500), None).await;
    let now = freeze(&stage.owner, deny("Now", in_ms(-60_000), in_ms(3_600_000))).await.at("/createFreezeWindow/freezeWindow").clone();
    let blocked = until(&stage.owner, &change, &["FIRED", "MISSED", "BLOCKED"]).await;
    assert_eq!((&blocked["state"], &blocked["detail"]["code"]), (&json!("BLOCKED"), &json!("FROZEN")), "{blocked:#}");
    assert_eq!(codes(&stage.owner, "applyChange", &change).await, ["FROZEN"]);
    assert_eq!(stage.writes().await, 0);
    delete(&stage.owner, &now).await;
    apply(&stage.owner, "applyChange", &change).await;
    let applied = wait_for(&stage.owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");

    freeze(&stage.owner, deny("Again", in_ms(-60_000), in_ms(3_600_000))).await;
    assert_eq!(codes(&stage.owner, "rollbackChange", &applied).await, ["FROZEN"], "rollbacks go through the same gate");
    assert_eq!(stage.writes().await, 1);
}

async fn freeze_windows_are_edited_and_seen(database: Database) {
    let stage = Stage::set(database).await;
    let night = json!({
        "kind": "ALLOW", "name": "Nights", "timeZone": "Europe/Berlin", "startsAt": "2026-01-01T22:00", "endsAt": "2026-01-02T05:00:00",
        "recurrenceRule": "FREQ=DAILY", "idempotencyKey": "nights",
    });
    let created = freeze(&stage.owner, night.clone()).await;
    assert_eq!(created.user_errors("createFreezeWindow"), Vec::<String>::new(), "{:#}", created.body);
    let window = created.at("/createFreezeWindow/freezeWindow").clone();
    assert_eq!(window["startsAt"], "2026-01-01T22:00:00");
    assert_eq!(window["next"].as_array().unwrap().len(), 2);
    assert_eq!(window["tenants"], Value::Null);
    assert_eq!(freeze(&stage.owner, night).await.at("/createFreezeWindow/freezeWindow/id"), &window["id"], "the same call again");
    let mut bad = deny("Bad", in_ms(0), in_ms(1_000));
    for (field, value, path) in [
        ("timeZone", json!("Europe/Atlantis"), "timeZone"),
        ("recurrenceRule", json!("FREQ=SECONDLY"), "recurrenceRule"),
        ("name", json!("  "), "name"),
        ("tenantIds", json!([]), "tenantIds"),
    ] {
        let good = bad[field].take();
        bad[field] = value;
        let answer = freeze(&stage.owner, bad.clone()).await;
        assert_eq!(answer.user_errors("createFreezeWindow"), ["INVALID_INPUT"], "{field}");
        assert_eq!(answer.at("/createFreezeWindow/userErrors/0/path"), &json!(["input", path]), "{field}");
        bad[field] = good;
    }
    let operator = stage.world.server.client("OPERATOR").await;
    assert_eq!(freeze(&operator, deny("No", in_ms(0), in_ms(1_000))).await.user_errors("createFreezeWindow"), ["FORBIDDEN"]);

    let query = format!(
        "mutation($input: UpdateFreezeWindowInput!) {{ updateFreezeWindow(input: $input) {{ freezeWindow {{ {WINDOW} }} userErrors {{ code message }} }} }}"
    );
    let mut input = deny("Now", in_ms(-60_000), in_ms(3_600_000));
    input["id"] = window["id"].clone();
    input["expectedRevision"] = window["revision"].clone();
    let updated = stage.owner.send(&query, json!({ "input": input })).await;
    assert_eq!(updated.at("/updateFreezeWindow/freezeWindow/activeNow"), true, "{:#}", updated.body);
    assert_eq!(updated.at("/updateFreezeWindow/freezeWindow/recurrenceRule"), &Value::Null);
    assert_eq!(stage.owner.send(&query, json!({ "input": input })).await.user_errors("updateFreezeWindow"), ["STALE_REVISION"]);

    let listed = operator
        .send(
            "{ viewer { workspace { freezeWindows(first: 5) { totalCount nodes { id name activeNow createdBy { displayName } } } } } }",
            json!({}),
        )
        .await;
    assert_eq!(listed.at("/viewer/workspace/freezeWindows/totalCount"), 1);
    assert_eq!(listed.at("/viewer/workspace/freezeWindows/nodes/0/name"), "Now");
    let node =
        operator.send("query($id: ID!) { node(id: $id) { __typename ... on FreezeWindow { name } } }", json!({ "id": window["id"] })).await;
    assert_eq!(node.at("/node/__typename"), "FreezeWindow");
    delete(&stage.owner, updated.at("/updateFreezeWindow/freezeWindow")).await;
    // Between them the tenant's people are read.
    let events =
        stage.owner.send("{ events(last: 50) { nodes { ... on FreezeWindowEvent { kind name subject { id } } } } }", json!({})).await;
    let nodes = events.at("/events/nodes").as_array().unwrap();
    let kinds: Vec<&Value> = nodes.iter().map(|node| &node["kind"]).filter(|kind| !kind.is_null()).collect();
    assert_eq!(kinds, ["CREATED", "UPDATED", "DELETED"]);
}
