//! Lists of policies.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::id::{TenantId, WorkspaceId};
use domain::policy::{Criticality, Policy, PolicyState};
use entity::policy::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select, Value};

use crate::db::{Db, Reader};
use crate::error::Result;
use crate::ids::{contains, in_ids, pattern};
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};
use crate::policies::to_policy;

/// Which policies; the default is all of the workspace that are not deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyFilter {
    /// The tenants; `None` is all.
    pub scope: Option<BTreeSet<TenantId>>,
    /// States; empty is all.
    pub states: Vec<PolicyState>,
    /// Criticalities; empty is all.
    pub criticalities: Vec<Criticality>,
    /// Part of the display name, in any case.
    pub search: Option<String>,
    /// Deleted policies too.
    pub include_deleted: bool,
    /// Only policies that were deleted after this instant; goes before `include_deleted`.
    pub deleted_after: Option<DateTime<Utc>>,
}

impl Reader {
    /// A page of policies by name.
    pub async fn policies_page(&self, workspace: WorkspaceId, filter: &PolicyFilter, request: &PageRequest) -> Result<Page<Policy>> {
        let keyset = Keyset {
            list: "policies",
            key: Expr::col(Column::SortName),
            id: Some(Expr::col(Column::Id)),
            descending: false,
            like: SortKey::Text(String::new()),
        };
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row| Cursor { key: SortKey::Text(row.sort_name.clone()), id: row.id }, to_policy)
    }

    /// How many policies the filter leaves.
    pub async fn count_policies(&self, workspace: WorkspaceId, filter: &PolicyFilter) -> Result<u64> {
        Ok(filtered(&self.db, workspace, filter).count(&self.db).await?)
    }
}

fn filtered(db: &Db, workspace: WorkspaceId, filter: &PolicyFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    if let Some(scope) = &filter.scope {
        select = match scope.first() {
            // One tenant is the usual case: an equality keeps the index's order.
            Some(only) if scope.len() == 1 => select.filter(Column::TenantId.eq(only.0)),
            _ => select.filter(in_ids(db, "tenant_id", scope.iter().map(|id| id.0))),
        };
    }
    match filter.deleted_after {
        Some(after) => select = select.filter(Column::DeletedAt.gt(after)),
        None if filter.include_deleted => {}
        None => select = select.filter(Column::DeletedAt.is_null()),
    }
    if !filter.states.is_empty() {
        select = select.filter(Column::State.is_in(filter.states.iter().map(|state| state.as_str())));
    }
    if !filter.criticalities.is_empty() {
        select = select.filter(Column::Criticality.is_in(filter.criticalities.iter().map(|criticality| criticality.as_str())));
    }
    if let Some(search) = filter.search.as_deref().filter(|search| !search.is_empty()) {
        select = select.filter(contains(Expr::col(Column::SortName), search));
    }
    select
}

/// The filter without its scope, as ` AND ..` conditions on the alias `p`; what it binds is pushed onto `values`.
pub(crate) fn conditions_sql(db: &Db, p: &str, filter: &PolicyFilter, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    match filter.deleted_after {
        Some(after) => {
            values.push(after.into());
            sql.push_str(&format!(" AND {p}.deleted_at > ${}", values.len()));
        }
        None if filter.include_deleted => {}
        None => sql.push_str(&format!(" AND {p}.deleted_at IS NULL")),
    }
    let mut one_of = |column: &str, texts: Vec<&'static str>| {
        if !texts.is_empty() {
            // Closed sets of ours, never a caller's text: no binding needed, and the statement stays one of a few.
            sql.push_str(&format!(" AND {p}.{column} IN ('{}')", texts.join("', '")));
        }
    };
    one_of("state", filter.states.iter().map(|state| state.as_str()).collect());
    one_of("criticality", filter.criticalities.iter().map(|criticality| criticality.as_str()).collect());
    if let Some(search) = filter.search.as_deref().filter(|search| !search.is_empty()) {
        values.push(pattern(search).into());
        let escape = if db.postgres() { "E'\\\\'" } else { "'\\'" };
        sql.push_str(&format!(" AND {p}.sort_name LIKE ${} ESCAPE {escape}", values.len()));
    }
    sql
}
