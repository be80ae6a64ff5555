//! Use cases on tenants, one file per verb, and how a tenant's Graph access is made.

mod aliases;
mod connect;
mod emergency;
mod resync;

pub use aliases::{NewAlias, SetTenantAliases};

use domain::tenant::Tenant;
use graph::{Credential, Secret, TenantAccess, TenantGraph};

use crate::App;
use crate::error::{AppError, AppResult};
use crate::seal::Sealed;

impl App {
    /// The tenant's Graph, with its credential opened for this call chain only.
    pub(crate) async fn tenant_graph(&self, tenant: &Tenant) -> AppResult<TenantGraph> {
        let sealed = self
            .store()
            .reader()
            .sealed_credential(tenant.workspace_id, tenant.id)
            .await?
            .ok_or_else(|| AppError::ConnectionRefused { message: "the tenant has no credential: connect it again".to_owned() })?;
        let secret = self
            .sealer()
            .open(Sealed::Tenant(tenant.workspace_id, tenant.id), &sealed)
            .map_err(|broken| AppError::ConnectionRefused { message: broken.to_string() })?;
        Ok(self.graph().tenant(access(tenant, secret)))
    }
}

/// Who signs in where.
pub(crate) fn access(tenant: &Tenant, secret: String) -> TenantAccess {
    TenantAccess {
        entra_tenant_id: tenant.entra_tenant_id,
        cloud: tenant.cloud,
        client_id: tenant.client_id.clone(),
        credential: Credential::ClientSecret(Secret::new(secret)),
    }
}
