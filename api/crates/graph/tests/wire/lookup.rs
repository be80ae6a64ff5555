//! Objects by their names, from a server that answers as scripted.

use domain::tenant::DirectoryKind;
use graph::{GraphError, MAX_NAMES, Named};
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server};
use crate::support::{call, issue, tenant};

fn list(value: Value) -> impl Fn(&Seen, usize) -> Reply {
    move |_, _| Reply::Json(200, json!({ "value": value }))
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Name asked for, and id found.
fn pairs(found: &[Named]) -> Vec<(&str, &str)> {
    found.iter().map(|hit| (hit.name.as_str(), hit.object.object_id.as_str())).collect()
}

#[tokio::test]
async fn none_one_and_many_are_told_apart() {
    let server = Server::start(
        issue,
        list(json!([
            {"id": "1", "displayName": "Staff"}, {"id": "2", "displayName": "STAFF"}, {"id": "3", "displayName": "O'Brien's team"},
            {"id": "4", "displayName": "Somebody else's"}, {"displayName": "Staff"}
        ])),
    )
    .await;
    let found = tenant(&server).find_by_name(&call(), DirectoryKind::Group, &names(&["Staff", "o'brien's TEAM", "Nobody"])).await.unwrap();
    assert_eq!(pairs(&found), [("Staff", "1"), ("Staff", "2"), ("o'brien's TEAM", "3")]);
    let seen = server.graph();
    assert_eq!(
        seen.iter().map(|seen| seen.target.as_str()).collect::<Vec<_>>(),
        ["/v1.0/groups?$select=id,displayName&$filter=displayName%20in%20(%27nobody%27,%27o%27%27brien%27%27s%20team%27,%27staff%27)"]
    );
}

#[tokio::test]
async fn users_go_by_two_names_and_are_one_object() {
    let user = json!({"id": "1", "displayName": "Ann", "userPrincipalName": "ann@x.example"});
    let server = Server::start(issue, list(json!([user]))).await;
    let asked = names(&["ann@X.example", "Ann"]);
    let found = tenant(&server).find_by_name(&call(), DirectoryKind::User, &asked).await.unwrap();
    assert_eq!(pairs(&found), [("Ann", "1"), ("ann@X.example", "1")], "once for each name, though both queries answered");
    let targets: Vec<_> = server.graph().into_iter().map(|seen| seen.target).collect();
    assert!(targets.len() == 2 && targets[0].contains("displayName%20in") && targets[1].contains("userPrincipalName%20in"), "{targets:?}");
}

#[tokio::test]
async fn applications_go_by_app_id_too_and_give_the_id_of_their_kind() {
    let app_id = "00000003-0000-0ff1-ce00-000000000000";
    let server = Server::start(issue, list(json!([{"id": "object", "appId": app_id, "displayName": "SharePoint"}]))).await;
    let tenant = tenant(&server);
    let asked = names(&[app_id, "sharepoint"]);
    let found = tenant.find_by_name(&call(), DirectoryKind::Application, &asked).await.unwrap();
    assert_eq!(pairs(&found), [(app_id, app_id), ("sharepoint", app_id)]);
    let found = tenant.find_by_name(&call(), DirectoryKind::ServicePrincipal, &asked).await.unwrap();
    assert_eq!(pairs(&found), [(app_id, "object"), ("sharepoint", "object")]);
    assert!(server.graph().iter().filter(|seen| seen.target.contains("appId%20in")).all(|seen| !seen.target.contains("sharepoint")));
}

#[tokio::test]
async fn short_lists_are_read_whole() {
    let context =
        json!([{"id": "c1", "displayName": "Finance"}, {"id": "c2", "displayName": "finance"}, {"id": "c3", "displayName": "HR"}]);
    let server = Server::start(issue, list(context)).await;
    let found = tenant(&server).find_by_name(&call(), DirectoryKind::AuthenticationContext, &names(&["Finance"])).await.unwrap();
    assert_eq!(pairs(&found), [("Finance", "c1"), ("Finance", "c2")]);
    assert_eq!(server.graph().len(), 1);
    let by_id = tenant(&server).objects_by_ids(&call(), DirectoryKind::AuthenticationContext, &names(&["C3", "c9"])).await.unwrap();
    assert_eq!(by_id.iter().map(|object| object.object_id.as_str()).collect::<Vec<_>>(), ["c3"]);
}

#[tokio::test]
async fn a_look_up_is_bounded_and_asks_nothing_in_vain() {
    let server = Server::start(issue, list(json!([]))).await;
    let tenant = tenant(&server);
    let many: Vec<String> = (0..=MAX_NAMES).map(|number| format!("Group {number}")).collect();
    let refused = tenant.find_by_name(&call(), DirectoryKind::Group, &many).await;
    assert!(matches!(refused, Err(GraphError::Config { .. })), "{refused:?}");
    assert!(tenant.find_by_name(&call(), DirectoryKind::Group, &names(&["", " "])).await.unwrap().is_empty());
    assert!(tenant.objects_by_ids(&call(), DirectoryKind::NamedLocation, &[]).await.unwrap().is_empty());
    assert!(server.graph().is_empty());
    assert!(tenant.find_by_name(&call(), DirectoryKind::Group, &many[1..]).await.unwrap().is_empty());
    assert_eq!(server.graph().len(), 7, "100 names, 15 a request");
}

#[tokio::test]
async fn a_refusal_is_the_callers_to_weigh() {
    let server = Server::start(issue, |_, _| Reply::error(403, "Authorization_RequestDenied", "no")).await;
    let tenant = tenant(&server);
    let outcome = tenant.terms_of_use(&call()).await;
    assert!(matches!(outcome, Err(GraphError::Forbidden { .. })), "{outcome:?}");
    let outcome = tenant.find_by_name(&call(), DirectoryKind::TermsOfUse, &names(&["House rules"])).await;
    assert!(matches!(outcome, Err(GraphError::Forbidden { .. })), "{outcome:?}");
}
