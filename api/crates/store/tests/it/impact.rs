//! The cache of impact reports: every status, and every policy in its pages.

use std::collections::BTreeSet;

use crate::support::*;
use chrono::{DateTime, Utc};
use domain::id::*;
use domain::impact::{CachedImpact, Figures, ImpactReason, ImpactReport, ImpactSource, ImpactStatus, ImpactWindow, PolicyImpact, Tally};
use domain::people::People;
use domain::policy::{Policy, PolicyState};
use domain::summary::log::SignInLog;
use domain::tenant::Tenant;
use store::{ComputedImpact, ImpactDocument, ImpactFilter, ImpactKey, Page, PageRequest, Store};
use uuid::Uuid;

on_both!(
    a_report_goes_through_every_status,
    a_failed_job_leaves_no_report_under_way,
    a_job_lets_go_of_its_own_reports_only,
    every_policy_of_every_tenant_has_a_row,
    statuses_filter_as_they_are_shown,
    old_reports_are_forgotten,
);

const WEEK: ImpactWindow = ImpactWindow::Week;
const SIMULATED: ImpactSource = ImpactSource::Simulated;
const OBSERVED: ImpactSource = ImpactSource::Observed;

fn key(tenant: &Tenant, source: ImpactSource) -> ImpactKey {
    ImpactKey { tenant_id: tenant.id, document_hash: hash("canonical"), window: WEEK, source, observed_as: observed_as(source) }
}

/// The policy that is observed where a test does not say which.
fn observed_as(source: ImpactSource) -> Option<Uuid> {
    (source == OBSERVED).then_some(Uuid::from_u128(77))
}

fn document(tenant: &Tenant, source: ImpactSource) -> ImpactDocument {
    ImpactDocument { tenant_id: tenant.id, document_hash: hash("canonical"), observed_as: observed_as(source) }
}

fn computed(tenant: &Tenant, source: ImpactSource, through: DateTime<Utc>, people: Option<DateTime<Utc>>) -> ComputedImpact {
    let figures = Figures { would_block: Tally { sign_ins: 7, users: 2 }, ..Figures::default() };
    ComputedImpact {
        report: ImpactReport {
            tenant_id: tenant.id,
            document_hash: hash("canonical"),
            window: WEEK,
            source,
            from: at(-600),
            data_through: through,
            people_as_of: people,
            computed_at: at(500),
            figures,
        },
        reason: None,
        log_sign_ins: 40,
        observed_as: observed_as(source),
    }
}

async fn read_log(store: &Store, tenant: &Tenant, through: Option<DateTime<Utc>>) {
    let log = SignInLog { data_through: through, sign_ins: 40, ..SignInLog::new(tenant.workspace_id, tenant.id, at(0)) };
    let tx = store.write().await.unwrap();
    tx.insert_sign_in_log(&log).await.unwrap();
    tx.commit().await.unwrap();
}

async fn cached(world: &World, source: ImpactSource) -> CachedImpact {
    let asked = document(&world.tenant, source);
    let mut found = world.store.reader().impact_of_documents(world.workspace.id, std::slice::from_ref(&asked), WEEK, source).await.unwrap();
    found.remove(&asked).unwrap()
}

async fn begin(world: &World, sources: &[ImpactSource]) -> JobId {
    let job = JobId(id());
    let keys: Vec<_> = sources.iter().map(|source| key(&world.tenant, *source)).collect();
    let tx = world.store.write().await.unwrap();
    tx.begin_impact(world.workspace.id, &keys, job, at(10)).await.unwrap();
    tx.commit().await.unwrap();
    job
}

async fn end(world: &World, job: JobId, reports: &[ComputedImpact], reason: Option<ImpactReason>) {
    let tx = world.store.write().await.unwrap();
    tx.save_impact(world.workspace.id, reports).await.unwrap();
    tx.end_impact(world.workspace.id, job, reason).await.unwrap();
    tx.commit().await.unwrap();
}

fn shown(cached: &CachedImpact) -> (ImpactStatus, Option<ImpactReason>, bool) {
    (cached.status, cached.reason, cached.report.is_some())
}

async fn a_report_goes_through_every_status(place: &Place) {
    let world = World::new(place).await;
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::NotApplicable, Some(ImpactReason::NoSignIns), false));
    read_log(&world.store, &world.tenant, Some(at(300))).await;
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::NotComputed, None, false));

    let job = begin(&world, &[SIMULATED, OBSERVED]).await;
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::Computing, None, false));
    let fresh = computed(&world.tenant, SIMULATED, at(300), None);
    end(&world, job, std::slice::from_ref(&fresh), None).await;
    let found = cached(&world, SIMULATED).await;
    assert_eq!(shown(&found), (ImpactStatus::Fresh, None, true));
    assert_eq!(found.report.unwrap(), fresh.report);
    assert_eq!(shown(&cached(&world, OBSERVED).await), (ImpactStatus::NotComputed, None, false));

    // Another window and another workspace know nothing of it.
    let reader = world.store.reader();
    let asked = [document(&world.tenant, SIMULATED)];
    let month = reader.impact_of_documents(world.workspace.id, &asked, ImpactWindow::Month, SIMULATED).await.unwrap();
    assert_eq!(month[&asked[0]].status, ImpactStatus::NotComputed);
    let foreign = reader.impact_of_documents(WorkspaceId(id()), &asked, WEEK, SIMULATED).await.unwrap();
    assert_eq!(shown(&foreign[&asked[0]]), (ImpactStatus::NotApplicable, Some(ImpactReason::NoSignIns), false));

    // An older report is shown while a new one is under way.
    let again = begin(&world, &[SIMULATED]).await;
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::Computing, None, true));
    end(&world, again, &[], None).await;

    // What each of these changes makes it stale, and computing it again makes it fresh.
    let log = reader.sign_in_log(world.workspace.id, world.tenant.id).await.unwrap().unwrap();
    let tx = world.store.write().await.unwrap();
    let log = tx.update_sign_in_log(&SignInLog { sign_ins: 41, ..log }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::Stale, None, true), "a late sign-in");
    let tx = world.store.write().await.unwrap();
    tx.update_sign_in_log(&SignInLog { sign_ins: 40, data_through: Some(at(900)), ..log }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::Stale, None, true), "the watermark");
    end(&world, job, &[computed(&world.tenant, SIMULATED, at(900), None)], None).await;
    assert_eq!(cached(&world, SIMULATED).await.status, ImpactStatus::Fresh);

    let tx = world.store.write().await.unwrap();
    tx.replace_people(world.workspace.id, world.tenant.id, &People { as_of: at(50), ..People::default() }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(cached(&world, SIMULATED).await.status, ImpactStatus::Stale, "memberships");
    end(&world, job, &[computed(&world.tenant, SIMULATED, at(900), Some(at(50)))], None).await;
    assert_eq!(cached(&world, SIMULATED).await.status, ImpactStatus::Fresh);

    let tx = world.store.write().await.unwrap();
    tx.outdate_impact(world.workspace.id, world.tenant.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(cached(&world, SIMULATED).await.status, ImpactStatus::Stale, "named locations");

    // What tells nothing says why; what cannot be measured keeps the facts that are missing.
    for (reason, kept) in [(ImpactReason::ReportOnlyHidden, false), (ImpactReason::NotMeasurable, true)] {
        let told = ComputedImpact { reason: Some(reason), ..computed(&world.tenant, SIMULATED, at(900), Some(at(50))) };
        end(&world, job, &[told], None).await;
        assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::NotApplicable, Some(reason), kept));
    }
}

async fn a_failed_job_leaves_no_report_under_way(place: &Place) {
    let world = World::new(place).await;
    read_log(&world.store, &world.tenant, Some(at(300))).await;
    let job = begin(&world, &[SIMULATED]).await;
    end(&world, job, &[], Some(ImpactReason::Failed)).await;
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::NotComputed, Some(ImpactReason::Failed), false));
    // Where there is an older one, that stays.
    end(&world, job, &[computed(&world.tenant, SIMULATED, at(300), None)], None).await;
    let job = begin(&world, &[SIMULATED]).await;
    end(&world, job, &[], Some(ImpactReason::Failed)).await;
    assert_eq!(shown(&cached(&world, SIMULATED).await), (ImpactStatus::Fresh, None, true));
}

async fn a_job_lets_go_of_its_own_reports_only(place: &Place) {
    let world = World::new(place).await;
    read_log(&world.store, &world.tenant, Some(at(300))).await;
    let first = begin(&world, &[SIMULATED]).await;
    let second = begin(&world, &[SIMULATED]).await;
    end(&world, first, &[computed(&world.tenant, SIMULATED, at(300), None)], None).await;
    assert_eq!(cached(&world, SIMULATED).await.status, ImpactStatus::Computing);
    end(&world, second, &[], None).await;
    assert_eq!(cached(&world, SIMULATED).await.status, ImpactStatus::Fresh);
}

/// Two more tenants beside the world's own: policies `b`, `a` and a deleted one each.
async fn three_tenants(world: &World) -> Vec<Tenant> {
    let mut tenants = vec![world.tenant.clone()];
    let tx = world.store.write().await.unwrap();
    for name in ["Beta", "Gamma"] {
        let tenant = tenant(world.workspace.id, name);
        tx.insert_tenant(&tenant, b"sealed").await.unwrap();
        for (name, state) in [("b", PolicyState::Enabled), ("a", PolicyState::Disabled)] {
            tx.insert_policy(&Policy { state, ..policy(&tenant, name) }, "{}").await.unwrap();
        }
        tx.insert_policy(&Policy { deleted_at: Some(at(5)), ..policy(&tenant, "deleted") }, "{}").await.unwrap();
        tenants.push(tenant);
    }
    tx.commit().await.unwrap();
    tenants
}

async fn page(world: &World, filter: &ImpactFilter, request: &PageRequest) -> Page<PolicyImpact> {
    world.store.reader().impact_page(world.workspace.id, filter, request).await.unwrap()
}

fn all(source: ImpactSource) -> ImpactFilter {
    ImpactFilter { tenants: None, policies: None, window: WEEK, source, statuses: Vec::new() }
}

async fn every_policy_of_every_tenant_has_a_row(place: &Place) {
    let world = World::new(place).await;
    let tenants = three_tenants(&world).await;
    let whole = page(&world, &all(SIMULATED), &PageRequest::first(100)).await;
    assert_eq!(whole.items.len(), 5);
    let order: Vec<_> = whole.items.iter().map(|(_, item)| item.impact.tenant_id).collect();
    assert!(order.is_sorted(), "by tenant");
    assert!(whole.items.iter().all(|(_, item)| item.impact.reason == Some(ImpactReason::NoSignIns)));

    // Page by page, forwards and backwards, it is the same list.
    let ids = |page: &Page<PolicyImpact>| page.items.iter().map(|(_, item)| item.policy_id).collect::<Vec<_>>();
    let mut forwards = Vec::new();
    let mut request = PageRequest::first(2);
    loop {
        let part = page(&world, &all(SIMULATED), &request).await;
        forwards.extend(ids(&part));
        let Some((cursor, _)) = part.items.last().filter(|_| part.has_next) else { break };
        request = PageRequest::first_after(2, cursor.clone());
    }
    assert_eq!(forwards, ids(&whole));
    let back = PageRequest { first: 2, after: Some(whole.items[4].0.clone()), backwards: true };
    assert_eq!(ids(&page(&world, &all(SIMULATED), &back).await), ids(&whole)[2..4]);

    let only = |tenants: &[Tenant]| Some(tenants.iter().map(|tenant| tenant.id).collect::<BTreeSet<_>>());
    let some = ImpactFilter { tenants: only(&tenants[1..2]), ..all(SIMULATED) };
    assert_eq!(page(&world, &some, &PageRequest::first(100)).await.items.len(), 2);
    let none = ImpactFilter { tenants: only(&[]), ..all(SIMULATED) };
    assert_eq!(page(&world, &none, &PageRequest::first(100)).await.items, []);
    let one = ImpactFilter { policies: Some(BTreeSet::from([world.policy.id])), ..all(SIMULATED) };
    assert_eq!(ids(&page(&world, &one, &PageRequest::first(100)).await), [world.policy.id]);
    let foreign = world.store.reader().impact_page(WorkspaceId(id()), &all(SIMULATED), &PageRequest::first(9)).await.unwrap();
    assert_eq!(foreign.items, []);
}

async fn statuses_filter_as_they_are_shown(place: &Place) {
    let world = World::new(place).await;
    let tenants = three_tenants(&world).await;
    read_log(&world.store, &tenants[0], Some(at(300))).await;
    read_log(&world.store, &tenants[1], Some(at(300))).await;
    // Both policies of the second tenant have the same document; Entra's results are the enabled one's.
    let all_rows = page(&world, &all(SIMULATED), &PageRequest::first(100)).await;
    let ids: Vec<_> =
        all_rows.items.iter().filter(|(_, item)| item.impact.tenant_id == tenants[1].id).map(|(_, item)| item.policy_id).collect();
    let policies = world.store.reader().policies_by_ids(world.workspace.id, &ids).await.unwrap();
    let enabled = policies.iter().find(|policy| policy.state == PolicyState::Enabled).unwrap();
    let report = ComputedImpact { observed_as: Some(enabled.graph_id), ..computed(&tenants[1], OBSERVED, at(300), None) };
    let tx = world.store.write().await.unwrap();
    tx.save_impact(world.workspace.id, &[report]).await.unwrap();
    tx.commit().await.unwrap();
    let expected = [
        (ImpactStatus::Fresh, None, 1),
        (ImpactStatus::NotComputed, None, 1),
        (ImpactStatus::NotApplicable, Some(ImpactReason::NoSignIns), 1),
        (ImpactStatus::NotApplicable, Some(ImpactReason::PolicyDisabled), 2),
        (ImpactStatus::Stale, None, 0),
        (ImpactStatus::Computing, None, 0),
    ];
    for (status, reason, count) in expected {
        let filter = ImpactFilter { statuses: vec![status], ..all(OBSERVED) };
        let found = page(&world, &filter, &PageRequest::first(100)).await;
        assert!(found.items.iter().all(|(_, item)| item.impact.status == status), "{status}");
        assert_eq!(found.items.iter().filter(|(_, item)| item.impact.reason == reason).count(), count, "{status} {reason:?}");
        let shows = |item: &PolicyImpact| item.impact.report.is_some() == (status == ImpactStatus::Fresh);
        assert!(found.items.iter().all(|(_, item)| shows(item)), "{status}");
    }
    let both = ImpactFilter { statuses: vec![ImpactStatus::Fresh, ImpactStatus::NotComputed], ..all(OBSERVED) };
    assert_eq!(page(&world, &both, &PageRequest::first(100)).await.items.len(), 2);
}

async fn old_reports_are_forgotten(place: &Place) {
    let world = World::new(place).await;
    read_log(&world.store, &world.tenant, Some(at(300))).await;
    let job = begin(&world, &[SIMULATED]).await;
    let tx = world.store.write().await.unwrap();
    tx.save_impact(world.workspace.id, &[computed(&world.tenant, OBSERVED, at(300), None)]).await.unwrap();
    let forgotten = async |before, limit| tx.delete_impact_before(world.workspace.id, world.tenant.id, before, limit).await.unwrap();
    assert_eq!(forgotten(at(500), 10).await, 0, "nothing is that old, and what is under way stays");
    assert_eq!(forgotten(at(501), 0).await, 0);
    assert_eq!(forgotten(at(501), 10).await, 1);
    tx.end_impact(world.workspace.id, job, None).await.unwrap();
    assert_eq!(forgotten(at(501), 10).await, 1);
    tx.commit().await.unwrap();
}
