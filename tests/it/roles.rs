//! Every role against every mutation, through HTTP: what `tests/roles.md` promises is what the server does (security-checklist D3).

use domain::access::{Operation, allowed};
use domain::workspace::Role;
use harness::world::World;
use harness::{Client, Database};
use serde_json::{Value, json};

use crate::drift::{drift, resync};
use crate::members::days;
use crate::story::{create, report_only_policy, step};

on_both_databases!(every_role_may_do_what_the_table_says);

async fn every_role_may_do_what_the_table_says(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let app = world.sim_tenant();
    let tenant = world.connect(&owner, &app).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "For the table" } })).await;
    let objects = Objects::make(&world, &owner, &tenant, &policy).await;
    let mut clients = Vec::new();
    for role in Role::ALL {
        clients.push((*role, world.server.client(role.as_str()).await));
    }
    // Revision 0 is never current, so that a role that may is answered with a conflict and nothing happens.
    let change_ref = json!({ "id": change["id"], "expectedRevision": 0 });
    let apply = json!({ "id": change["id"], "expectedRevision": 0, "digest": "0" });
    let bulk_ref = json!({ "id": objects.bulk, "expectedRevision": 0 });
    let mut tried = Vec::new();
    for operation in Operation::ALL.iter().copied() {
        let (kind, input): (&str, Value) = match operation {
            Operation::ConnectTenant => (
                "ConnectTenantInput",
                json!({ "entraTenantId": app.tenant_id, "clientId": app.apps[0].client_id, "clientSecret": app.apps[0].secret }),
            ),
            Operation::ResyncTenant => ("ResyncTenantInput", json!({ "id": tenant })),
            Operation::ReadSignIns => ("ReadSignInsInput", json!({ "id": tenant })),
            Operation::UpdatePolicyMetadata => {
                ("UpdatePolicyMetadataInput", json!({ "id": policy["id"], "expectedRevision": 0, "code": "CA001" }))
            }
            Operation::SetEmergencyAccess => ("SetEmergencyAccessInput", json!({ "id": tenant, "objectIds": [], "expectedRevision": 0 })),
            Operation::SetTenantAliases => ("SetTenantAliasesInput", json!({ "id": tenant, "aliases": [], "expectedRevision": 0 })),
            Operation::CreateChange => {
                ("CreateChangeInput", json!({ "policyId": policy["id"], "payload": { "rename": { "displayName": "" } } }))
            }
            Operation::RunDryRun | Operation::RequestApproval | Operation::CancelChange => ("ChangeRef", change_ref.clone()),
            Operation::RefreshImpact => ("RefreshImpactInput", json!({})),
            Operation::DecideApproval => ("DecideApprovalInput", json!({ "id": change["id"], "decision": "APPROVE", "digest": "0" })),
            Operation::ApplyChange | Operation::RollbackChange => ("ApplyInput", apply.clone()),
            Operation::UpdateWorkspace => ("UpdateWorkspaceInput", json!({ "expectedRevision": 0 })),
            Operation::EditChange => (
                "EditChangeInput",
                json!({ "id": change["id"], "expectedRevision": 0, "payload": { "rename": { "displayName": "Edited" } } }),
            ),
            Operation::WithdrawApproval => ("ChangeRef", change_ref.clone()),
            Operation::WaiveWarning => (
                "WaiveWarningInput",
                json!({ "id": change["id"], "expectedRevision": 0, "code": "CRITICAL_POLICY_DISABLE", "reason": "for the table" }),
            ),
            Operation::LoosenInEmergency => {
                ("LoosenInEmergencyInput", json!({ "policyId": policy["id"], "to": "DISABLED", "reason": "for the table" }))
            }
            Operation::ReviewEmergency => ("ReviewEmergencyInput", json!({ "id": change["id"], "comment": "for the table" })),
            Operation::ResolveOutcome => (
                "ResolveOutcomeInput",
                json!({ "id": change["id"], "expectedRevision": 0, "resolution": "DECLARE_NOT_APPLIED", "reason": "for the table" }),
            ),
            Operation::StopChange => ("StopChangeInput", json!({ "id": change["id"] })),
            Operation::ScheduleChange => (
                "ScheduleChangeInput",
                json!({ "id": change["id"], "expectedRevision": 0, "digest": "0", "mode": "REVALIDATE_AT_FIRE", "fireAt": days(1) }),
            ),
            Operation::RescheduleChange => {
                ("RescheduleChangeInput", json!({ "scheduleId": objects.schedule, "expectedRevision": 0, "fireAt": days(2) }))
            }
            Operation::CancelSchedule => ("CancelScheduleInput", json!({ "scheduleId": objects.schedule, "expectedRevision": 0 })),
            Operation::CreateFreezeWindow => ("CreateFreezeWindowInput", freeze_window("")),
            Operation::UpdateFreezeWindow => {
                let mut input = freeze_window("Nights");
                input["id"] = json!(objects.freeze_window);
                input["expectedRevision"] = json!(0);
                ("UpdateFreezeWindowInput", input)
            }
            Operation::DeleteFreezeWindow => ("DeleteFreezeWindowInput", json!({ "id": objects.freeze_window, "expectedRevision": 0 })),
            Operation::AcceptDrift => {
                ("AcceptDriftInput", json!({ "id": objects.drift, "reason": "for the table", "until": days(2), "expectedRevision": 0 }))
            }
            Operation::RevertDrift => ("RevertDriftInput", json!({ "id": objects.drift, "expectedRevision": 0 })),
            Operation::CreateBaseline => ("CreateBaselineInput", json!({ "name": "" })),
            Operation::ImportBaseline => ("ImportBaselineInput", json!({ "baselineId": objects.baseline, "files": [] })),
            Operation::DeleteBaselinePolicy => ("DeleteBaselinePolicyInput", json!({ "id": objects.baseline_policy })),
            Operation::AssignBaseline => {
                ("AssignBaselineInput", json!({ "tenantId": tenant, "baselineId": objects.baseline, "expectedRevision": 0 }))
            }
            // Without a tenant it is refused to those who may.
            Operation::CreateBulkChange => ("CreateBulkChangeInput", json!({ "payload": { "rename": { "displayName": "" } } })),
            Operation::RunBulkDryRun
            | Operation::RequestBulkApproval
            | Operation::WithdrawBulkApproval
            | Operation::CancelBulkChange
            | Operation::RetryFailed
            | Operation::RevokeBulkSchedule => ("BulkChangeRef", bulk_ref.clone()),
            Operation::RunBulkImpact | Operation::StopBulkChange => ("BulkChangeIdInput", json!({ "id": objects.bulk })),
            Operation::DecideBulkApproval => {
                ("DecideBulkApprovalInput", json!({ "id": objects.bulk, "decision": "APPROVE", "digest": "0" }))
            }
            Operation::ApplyBulkChange | Operation::RollbackBulk => {
                ("ApplyBulkChangeInput", json!({ "id": objects.bulk, "expectedRevision": 0, "digest": "0" }))
            }
            Operation::ExcludeTenant => {
                ("ExcludeTenantInput", json!({ "id": objects.bulk, "tenantId": tenant, "reason": "for the table", "expectedRevision": 0 }))
            }
            Operation::IncludeTenant => ("IncludeTenantInput", json!({ "id": objects.bulk, "tenantId": tenant, "expectedRevision": 0 })),
            Operation::ScheduleBulkChange => (
                "ScheduleBulkChangeInput",
                json!({ "id": objects.bulk, "expectedRevision": 0, "digest": "0", "mode": "REVALIDATE_AT_FIRE", "fireAt": days(1) }),
            ),
            // Without a tenant it is refused to those who may.
            Operation::CreateBulkRollout => ("CreateBulkRolloutInput", json!({ "target": { "displayName": "None" } })),
            Operation::PlanBulkRollout | Operation::AdvanceBulkRollout => {
                ("BulkRolloutRef", json!({ "id": objects.bulk_rollout, "expectedRevision": 0 }))
            }
            Operation::RequestBulkRolloutApproval => {
                ("RequestBulkRolloutApprovalInput", json!({ "id": objects.bulk_rollout, "digest": "0" }))
            }
            Operation::DecideBulkRolloutApproval => {
                ("DecideBulkRolloutApprovalInput", json!({ "id": objects.bulk_rollout, "decision": "APPROVE", "digest": "0" }))
            }
            Operation::StartBulkRollout => {
                ("StartBulkRolloutInput", json!({ "id": objects.bulk_rollout, "digest": "0", "expectedRevision": 0 }))
            }
            Operation::ResumeBulkRollout => {
                ("ReasonedBulkRolloutInput", json!({ "id": objects.bulk_rollout, "expectedRevision": 0, "reason": "for the table" }))
            }
            Operation::PauseBulkRollout | Operation::CancelBulkRollout | Operation::RollBackBulkRollout => {
                ("StopBulkRolloutInput", json!({ "id": objects.bulk_rollout, "reason": "for the table" }))
            }
            Operation::ExcludeBulkRolloutTenant => (
                "ExcludeBulkRolloutTenantInput",
                json!({ "id": objects.bulk_rollout, "tenantId": tenant, "reason": "for the table", "expectedRevision": 0 }),
            ),
            Operation::CreateRollout => ("CreateRolloutInput", json!({ "policyId": policy["id"], "phases": [] })),
            Operation::EditRollout => ("EditRolloutInput", json!({ "id": objects.rollout, "expectedRevision": 0 })),
            Operation::RequestRolloutApproval => ("RequestRolloutApprovalInput", json!({ "id": objects.rollout, "digest": "0" })),
            Operation::DecideRolloutApproval => {
                ("DecideRolloutApprovalInput", json!({ "id": objects.rollout, "decision": "APPROVE", "digest": "0" }))
            }
            Operation::StartRollout => ("StartRolloutInput", json!({ "id": objects.rollout, "expectedRevision": 0 })),
            Operation::AdvanceRollout | Operation::CompleteRollout => {
                ("ForwardRolloutInput", json!({ "id": objects.rollout, "expectedRevision": 0 }))
            }
            Operation::ResumeRollout | Operation::RevertRolloutPhase => {
                ("ReasonedRolloutInput", json!({ "id": objects.rollout, "expectedRevision": 0, "reason": "for the table" }))
            }
            // These are taken whatever the revision is: the last of them end it, and the others find it ended.
            Operation::PauseRollout => ("PauseRolloutInput", json!({ "id": objects.rollout, "reason": "for the table" })),
            Operation::CancelRollout | Operation::RollBackRollout => {
                ("StopRolloutInput", json!({ "id": objects.rollout, "reason": "for the table" }))
            }
            // Revision 0 is current where nobody set the agent.
            Operation::SetAgentSettings => {
                ("SetAgentSettingsInput", json!({ "tenantId": tenant, "settings": { "enabled": false }, "expectedRevision": 99 }))
            }
            Operation::RunAgent => ("RunAgentInput", json!({ "tenantId": tenant })),
            Operation::ReplayAgentRun => ("ReplayAgentRunInput", json!({ "id": objects.agent_run })),
            Operation::ReviewSuggestion => ("ReviewSuggestionInput", json!({ "id": objects.suggestion, "expectedRevision": 0 })),
            Operation::AcceptSuggestion => ("AcceptSuggestionInput", json!({ "id": objects.suggestion, "expectedRevision": 0 })),
            Operation::DismissSuggestion => {
                ("DismissSuggestionInput", json!({ "id": objects.suggestion, "expectedRevision": 0, "reason": "for the table" }))
            }
            Operation::SnoozeSuggestion => ("SnoozeSuggestionInput", json!({ "id": objects.suggestion, "expectedRevision": 0 })),
            Operation::AddMember => ("AddMemberInput", json!({ "subject": "", "displayName": "", "role": "VIEWER" })),
            Operation::UpdateMember => {
                ("UpdateMemberInput", json!({ "id": objects.member, "expectedRevision": 0, "displayName": "Other" }))
            }
            Operation::RemoveMember => ("RemoveMemberInput", json!({ "id": objects.member })),
            Operation::CreateApiKey => ("CreateApiKeyInput", json!({ "displayName": "", "role": "VIEWER", "expiresAt": days(1) })),
            Operation::RevokeApiKey => ("RevokeApiKeyInput", json!({ "id": objects.api_key })),
            Operation::CreateWebhook => ("CreateWebhookInput", json!({ "displayName": "", "url": "" })),
            Operation::UpdateWebhook => ("UpdateWebhookInput", json!({ "id": objects.webhook, "expectedRevision": 0 })),
            Operation::DeleteWebhook => ("DeleteWebhookInput", json!({ "id": objects.webhook, "expectedRevision": 0 })),
            Operation::RotateWebhookSecret => ("RotateWebhookSecretInput", json!({ "id": objects.webhook, "expectedRevision": 0 })),
            Operation::ReplayWebhook => ("ReplayWebhookInput", json!({ "id": objects.webhook, "expectedRevision": 0 })),
            // Nobody listens there: who may is told so, in the answer's own fields.
            Operation::TestWebhook => ("TestWebhookInput", json!({ "id": objects.webhook })),
            // No mutations: every role reads, and the audit's verification and what-if have tests of their own.
            Operation::Read | Operation::VerifyAuditLog | Operation::WhatIf => continue,
        };
        tried.push(operation);
        let query = format!("mutation($input: {kind}!) {{ {operation}(input: $input) {{ userErrors {{ code }} }} }}");
        for (role, client) in &clients {
            let codes = client.send(&query, json!({ "input": input })).await.user_errors(operation.as_str());
            let forbidden = codes == ["FORBIDDEN"];
            assert_eq!(forbidden, !allowed(*role, operation), "{role} {operation}: {codes:?}");
        }
    }
    // Every refusal left an entry (D32).
    for operation in tried {
        let refused = Role::ALL.iter().filter(|role| !allowed(**role, operation)).count();
        let query = "query($actions: [String!]) { auditLog(first: 100, where: { actions: $actions }) { nodes { outcome detail } } }";
        let audit = owner.send(query, json!({ "actions": [operation.as_str()] })).await;
        let entries = audit.at("/auditLog/nodes").as_array().unwrap().clone();
        let forbidden = entries.iter().filter(|entry| entry["outcome"] == "REFUSED" && entry["detail"]["code"] == "FORBIDDEN").count();
        assert_eq!(forbidden, refused, "one audit entry for every refusal of {operation}");
    }
}

/// One object of each kind that a mutation names.
struct Objects {
    schedule: String,
    freeze_window: String,
    drift: String,
    baseline: String,
    baseline_policy: String,
    member: String,
    api_key: String,
    webhook: String,
    bulk: String,
    rollout: String,
    bulk_rollout: String,
    agent_run: String,
    suggestion: String,
}

impl Objects {
    async fn make(world: &World, owner: &Client, tenant: &str, policy: &Value) -> Self {
        let change = create(owner, policy, json!({ "rename": { "displayName": "Tomorrow" } })).await;
        let ready = step(owner, "runDryRun", &change).await;
        let input = json!({
            "id": ready["id"], "expectedRevision": ready["revision"], "digest": ready["dryRun"]["digest"],
            "mode": "REVALIDATE_AT_FIRE", "fireAt": days(1),
        });
        let schedule = made(owner, "scheduleChange", "ScheduleChangeInput", "schedule { id }", input).await.text("/schedule/id");
        let window = made(owner, "createFreezeWindow", "CreateFreezeWindowInput", "freezeWindow { id }", freeze_window("Nights")).await;
        let baseline = made(owner, "createBaseline", "CreateBaselineInput", "baseline { id }", json!({ "name": "Ours" })).await;
        let baseline = baseline.text("/baseline/id");
        let document = json!({
            "displayName": "BL001: MFA", "state": "enabled", "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
            "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] },
        });
        let files = json!({ "baselineId": baseline, "files": [{ "path": "a.json", "content": document.to_string() }] });
        let imported = made(owner, "importBaseline", "ImportBaselineInput", "imported { id }", files).await;
        let member = json!({ "issuer": "https://issuer.example", "subject": "somebody", "displayName": "Somebody", "role": "VIEWER" });
        let member = made(owner, "addMember", "AddMemberInput", "member { id }", member).await;
        let key = json!({ "displayName": "Pipeline", "role": "VIEWER", "expiresAt": days(1) });
        let key = made(owner, "createApiKey", "CreateApiKeyInput", "apiKey { id }", key).await;
        let webhook = json!({ "displayName": "Relay", "url": "http://127.0.0.1:1/" });
        let webhook = made(owner, "createWebhook", "CreateWebhookInput", "webhook { id }", webhook).await;
        // Of another policy: an edit of this one would void the schedule.
        let other = world.policies(owner, tenant).await.into_iter().find(|other| other["id"] != policy["id"]).unwrap();
        let graph_id = other["graphId"].as_str().unwrap();
        world.cloud.portal_edit(world.sim_tenant().tenant_id, graph_id, json!({ "displayName": "Edited" })).await;
        resync(owner, tenant).await;
        let bulk = json!({ "tenantIds": [tenant], "target": { "displayName": "None" }, "payload": { "rename": { "displayName": "All" } } });
        let bulk = made(owner, "createBulkChange", "CreateBulkChangeInput", "bulkChange { id }", bulk).await;
        let many = json!({ "tenantIds": [tenant], "target": { "displayName": "None" } });
        let bulk_rollout = made(owner, "createBulkRollout", "CreateBulkRolloutInput", "bulkRollout { id }", many).await;
        let rollout = crate::rollout::planned(world, owner, tenant).await;
        let run = crate::agent::run(owner, tenant).await;
        let suggestions = crate::agent::suggestions(owner, tenant).await;
        Objects {
            agent_run: run["id"].as_str().unwrap().to_owned(),
            suggestion: suggestions[0]["id"].as_str().unwrap().to_owned(),
            rollout,
            bulk_rollout: bulk_rollout.text("/bulkRollout/id"),
            bulk: bulk.text("/bulkChange/id"),
            schedule,
            freeze_window: window.text("/freezeWindow/id"),
            drift: drift(owner, tenant).await[0]["id"].as_str().unwrap().to_owned(),
            baseline,
            baseline_policy: imported.text("/imported/0/id"),
            member: member.text("/member/id"),
            api_key: key.text("/apiKey/id"),
            webhook: webhook.text("/webhook/id"),
        }
    }
}

/// What a mutation answered.
struct Made(Value);

impl Made {
    fn text(&self, pointer: &str) -> String {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {:#}", self.0)).to_owned()
    }
}

async fn made(client: &Client, mutation: &str, kind: &str, fields: &str, input: Value) -> Made {
    let query = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {fields} userErrors {{ code message }} }} }}");
    let answer = client.send(&query, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{:#}", answer.body);
    Made(answer.at(&format!("/{mutation}")).clone())
}

/// One that never stops anything in this test; without a name it is refused.
fn freeze_window(name: &str) -> Value {
    json!({ "kind": "DENY", "name": name, "timeZone": "UTC", "startsAt": "2020-01-01T22:00:00", "endsAt": "2020-01-01T23:00:00" })
}
