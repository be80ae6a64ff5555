//! Every role against every mutation, through HTTP: what `tests/roles.md` promises is what the server does (security-checklist D3).

use domain::access::{Operation, allowed};
use domain::workspace::Role;
use harness::Database;
use harness::world::World;
use serde_json::{Value, json};

use crate::story::{create, report_only_policy};

on_both_databases!(every_role_may_do_what_the_table_says);

async fn every_role_may_do_what_the_table_says(database: Database) {
    let world = World::start(database).await;
    let owner = world.server.client("OWNER").await;
    let app = world.sim_tenant();
    let tenant = world.connect(&owner, &app).await;
    let policy = report_only_policy(&world, &owner, &tenant).await;
    let change = create(&owner, &policy, json!({ "rename": { "displayName": "For the table" } })).await;
    let mut clients = Vec::new();
    for role in Role::ALL {
        clients.push((*role, world.server.client(role.as_str()).await));
    }
    // Revision 0 is never current, so that a role that may is answered with a conflict and nothing happens.
    let change_ref = json!({ "id": change["id"], "expectedRevision": 0 });
    let apply = json!({ "id": change["id"], "expectedRevision": 0, "digest": "0" });
    let mut tried = Vec::new();
    for operation in Operation::ALL.iter().copied() {
        let (kind, input): (&str, Value) = match operation {
            Operation::ConnectTenant => (
                "ConnectTenantInput",
                json!({ "entraTenantId": app.tenant_id, "clientId": app.apps[0].client_id, "clientSecret": app.apps[0].secret }),
            ),
            Operation::ResyncTenant => ("ResyncTenantInput", json!({ "id": tenant })),
            Operation::UpdatePolicyMetadata => {
                ("UpdatePolicyMetadataInput", json!({ "id": policy["id"], "expectedRevision": 0, "code": "CA001" }))
            }
            Operation::SetEmergencyAccess => ("SetEmergencyAccessInput", json!({ "id": tenant, "objectIds": [], "expectedRevision": 0 })),
            Operation::CreateChange => {
                ("CreateChangeInput", json!({ "policyId": policy["id"], "payload": { "rename": { "displayName": "" } } }))
            }
            Operation::RunDryRun | Operation::RequestApproval | Operation::CancelChange => ("ChangeRef", change_ref.clone()),
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
            // Reads, and what needs objects of its own: tried where those are tested.
            _ => continue,
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
