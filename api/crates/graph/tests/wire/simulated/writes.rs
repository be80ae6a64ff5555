//! Writes, held against the ledger.

use super::*;

#[tokio::test]
async fn a_policys_whole_life() {
    let cloud = Cloudlet::start().await;
    let graph = cloud.graph(true);
    let created = graph.create_policy(&call(), &new_policy("Life"), MARK).await.unwrap();
    let id = created.id;
    assert_eq!(id, id_of(&created.body));
    let receipt = graph.patch_policy(&call(), id, &json!({"state": "enabledForReportingButNotEnforced"}), MARK).await.unwrap();
    assert!(receipt.status == 204 && receipt.request_id.is_some(), "{receipt:?}");
    let live = graph.get_policy(&call(), id).await.unwrap();
    assert_eq!((&live["state"], &live["displayName"]), (&json!("enabledForReportingButNotEnforced"), &json!("Life")));
    assert_eq!(live["conditions"], created.body["conditions"], "what was not sent was not changed");
    graph.delete_policy(&call(), id, MARK).await.unwrap();
    assert!(matches!(graph.get_policy(&call(), id).await, Err(GraphError::NotFound { .. })));
    let deleted = graph.list_deleted_policies(&call()).await.unwrap();
    assert_eq!(deleted.iter().map(id_of).collect::<Vec<_>>(), [id]);
    assert_eq!(id_of(&graph.get_deleted_policy(&call(), id).await.unwrap()), id);
    assert_eq!(graph.restore_policy(&call(), id, MARK).await.unwrap().id, id);
    assert_eq!(graph.get_policy(&call(), id).await.unwrap()["state"], live["state"]);
    let actions: Vec<_> = cloud.ledger().await.iter().map(|entry| entry["effect"]["action"].clone()).collect();
    assert_eq!(actions, ["create", "update", "delete", "restore"]);
}

#[tokio::test]
async fn an_ambiguous_write_is_found_by_its_mark_or_did_not_happen() {
    let cloud = Cloudlet::start().await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    let id = id_of(&graph.list_policies(&call()).await.unwrap()[0]);
    let cases = [
        (json!({"kind": "drop", "when": "before"}), false, true),
        (json!({"kind": "drop", "when": "after"}), true, true),
        (json!({"kind": "fail", "status": 500, "when": "before"}), false, true),
        (json!({"kind": "fail", "status": 503, "when": "after"}), true, true),
        (json!({"kind": "throttle"}), true, false),
        (json!({"kind": "throttle", "retryAfter": 1}), true, false),
    ];
    for (index, (trouble, effective, ambiguous)) in cases.into_iter().enumerate() {
        let mark = WriteId(Uuid::from_u128(index as u128 + 1));
        cloud.fault(tenant, "PATCH", trouble.clone()).await;
        let outcome = graph.patch_policy(&call(), id, &json!({"displayName": format!("Name {index}")}), mark).await;
        match outcome {
            Err(error) => assert!(ambiguous && error.outcome_unknown(), "{trouble}: {error:?}"),
            Ok(_) => assert!(!ambiguous, "{trouble}"),
        }
        let marked = cloud.ledger().await.iter().filter(|entry| entry["client_request_id"] == json!(mark.0)).count();
        assert_eq!(marked, usize::from(effective), "{trouble}");
    }
}

#[tokio::test]
async fn refusals_come_as_graph_words_them() {
    let cloud = Cloudlet::start().await;
    let graph = cloud.graph(true);
    let id = graph.create_policy(&call(), &new_policy("Refused"), MARK).await.unwrap().id;
    let Err(GraphError::Rejected { info }) = graph.patch_policy(&call(), id, &json!({"conditions": {"nonsense": []}}), MARK).await else {
        panic!("not rejected")
    };
    assert_eq!((info.status, info.code.as_deref()), (Some(400), Some("BadRequest")));
    assert!(info.message.unwrap().starts_with("1007"), "Graph's number");
    assert!(info.request_id.is_some());
    let outcome = graph.patch_policy(&call(), Uuid::max(), &json!({"state": "disabled"}), MARK).await;
    assert!(matches!(outcome, Err(GraphError::NotFound { .. })), "{outcome:?}");
    let reader = cloud.graph(false);
    reader.list_policies(&call()).await.unwrap();
    let outcome = reader.patch_policy(&call(), id, &json!({"state": "enabled"}), MARK).await;
    assert!(matches!(outcome, Err(GraphError::Forbidden { .. })), "{outcome:?}");
}
