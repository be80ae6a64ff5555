//! What a sync reads.

use super::*;

#[tokio::test]
async fn every_tenant_can_be_read_whole() {
    let cloud = Cloudlet::start().await;
    let mut groups_seen = 0;
    for tenant in cloud.tenants() {
        let graph = cloud.client.tenant(access(&tenant, app(&tenant, true)));
        let organization = graph.organization(&call()).await.unwrap();
        assert_eq!((organization.id, &organization.display_name), (tenant.tenant_id, &tenant.display_name));
        assert!(graph.permissions(&call()).await.unwrap().missing(&PERMISSIONS_TO_READ).is_empty());
        graph.security_defaults(&call()).await.unwrap();
        let policies = graph.list_policies(&call()).await.unwrap();
        assert!(policies.len() > 3, "{} has {}", tenant.display_name, policies.len());
        assert_eq!(graph.get_policy(&call(), id_of(&policies[0])).await.unwrap()["conditions"], policies[0]["conditions"]);
        graph.list_named_locations(&call()).await.unwrap();
        assert!(graph.list_deleted_policies(&call()).await.unwrap().is_empty());
        assert!(graph.authentication_strengths(&call()).await.unwrap().len() >= 3);
        graph.authentication_contexts(&call()).await.unwrap();
        let roles = graph.directory_roles(&call()).await.unwrap();
        assert!(roles.iter().any(|role| role.display_name == "Global Administrator"));
        let ids = mentioned(&policies, &["includeGroups", "excludeGroups"]);
        let groups = graph.groups_by_ids(&call(), &ids).await.unwrap();
        assert!(groups.iter().all(|group| group.kind == DirectoryKind::Group && group.member_count.is_some()));
        groups_seen += groups.len();
        let ids = mentioned(&policies, &["includeApplications", "excludeApplications"]);
        let apps = graph.service_principals_by_app_ids(&call(), &ids).await.unwrap();
        assert!(apps.iter().all(|found| ids.contains(&found.object_id)));
        let ids = mentioned(&policies, &["includeUsers", "excludeUsers"]);
        graph.users_by_ids(&call(), &ids).await.unwrap();
    }
    assert!(groups_seen > 0);
}

#[tokio::test]
async fn small_pages_change_nothing_but_their_number() {
    let cloud = Cloudlet::start().await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    let whole = graph.list_policies(&call()).await.unwrap();
    cloud.admin(reqwest::Method::PUT, &format!("tenants/{tenant}/paging"), json!({"maxPageSize": 2})).await;
    assert_eq!(graph.list_policies(&call()).await.unwrap(), whole);
    assert!(graph.directory_roles(&call()).await.unwrap().len() > 10);
}

#[tokio::test]
async fn the_sign_in_log_is_the_same_in_small_pages() {
    let cloud = Cloudlet::start().await;
    let (graph, tenant) = (cloud.graph(true), cloud.tenants()[0].tenant_id);
    let whole = sign_ins(&graph).await;
    cloud.admin(reqwest::Method::PUT, &format!("tenants/{tenant}/paging"), json!({"maxPageSize": 100})).await;
    assert_eq!(sign_ins(&graph).await, whole);
}

/// The latest sign-ins, at most a thousand, oldest of them last.
async fn sign_ins(graph: &TenantGraph) -> Vec<domain::summary::record::Record> {
    let (mut items, mut next) = (Vec::new(), None);
    let far = DateTime::from_timestamp(4_000_000_000, 0).unwrap();
    loop {
        let page = graph.sign_ins(&call(), DateTime::UNIX_EPOCH, far, next.as_ref()).await.unwrap();
        assert_eq!(page.unreadable, []);
        items.extend(page.records);
        next = page.next;
        if next.is_none() || items.len() >= 1_000 {
            items.truncate(1_000);
            return items;
        }
    }
}

#[tokio::test]
async fn emergency_accounts_are_resolved_with_their_roles() {
    let cloud = Cloudlet::start().await;
    let graph = cloud.graph(true);
    let policies = graph.list_policies(&call()).await.unwrap();
    let users = graph.users_by_ids(&call(), &mentioned(&policies, &["excludeUsers"])).await.unwrap();
    let groups = graph.groups_by_ids(&call(), &mentioned(&policies, &["excludeGroups"])).await.unwrap();
    assert!(!users.is_empty() || !groups.is_empty());
    for object in users.iter().chain(&groups) {
        let found = graph.resolve_emergency(&call(), object.object_id.parse().unwrap()).await.unwrap();
        assert_eq!((found.kind, found.display_name.as_ref()), (object.kind, Some(&object.display_name)));
        if object.kind == DirectoryKind::User {
            assert!(found.member_of.is_some() && found.roles.is_some(), "{found:?}");
        }
    }
}
