//! The audit log: dense, hash-chained, append-only. A trigger refuses to change it; the chain shows it if somebody could.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::audit::{AuditEntry, GENESIS, NewAuditEntry, seal};
use domain::id::{AuditId, MemberId, TenantId, WorkspaceId};
use entity::audit_entry::{ActiveModel, Column, Entity, Model};
use entity::workspace;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::convert::{all, json, text, to_json};
use crate::db::{Db, Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

/// Rows of one insert: 13 parameters each, far below both databases' limits.
const BATCH: usize = 1_000;

/// The most entries that one call reads for verification.
const MAX_READ: usize = 1_000;

/// Which entries; the default is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// The tenants that the caller may see; `None` is all. With a scope, entries without a tenant are left out.
    pub tenant_scope: Option<BTreeSet<TenantId>>,
    /// What it was done to.
    pub subject: Option<Uuid>,
    /// Who did it.
    pub actor: Option<MemberId>,
    /// Operations; empty is all.
    pub actions: Vec<String>,
    /// Not before this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
}

impl Reader {
    /// A page of the audit log, newest first.
    pub async fn audit_page(&self, workspace: WorkspaceId, filter: &AuditFilter, request: &PageRequest) -> Result<Page<AuditEntry>> {
        let keyset = Keyset { list: "audit", key: Expr::col(Column::Seq), id: None, descending: true, like: SortKey::Number(0) };
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row| Cursor { key: SortKey::Number(row.seq), id: Uuid::nil() }, to_entry)
    }

    /// One entry.
    pub async fn audit_entry(&self, workspace: WorkspaceId, id: AuditId) -> Result<Option<AuditEntry>> {
        let row = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(Column::Id.eq(id.0)).one(&self.db).await?;
        row.map(to_entry).transpose()
    }

    /// The number of the newest entry, by the workspace's own counter: entries missing at the end of the chain show against it.
    pub async fn audit_head(&self, workspace: WorkspaceId) -> Result<i64> {
        let head: Option<i64> =
            workspace::Entity::find_by_id(workspace.0).select_only().column(workspace::Column::AuditSeq).into_tuple().one(&self.db).await?;
        Ok(head.unwrap_or(0))
    }

    /// How many entries the filter leaves.
    pub async fn count_audit(&self, workspace: WorkspaceId, filter: &AuditFilter) -> Result<u64> {
        Ok(filtered(&self.db, workspace, filter).count(&self.db).await?)
    }

    /// Entries after a place in the chain, in its order, at most `limit` and at most 1,000: what verification walks.
    pub async fn audit_chain(&self, workspace: WorkspaceId, after_seq: i64, limit: usize) -> Result<Vec<AuditEntry>> {
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::Seq.gt(after_seq))
            .order_by_asc(Column::Seq)
            .limit(limit.min(MAX_READ) as u64)
            .all(&self.db)
            .await?;
        all(rows, to_entry)
    }
}

impl WriteTx {
    /// Appends an entry, chained to the one before. The workspace's counter stays locked until the transaction ends; so append late.
    pub async fn append_audit(&self, workspace: WorkspaceId, id: AuditId, at: DateTime<Utc>, entry: NewAuditEntry) -> Result<AuditEntry> {
        let seq = self.raise_counter(workspace, workspace::Column::AuditSeq, 1).await?.audit_seq;
        let prev_hash = self.audit_hash(workspace, seq - 1).await?;
        let hash = seal(&prev_hash, workspace, seq, at, &entry);
        let entry = AuditEntry { id, workspace_id: workspace, seq, at, entry, prev_hash, hash };
        Entity::insert(to_row(&entry)?).exec_without_returning(&self.db).await?;
        Ok(entry)
    }

    /// Appends entries in their order, as [`WriteTx::append_audit`] does one, in three statements however many there are.
    pub async fn append_audits(&self, workspace: WorkspaceId, at: DateTime<Utc>, entries: Vec<(AuditId, NewAuditEntry)>) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let count = entries.len() as i64;
        let first = self.raise_counter(workspace, workspace::Column::AuditSeq, count).await?.audit_seq - count + 1;
        let mut prev_hash = self.audit_hash(workspace, first - 1).await?;
        let mut rows = Vec::with_capacity(entries.len());
        for ((id, entry), seq) in entries.into_iter().zip(first..) {
            let hash = seal(&prev_hash, workspace, seq, at, &entry);
            let entry = AuditEntry { id, workspace_id: workspace, seq, at, entry, prev_hash, hash };
            rows.push(to_row(&entry)?);
            prev_hash = entry.hash;
        }
        for batch in rows.chunks(BATCH) {
            Entity::insert_many(batch.to_vec()).exec_without_returning(&self.db).await?;
        }
        Ok(())
    }

    async fn audit_hash(&self, workspace: WorkspaceId, seq: i64) -> Result<String> {
        if seq == 0 {
            return Ok(GENESIS.to_owned());
        }
        let hash: Option<String> =
            Entity::find_by_id((workspace.0, seq)).select_only().column(Column::Hash).into_tuple().one(&self.db).await?;
        hash.ok_or_else(|| StoreError::corrupt(format!("audit_entry: {seq} of the chain is missing")))
    }
}

fn filtered(db: &Db, workspace: WorkspaceId, filter: &AuditFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    if let Some(scope) = &filter.tenant_scope {
        select = select.filter(in_ids(db, "tenant_id", scope.iter().map(|id| id.0)));
    }
    if let Some(subject) = filter.subject {
        select = select.filter(Column::SubjectId.eq(subject));
    }
    if let Some(actor) = filter.actor {
        select = select.filter(Column::Actor.eq(actor.0));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(to) = filter.to {
        select = select.filter(Column::At.lt(to));
    }
    if !filter.actions.is_empty() {
        select = select.filter(Column::Action.is_in(filter.actions.iter().map(String::as_str)));
    }
    select
}

fn to_row(entry: &AuditEntry) -> Result<ActiveModel> {
    let AuditEntry { id, workspace_id, seq, at, entry, prev_hash, hash } = entry;
    Ok(ActiveModel {
        workspace_id: Set(workspace_id.0),
        seq: Set(*seq),
        id: Set(id.0),
        at: Set(*at),
        actor: Set(entry.actor.map(|id| id.0)),
        action: Set(entry.action.clone()),
        tenant_id: Set(entry.tenant_id.map(|id| id.0)),
        subject_kind: Set(entry.subject_kind.as_str().to_owned()),
        subject_id: Set(entry.subject_id),
        outcome: Set(entry.outcome.as_str().to_owned()),
        detail: Set(to_json("audit_entry.detail", &entry.detail)?),
        prev_hash: Set(prev_hash.clone()),
        hash: Set(hash.clone()),
    })
}

fn to_entry(row: Model) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: AuditId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        seq: row.seq,
        at: row.at,
        entry: NewAuditEntry {
            actor: row.actor.map(MemberId),
            action: row.action,
            tenant_id: row.tenant_id.map(TenantId),
            subject_kind: text("audit_entry.subject_kind", &row.subject_kind)?,
            subject_id: row.subject_id,
            outcome: text("audit_entry.outcome", &row.outcome)?,
            detail: json("audit_entry.detail", &row.detail)?,
        },
        prev_hash: row.prev_hash,
        hash: row.hash,
    })
}
