//! Users, members and role holders, held against what the directory says of each user: two different questions with one answer.

use std::collections::BTreeMap;

use domain::people::PersonFacts;
use domain::signin::UserKind;

use super::*;

async fn users(graph: &TenantGraph) -> BTreeMap<Uuid, PersonFacts> {
    let (mut users, mut next) = (BTreeMap::new(), None);
    loop {
        let page = graph.users_page(&call(), next.as_ref()).await.unwrap();
        users.extend(page.users);
        next = page.next;
        if next.is_none() {
            return users;
        }
    }
}

async fn members(graph: &TenantGraph, group: Uuid) -> BTreeSet<Uuid> {
    let (mut members, mut next) = (BTreeSet::new(), None);
    loop {
        let page = graph.group_users_page(&call(), group, next.as_ref()).await.unwrap();
        members.extend(page.members);
        next = page.next;
        if next.is_none() {
            return members;
        }
    }
}

#[tokio::test]
async fn memberships_are_the_same_from_both_ends() {
    let cloud = Cloudlet::start().await;
    let tenant = &cloud.tenants()[0];
    let graph = cloud.graph(true);
    cloud.admin(reqwest::Method::PUT, &format!("tenants/{}/paging", tenant.tenant_id), json!({"maxPageSize": 3})).await;
    // A in B in C in A, and D beside.
    let [a, b, c, d] = [1, 2, 3, 4].map(|number| Uuid::from_u128(0xaaaa_0000 + number));
    let everybody = users(&graph).await;
    let ids: Vec<Uuid> = everybody.keys().copied().collect();
    let groups: Vec<Value> = [a, b, c, d].iter().map(|id| json!({"id": id})).collect();
    let memberships = json!([[b, a], [c, b], [a, c], [a, ids[0]], [b, ids[1]], [c, ids[2]], [d, ids[3]], [d, a]]);
    let objects = json!({"groups": groups, "memberships": memberships});
    cloud.admin(reqwest::Method::POST, &format!("tenants/{}/objects", tenant.tenant_id), objects).await;

    let policies = graph.list_policies(&call()).await.unwrap();
    let named = mentioned(&policies, &["includeGroups", "excludeGroups"]);
    let asked: BTreeSet<Uuid> = named.iter().filter_map(|id| id.parse().ok()).chain([a, b, c, d]).collect();
    let mut of_groups = BTreeMap::new();
    for group in &asked {
        of_groups.insert(*group, members(&graph, *group).await);
    }
    assert_eq!(of_groups[&a], ids[..3].iter().copied().collect(), "a cycle ends where it closes");
    assert_eq!(of_groups[&a], of_groups[&c]);
    assert_eq!(of_groups[&d], ids[..4].iter().copied().collect());
    let mut of_roles: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for role in graph.activated_roles(&call()).await.unwrap() {
        let holders = graph.role_holders(&call(), role).await.unwrap();
        let mut users = holders.users;
        for group in holders.groups {
            users.extend(members(&graph, group).await);
        }
        of_roles.insert(role, users);
    }
    assert!(of_roles.values().any(|holders| !holders.is_empty()));

    let mut held = 0;
    for id in ids.iter().take(60).chain(of_roles.values().flatten()) {
        let told = graph.resolve_emergency(&call(), *id).await.unwrap();
        let of = |all: &BTreeMap<Uuid, BTreeSet<Uuid>>| -> Vec<Uuid> {
            all.iter().filter(|(_, members)| members.contains(id)).map(|(holder, _)| *holder).collect()
        };
        let groups: Vec<Uuid> = told.member_of.unwrap().into_iter().filter(|group| asked.contains(group)).collect();
        assert_eq!(of(&of_groups), groups, "groups of {id}");
        assert_eq!(of(&of_roles), told.roles.unwrap(), "roles of {id}");
        held += groups.len();
    }
    assert!(held > 4, "some of them are in groups");
}

#[tokio::test]
async fn guests_are_told_from_members() {
    let cloud = Cloudlet::start().await;
    let tenant = &cloud.tenants()[0];
    let graph = cloud.graph(true);
    let clues = |id: u128, more: Value| {
        let mut user = json!({"id": Uuid::from_u128(id), "displayName": format!("U{id}")});
        more.as_object().unwrap().iter().for_each(|(name, value)| user[name] = value.clone());
        user
    };
    let objects = json!({"users": [
        clues(1, json!({"userPrincipalName": "one@contoso.example"})),
        clues(2, json!({"userPrincipalName": "two_x.example#EXT#@contoso.example", "userType": "Guest", "externalUserState": "Accepted"})),
        clues(3, json!({"userPrincipalName": "three@contoso.example", "userType": "Guest"})),
        clues(4, json!({"userPrincipalName": "four_x.example#EXT#@contoso.example"})),
        clues(5, json!({"userPrincipalName": "five@contoso.example", "creationType": "Invitation", "accountEnabled": false})),
    ]});
    cloud.admin(reqwest::Method::POST, &format!("tenants/{}/objects", tenant.tenant_id), objects).await;
    let users = users(&graph).await;
    let kinds: Vec<_> = (1..=5).map(|id| users[&Uuid::from_u128(id)].kind).collect();
    use UserKind::*;
    assert_eq!(kinds, [Some(Member), Some(B2bCollaborationGuest), Some(InternalGuest), Some(B2bCollaborationMember), None]);
    assert_eq!([1, 5].map(|id| users[&Uuid::from_u128(id)].enabled), [Some(true), Some(false)]);
}

#[tokio::test]
async fn what_is_gone_or_forbidden_is_said() {
    let cloud = Cloudlet::start().await;
    let tenant = cloud.tenants()[0].tenant_id;
    let graph = cloud.graph(true);
    let gone = graph.group_users_page(&call(), Uuid::from_u128(0xdead), None).await;
    assert!(matches!(gone, Err(GraphError::NotFound { .. })), "{gone:?}");
    let refused = json!({"kind": "fail", "status": 403, "code": "Authorization_RequestDenied"});
    for path in ["users", "directoryRoles", "roleAssignments"] {
        cloud.admin(reqwest::Method::POST, &format!("tenants/{tenant}/faults"), json!({"path": path, "trouble": refused})).await;
    }
    assert!(matches!(graph.users_page(&call(), None).await, Err(GraphError::Forbidden { .. })));
    assert!(matches!(graph.activated_roles(&call()).await, Err(GraphError::Forbidden { .. })));
    assert!(matches!(graph.role_holders(&call(), Uuid::from_u128(1)).await, Err(GraphError::Forbidden { .. })));
}
