//! Policies of several tenants at once: a page for each, in one statement.

use std::collections::HashMap;

use domain::id::{TenantId, WorkspaceId};
use domain::policy::PolicyItem;
use entity::policy::Model;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use crate::db::{Db, Reader};
use crate::error::Result;
use crate::ids::{postgres_array, sqlite_array};
use crate::page::{Cursor, Page, PageRequest, SortKey};
use crate::policies::{latest_change, to_policy};
use crate::policy_pages::{PolicyFilter, conditions_sql};

/// The list's name inside its cursors: the same list as [`Reader::policies_page`].
const LIST: &str = "policies";

impl Reader {
    /// A page of policies by name for each tenant; tenants without any have an empty page. The cursor, if any, applies to each.
    pub async fn policies_of_tenants(
        &self,
        workspace: WorkspaceId,
        tenants: &[TenantId],
        filter: &PolicyFilter,
        request: &PageRequest,
        with_conditions: bool,
    ) -> Result<HashMap<TenantId, Page<PolicyItem>>> {
        let mut pages: HashMap<TenantId, Page<PolicyItem>> = HashMap::with_capacity(tenants.len());
        if tenants.is_empty() {
            return Ok(pages);
        }
        let cursor = request.after.as_deref().map(|cursor| Cursor::decode(LIST, &SortKey::Text(String::new()), cursor)).transpose()?;
        let mut rows = rows(&self.db, workspace, tenants, filter, request, cursor.as_ref(), with_conditions).await?;
        // The statement walks an index per tenant but promises no order; sorting what is nearly sorted costs less here than there.
        rows.sort_by(|a, b| (a.tenant_id, &a.sort_name, a.id).cmp(&(b.tenant_id, &b.sort_name, b.id)));
        if request.backwards {
            rows.reverse();
        }
        for row in rows {
            let tenant = TenantId(row.tenant_id);
            let page = pages.entry(tenant).or_insert_with(empty);
            let cursor = Cursor { key: SortKey::Text(row.sort_name.clone()), id: row.id }.encode(LIST);
            page.items.push((cursor, to_item(row, with_conditions)?));
        }
        for tenant in tenants {
            let page = pages.entry(*tenant).or_insert_with(empty);
            let more = page.items.len() > request.limit();
            page.items.truncate(request.limit());
            let beside = request.after.is_some();
            if request.backwards {
                page.items.reverse();
            }
            (page.has_next, page.has_previous) = if request.backwards { (beside, more) } else { (more, beside) };
        }
        Ok(pages)
    }

    /// How many policies the filter leaves in each tenant.
    pub async fn count_policies_of_tenants(
        &self,
        workspace: WorkspaceId,
        tenants: &[TenantId],
        filter: &PolicyFilter,
    ) -> Result<HashMap<TenantId, u64>> {
        let mut counts: HashMap<TenantId, u64> = tenants.iter().map(|tenant| (*tenant, 0)).collect();
        if tenants.is_empty() {
            return Ok(counts);
        }
        let mut values: Vec<Value> = vec![list(&self.db, tenants), workspace.0.into()];
        let (tenant, source) = source(&self.db);
        let conditions = conditions_sql(&self.db, "p", filter, &mut values);
        let sql = format!(
            "SELECT p.tenant_id, count(*) AS n FROM {source} JOIN policy p ON p.workspace_id = $2 AND p.tenant_id = {tenant} WHERE TRUE{conditions} GROUP BY p.tenant_id"
        );
        for row in self.db.query_all_raw(Statement::from_sql_and_values(self.db.get_database_backend(), sql, values)).await? {
            let count: i64 = row.try_get_by_index(1)?;
            counts.insert(TenantId(row.try_get_by_index(0)?), u64::try_from(count).unwrap_or(0));
        }
        Ok(counts)
    }
}

/// One walk of the name index per tenant, which stops at the limit: see `tenant_policies` for why the dialects differ.
async fn rows(
    db: &Db,
    workspace: WorkspaceId,
    tenants: &[TenantId],
    filter: &PolicyFilter,
    request: &PageRequest,
    cursor: Option<&Cursor>,
    with_conditions: bool,
) -> Result<Vec<Model>> {
    // One more than asked for shows whether there are more.
    let mut values: Vec<Value> = vec![list(db, tenants), workspace.0.into(), (request.limit() as i64 + 1).into()];
    let mut conditions = conditions_sql(db, "q", filter, &mut values);
    let (order, beyond) = if request.backwards { ("DESC", "<") } else { ("ASC", ">") };
    if let Some(Cursor { key: SortKey::Text(name), id }) = cursor {
        values.push(name.clone().into());
        values.push((*id).into());
        conditions.push_str(&format!(" AND (q.sort_name, q.id) {beyond} (${}, ${})", values.len() - 1, values.len()));
    }
    let shown = if with_conditions { "p.conditions" } else { "'' AS conditions" };
    let columns = format!("{COLUMNS}, {shown}");
    let (tenant, source) = source(db);
    let walk = format!(
        "FROM policy q WHERE q.workspace_id = $2 AND q.tenant_id = {tenant}{conditions} ORDER BY q.sort_name {order}, q.id {order} LIMIT $3"
    );
    let sql = if db.postgres() {
        format!("SELECT {columns} FROM {source} CROSS JOIN LATERAL (SELECT * {walk}) p")
    } else {
        format!("SELECT {columns} FROM {source} CROSS JOIN policy p ON p.rowid IN (SELECT q.rowid {walk})")
    };
    let found = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    Ok(found.iter().map(to_row).collect::<std::result::Result<_, _>>()?)
}

/// By place, in the order of [`COLUMNS`]: looking twenty names up in each of a thousand rows costs more than reading them.
fn to_row(row: &QueryResult) -> std::result::Result<Model, DbErr> {
    Ok(Model {
        id: row.try_get_by_index(0)?,
        workspace_id: row.try_get_by_index(1)?,
        tenant_id: row.try_get_by_index(2)?,
        graph_id: row.try_get_by_index(3)?,
        display_name: row.try_get_by_index(4)?,
        sort_name: row.try_get_by_index(5)?,
        state: row.try_get_by_index(6)?,
        content_hash: row.try_get_by_index(7)?,
        document_hash: row.try_get_by_index(8)?,
        graph_modified_at: row.try_get_by_index(9)?,
        deleted_at: row.try_get_by_index(10)?,
        criticality: row.try_get_by_index(11)?,
        code: row.try_get_by_index(12)?,
        tags: row.try_get_by_index(13)?,
        first_seen_at: row.try_get_by_index(14)?,
        last_seen_at: row.try_get_by_index(15)?,
        latest_change_id: row.try_get_by_index(16)?,
        latest_change_status: row.try_get_by_index(17)?,
        version: row.try_get_by_index(18)?,
        conditions: row.try_get_by_index(19)?,
    })
}

const COLUMNS: &str = "p.id, p.workspace_id, p.tenant_id, p.graph_id, p.display_name, p.sort_name, p.state, p.content_hash, p.document_hash, \
    p.graph_modified_at, p.deleted_at, p.criticality, p.code, p.tags, p.first_seen_at, p.last_seen_at, p.latest_change_id, \
    p.latest_change_status, p.version";

/// How the list of tenants is unrolled, and the tenant's id in it.
fn source(db: &Db) -> (&'static str, &'static str) {
    if db.postgres() { ("t.id", "unnest(($1::text)::uuid[]) AS t (id)") } else { ("unhex(t.value)", "json_each($1) t") }
}

fn list(db: &Db, tenants: &[TenantId]) -> Value {
    let ids = tenants.iter().map(|tenant| tenant.0);
    if db.postgres() { postgres_array(ids) } else { sqlite_array(ids) }.into()
}

fn empty() -> Page<PolicyItem> {
    Page { items: Vec::new(), has_next: false, has_previous: false }
}

fn to_item(mut row: Model, with_conditions: bool) -> Result<PolicyItem> {
    let conditions = with_conditions.then(|| std::mem::take(&mut row.conditions));
    let latest_change = latest_change(row.latest_change_id, row.latest_change_status.as_deref())?;
    Ok(PolicyItem { policy: to_policy(row)?, conditions, latest_change })
}
