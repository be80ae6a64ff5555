//! A database of its own for every test, and rows to put into it.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::change::kind::ChangePayload;
use domain::change::request::ChangeRequest;
use domain::change::status::ChangeStatus;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::*;
use domain::policy::{Policy, PolicyMetadata, PolicyState};
use domain::tenant::{Cloud, ConnectionState, EmergencyAccess, Licences, Tenant};
use domain::workspace::{Member, Role, Workspace};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use store::{NewJob, Store, StoreConfig};
use uuid::Uuid;

/// Runs each test function once per database.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(&crate::support::Place::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let place = crate::support::Place::postgres().await;
                super::$name(&place).await;
                place.drop_database().await;
            })+
        }
    };
}
pub(crate) use on_both;

/// A throwaway database.
pub struct Place {
    pub url: String,
    _folder: tempfile::TempDir,
    admin: Option<(DatabaseConnection, String)>,
}

impl Place {
    pub async fn sqlite() -> Place {
        let folder = tempfile::tempdir().unwrap();
        Place { url: format!("sqlite:{}", folder.path().join("deep/er/causeway.db").display()), _folder: folder, admin: None }
    }

    #[expect(clippy::disallowed_methods, reason = "the test runner says where its PostgreSQL is")]
    pub async fn postgres() -> Place {
        let admin_url = std::env::var("CAUSEWAY_TEST_POSTGRES").expect(
            "CAUSEWAY_TEST_POSTGRES is not set: run tests/run, which starts a PostgreSQL, or set it to the URL of an administrator's database \
             such as postgres://postgres@127.0.0.1:5432/postgres",
        );
        let folder = tempfile::tempdir().unwrap();
        let random = folder.path().file_name().unwrap().to_string_lossy().replace('.', "").to_lowercase();
        let name = format!("store_{}_{random}", std::process::id());
        let admin = Database::connect(&admin_url).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (server, _) = admin_url.rsplit_once('/').unwrap();
        Place { url: format!("{server}/{name}"), _folder: folder, admin: Some((admin, name)) }
    }

    /// A migrated store on this database.
    pub async fn store(&self) -> Store {
        let store = Store::connect(&StoreConfig::new(&self.url)).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// The database itself, around the store.
    pub async fn raw(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.unwrap()
    }

    pub async fn drop_database(self) {
        if let Some((admin, name)) = &self.admin {
            admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        }
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A fresh id, rising.
pub fn id() -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// So many seconds into the test's time, with microseconds, which both databases must keep.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap() + TimeDelta::seconds(seconds)
}

pub fn hash(text: &str) -> ContentHash {
    ContentHash(format!("{:0>64}", text))
}

pub fn workspace(name: &str) -> Workspace {
    Workspace {
        id: WorkspaceId(id()),
        name: name.to_owned(),
        require_approval: false,
        approval_rules: Default::default(),
        dry_run_ttl_s: 1_800,
        created_at: at(0),
        version: 1,
    }
}

pub fn member(workspace: WorkspaceId, subject: &str) -> Member {
    Member {
        id: MemberId(id()),
        workspace_id: workspace,
        issuer: "https://issuer.example".to_owned(),
        subject: subject.to_owned(),
        display_name: format!("Member {subject}"),
        role: Role::Admin,
        tenant_scope: None,
        owned_by: None,
        created_at: at(0),
        removed_at: None,
        version: 1,
    }
}

pub fn tenant(workspace: WorkspaceId, name: &str) -> Tenant {
    Tenant {
        id: TenantId(id()),
        workspace_id: workspace,
        entra_tenant_id: id(),
        display_name: name.to_owned(),
        cloud: Cloud::Global,
        client_id: "client".to_owned(),
        connection: ConnectionState::Connected,
        connection_detail: None,
        imported_at: Some(at(1)),
        last_sync_at: None,
        licences: Licences { p1: true, p2: false, intune: true },
        security_defaults: Some(false),
        emergency_access: EmergencyAccess::default(),
        latest_snapshot_id: None,
        created_at: at(0),
        version: 1,
    }
}

pub fn policy(tenant: &Tenant, name: &str) -> Policy {
    Policy {
        id: PolicyId(id()),
        workspace_id: tenant.workspace_id,
        tenant_id: tenant.id,
        graph_id: id(),
        display_name: name.to_owned(),
        state: PolicyState::ReportOnly,
        content_hash: hash("canonical"),
        document_hash: hash("document"),
        graph_modified_at: None,
        deleted_at: None,
        metadata: PolicyMetadata::default(),
        first_seen_at: at(1),
        last_seen_at: at(1),
        version: 1,
    }
}

pub fn change(policy: &Policy, by: MemberId, seconds: i64) -> ChangeRequest {
    ChangeRequest {
        id: ChangeId(id()),
        workspace_id: policy.workspace_id,
        tenant_id: policy.tenant_id,
        policy_id: Some(policy.id),
        target_graph_id: Some(policy.graph_id.to_string()),
        payload: ChangePayload::StateChange { to: PolicyState::Enabled },
        status: ChangeStatus::Draft,
        revision: 1,
        created_by: by,
        editors: Vec::new(),
        note: None,
        requires_approval: true,
        approval_rules: Default::default(),
        waivers: Vec::new(),
        emergency: None,
        rollback_of: None,
        bulk_change_id: None,
        rollout_id: None,
        rolled_back_by: None,
        dry_run: None,
        approvals: Vec::new(),
        applied_by: None,
        pre_snapshot_id: None,
        post_snapshot_id: None,
        write_performed: None,
        failure: None,
        resolution: None,
        close_reason: None,
        created_at: at(seconds),
        updated_at: at(seconds),
        applied_at: None,
    }
}

pub fn event(tenant: Option<TenantId>, subject: Uuid) -> NewEvent {
    NewEvent {
        kind: EventKind::ChangeStatusChanged,
        actor: None,
        tenant_id: tenant,
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: subject,
        data: serde_json::json!({"from": "draft", "to": "applying"}),
    }
}

pub fn job(world: &World, kind: &str) -> NewJob {
    NewJob {
        id: JobId(id()),
        workspace_id: world.workspace.id,
        tenant_id: Some(world.tenant.id),
        kind: kind.to_owned(),
        dedup_key: None,
        serial_key: None,
        payload: serde_json::json!({"n": 1}),
        priority: 0,
        run_at: at(0),
        max_attempts: 3,
        created_at: at(0),
    }
}

/// A workspace with one member, one tenant and one policy.
pub struct World {
    pub store: Store,
    pub workspace: Workspace,
    pub member: Member,
    pub tenant: Tenant,
    pub policy: Policy,
}

impl World {
    pub async fn new(place: &Place) -> World {
        let store = place.store().await;
        let workspace = workspace("Contoso");
        let member = member(workspace.id, "ada");
        let tenant = tenant(workspace.id, "Adatum");
        let policy = policy(&tenant, "Require MFA");
        let tx = store.write().await.unwrap();
        tx.insert_workspace(&workspace).await.unwrap();
        tx.insert_member(&member).await.unwrap();
        tx.insert_tenant(&tenant, b"sealed").await.unwrap();
        tx.put_documents(workspace.id, &[(hash("document"), "{}".to_owned()), (hash("manifest"), r#"{"items":[]}"#.to_owned())])
            .await
            .unwrap();
        tx.insert_policy(&policy, r#"{"users":{}}"#).await.unwrap();
        tx.commit().await.unwrap();
        World { store, workspace, member, tenant, policy }
    }
}
