//! Connects the simulated tenants of an embedded run and shows how their imports go.

use std::time::Duration;

use app::command::ConnectTenant;
use app::error::{AppError, AppResult};
use app::page::PageRequest;
use app::{App, PolicyFilter, TenantFilter, TenantOrder};
use domain::id::WorkspaceId;
use domain::tenant::Cloud;
use entra_sim::{SimApp, SimTenant};
use tokio::time::{Instant, sleep};

use crate::cli::{Import, ImportLine};

/// The permission that an application needs to change policies.
const WRITER: &str = "Policy.ReadWrite.ConditionalAccess";
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// After this the server is ready all the same; what is missing shows on the tenants.
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);

/// Connects what isn't connected yet and waits for the first snapshots.
pub async fn import(app: &App, workspace: WorkspaceId, tenants: &[SimTenant]) {
    for tenant in tenants {
        if let Err(error) = connect(app, workspace, tenant).await {
            tracing::error!(tenant = tenant.display_name, %error, "a simulated tenant could not be connected");
        }
    }
    let until = Instant::now() + GIVE_UP_AFTER;
    let mut line = ImportLine::stdout();
    loop {
        match progress(app, workspace).await {
            Ok(imports) if line.show(&imports) => return,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the imports' progress could not be read"),
        }
        if Instant::now() >= until {
            tracing::warn!("not every tenant was imported within {GIVE_UP_AFTER:?}");
            return;
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn connect(app: &App, workspace: WorkspaceId, tenant: &SimTenant) -> AppResult<()> {
    let usable = |candidate: &&SimApp| !candidate.secret.is_empty() && candidate.roles.iter().any(|role| role == WRITER);
    let Some(application) = tenant.apps.iter().find(usable) else { return Ok(()) };
    let command = ConnectTenant {
        entra_tenant_id: tenant.tenant_id,
        cloud: Cloud::Global,
        client_id: application.client_id.to_string(),
        client_secret: application.secret.clone(),
        display_name: None,
        idempotency_key: None,
    };
    match app.connect_tenant(&app.owner(workspace).await?, command).await {
        Ok(_) | Err(AppError::AlreadyConnected) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn progress(app: &App, workspace: WorkspaceId) -> AppResult<Vec<Import>> {
    let owner = app.owner(workspace).await?;
    let page = app.tenants(&owner, &TenantFilter::default(), TenantOrder::DisplayName, &PageRequest::first(100)).await?;
    let ids: Vec<_> = page.items.iter().map(|(_, tenant)| tenant.id).collect();
    let policies = app.count_policies(&owner, &ids, &PolicyFilter::default()).await?;
    let import = |(_, tenant): (String, domain::tenant::Tenant)| Import {
        policies: tenant.imported_at.map(|_| policies.get(&tenant.id).copied().unwrap_or_default()),
        trouble: tenant.connection_detail,
        tenant: tenant.display_name,
    };
    Ok(page.items.into_iter().map(import).collect())
}
