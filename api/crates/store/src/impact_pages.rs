//! Finding impact reports: for documents, and for every policy of any number of tenants. Nothing here causes work.

use std::collections::{BTreeSet, HashMap};

use domain::id::{ContentHash, PolicyId, TenantId, WorkspaceId};
use domain::impact::{CachedImpact, ImpactReason, ImpactReport, ImpactSource, ImpactStatus, ImpactWindow, PolicyImpact};
use domain::policy::PolicyState;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use serde_json::json;
use uuid::Uuid;

use crate::convert::{json as read_json, optional_text, text};
use crate::db::{Db, Reader};
use crate::error::{Result, StoreError};
use crate::ids::{postgres_array, sqlite_array};
use crate::page::{Cursor, Page, PageRequest, SortKey};

/// The list's name inside its cursors.
const LIST: &str = "impact";

/// Whose report.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImpactDocument {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Canonical hash of the document.
    pub document_hash: ContentHash,
    /// Graph's id of the policy whose own results are counted; `None` for a simulation.
    pub observed_as: Option<Uuid>,
}

/// Which policies of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImpactFilter {
    /// The tenants; `None` is all of the workspace.
    pub tenants: Option<BTreeSet<TenantId>>,
    /// The policies; `None` is all of these tenants.
    pub policies: Option<BTreeSet<PolicyId>>,
    /// How far back.
    pub window: ImpactWindow,
    /// Where figures come from.
    pub source: ImpactSource,
    /// Statuses; empty is all.
    pub statuses: Vec<ImpactStatus>,
}

/// What the cache holds for a document (`r`), the sign-in log (`l`) and the people (`e`) of its tenant.
const COLUMNS: &str = "l.data_through AS log_through, r.from_at, r.data_through, r.people_as_of, r.computed_at, r.reason, r.figures";

/// `{disabled}` is true for what Entra does not evaluate.
const STATUS: &str = "CASE
    WHEN {disabled} OR l.data_through IS NULL THEN 'NOT_APPLICABLE'
    WHEN r.job_id IS NOT NULL THEN 'COMPUTING'
    WHEN r.computed_at IS NULL THEN 'NOT_COMPUTED'
    WHEN r.outdated OR r.data_through IS DISTINCT FROM l.data_through OR r.log_sign_ins IS DISTINCT FROM l.sign_ins
        OR r.people_as_of IS DISTINCT FROM e.as_of THEN 'STALE'
    WHEN r.reason IS NOT NULL THEN 'NOT_APPLICABLE'
    ELSE 'FRESH' END";

/// `{tenant}` and `{hash}` name the document, `{policy}` the policy whose own results count; `$1` is the workspace, `$2` the window, `$3` the source.
const JOINS: &str = "
LEFT JOIN impact_report r ON r.workspace_id = $1 AND r.tenant_id = {tenant} AND r.document_hash = {hash}
    AND r.window_length = $2 AND r.source = $3 AND r.observed_as = {policy}
LEFT JOIN sign_in_log l ON l.workspace_id = $1 AND l.tenant_id = {tenant}
LEFT JOIN people e ON e.workspace_id = $1 AND e.tenant_id = {tenant}";

impl Reader {
    /// What the cache holds for each of these documents: one statement, an entry for each.
    pub async fn impact_of_documents(
        &self,
        workspace: WorkspaceId,
        documents: &[ImpactDocument],
        window: ImpactWindow,
        source: ImpactSource,
    ) -> Result<HashMap<ImpactDocument, CachedImpact>> {
        if documents.is_empty() {
            return Ok(HashMap::new());
        }
        let key = |document: &ImpactDocument| {
            let policy = document.observed_as.unwrap_or_default();
            json!({ "t": document.tenant_id.0.simple().to_string(), "h": document.document_hash.0, "p": policy.simple().to_string() })
        };
        let keys: Vec<_> = documents.iter().map(key).collect();
        let from = if self.db.postgres() {
            "json_to_recordset($4::json) AS k (t uuid, h text, p uuid)"
        } else {
            "(SELECT unhex(json_extract(value, '$.t')) AS t, json_extract(value, '$.h') AS h, unhex(json_extract(value, '$.p')) AS p
            FROM json_each($4)) k"
        };
        let joins = JOINS.replace("{tenant}", "k.t").replace("{hash}", "k.h").replace("{policy}", "k.p");
        let status = STATUS.replace("{disabled}", "FALSE");
        let sql = format!("SELECT k.t AS tenant_id, k.h AS document_hash, k.p AS policy, {status} AS status, {COLUMNS} FROM {from}{joins}");
        let values: Vec<Value> =
            vec![workspace.0.into(), window.as_str().into(), source.as_str().into(), Value::from(json!(keys).to_string())];
        let rows = self.db.query_all_raw(Statement::from_sql_and_values(self.db.get_database_backend(), sql, values)).await?;
        rows.iter()
            .map(|row| {
                let cached = to_cached(row, window, source)?;
                let policy: Uuid = row.try_get("", "policy")?;
                let observed_as = (!policy.is_nil()).then_some(policy);
                Ok((ImpactDocument { tenant_id: cached.tenant_id, document_hash: cached.document_hash.clone(), observed_as }, cached))
            })
            .collect()
    }

    /// A page of the policies of any number of tenants, by tenant and name, each with what the cache holds for it.
    pub async fn impact_page(&self, workspace: WorkspaceId, filter: &ImpactFilter, request: &PageRequest) -> Result<Page<PolicyImpact>> {
        let mut values: Vec<Value> = vec![workspace.0.into(), filter.window.as_str().into(), filter.source.as_str().into()];
        let conditions = conditions(&self.db, filter, request, &mut values)?;
        values.push(Uuid::nil().into());
        let policy = if filter.source == ImpactSource::Observed { "p.graph_id".to_owned() } else { format!("${}", values.len()) };
        let joins = JOINS.replace("{tenant}", "p.tenant_id").replace("{hash}", "p.content_hash").replace("{policy}", &policy);
        let status = status(filter.source);
        let order = if request.backwards { "DESC" } else { "ASC" };
        // One more than asked for shows whether there are more.
        values.push((request.limit() as i64 + 1).into());
        let sql = format!(
            "SELECT p.id, p.sort_name, p.state, p.tenant_id AS tenant_id, p.content_hash AS document_hash, {status} AS status, {COLUMNS}
            FROM policy p{joins}
            WHERE p.workspace_id = $1 AND p.deleted_at IS NULL{conditions}
            ORDER BY p.tenant_id {order}, p.sort_name {order}, p.id {order}
            LIMIT ${}",
            values.len()
        );
        let mut rows = self.db.query_all_raw(Statement::from_sql_and_values(self.db.get_database_backend(), sql, values)).await?;
        let more = rows.len() > request.limit();
        rows.truncate(request.limit());
        if request.backwards {
            rows.reverse();
        }
        let items = rows.iter().map(|row| to_item(row, filter)).collect::<Result<Vec<_>>>()?;
        let beside = request.after.is_some();
        let (has_next, has_previous) = if request.backwards { (beside, more) } else { (more, beside) };
        Ok(Page { items, has_next, has_previous })
    }
}

fn status(source: ImpactSource) -> String {
    STATUS.replace("{disabled}", if source == ImpactSource::Observed { "p.state = 'disabled'" } else { "FALSE" })
}

fn conditions(db: &Db, filter: &ImpactFilter, request: &PageRequest, values: &mut Vec<Value>) -> Result<String> {
    let mut sql = String::new();
    let mut one_of = |column: &str, ids: Vec<Uuid>, values: &mut Vec<Value>| {
        let place = values.len() + 1;
        if db.postgres() {
            values.push(postgres_array(ids).into());
            sql.push_str(&format!(" AND {column} = ANY((${place}::text)::uuid[])"));
        } else {
            values.push(sqlite_array(ids).into());
            sql.push_str(&format!(" AND {column} IN (SELECT unhex(value) FROM json_each(${place}))"));
        }
    };
    if let Some(tenants) = &filter.tenants {
        one_of("p.tenant_id", tenants.iter().map(|id| id.0).collect(), values);
    }
    if let Some(policies) = &filter.policies {
        one_of("p.id", policies.iter().map(|id| id.0).collect(), values);
    }
    if !filter.statuses.is_empty() {
        let texts: Vec<String> = filter.statuses.iter().map(|status| format!("'{status}'")).collect();
        sql.push_str(&format!(" AND ({}) IN ({})", status(filter.source), texts.join(", ")));
    }
    if let Some(cursor) = &request.after {
        let (tenant, name, id) = place(cursor)?;
        let beyond = if request.backwards { "<" } else { ">" };
        let first = values.len() + 1;
        sql.push_str(&format!(" AND (p.tenant_id, p.sort_name, p.id) {beyond} (${}, ${}, ${})", first, first + 1, first + 2));
        values.extend([Value::from(tenant), Value::from(name), Value::from(id)]);
    }
    Ok(sql)
}

/// The sort key is the tenant and the name: 32 hexadecimal digits, then the name.
fn place(cursor: &str) -> Result<(Uuid, String, Uuid)> {
    let Cursor { key: SortKey::Text(key), id } = Cursor::decode(LIST, &SortKey::Text(String::new()), cursor)? else {
        return Err(StoreError::BadCursor);
    };
    let (tenant, name) = key.split_at_checked(32).ok_or(StoreError::BadCursor)?;
    Ok((Uuid::try_parse(tenant).map_err(|_| StoreError::BadCursor)?, name.to_owned(), id))
}

fn to_item(row: &QueryResult, filter: &ImpactFilter) -> Result<(String, PolicyImpact)> {
    let id: Uuid = row.try_get("", "id")?;
    let name: String = row.try_get("", "sort_name")?;
    let state: String = row.try_get("", "state")?;
    let mut impact = to_cached(row, filter.window, filter.source)?;
    let key = format!("{}{name}", impact.tenant_id.0.simple());
    if filter.source == ImpactSource::Observed && text::<PolicyState>("policy.state", &state)? == PolicyState::Disabled {
        impact = impact.not_applicable(ImpactReason::PolicyDisabled);
    }
    Ok((Cursor { key: SortKey::Text(key), id }.encode(LIST), PolicyImpact { policy_id: PolicyId(id), impact }))
}

fn to_cached(row: &QueryResult, window: ImpactWindow, source: ImpactSource) -> Result<CachedImpact> {
    let tenant_id = TenantId(row.try_get("", "tenant_id")?);
    let document_hash = ContentHash(row.try_get("", "document_hash")?);
    let status: String = row.try_get("", "status")?;
    let status: ImpactStatus = text("impact status", &status)?;
    let log_through: Option<chrono::DateTime<chrono::Utc>> = row.try_get("", "log_through")?;
    let reason: Option<String> = row.try_get("", "reason")?;
    let stored: Option<ImpactReason> = optional_text("impact_report.reason", reason.as_deref())?;
    let reason = if log_through.is_none() { Some(ImpactReason::NoSignIns) } else { stored };
    let figures: Option<String> = row.try_get("", "figures")?;
    let times = (row.try_get("", "from_at")?, row.try_get("", "data_through")?, row.try_get("", "computed_at")?);
    // What cannot be measured still says which facts are missing.
    let shown = matches!(reason, None | Some(ImpactReason::NotMeasurable));
    let report = match (times, figures) {
        ((Some(from), Some(data_through), Some(computed_at)), Some(figures)) if shown => Some(ImpactReport {
            tenant_id,
            document_hash: document_hash.clone(),
            window,
            source,
            from,
            data_through,
            people_as_of: row.try_get("", "people_as_of")?,
            computed_at,
            figures: read_json("impact_report.figures", &figures)?,
        }),
        _ => None,
    };
    Ok(CachedImpact { tenant_id, document_hash, window, source, status, reason, report })
}
