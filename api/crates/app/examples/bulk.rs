//! Speed of a bulk change up to its approval, in one process with one worker and without Graph: creating it, planning it in every tenant, asking
//! for approval and approving every change in one transaction, and a page of its items.
//!
//! `bulk URL TENANTS` on an empty database.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time and says so")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::bootstrap::FirstMember;
use app::command::Verdict;
use app::failpoint::Failpoints;
use app::page::PageRequest;
use app::runner::{Workers, start};
use app::seal::Sealer;
use app::settings::Settings;
use app::{App, BulkItemFilter, BulkStep, BulkView, CreateBulkChange, DecideBulkApproval, Deps, Intent};
use chrono::{DateTime, Utc};
use domain::bulk::{BulkItemState, BulkStatus, BulkTarget};
use domain::change::kind::ChangePayload;
use domain::change::payload::{AssignmentChange, SetDelta};
use domain::document::{PolicyDocument, text_hash};
use domain::env::{Clock, Ids};
use domain::id::{PolicyId, TenantId, WorkspaceId};
use domain::policy::{Policy, PolicyMetadata, PolicyState};
use domain::tenant::{Cloud, ConnectionState, DirectoryKind, DirectoryObject, EmergencyAccess, Licences, Tenant};
use domain::workspace::{Actor, Role};
use graph::{GraphClient, GraphConfig};
use serde_json::json;
use store::{Store, StoreConfig};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Policies of each tenant, one of them the target; groups of each tenant's cache.
const POLICIES: usize = 20;
const GROUPS: usize = 40;

type Done<T> = Result<T, Box<dyn Error>>;

struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap_or_default()
    }
}

struct RandomIds;

impl Ids for RandomIds {
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, tenants] = arguments.as_slice() else { return Err("bulk URL TENANTS".into()) };
    let tenants: usize = tenants.parse()?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(measure(url, tenants))
}

async fn measure(url: &str, tenants: usize) -> Done<()> {
    let store = Store::connect(&StoreConfig::new(url)).await?;
    store.migrate().await?;
    let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(WallClock), Arc::new(RandomIds));
    let graph = GraphClient::new(GraphConfig::microsoft(), clock.clone(), ids.clone())?;
    let settings = Settings { sync_interval: None, people_interval: None, ..Settings::default() };
    let sealer = Sealer::new(&[7; 32]);
    let app = App::new(Deps { store: store.clone(), graph, clock, ids, sealer, settings, failpoints: Failpoints::default() });
    let person =
        |name: &str, role| FirstMember { issuer: "bench".to_owned(), subject: name.to_owned(), display_name: name.to_owned(), role };
    let workspace = app.ensure_workspace("Bench", &[person("Olive", Role::Owner), person("Ada", Role::Admin)]).await?;
    let all = seed(&store, workspace, tenants).await?;
    let mut members = store.reader().members(workspace).await?.into_iter();
    let [olive, ada] = [members.next(), members.next()].map(|member| member.map(|member| actor(&member)));
    let (Some(olive), Some(ada)) = (olive, ada) else { return Err("two members".into()) };
    let mut rules = store.reader().workspace(workspace).await?.ok_or("a workspace")?;
    rules.require_approval = true;
    rules.approval_rules.always = true;
    rules.version += 1;
    let tx = store.write().await?;
    tx.update_workspace(&rules).await?;
    tx.commit().await?;
    run(&app, &store, &olive, &ada, all).await
}

async fn run(app: &App, store: &Store, olive: &Actor, ada: &Actor, tenant_ids: Vec<TenantId>) -> Done<()> {
    let stop = CancellationToken::new();
    let workers = start(app, &Workers { count: 1, applies: 1, owner: "bench".to_owned() }, &stop);
    let payload = ChangePayload::AssignmentChange(AssignmentChange {
        exclude_groups: SetDelta { add: vec!["Group 7".to_owned()], remove: Vec::new() },
        ..AssignmentChange::default()
    });
    let create = CreateBulkChange {
        tenant_ids,
        target: Some(BulkTarget::DisplayName("Policy 3".to_owned())),
        payload: Intent::Payload(payload),
        prerequisites: Vec::new(),
        strategy: Default::default(),
        note: None,
        idempotency_key: None,
    };
    let begin = Instant::now();
    let view = app.create_bulk_change(olive, create).await?;
    let created = begin.elapsed();
    let view = app.run_bulk_dry_run(olive, step(&view)).await?;
    let view = until_planned(app, olive, &view).await?;
    println!(
        "create {created:?}, create and dry-run {:?}: {} ready, {:?}",
        begin.elapsed(),
        view.counts.of(BulkItemState::Ready),
        view.status
    );

    let view = timed("request approval", app.request_bulk_approval(olive, step(&view))).await?;
    let digest = timed("digest", app.bulk_digest(olive, &view)).await?.ok_or("a digest")?;
    let decide = DecideBulkApproval { id: view.bulk.id, digest, approve: Verdict::Approve, comment: None, idempotency_key: None };
    let view = timed("approve", app.decide_bulk_approval(ada, decide)).await?;
    println!("{:?}, {} ready", view.status, view.counts.of(BulkItemState::Ready));
    for _ in 0..3 {
        let statements = store.statements();
        let view = timed("bulk change", app.bulk_change(olive, view.bulk.id)).await?;
        timed("page of 20 items", app.bulk_items(olive, &view, &BulkItemFilter::default(), &PageRequest::first(20))).await?;
        println!("{} statements", store.statements() - statements);
    }
    stop.cancel();
    workers.join_all().await;
    Ok(())
}

async fn until_planned(app: &App, actor: &Actor, view: &BulkView) -> Done<BulkView> {
    loop {
        let view = app.bulk_change(actor, view.bulk.id).await?;
        if view.status != BulkStatus::DryRunning {
            return Ok(view);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn timed<T, E: Error + 'static>(what: &str, work: impl Future<Output = Result<T, E>>) -> Done<T> {
    let begin = Instant::now();
    let done = work.await?;
    println!("{what} {:?}", begin.elapsed());
    Ok(done)
}

fn step(view: &BulkView) -> BulkStep {
    BulkStep { id: view.bulk.id, expected_revision: Some(view.bulk.revision), idempotency_key: None }
}

fn actor(member: &domain::workspace::Member) -> Actor {
    Actor {
        member_id: member.id,
        workspace_id: member.workspace_id,
        display_name: member.display_name.clone(),
        role: member.role,
        tenant_scope: None,
        expires_at: Utc::now() + chrono::TimeDelta::hours(1),
    }
}

async fn seed(store: &Store, workspace: WorkspaceId, tenants: usize) -> Done<Vec<TenantId>> {
    let now = WallClock.now();
    let mut ids = Vec::with_capacity(tenants);
    for number in 0..tenants {
        let tenant = Tenant {
            id: TenantId(Uuid::now_v7()),
            workspace_id: workspace,
            entra_tenant_id: Uuid::now_v7(),
            display_name: format!("Tenant {number:04}"),
            cloud: Cloud::Global,
            client_id: "client".to_owned(),
            connection: ConnectionState::Connected,
            connection_detail: None,
            imported_at: Some(now),
            last_sync_at: Some(now),
            licences: Licences { p1: true, p2: true, intune: true },
            security_defaults: Some(false),
            emergency_access: EmergencyAccess::default(),
            latest_snapshot_id: None,
            created_at: now,
            version: 1,
        };
        let groups: Vec<DirectoryObject> = (0..GROUPS).map(group).collect();
        let tx = store.write().await?;
        tx.insert_tenant(&tenant, b"sealed").await?;
        for place in 0..POLICIES {
            policy(&tx, &tenant, place, &groups, now).await?;
        }
        tx.upsert_directory(workspace, tenant.id, &groups).await?;
        tx.commit().await?;
        ids.push(tenant.id);
    }
    Ok(ids)
}

fn group(number: usize) -> DirectoryObject {
    DirectoryObject {
        kind: DirectoryKind::Group,
        object_id: Uuid::now_v7().to_string(),
        display_name: format!("Group {number}"),
        member_count: Some(12),
    }
}

async fn policy(tx: &store::WriteTx, tenant: &Tenant, place: usize, groups: &[DirectoryObject], now: DateTime<Utc>) -> Done<()> {
    let graph_id = Uuid::now_v7();
    let included: Vec<&str> = groups.iter().take(3).map(|group| group.object_id.as_str()).collect();
    let document = PolicyDocument::from_value(json!({
        "id": graph_id, "displayName": format!("Policy {place}"), "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": [], "includeGroups": included, "excludeGroups": [] },
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    }))?;
    let text = document.to_text();
    let hash = text_hash(&text);
    tx.put_documents(tenant.workspace_id, &[(hash.clone(), text)]).await?;
    let row = Policy {
        id: PolicyId(Uuid::now_v7()),
        workspace_id: tenant.workspace_id,
        tenant_id: tenant.id,
        graph_id,
        display_name: format!("Policy {place}"),
        state: PolicyState::ReportOnly,
        content_hash: document.canonical().hash(),
        document_hash: hash,
        graph_modified_at: None,
        deleted_at: None,
        metadata: PolicyMetadata::default(),
        first_seen_at: now,
        last_seen_at: now,
        version: 1,
    };
    tx.insert_policy(&row, &document.conditions_text()).await?;
    Ok(())
}
