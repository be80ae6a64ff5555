//! The front page: right, scoped, and two statements however large.

use std::collections::BTreeSet;

use crate::support::*;
use domain::change::status::ChangeStatus;
use domain::id::*;
use domain::policy::Policy;
use store::*;

on_both!(tenants_with_their_first_policies, two_statements_however_large, the_index_is_walked_not_sorted);

fn request(tenants: usize, policies: usize) -> TenantPolicyRequest {
    TenantPolicyRequest { page: PageRequest::first(tenants), policies, conditions: true, ..TenantPolicyRequest::default() }
}

async fn tenants_with_their_first_policies(place: &Place) {
    let world = World::new(place).await;
    let (empty, other) = (tenant(world.workspace.id, "Empty"), tenant(world.workspace.id, "Zeta"));
    let elsewhere = workspace("Fabrikam");
    let change = change(&world.policy, world.member.id, 1);
    let tx = world.store.write().await.unwrap();
    tx.insert_tenant(&empty, b"x").await.unwrap();
    tx.insert_tenant(&other, b"x").await.unwrap();
    tx.insert_workspace(&elsewhere).await.unwrap();
    for name in ["b", "A", "c"] {
        tx.insert_policy(&policy(&other, name), &format!("{{\"of\":\"{name}\"}}")).await.unwrap();
    }
    tx.insert_policy(&Policy { deleted_at: Some(at(1)), ..policy(&other, "0 deleted") }, "{}").await.unwrap();
    tx.insert_change(&change).await.unwrap();
    tx.commit().await.unwrap();
    let reader = world.store.reader();
    let page = reader.tenant_policy_page(world.workspace.id, &request(10, 2)).await.unwrap();
    let shape: Vec<_> = page
        .items
        .iter()
        .map(|(_, row)| {
            let names: Vec<_> = row.policies.iter().map(|policy| policy.display_name.as_str()).collect();
            (row.tenant.display_name.as_str(), names, row.has_more)
        })
        .collect();
    assert_eq!(shape, [("Adatum", vec!["Require MFA"], false), ("Empty", vec![], false), ("Zeta", vec!["A", "b"], true)]);
    let line = &page.items[0].1.policies[0];
    assert_eq!((line.id, line.graph_id, line.state), (world.policy.id, world.policy.graph_id, world.policy.state));
    assert_eq!(line.conditions.as_deref(), Some(r#"{"users":{}}"#));
    assert_eq!(line.latest_change, Some(LatestChange { id: change.id, status: ChangeStatus::Draft }));
    assert_eq!(page.items[2].1.policies[0].conditions.as_deref(), Some(r#"{"of":"A"}"#));

    let narrow = TenantPolicyRequest { conditions: false, ..request(10, 2) };
    let page = reader.tenant_policy_page(world.workspace.id, &narrow).await.unwrap();
    assert!(page.items.iter().all(|(_, row)| row.policies.iter().all(|policy| policy.conditions.is_none())));

    let scoped = TenantPolicyRequest {
        filter: TenantFilter { scope: Some(BTreeSet::from([empty.id])), ..TenantFilter::default() },
        ..request(10, 2)
    };
    let page = reader.tenant_policy_page(world.workspace.id, &scoped).await.unwrap();
    assert_eq!(page.items.iter().map(|(_, row)| row.tenant.id).collect::<Vec<_>>(), [empty.id]);

    let first = reader.tenant_policy_page(world.workspace.id, &request(2, 1)).await.unwrap();
    assert!(first.has_next && !first.has_previous);
    let after = TenantPolicyRequest { page: PageRequest::first_after(2, &first.items[1].0), ..request(2, 3) };
    let second = reader.tenant_policy_page(world.workspace.id, &after).await.unwrap();
    assert_eq!(second.items.iter().map(|(_, row)| (row.tenant.id, row.policies.len())).collect::<Vec<_>>(), [(other.id, 3)]);
    assert!(reader.tenant_policy_page(elsewhere.id, &request(10, 2)).await.unwrap().items.is_empty());
    assert!(reader.tenant_policy_page(WorkspaceId(id()), &request(10, 2)).await.unwrap().items.is_empty());
}

async fn two_statements_however_large(place: &Place) {
    let world = World::new(place).await;
    let tx = world.store.write().await.unwrap();
    for n in 0..30 {
        let tenant = tenant(world.workspace.id, &format!("Tenant {n:02}"));
        tx.insert_tenant(&tenant, b"x").await.unwrap();
        for p in 0..12 {
            tx.insert_policy(&policy(&tenant, &format!("Policy {p:02}")), "{}").await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    for tenants in [1, 10, 31] {
        let before = world.store.statements();
        let page = world.store.reader().tenant_policy_page(world.workspace.id, &request(tenants, 10)).await.unwrap();
        assert_eq!(world.store.statements() - before, 2);
        assert_eq!(page.items.len(), tenants);
        assert!(page.items.iter().skip(1).all(|(_, row)| row.policies.len() == 10 && row.has_more));
    }
}

/// The query plan of the hot list: found through the index, its order included.
async fn the_index_is_walked_not_sorted(place: &Place) {
    use sea_orm::{ConnectionTrait, Statement};
    let world = World::new(place).await;
    let raw = place.raw().await;
    let sqlite = place.url.starts_with("sqlite");
    let sql = if sqlite {
        format!(
            "EXPLAIN QUERY PLAN SELECT rowid FROM policy WHERE workspace_id = x'{}' AND tenant_id = x'{}' AND deleted_at IS NULL
             ORDER BY sort_name, id LIMIT 3",
            world.workspace.id.0.simple(),
            world.tenant.id.0.simple()
        )
    } else {
        raw.execute_unprepared("SET enable_seqscan = off").await.unwrap();
        format!(
            "EXPLAIN SELECT * FROM policy WHERE workspace_id = '{}' AND tenant_id = '{}' AND deleted_at IS NULL ORDER BY sort_name, id LIMIT 3",
            world.workspace.id, world.tenant.id
        )
    };
    let column = if sqlite { 3 } else { 0 };
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get_by_index(column).unwrap()).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("ix_policy_tenant_name"), "{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{plan}");
}
