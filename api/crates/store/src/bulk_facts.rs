//! What the state of a bulk change's items depends on, without the rows themselves: a change's part is read from an index alone.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::bulk::{BulkCounts, ChangeFacts, ItemFacts};
use domain::id::{BulkChangeId, ChangeId, TenantId, WorkspaceId};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use crate::convert::optional_text;
use crate::db::{Db, Reader};
use crate::error::Result;

/// One item's facts with what tells which item it is.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkItemFacts {
    /// Place in the bulk's list.
    pub position: i64,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The step.
    pub step: u16,
    /// Its change.
    pub change_id: Option<ChangeId>,
    /// The change that undoes its change.
    pub rollback_change_id: Option<ChangeId>,
    /// When it was put into a run.
    pub queued_at: Option<DateTime<Utc>>,
    /// When it was put into a run that rolls back.
    pub rollback_queued_at: Option<DateTime<Utc>>,
    /// The digest of its change's dry-run.
    pub digest: Option<String>,
    /// What makes it needless.
    pub satisfied: Option<String>,
    /// What its state depends on.
    pub facts: ItemFacts,
}

/// The facts as columns 0 to 11, in numbers: both databases write them alike. `2` stands for nothing known.
const FACTS: &str = "
    CASE WHEN i.excluded IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN i.planned_at >= b.dry_run_at THEN 1 ELSE 0 END,
    CASE WHEN i.blocked IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN i.satisfied IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN i.queued_at IS NOT NULL THEN 1 ELSE 0 END,
    i.not_started,
    CASE WHEN i.apply_failure IS NOT NULL THEN 1 ELSE 0 END,
    CASE WHEN i.rollback_queued_at IS NOT NULL AND i.rollback_failure IS NULL THEN 1 ELSE 0 END,
    c.status,
    CASE WHEN c.write_performed = TRUE THEN 1 WHEN c.write_performed = FALSE THEN 0 ELSE 2 END,
    CASE WHEN c.outcome_unknown = TRUE THEN 1 ELSE 0 END,
    r.status";

const FROM: &str = "
    FROM bulk_item i
    JOIN bulk_change b ON b.id = i.bulk_id
    LEFT JOIN change_request c ON c.bulk_change_id = i.bulk_id AND c.id = i.change_id
    LEFT JOIN change_request r ON r.bulk_change_id = i.bulk_id AND r.id = i.rollback_change_id";

impl Reader {
    /// How many items of a bulk change are in each state; all zero where there is none.
    pub async fn bulk_counts(&self, workspace: WorkspaceId, bulk: BulkChangeId) -> Result<BulkCounts> {
        Ok(self.bulk_counts_of(workspace, &[bulk]).await?.remove(&bulk).unwrap_or_default())
    }

    /// The same for several bulk changes; one without items is left out.
    pub async fn bulk_counts_of(&self, workspace: WorkspaceId, bulks: &[BulkChangeId]) -> Result<HashMap<BulkChangeId, BulkCounts>> {
        if bulks.is_empty() {
            return Ok(HashMap::new());
        }
        let ids = in_bulks(&self.db);
        let group = (1..=12).map(|place| place.to_string()).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {FACTS}, i.bulk_id, COUNT(*) {FROM} WHERE i.workspace_id = $1 AND {ids} GROUP BY {group}, i.bulk_id");
        let rows = self.facts_rows(&sql, workspace, bulks).await?;
        let mut counts: HashMap<BulkChangeId, BulkCounts> = HashMap::new();
        for row in rows {
            let bulk: Uuid = row.try_get_by_index(12)?;
            let count: i64 = row.try_get_by_index(13)?;
            counts.entry(BulkChangeId(bulk)).or_default().add(facts(&row)?.state(), u32::try_from(count).unwrap_or(u32::MAX));
        }
        Ok(counts)
    }

    /// The facts of every item of a bulk change, in the order of its list.
    pub async fn bulk_item_facts(&self, workspace: WorkspaceId, bulk: BulkChangeId) -> Result<Vec<BulkItemFacts>> {
        let ids = in_bulks(&self.db);
        let sql = format!(
            "SELECT {FACTS}, i.position, i.tenant_id, i.step, i.change_id, i.rollback_change_id, i.queued_at, i.rollback_queued_at, \
             c.dry_run_digest, i.satisfied {FROM} WHERE i.workspace_id = $1 AND {ids} ORDER BY i.position"
        );
        let rows = self.facts_rows(&sql, workspace, &[bulk]).await?;
        rows.iter().map(item).collect()
    }

    async fn facts_rows(&self, sql: &str, workspace: WorkspaceId, bulks: &[BulkChangeId]) -> Result<Vec<QueryResult>> {
        let ids = bulks.iter().map(|id| id.0);
        let (sql, list) = if self.db.postgres() {
            (sql.to_owned(), crate::ids::postgres_array(ids))
        } else {
            (sql.replace("$1", "?1").replace("$2", "?2"), crate::ids::sqlite_array(ids))
        };
        let values = [workspace.0.into(), list.into()];
        Ok(self.db.query_all_raw(Statement::from_sql_and_values(self.db.get_database_backend(), sql, values)).await?)
    }
}

fn in_bulks(db: &Db) -> &'static str {
    if db.postgres() { "i.bulk_id = ANY(($2::text)::uuid[])" } else { "i.bulk_id IN (SELECT unhex(value) FROM json_each($2))" }
}

fn item(row: &QueryResult) -> Result<BulkItemFacts> {
    let step: i32 = row.try_get_by_index(14)?;
    let change: Option<Uuid> = row.try_get_by_index(15)?;
    let rollback: Option<Uuid> = row.try_get_by_index(16)?;
    Ok(BulkItemFacts {
        position: row.try_get_by_index(12)?,
        tenant_id: TenantId(row.try_get_by_index(13)?),
        step: u16::try_from(step).unwrap_or_default(),
        change_id: change.map(ChangeId),
        rollback_change_id: rollback.map(ChangeId),
        queued_at: row.try_get_by_index(17)?,
        rollback_queued_at: row.try_get_by_index(18)?,
        digest: row.try_get_by_index(19)?,
        satisfied: row.try_get_by_index(20)?,
        facts: facts(row)?,
    })
}

fn facts(row: &QueryResult) -> Result<ItemFacts> {
    let flag = |place: usize| -> Result<bool> { Ok(row.try_get_by_index::<i32>(place)? == 1) };
    let not_started: Option<String> = row.try_get_by_index(5)?;
    let status: Option<String> = row.try_get_by_index(8)?;
    let rollback: Option<String> = row.try_get_by_index(11)?;
    let write_performed = match row.try_get_by_index::<i32>(9)? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
    let outcome_unknown = flag(10)?;
    Ok(ItemFacts {
        excluded: flag(0)?,
        planned: flag(1)?,
        blocked: flag(2)?,
        satisfied: flag(3)?,
        queued: flag(4)?,
        not_started: optional_text("bulk_item.not_started", not_started.as_deref())?,
        apply_failed: flag(6)?,
        rolling_back: flag(7)?,
        change: optional_text("change_request.status", status.as_deref())?.map(|status| ChangeFacts {
            status,
            write_performed,
            outcome_unknown,
        }),
        rollback: optional_text("change_request.status", rollback.as_deref())?,
    })
}
