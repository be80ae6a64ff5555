//! The front page: tenants with their first policies, in two statements whatever the page's size. The only hand-written list query, because it is the
//! hottest: each dialect has its own shape that reads no more rows than it returns.

use std::collections::HashMap;

use domain::id::{PolicyId, WorkspaceId};
use domain::policy::{Criticality, LatestChange, PolicyState};
use domain::tenant::Tenant;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use crate::convert::{optional_text, text};
use crate::db::{Db, Reader};
use crate::error::Result;
use crate::ids::{postgres_array, sqlite_array};
use crate::page::{MAX_PAGE, Page, PageRequest};
use crate::policies::latest_change;
use crate::tenant_pages::{TenantFilter, TenantOrder};

/// What the front page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantPolicyRequest {
    /// Which tenants.
    pub filter: TenantFilter,
    /// Which page of them, by display name.
    pub page: PageRequest,
    /// Policies per tenant, by display name: 1 to [`MAX_PAGE`]; other numbers are moved into that range.
    pub policies: usize,
    /// Whether to read the conditions, the bulk of the bytes.
    pub conditions: bool,
}

/// One policy of the front page.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyLine {
    /// Our id.
    pub id: PolicyId,
    /// Graph's id.
    pub graph_id: Uuid,
    /// Display name.
    pub display_name: String,
    /// State in Graph.
    pub state: PolicyState,
    /// Criticality.
    pub criticality: Option<Criticality>,
    /// Conditions as compact JSON text, if asked for: pass it through unparsed.
    pub conditions: Option<String>,
    /// The newest change.
    pub latest_change: Option<LatestChange>,
}

/// One tenant of the front page.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantPolicies {
    /// The tenant.
    pub tenant: Tenant,
    /// Its first policies by name, deleted ones left out.
    pub policies: Vec<PolicyLine>,
    /// Whether it has more.
    pub has_more: bool,
}

impl Reader {
    /// A page of tenants, each with its first policies.
    pub async fn tenant_policy_page(&self, workspace: WorkspaceId, request: &TenantPolicyRequest) -> Result<Page<TenantPolicies>> {
        let tenants = self.tenants_page(workspace, &request.filter, TenantOrder::DisplayName, &request.page).await?;
        let ids: Vec<Uuid> = tenants.items.iter().map(|(_, tenant)| tenant.id.0).collect();
        let limit = request.policies.clamp(1, MAX_PAGE);
        let mut policies =
            if ids.is_empty() { HashMap::new() } else { lines(&self.db, workspace, &ids, limit, request.conditions).await? };
        let items = tenants.items.into_iter().map(|(cursor, tenant)| {
            let mut own = policies.remove(&tenant.id.0).unwrap_or_default();
            let has_more = own.len() > limit;
            own.truncate(limit);
            (cursor, TenantPolicies { tenant, policies: own, has_more })
        });
        Ok(Page { items: items.collect(), has_next: tenants.has_next, has_previous: tenants.has_previous })
    }
}

const COLUMNS: &str = "p.tenant_id, p.id, p.graph_id, p.display_name, p.state, p.criticality, p.latest_change_id, p.latest_change_status";

/// For each tenant a walk of its part of the index that stops at the limit.
const POSTGRES: &str = "
SELECT {columns}
FROM unnest(($1::text)::uuid[]) WITH ORDINALITY AS t (id, place)
CROSS JOIN LATERAL (
    SELECT * FROM policy
    WHERE workspace_id = $2 AND tenant_id = t.id AND deleted_at IS NULL
    ORDER BY sort_name, id
    LIMIT $3
) p
ORDER BY t.place, p.sort_name, p.id";

/// The same by row numbers: SQLite knows no LATERAL, and a window over wide rows costs five times as much.
const SQLITE: &str = "
SELECT {columns}
FROM json_each(?1) t
CROSS JOIN policy p ON p.rowid IN (
    SELECT q.rowid FROM policy q
    WHERE q.workspace_id = ?2 AND q.tenant_id = unhex(t.value) AND q.deleted_at IS NULL
    ORDER BY q.sort_name, q.id
    LIMIT ?3
)
ORDER BY t.key, p.sort_name, p.id";

async fn lines(
    db: &Db,
    workspace: WorkspaceId,
    tenants: &[Uuid],
    limit: usize,
    conditions: bool,
) -> Result<HashMap<Uuid, Vec<PolicyLine>>> {
    let columns = if conditions { format!("{COLUMNS}, p.conditions") } else { COLUMNS.to_owned() };
    let (shape, list) =
        if db.postgres() { (POSTGRES, postgres_array(tenants.iter().copied())) } else { (SQLITE, sqlite_array(tenants.iter().copied())) };
    // One more than asked for shows whether there are more.
    let values: Vec<Value> = vec![list.into(), workspace.0.into(), (limit as i64 + 1).into()];
    let sql = shape.replace("{columns}", &columns);
    let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    let mut lines: HashMap<Uuid, Vec<PolicyLine>> = HashMap::with_capacity(tenants.len());
    for row in &rows {
        lines.entry(row.try_get_by_index(0)?).or_insert_with(|| Vec::with_capacity(limit + 1)).push(to_line(row, conditions)?);
    }
    Ok(lines)
}

fn to_line(row: &QueryResult, conditions: bool) -> Result<PolicyLine> {
    let state: String = row.try_get_by_index(4)?;
    let criticality: Option<String> = row.try_get_by_index(5)?;
    let status: Option<String> = row.try_get_by_index(7)?;
    Ok(PolicyLine {
        id: PolicyId(row.try_get_by_index(1)?),
        graph_id: row.try_get_by_index(2)?,
        display_name: row.try_get_by_index(3)?,
        state: text("policy.state", &state)?,
        criticality: optional_text("policy.criticality", criticality.as_deref())?,
        conditions: if conditions { Some(row.try_get_by_index(8)?) } else { None },
        latest_change: latest_change(row.try_get_by_index(6)?, status.as_deref())?,
    })
}
