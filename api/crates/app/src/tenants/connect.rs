//! `connectTenant`: signs in once, then imports in the background.

use chrono::TimeDelta;
use domain::access::Operation;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::id::{AuditId, JobId, TenantId};
use domain::snapshot::SnapshotKind;
use domain::tenant::{ConnectionState, EmergencyAccess, Licences, Tenant};
use domain::workspace::Actor;
use graph::{Call, GraphError, PERMISSIONS_TO_READ, Priority};
use serde_json::json;
use tokio::time::Instant;

use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::ConnectTenant;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::runner::jobs::{ingest_job, sync_job};
use crate::seal::Sealed;
use crate::sync::connection_after;

/// The first reading of sign-ins is long: the import, which somebody waits for, goes first.
const FIRST_READING: TimeDelta = TimeDelta::seconds(20);

impl App {
    /// Connects a tenant. A credential that Entra refuses is refused here, and nothing is stored.
    pub async fn connect_tenant(&self, actor: &Actor, command: ConnectTenant) -> AppResult<Tenant> {
        let id = TenantId(self.ids().uuid());
        let subject = Subject::new(SubjectKind::Tenant, id.0, None);
        self.audited(actor, Operation::ConnectTenant, subject, self.try_connect(actor, &command, id)).await
    }

    async fn try_connect(&self, actor: &Actor, command: &ConnectTenant, id: TenantId) -> AppResult<Tenant> {
        authorize(actor, Operation::ConnectTenant)?;
        // A member limited to some tenants could not see what it connects.
        if actor.tenant_scope.is_some() {
            return Err(AppError::Forbidden { operation: Operation::ConnectTenant, role: actor.role });
        }
        validate(command)?;
        // The secret is part of what must be equal, but only its hash is kept.
        let input = (command.entra_tenant_id, command.cloud, &command.client_id, &command.display_name, &command.client_secret);
        let once = Once::new(Operation::ConnectTenant, &command.idempotency_key, &input)?;
        let mut tenant = self.new_tenant(actor, command, id);
        if self.store().reader().tenant_by_entra_id(actor.workspace_id, command.entra_tenant_id).await?.is_none() {
            let found = self.sign_in(&tenant, command).await?;
            if tenant.display_name.is_empty() {
                tenant.display_name = found;
            }
        }

        let now = self.now();
        let tx = self.store().write().await?;
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            return tx.tenant(actor.workspace_id, TenantId(first)).await?.ok_or(AppError::NotFound);
        }
        if tx.tenant_by_entra_id(actor.workspace_id, command.entra_tenant_id).await?.is_some() {
            return Err(AppError::AlreadyConnected);
        }
        let sealed = self.sealer().seal(Sealed::Tenant(actor.workspace_id, id), &command.client_secret, self.ids());
        tx.insert_tenant(&tenant, &sealed).await?;
        tx.enqueue_job(&sync_job(JobId(self.ids().uuid()), actor.workspace_id, id, SnapshotKind::Import, now)).await?;
        if self.settings().sign_ins.interval.is_some() {
            tx.enqueue_job(&ingest_job(JobId(self.ids().uuid()), actor.workspace_id, id, now + FIRST_READING)).await?;
        }
        let event = NewEvent {
            kind: EventKind::TenantConnected,
            actor: Some(actor.member_id),
            tenant_id: Some(id),
            subject_kind: SubjectKind::Tenant,
            subject_id: id.0,
            data: json!({ "entraTenantId": tenant.entra_tenant_id, "displayName": tenant.display_name }),
        };
        tx.append_events(actor.workspace_id, now, vec![event]).await?;
        let subject = Subject::new(SubjectKind::Tenant, id.0, Some(id));
        let detail = json!({ "entraTenantId": tenant.entra_tenant_id, "clientId": tenant.client_id, "cloud": tenant.cloud });
        let entry = subject.done(actor, Operation::ConnectTenant, detail);
        tx.append_audit(actor.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(tenant)
    }

    fn new_tenant(&self, actor: &Actor, command: &ConnectTenant, id: TenantId) -> Tenant {
        Tenant {
            id,
            workspace_id: actor.workspace_id,
            entra_tenant_id: command.entra_tenant_id,
            display_name: command.display_name.as_deref().map(str::trim).unwrap_or_default().to_owned(),
            cloud: command.cloud,
            client_id: command.client_id.clone(),
            connection: ConnectionState::Importing,
            connection_detail: None,
            imported_at: None,
            last_sync_at: None,
            licences: Licences::default(),
            security_defaults: None,
            emergency_access: EmergencyAccess::default(),
            latest_snapshot_id: None,
            created_at: self.now(),
            version: 1,
        }
    }

    /// Signs in and reads the organization's name: the proof that the credential works.
    async fn sign_in(&self, tenant: &Tenant, command: &ConnectTenant) -> AppResult<String> {
        let graph = self.graph().tenant(super::access(tenant, command.client_secret.clone()));
        let call = Call {
            deadline: Instant::now() + self.settings().graph_interactive,
            client_request_id: self.ids().uuid(),
            priority: Priority::Interactive,
        };
        let found = async {
            let permissions = graph.permissions(&call).await?;
            Ok((permissions.missing(&PERMISSIONS_TO_READ).join(", "), graph.organization(&call).await?.display_name))
        };
        match found.await {
            Ok((missing, name)) if missing.is_empty() => Ok(name),
            Ok((missing, _)) => Err(AppError::ConnectionRefused {
                message: format!(
                    "the application lacks permissions in this tenant: {missing}: grant them, with the administrator's consent, and connect again"
                ),
            }),
            Err(GraphError::Config { reason }) => {
                Err(AppError::ConnectionRefused { message: format!("the server is not set up to reach this cloud: {reason}") })
            }
            Err(error) => {
                tracing::info!(entra_tenant = %tenant.entra_tenant_id, %error, "a tenant could not be connected");
                Err(AppError::ConnectionRefused { message: connection_after(&error).2.to_owned() })
            }
        }
    }
}

fn validate(command: &ConnectTenant) -> AppResult<()> {
    let name_length = command.display_name.as_deref().map(|name| name.trim().chars().count());
    if name_length.is_some_and(|length| !(1..=256).contains(&length)) {
        return Err(AppError::invalid(&["input", "displayName"], "a display name holds 1 to 256 characters"));
    }
    if uuid::Uuid::parse_str(&command.client_id).is_err() {
        return Err(AppError::invalid(&["input", "clientId"], "the application (client) id is a GUID"));
    }
    if !(1..=512).contains(&command.client_secret.len()) {
        return Err(AppError::invalid(&["input", "clientSecret"], "the client secret is empty or too long"));
    }
    Ok(())
}
