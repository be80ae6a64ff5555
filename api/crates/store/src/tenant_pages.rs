//! Lists of tenants.

use std::collections::BTreeSet;

use chrono::DateTime;
use domain::id::{TenantId, WorkspaceId};
use domain::tenant::{ConnectionState, Tenant};
use entity::tenant;
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};

use crate::db::{Db, Reader};
use crate::error::Result;
use crate::ids::{contains, in_ids};
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::tenants::to_tenant;

/// Which tenants; the default is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantFilter {
    /// The tenants that the caller may see; `None` is all.
    pub scope: Option<BTreeSet<TenantId>>,
    /// Part of the display name, in any case.
    pub search: Option<String>,
    /// Connection states; empty is all.
    pub connections: Vec<ConnectionState>,
}

/// How tenants are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TenantOrder {
    /// By name, in lower case.
    #[default]
    DisplayName,
    /// The last synced first, the never synced last.
    LastSync,
}

impl Reader {
    /// A page of tenants.
    pub async fn tenants_page(
        &self,
        workspace: WorkspaceId,
        filter: &TenantFilter,
        order: TenantOrder,
        request: &PageRequest,
    ) -> Result<Page<Tenant>> {
        let keyset = keyset(order);
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row| cursor(order, row), to_tenant)
    }

    /// How many tenants the filter leaves.
    pub async fn count_tenants(&self, workspace: WorkspaceId, filter: &TenantFilter) -> Result<u64> {
        Ok(filtered(&self.db, workspace, filter).count(&self.db).await?)
    }
}

pub(crate) fn filtered(db: &Db, workspace: WorkspaceId, filter: &TenantFilter) -> Select<tenant::Entity> {
    let mut select = tenant::Entity::find().filter(tenant::Column::WorkspaceId.eq(workspace.0));
    if let Some(scope) = &filter.scope {
        select = select.filter(in_ids(db, "id", scope.iter().map(|id| id.0)));
    }
    if let Some(search) = filter.search.as_deref().filter(|search| !search.is_empty()) {
        select = select.filter(contains(Expr::col(tenant::Column::SortName), search));
    }
    if !filter.connections.is_empty() {
        select = select.filter(tenant::Column::Connection.is_in(filter.connections.iter().map(|state| state.as_str())));
    }
    select
}

pub(crate) fn keyset(order: TenantOrder) -> Keyset {
    let id = Some(Expr::col(tenant::Column::Id));
    match order {
        TenantOrder::DisplayName => {
            Keyset { list: "tenants", key: Expr::col(tenant::Column::SortName), id, descending: false, like: SortKey::Text(String::new()) }
        }
        TenantOrder::LastSync => Keyset {
            list: "tenants-by-sync",
            // Never synced counts as synced at the epoch, so that the key is never null and the order is total.
            key: Func::coalesce([Expr::col(tenant::Column::LastSyncAt), Expr::val(DateTime::UNIX_EPOCH)]).into(),
            id,
            descending: true,
            like: SortKey::Time(DateTime::UNIX_EPOCH),
        },
    }
}

pub(crate) fn cursor(order: TenantOrder, row: &tenant::Model) -> Cursor {
    let key = match order {
        TenantOrder::DisplayName => SortKey::Text(row.sort_name.clone()),
        TenantOrder::LastSync => SortKey::Time(row.last_sync_at.unwrap_or(DateTime::UNIX_EPOCH)),
    };
    Cursor { key, id: row.id }
}
