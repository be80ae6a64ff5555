//! Reading tenants.

use std::collections::HashMap;

use domain::id::TenantId;
use domain::tenant::{ConnectionState, DirectoryObject, Tenant};
use domain::workspace::Actor;

use super::visible;
use crate::App;
use crate::authorize::in_scope;
use crate::error::AppResult;
use crate::page::{Page, PageRequest};

pub use store::TenantOrder;

/// Which tenants a list shows.
#[derive(Clone, Debug, Default)]
pub struct TenantFilter {
    /// Part of the display name, any case.
    pub search: Option<String>,
    /// Connection state.
    pub connection: Option<ConnectionState>,
}

impl TenantFilter {
    fn in_store(&self, actor: &Actor) -> store::TenantFilter {
        store::TenantFilter { scope: visible(actor, None), search: self.search.clone(), connections: self.connection.into_iter().collect() }
    }
}

impl App {
    /// A page of tenants.
    pub async fn tenants(&self, actor: &Actor, filter: &TenantFilter, order: TenantOrder, page: &PageRequest) -> AppResult<Page<Tenant>> {
        Ok(self.store().reader().tenants_page(actor.workspace_id, &filter.in_store(actor), order, page).await?)
    }

    /// How many tenants the filter finds.
    pub async fn count_tenants(&self, actor: &Actor, filter: &TenantFilter) -> AppResult<u64> {
        Ok(self.store().reader().count_tenants(actor.workspace_id, &filter.in_store(actor)).await?)
    }

    /// Tenants by id; those the actor doesn't see are absent.
    pub async fn tenants_by_ids(&self, actor: &Actor, ids: &[TenantId]) -> AppResult<HashMap<TenantId, Tenant>> {
        let tenants = self.store().reader().tenants_by_ids(actor.workspace_id, ids).await?;
        Ok(tenants.into_iter().filter(|tenant| actor.sees(tenant.id)).map(|tenant| (tenant.id, tenant)).collect())
    }

    /// The tenant's object cache: names for the ids in documents.
    pub async fn directory_objects(&self, actor: &Actor, tenant: TenantId) -> AppResult<Vec<DirectoryObject>> {
        in_scope(actor, tenant)?;
        Ok(self.store().reader().directory(actor.workspace_id, tenant).await?)
    }
}
