//! Names behind ids, and emergency principals.

use domain::tenant::DirectoryKind;
use graph::GraphError;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::server::{Reply, Seen, Server};
use crate::support::{TENANT, call, issue, tenant};

const ALICE: Uuid = Uuid::from_u128(0xa11ce);
const STAFF: Uuid = Uuid::from_u128(0x57aff);
const ROLE: Uuid = Uuid::from_u128(0x401e);
const GONE: Uuid = Uuid::from_u128(0x90e);

/// A directory of one user in one group, with one role.
fn directory(seen: &Seen, _: usize) -> Reply {
    let path = seen.target.strip_prefix("/v1.0/").unwrap().split('?').next().unwrap();
    let (alice, staff) = (format!("users/{ALICE}"), format!("groups/{STAFF}"));
    match path {
        path if path == alice => Reply::Json(200, json!({"id": ALICE, "displayName": "Alice", "userPrincipalName": "alice@x"})),
        path if path == staff => Reply::Json(200, json!({"id": STAFF, "displayName": "Staff"})),
        path if path == format!("{staff}/transitiveMembers/$count") => match seen.header("consistencylevel") {
            "eventual" => Reply::With(200, vec![("Content-Type", "text/plain".into())], b"\xef\xbb\xbf12".to_vec()),
            _ => Reply::error(400, "Request_BadRequest", "ConsistencyLevel needed"),
        },
        path if path == format!("{alice}/transitiveMemberOf") => Reply::Json(
            200,
            json!({"value": [
                {"@odata.type": "#microsoft.graph.group", "id": STAFF},
                {"@odata.type": "#microsoft.graph.directoryRole", "id": Uuid::max(), "roleTemplateId": ROLE},
            ]}),
        ),
        "servicePrincipals" if seen.target.contains(&ALICE.to_string()) => {
            Reply::Json(200, json!({"value": [{"id": "sp", "appId": ALICE, "displayName": "App"}]}))
        }
        "servicePrincipals" => Reply::Json(200, json!({"value": [{"id": "sp", "appId": ALICE, "displayName": "Not asked for"}]})),
        _ => Reply::error(404, "Request_ResourceNotFound", "no such object"),
    }
}

fn texts(ids: &[&dyn ToString]) -> Vec<String> {
    ids.iter().map(|id| id.to_string()).collect()
}

#[tokio::test]
async fn names_are_found_and_the_missing_left_out() {
    let server = Server::start(issue, directory).await;
    let tenant = tenant(&server);
    let groups = tenant.groups_by_ids(&call(), &texts(&[&STAFF, &GONE, &"not-a-guid", &"../users", &STAFF])).await.unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].kind, groups[0].display_name.as_str(), groups[0].member_count), (DirectoryKind::Group, "Staff", Some(12)));
    let users = tenant.users_by_ids(&call(), &texts(&[&GONE, &ALICE])).await.unwrap();
    assert_eq!((users.len(), users[0].display_name.as_str(), users[0].object_id.as_str()), (1, "Alice", ALICE.to_string().as_str()));
    let apps = tenant.service_principals_by_app_ids(&call(), &texts(&[&ALICE, &GONE, &"Office365"])).await.unwrap();
    assert_eq!((apps.len(), apps[0].kind, apps[0].object_id.as_str()), (1, DirectoryKind::Application, ALICE.to_string().as_str()));
    assert!(tenant.service_principals_by_ids(&call(), &texts(&[&GONE])).await.unwrap().is_empty());
    let targets: Vec<_> = server.graph().into_iter().map(|seen| seen.target).collect();
    assert!(targets.iter().all(|target| !target.contains("not-a-guid") && !target.contains("..")), "{targets:?}");
    assert_eq!(targets.iter().filter(|target| target.contains(&format!("groups/{STAFF}?"))).count(), 1, "each id once");
}

#[tokio::test]
async fn a_fault_among_many_fails_the_call() {
    let server = Server::start(issue, |seen, number| {
        if seen.target.contains(&GONE.to_string()) {
            Reply::error(403, "Authorization_RequestDenied", "no")
        } else {
            directory(seen, number)
        }
    })
    .await;
    let outcome = tenant(&server).users_by_ids(&call(), &texts(&[&ALICE, &GONE])).await;
    assert!(matches!(outcome, Err(GraphError::Forbidden { .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_emergency_user_comes_with_groups_and_roles() {
    let server = Server::start(issue, directory).await;
    let found = tenant(&server).resolve_emergency(&call(), ALICE).await.unwrap();
    assert_eq!((found.kind, found.display_name.as_deref()), (DirectoryKind::User, Some("Alice")));
    assert_eq!((found.member_of, found.roles), (Some(vec![STAFF]), Some(vec![ROLE])));
}

#[tokio::test]
async fn an_emergency_group_whose_parents_are_not_told_stays_unknown() {
    let server = Server::start(issue, directory).await;
    let found = tenant(&server).resolve_emergency(&call(), STAFF).await.unwrap();
    assert_eq!((found.kind, found.display_name.as_deref()), (DirectoryKind::Group, Some("Staff")));
    assert_eq!((found.member_of, found.roles), (None, None), "unknown, never empty");
    let missing = tenant(&server).resolve_emergency(&call(), GONE).await;
    assert!(matches!(missing, Err(GraphError::NotFound { .. })), "{missing:?}");
}

#[tokio::test]
async fn lists_become_objects() {
    let list = |value: Value| move |_: &Seen, _: usize| Reply::Json(200, json!({"value": value}));
    let server = Server::start(
        issue,
        list(json!([
            {"id": "x", "templateId": "t-1", "displayName": "Global Administrator", "isBuiltIn": true},
            {"id": "y", "templateId": "y", "displayName": "Custom", "isBuiltIn": false},
            {"displayName": "without an id"}
        ])),
    )
    .await;
    let roles = tenant(&server).directory_roles(&call()).await.unwrap();
    assert_eq!(roles.iter().map(|role| role.object_id.as_str()).collect::<Vec<_>>(), ["t-1"]);
    let server = Server::start(issue, list(json!([{"id": "c1", "displayName": "Finance"}]))).await;
    let contexts = tenant(&server).authentication_contexts(&call()).await.unwrap();
    assert_eq!((contexts[0].kind, contexts[0].object_id.as_str()), (DirectoryKind::AuthenticationContext, "c1"));
}

#[tokio::test]
async fn the_organization_must_be_the_tenants_own() {
    let entry = |id: Uuid| {
        let plan = json!({"servicePlanId": "41781fb2-bc02-4b7c-bd55-b576c07bb09d", "capabilityStatus": "Enabled"});
        json!({"value": [{"id": id, "displayName": "Contoso", "assignedPlans": [plan]}]})
    };
    let server = Server::start(issue, move |_, _| Reply::Json(200, entry(TENANT))).await;
    let organization = tenant(&server).organization(&call()).await.unwrap();
    assert_eq!((organization.id, organization.display_name.as_str()), (TENANT, "Contoso"));
    assert!(organization.licences.p1 && !organization.licences.p2);
    let server = Server::start(issue, move |_, _| Reply::Json(200, entry(GONE))).await;
    let outcome = tenant(&server).organization(&call()).await;
    assert!(matches!(outcome, Err(GraphError::Protocol { .. })), "{outcome:?}");
    let server = Server::start(issue, |_, _| Reply::Json(200, json!({"isEnabled": true}))).await;
    assert!(tenant(&server).security_defaults(&call()).await.unwrap());
}
