//! Approvals: by rules fixed at creation, of persons and not of accounts, for what was reviewed (P15, domain.md section 2).

use harness::world::{CHANGE, World};
use harness::{Answer, Client, Database};
use serde_json::{Value, json};

use crate::story::{apply, codes, create, report_only_policy, step};

on_both_databases!(
    roles_and_persons,
    two_of_three_approve,
    the_rules_decide_what_needs_approval,
    withdrawn_rejected_and_edited,
    an_owner_waives_one_warning,
    every_kind_of_target,
);

/// What these tests want to know of a change, beside what all do.
const REVIEWED: &str = "approvalReasons allowedActions approvals { state quorum given { by { displayName } } } waivers { code reason } \
    emergency { reason reviewedAt comment } outcomeDecision { resolution }";

/// Runs a mutation on a change and returns the whole answer.
pub(crate) async fn mutate(client: &Client, mutation: &str, kind: &str, input: Value) -> Answer {
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ change {{ {CHANGE} {REVIEWED} }} userErrors {{ __typename code message path }} }} }}"
    );
    client.send(&query, json!({ "input": input })).await
}

/// As [`mutate`], where it must be done.
pub(crate) async fn done(client: &Client, mutation: &str, kind: &str, input: Value) -> Value {
    let answer = mutate(client, mutation, kind, input).await;
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    answer.at(&format!("/{mutation}/change")).clone()
}

pub(crate) fn of(change: &Value) -> Value {
    json!({ "id": change["id"], "expectedRevision": change["revision"] })
}

fn verdict(change: &Value, decision: &str, comment: Option<&str>) -> Value {
    json!({ "id": change["id"], "digest": change["dryRun"]["digest"], "decision": decision, "comment": comment })
}

async fn approve(client: &Client, change: &Value) -> Answer {
    mutate(client, "decideApproval", "DecideApprovalInput", verdict(change, "APPROVE", None)).await
}

/// Changes the workspace's settings.
pub(crate) async fn settings(client: &Client, mut input: Value) -> Answer {
    let workspace = client.send("{ viewer { workspace { revision } } }", json!({})).await;
    input["expectedRevision"] = workspace.at("/viewer/workspace/revision").clone();
    let query = "mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { requireApproval \
        approvalRules { criticalPolicy severity wouldBlock enforcing bulkTenants quorum } } userErrors { code message path } } }";
    client.send(query, json!({ "input": input })).await
}

/// An API key of the caller.
async fn key(world: &World, owner: &Client, role: &str) -> Client {
    let input = json!({ "displayName": format!("A machine that is {role}"), "role": role, "expiresAt": "2027-01-31T00:00:00Z" });
    let query = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret userErrors { code message } } }";
    let answer = owner.send(query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("createApiKey"), Vec::<String>::new(), "{:#}", answer.body);
    Client::new(world.server.base(), Some(&answer.text("/createApiKey/secret")))
}

async fn can(client: &Client, action: &str, change: &Value) -> Option<String> {
    let query = "query($action: Action!, $on: ID!) { viewer { can(action: $action, on: $on) { allowed code } } }";
    let answer = client.send(query, json!({ "action": action, "on": change["id"] })).await;
    let decision = answer.at("/viewer/can");
    assert_eq!(decision["allowed"] == true, decision["code"].is_null(), "{decision}");
    decision["code"].as_str().map(str::to_owned)
}

struct People {
    owner: Client,
    admin: Client,
    operator: Client,
    approver: Client,
    viewer: Client,
}

async fn people(world: &World) -> People {
    People {
        owner: world.server.client("OWNER").await,
        admin: world.server.client("ADMIN").await,
        operator: world.server.client("OPERATOR").await,
        approver: world.server.client("APPROVER").await,
        viewer: world.server.client("VIEWER").await,
    }
}

async fn roles_and_persons(database: Database) {
    let world = World::start(database).await;
    let people = people(&world).await;
    let tenant = world.connect(&people.owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &people.owner, &tenant).await;
    settings(&people.owner, json!({ "requireApproval": true })).await;
    let machine = key(&world, &people.owner, "ADMIN").await;

    // The owner creates, the admin asks, everybody tries.
    let change = create(&people.owner, &policy, json!({ "rename": { "displayName": "Reviewed" } })).await;
    let dry = step(&people.owner, "runDryRun", &change).await;
    let waiting = step(&people.admin, "requestApproval", &dry).await;
    for (who, client, refused) in [
        ("the creator", &people.owner, "CANNOT_SELF_APPROVE"),
        ("the creator's machine", &machine, "CANNOT_SELF_APPROVE"),
        ("the requester", &people.admin, "CANNOT_SELF_APPROVE"),
        ("an operator", &people.operator, "FORBIDDEN"),
        ("a viewer", &people.viewer, "FORBIDDEN"),
    ] {
        assert_eq!(approve(client, &waiting).await.user_errors("decideApproval"), [refused], "{who}");
        assert_eq!(can(client, "DECIDE_APPROVAL", &waiting).await.as_deref(), Some(refused), "{who} is told before");
    }
    assert_eq!(can(&people.approver, "DECIDE_APPROVAL", &waiting).await, None);
    let mine = |client: Client| async move {
        client
            .send("{ changeRequests(first: 5, where: { awaitingMe: true }) { totalCount } }", json!({}))
            .await
            .at("/changeRequests/totalCount")
            .clone()
    };
    assert_eq!(mine(people.approver.clone()).await, 1);
    assert_eq!(mine(machine.clone()).await, 0, "nothing waits for another account of the creator");
    let approved = approve(&people.approver, &waiting).await;
    assert_eq!(approved.text("/decideApproval/change/status"), "DRY_RUN_COMPLETE");

    // What a machine made, its owner does not approve.
    let change = create(&machine, &policy, json!({ "rename": { "displayName": "By a machine" } })).await;
    let waiting = step(&machine, "requestApproval", &step(&machine, "runDryRun", &change).await).await;
    assert_eq!(approve(&people.owner, &waiting).await.user_errors("decideApproval"), ["CANNOT_SELF_APPROVE"], "owners included");

    // Who edits takes part, whoever created it.
    let edit =
        json!({ "id": waiting["id"], "expectedRevision": waiting["revision"], "payload": { "rename": { "displayName": "Edited" } } });
    let edited = done(&people.admin, "editChange", "EditChangeInput", edit).await;
    assert_eq!((&edited["status"], &edited["dryRun"]), (&json!("DRAFT"), &Value::Null));
    assert_eq!(edited["approvals"][0]["state"], "VOIDED", "{edited:#}");
    let waiting = step(&machine, "requestApproval", &step(&machine, "runDryRun", &edited).await).await;
    assert_eq!(approve(&people.admin, &waiting).await.user_errors("decideApproval"), ["CANNOT_SELF_APPROVE"], "an editor");
    assert_eq!(approve(&people.approver, &waiting).await.user_errors("decideApproval"), Vec::<String>::new());
}

async fn two_of_three_approve(database: Database) {
    let world = World::start(database).await;
    let people = people(&world).await;
    let tenant = world.connect(&people.owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &people.owner, &tenant).await;
    let too_many = settings(&people.owner, json!({ "requireApproval": true, "approvalRules": { "quorum": 3 } })).await;
    assert_eq!(too_many.user_errors("updateWorkspace"), ["INVALID_INPUT"], "owner, admin and approver could approve, and one of them asks");
    assert_eq!(too_many.at("/updateWorkspace/userErrors/0/path"), &json!(["input", "approvalRules", "quorum"]));
    let set = settings(&people.owner, json!({ "requireApproval": true, "approvalRules": { "quorum": 2 } })).await;
    assert_eq!(set.at("/updateWorkspace/workspace/approvalRules/quorum"), 2, "{:#}", set.body);

    let change = create(&people.owner, &policy, json!({ "rename": { "displayName": "By two of three" } })).await;
    let waiting = step(&people.owner, "requestApproval", &step(&people.owner, "runDryRun", &change).await).await;
    let first = approve(&people.admin, &waiting).await.at("/decideApproval/change").clone();
    assert_eq!((&first["status"], &first["approvals"][0]["state"]), (&json!("AWAITING_APPROVAL"), &json!("PENDING")), "{first:#}");
    assert_eq!(first["approvals"][0]["given"].as_array().unwrap().len(), 1);
    assert_eq!(approve(&people.admin, &first).await.user_errors("decideApproval"), ["ALREADY_APPROVED"]);
    assert_eq!(can(&people.admin, "DECIDE_APPROVAL", &first).await.as_deref(), Some("ALREADY_APPROVED"));
    assert_eq!(codes(&people.owner, "applyChange", &first).await, ["NOT_APPROVED"]);
    let both = approve(&people.approver, &first).await.at("/decideApproval/change").clone();
    assert_eq!((&both["status"], &both["approvals"][0]["state"]), (&json!("DRY_RUN_COMPLETE"), &json!("APPROVED")), "{both:#}");

    // One of the two may not approve any more: the gate looks again. Another one makes sure that enough are left to ask.
    let approver = membership(&people.owner, "APPROVER").await;
    let spare = json!({ "subject": "another-approver", "displayName": "Another approver", "role": "APPROVER" });
    let query = "mutation($input: AddMemberInput!) { addMember(input: $input) { userErrors { code message } } }";
    let added = people.owner.send(query, json!({ "input": spare })).await;
    assert_eq!(added.user_errors("addMember"), Vec::<String>::new(), "{:#}", added.body);
    role(&people.owner, &approver, "VIEWER").await;
    assert_eq!(codes(&people.owner, "applyChange", &both).await, ["NOT_APPROVED"]);
    role(&people.owner, &approver, "APPROVER").await;
    apply(&people.owner, "applyChange", &both).await;
    let applied = world.wait_for(&people.owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");
}

async fn membership(owner: &Client, role: &str) -> Value {
    let answer = owner.send("{ viewer { workspace { members(first: 25) { nodes { id role } } } } }", json!({})).await;
    let members = answer.at("/viewer/workspace/members/nodes").as_array().unwrap().clone();
    members.into_iter().find(|member| member["role"] == role).unwrap()
}

async fn role(owner: &Client, member: &Value, role: &str) {
    let query = "mutation($input: UpdateMemberInput!) { updateMember(input: $input) { userErrors { code message } } }";
    let answer = owner.send(query, json!({ "input": { "id": member["id"], "role": role } })).await;
    assert_eq!(answer.user_errors("updateMember"), Vec::<String>::new(), "{:#}", answer.body);
}

async fn the_rules_decide_what_needs_approval(database: Database) {
    let world = World::start(database).await;
    let people = people(&world).await;
    let owner = &people.owner;
    let tenant = world.connect(owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, owner, &tenant).await;
    let set = settings(owner, json!({ "approvalRules": { "criticalPolicy": true, "severity": "CRITICAL" } })).await;
    assert_eq!(set.at("/updateWorkspace/workspace/approvalRules/criticalPolicy"), true, "{:#}", set.body);
    let rename = |name: &str| json!({ "rename": { "displayName": name } });
    let free = step(owner, "runDryRun", &create(owner, &policy, rename("Free")).await).await;
    assert_eq!(free["requiresApproval"], false);

    mark_critical(owner, &policy).await;
    let change = create(owner, &policy, rename("Needs approval")).await;
    assert_eq!(change["requiresApproval"], false, "no rule can be asked before the dry-run");
    let dry = done(owner, "runDryRun", "ChangeRef", of(&change)).await;
    assert_eq!((&dry["requiresApproval"], &dry["approvalReasons"]), (&json!(true), &json!(["CRITICAL_POLICY"])), "{dry:#}");
    assert_eq!(codes(owner, "applyChange", &dry).await, ["NOT_APPROVED"]);

    // The rules of a change are those of its creation: a workspace that changes its mind neither releases nor traps it.
    settings(owner, json!({ "approvalRules": { "criticalPolicy": false, "severity": null } })).await;
    let again = done(owner, "runDryRun", "ChangeRef", of(&dry)).await;
    assert_eq!(again["requiresApproval"], true);
    settings(owner, json!({ "requireApproval": true })).await;
    let free = done(owner, "runDryRun", "ChangeRef", of(&step(owner, "runDryRun", &free).await)).await;
    assert_eq!(free["approvalReasons"], json!(["CRITICAL_POLICY"]), "its own rules, asked about the policy as it is now: {free:#}");
    let later = done(owner, "runDryRun", "ChangeRef", of(&create(owner, &policy, rename("Later")).await)).await;
    assert_eq!(later["approvalReasons"], json!(["ALWAYS"]));
}

pub(crate) async fn mark_critical(owner: &Client, policy: &Value) {
    let seen = owner.send("query($id: ID!) { policy(id: $id) { revision } }", json!({ "id": policy["id"] })).await;
    let query = "mutation($input: UpdatePolicyMetadataInput!) { updatePolicyMetadata(input: $input) { userErrors { code message } } }";
    let input = json!({ "id": policy["id"], "criticality": "CRITICAL", "expectedRevision": seen.at("/policy/revision") });
    let answer = owner.send(query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors("updatePolicyMetadata"), Vec::<String>::new(), "{:#}", answer.body);
}

async fn withdrawn_rejected_and_edited(database: Database) {
    let world = World::start(database).await;
    let people = people(&world).await;
    let tenant = world.connect(&people.owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &people.owner, &tenant).await;
    settings(&people.owner, json!({ "requireApproval": true })).await;

    let change = create(&people.owner, &policy, json!({ "rename": { "displayName": "Back and forth" } })).await;
    let waiting = step(&people.admin, "requestApproval", &step(&people.owner, "runDryRun", &change).await).await;
    let withdraw = |client: Client, change: Value| async move { mutate(&client, "withdrawApproval", "ChangeRef", of(&change)).await };
    assert_eq!(withdraw(people.approver.clone(), waiting.clone()).await.user_errors("withdrawApproval"), ["FORBIDDEN"]);
    assert_eq!(withdraw(people.operator.clone(), waiting.clone()).await.user_errors("withdrawApproval"), ["FORBIDDEN"], "not its own");
    let back = done(&people.owner, "withdrawApproval", "ChangeRef", of(&waiting)).await;
    assert_eq!((&back["status"], &back["approvals"][0]["state"]), (&json!("DRY_RUN_COMPLETE"), &json!("WITHDRAWN")), "{back:#}");
    assert_eq!(withdraw(people.owner.clone(), back.clone()).await.user_errors("withdrawApproval"), ["ILLEGAL_TRANSITION"]);

    let waiting = step(&people.owner, "requestApproval", &back).await;
    let silent = mutate(&people.approver, "decideApproval", "DecideApprovalInput", verdict(&waiting, "REJECT", None)).await;
    assert_eq!(silent.user_errors("decideApproval"), ["INVALID_INPUT"], "a refusal says why");
    // Two at once: one ends the review, the other finds it ended.
    let (a, b) = tokio::join!(
        mutate(&people.approver, "decideApproval", "DecideApprovalInput", verdict(&waiting, "REJECT", Some("not this week"))),
        withdraw(people.owner.clone(), waiting.clone()),
    );
    let mut won = [a.user_errors("decideApproval"), b.user_errors("withdrawApproval")];
    won.sort();
    assert!(won[0].is_empty(), "{won:?}");
    assert!(["STALE_REVISION", "ILLEGAL_TRANSITION"].contains(&won[1][0].as_str()), "{won:?}");

    let own = create(&people.operator, &policy, json!({ "rename": { "displayName": "An operator's" } })).await;
    let waiting = step(&people.operator, "requestApproval", &step(&people.operator, "runDryRun", &own).await).await;
    let back = done(&people.operator, "withdrawApproval", "ChangeRef", of(&waiting)).await;
    let other_kind = json!({ "id": back["id"], "expectedRevision": back["revision"], "payload": { "stateChange": { "to": "DISABLED" } } });
    let refused = mutate(&people.operator, "editChange", "EditChangeInput", other_kind).await;
    assert_eq!(refused.user_errors("editChange"), ["NOT_EDITABLE"]);
    let rejected = step(&people.operator, "requestApproval", &back).await;
    let rejected = done(&people.approver, "decideApproval", "DecideApprovalInput", verdict(&rejected, "REJECT", Some("no"))).await;
    assert_eq!((&rejected["status"], &rejected["closeReason"]), (&json!("CANCELLED"), &json!("REJECTED")));
}

async fn an_owner_waives_one_warning(database: Database) {
    let world = World::start(database).await;
    let people = people(&world).await;
    let owner = &people.owner;
    let tenant = world.connect(owner, &world.sim_tenant()).await;
    let policy = enabled_policy(&world, owner, &tenant).await;
    mark_critical(owner, &policy).await;
    let change = create(owner, &policy, json!({ "stateChange": { "to": "DISABLED" } })).await;
    let blocked = step(owner, "runDryRun", &change).await;
    assert_eq!(blocked["status"], "DRY_RUN_BLOCKED", "{blocked:#}");
    assert_eq!(codes(owner, "applyChange", &blocked).await, ["CRITICAL_WARNING"]);
    let waive =
        |code: &str, reason: &str| json!({ "id": blocked["id"], "expectedRevision": blocked["revision"], "code": code, "reason": reason });
    for (client, input, refused) in [
        (&people.admin, waive("CRITICAL_POLICY_DISABLE", "planned"), "FORBIDDEN"),
        (owner, waive("CRITICAL_POLICY_DISABLE", "  "), "INVALID_INPUT"),
        (owner, waive("POLICY_NOT_FOUND", "planned"), "NOT_WAIVABLE"),
        (owner, waive("LICENSE_MISSING_P1", "planned"), "NOT_WAIVABLE"),
    ] {
        assert_eq!(mutate(client, "waiveWarning", "WaiveWarningInput", input).await.user_errors("waiveWarning"), [refused]);
    }
    let waived = done(owner, "waiveWarning", "WaiveWarningInput", waive("CRITICAL_POLICY_DISABLE", "planned maintenance")).await;
    assert_eq!(waived["status"], "DRY_RUN_COMPLETE", "{waived:#}");
    assert_ne!(waived["dryRun"]["digest"], blocked["dryRun"]["digest"], "the waiver is part of what is reviewed");
    assert_eq!(waived["waivers"], json!([{ "code": "CRITICAL_POLICY_DISABLE", "reason": "planned maintenance" }]));
    apply(owner, "applyChange", &waived).await;
    let applied = world.wait_for(owner, change["id"].as_str().unwrap(), &["APPLIED", "FAILED"]).await;
    assert_eq!(applied["status"], "APPLIED", "{applied:#}");
}

/// A policy that is enforced and can be switched off without any other critical warning: the tenant has none until somebody turns one on.
pub(crate) async fn enabled_policy(world: &World, client: &Client, tenant: &str) -> Value {
    let policy = report_only_policy(world, client, tenant).await;
    let graph_id = policy["graphId"].as_str().unwrap();
    world.cloud.portal_edit(world.sim_tenant().tenant_id, graph_id, json!({ "state": "enabled" })).await;
    crate::outcome::resync(client, tenant).await;
    world.policies(client, tenant).await.into_iter().find(|seen| seen["id"] == policy["id"] && seen["state"] == "ENABLED").unwrap()
}

async fn every_kind_of_target(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let tenant = world.connect(&owner, &world.sim_tenant()).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let location = json!({ "locationCreate": { "displayName": "Branch", "location": { "ip": { "ipRanges": ["203.0.113.0/24"] } } } });
    let rename = json!({ "rename": { "displayName": "Named" } });
    let delete = |name: &Value| json!({ "delete": { "confirmDisplayName": name } });
    let refused = [
        ("a policy's kind without a policy", json!({ "tenantId": tenant, "payload": rename }), "policyId"),
        ("a location's kind without a tenant", json!({ "payload": location }), "tenantId"),
        ("a location's kind with a policy", json!({ "tenantId": tenant, "policyId": policy["id"], "payload": location }), "policyId"),
        ("a restore of what is there", json!({ "policyId": policy["id"], "payload": { "restore": {} } }), "policyId"),
        ("a deletion with another name", json!({ "policyId": policy["id"], "payload": delete(&json!("Another")) }), "payload"),
    ];
    for (what, input, path) in refused {
        let answer = mutate(&owner, "createChange", "CreateChangeInput", input).await;
        assert_eq!(answer.user_errors("createChange"), ["INVALID_INPUT"], "{what}: {:#}", answer.body);
        assert_eq!(answer.at("/createChange/userErrors/0/path/1"), path, "{what}");
    }
    done(&owner, "createChange", "CreateChangeInput", json!({ "tenantId": tenant, "payload": location })).await;
    let input = json!({ "tenantId": tenant, "policyId": policy["id"], "payload": delete(&policy["displayName"]) });
    done(&owner, "createChange", "CreateChangeInput", input).await;
}
