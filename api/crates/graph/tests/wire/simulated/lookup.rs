//! Locations and look-ups against the simulated Entra, whose tenant the admin endpoint prepared.

use graph::LocationType;

use super::*;

const STAFF: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const TWIN: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const ANN: &str = "aaaaaaaa-0000-4000-8000-000000000003";
const PAYROLL: &str = "aaaaaaaa-0000-4000-8000-000000000004";

async fn prepared() -> Cloudlet {
    let cloud = Cloudlet::start().await;
    let objects = json!({
        "users": [{"id": ANN, "displayName": "Ann O'Neil", "userPrincipalName": "ann@o'neil.example"}],
        "groups": [{"id": STAFF, "displayName": "Ops & Staff #1 (EU)"}, {"id": TWIN, "displayName": "ops & staff #1 (eu)"}],
        "servicePrincipals": [{"appId": PAYROLL, "displayName": "Payroll 100%"}],
        "namedLocations": [{"displayName": "Mill + Yard"}],
        "authenticationStrengths": [{"displayName": "Keys only"}],
        "authenticationContexts": [{"id": "c42", "displayName": "Vault"}],
    });
    let path = format!("tenants/{}/objects", cloud.tenants()[0].tenant_id);
    cloud.admin(reqwest::Method::POST, &path, objects).await;
    cloud
}

#[tokio::test]
async fn every_kind_is_found_by_its_name() {
    let cloud = prepared().await;
    let graph = cloud.graph(true);
    let find = async |kind, name: &str| {
        let found = graph.find_by_name(&call(), kind, &[name.to_owned(), "No such thing".to_owned()]).await.unwrap();
        assert!(found.iter().all(|hit| hit.name == name));
        found.into_iter().map(|hit| hit.object.object_id).collect::<Vec<_>>()
    };
    assert_eq!(find(DirectoryKind::Group, "Ops & Staff #1 (EU)").await, [STAFF, TWIN]);
    assert_eq!(find(DirectoryKind::User, "Ann O'Neil").await, [ANN]);
    assert_eq!(find(DirectoryKind::User, "ANN@o'neil.example").await, [ANN]);
    assert_eq!(find(DirectoryKind::Application, "payroll 100%").await, [PAYROLL]);
    assert_eq!(find(DirectoryKind::Application, PAYROLL).await, [PAYROLL]);
    let principal = find(DirectoryKind::ServicePrincipal, PAYROLL).await;
    assert!(principal.len() == 1 && principal[0] != PAYROLL);
    assert_eq!(find(DirectoryKind::Role, "Global Administrator").await, ["62e90394-69f5-4237-9190-012177145e10"]);
    assert_eq!(find(DirectoryKind::AuthenticationContext, "Vault").await, ["c42"]);
    for (kind, name) in [(DirectoryKind::NamedLocation, "Mill + Yard"), (DirectoryKind::AuthenticationStrength, "Keys only")] {
        let ids = find(kind, name).await;
        assert_eq!(ids.len(), 1, "{name}");
        let by_id = graph.objects_by_ids(&call(), kind, &ids).await.unwrap();
        assert_eq!(by_id.iter().map(|object| object.display_name.as_str()).collect::<Vec<_>>(), [name]);
    }
    assert_eq!(graph.objects_by_ids(&call(), DirectoryKind::Application, &[PAYROLL.to_owned()]).await.unwrap().len(), 1);
    assert!(matches!(graph.terms_of_use(&call()).await, Err(GraphError::Forbidden { .. })), "Graph tells people only");
}

#[tokio::test]
async fn a_locations_whole_life() {
    let cloud = Cloudlet::start().await;
    let graph = cloud.graph(true);
    let range = json!({"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"});
    let body = json!({"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Office", "isTrusted": true, "ipRanges": [range]});
    let made = graph.create_location(&call(), &body, MARK).await.unwrap();
    assert_eq!((made.id, LocationType::of(&made.body)), (id_of(&made.body), Some(LocationType::Ip)));
    let refused = graph.delete_location(&call(), made.id, MARK).await;
    assert!(matches!(refused, Err(GraphError::Rejected { .. })), "trusted: {refused:?}");
    graph.patch_location(&call(), made.id, LocationType::Ip, &json!({"isTrusted": false}), MARK).await.unwrap();
    let live = graph.get_location(&call(), made.id).await.unwrap();
    assert_eq!((&live["isTrusted"], &live["ipRanges"]), (&json!(false), &json!([range])));
    graph.delete_location(&call(), made.id, MARK).await.unwrap();
    assert!(matches!(graph.get_location(&call(), made.id).await, Err(GraphError::NotFound { .. })));
    assert_eq!(graph.list_deleted_locations(&call()).await.unwrap().iter().map(id_of).collect::<Vec<_>>(), [made.id]);
    assert!(graph.get_deleted_location(&call(), made.id).await.unwrap()["deletedDateTime"].is_string());
    let back = graph.restore_location(&call(), made.id, MARK).await.unwrap();
    assert_eq!((back.id, back.body["ipRanges"].clone()), (made.id, live["ipRanges"].clone()));
    let actions: Vec<_> = cloud.ledger().await.iter().map(|entry| entry["effect"]["action"].clone()).collect();
    assert_eq!(actions, ["create", "update", "delete", "restore"]);
}

#[tokio::test]
async fn creations_deletions_and_restorations_whose_answer_was_lost_are_found_by_their_mark() {
    let cloud = Cloudlet::start().await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    for (number, (when, effects)) in [("before", 0), ("after", 1)].into_iter().enumerate() {
        let trouble = || json!({"kind": "drop", "when": when});
        let marks: [WriteId; 3] = std::array::from_fn(|index| WriteId(Uuid::from_u128((number * 3 + index + 1) as u128)));
        let kept = graph.create_policy(&call(), &new_policy("Kept"), MARK).await.unwrap().id;
        let gone = graph.create_policy(&call(), &new_policy("Gone"), MARK).await.unwrap().id;
        graph.delete_policy(&call(), gone, MARK).await.unwrap();
        cloud.fault(tenant, "POST", trouble()).await;
        let lost = graph.create_policy(&call(), &new_policy("New"), marks[0]).await.map(|created| created.receipt);
        assert!(lost.unwrap_err().outcome_unknown());
        cloud.fault(tenant, "DELETE", trouble()).await;
        assert!(graph.delete_policy(&call(), kept, marks[1]).await.unwrap_err().outcome_unknown());
        cloud.fault(tenant, "POST", trouble()).await;
        let lost = graph.restore_policy(&call(), gone, marks[2]).await.map(|created| created.receipt);
        assert!(lost.unwrap_err().outcome_unknown());
        let ledger = cloud.ledger().await;
        for mark in marks {
            assert_eq!(ledger.iter().filter(|entry| entry["client_request_id"] == json!(mark.0)).count(), effects, "{when}");
        }
        assert_eq!(graph.get_policy(&call(), kept).await.is_ok(), effects == 0);
        assert_eq!(graph.get_policy(&call(), gone).await.is_ok(), effects == 1);
    }
}
