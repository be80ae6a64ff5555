//! The event log: dense, in commit order per workspace, and the source of every subscription.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::event::{Event, EventKind, EventSeverity, NewEvent};
use domain::id::{MemberId, TenantId, WorkspaceId};
use entity::event::{ActiveModel, Column, Entity, Model};
use entity::workspace;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::convert::{all, json, text, to_json};
use crate::db::{Db, Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::ids::in_ids;
use crate::page::{Cursor, Keyset, Page, PageRequest, SortKey};

/// Rows of one insert: 9 parameters each, far below both databases' limits.
const BATCH: usize = 1_000;

/// The most events that one call reads.
const MAX_READ: usize = 1_000;

/// Which events; the default is all of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// What they are about; `None` is anything.
    pub subjects: Option<Vec<Uuid>>,
    /// The tenants that the caller may see; `None` is all. With a scope, events without a tenant are left out: they belong to the whole workspace.
    pub tenant_scope: Option<BTreeSet<TenantId>>,
    /// What happened; empty is anything.
    pub kinds: Vec<EventKind>,
    /// At least this severe; `None` is any. Events from before they were rated are passed over by nobody.
    pub min_severity: Option<EventSeverity>,
}

impl Reader {
    /// Events after a place in the log, oldest first, at most `limit` and at most 1,000.
    pub async fn events_after(&self, workspace: WorkspaceId, after: i64, limit: usize, filter: &EventFilter) -> Result<Vec<Event>> {
        let rows = filtered(&self.db, workspace, filter)
            .filter(Column::Seq.gt(after))
            .order_by_asc(Column::Seq)
            .limit(limit.min(MAX_READ) as u64)
            .all(&self.db)
            .await?;
        all(rows, to_event)
    }

    /// A page of the log, oldest first.
    pub async fn events_page(&self, workspace: WorkspaceId, filter: &EventFilter, request: &PageRequest) -> Result<Page<Event>> {
        let keyset = Keyset { list: "events", key: Expr::col(Column::Seq), id: None, descending: false, like: SortKey::Number(0) };
        let rows = keyset.apply(filtered(&self.db, workspace, filter), request)?.all(&self.db).await?;
        keyset.page(rows, request, |row| Cursor { key: SortKey::Number(row.seq), id: Uuid::nil() }, to_event)
    }

    /// The newest event's place; 0 for an empty log.
    pub async fn event_head(&self, workspace: WorkspaceId) -> Result<i64> {
        let head: Option<i64> =
            workspace::Entity::find_by_id(workspace.0).select_only().column(workspace::Column::EventSeq).into_tuple().one(&self.db).await?;
        Ok(head.unwrap_or(0))
    }

    /// The oldest kept event's place; 0 for an empty log. A cursor before it minus one has missed events.
    pub async fn event_oldest(&self, workspace: WorkspaceId) -> Result<i64> {
        let oldest: Option<i64> = Entity::find()
            .select_only()
            .column(Column::Seq)
            .filter(Column::WorkspaceId.eq(workspace.0))
            .order_by_asc(Column::Seq)
            .into_tuple()
            .one(&self.db)
            .await?;
        Ok(oldest.unwrap_or(0))
    }

    /// The newest event's place of every workspace. Without a workspace because one hub per process tails all of them.
    pub async fn event_heads(&self) -> Result<Vec<(WorkspaceId, i64)>> {
        let heads: Vec<(Uuid, i64)> = workspace::Entity::find()
            .select_only()
            .columns([workspace::Column::Id, workspace::Column::EventSeq])
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(heads.into_iter().map(|(workspace, head)| (WorkspaceId(workspace), head)).collect())
    }
}

impl WriteTx {
    /// Appends events in their order. The workspace's counter stays locked until the transaction ends, which is what makes the log dense and in
    /// commit order; so append late.
    pub async fn append_events(&self, workspace: WorkspaceId, at: DateTime<Utc>, events: Vec<NewEvent>) -> Result<Vec<Event>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let count = events.len() as i64;
        let last = self.raise_counter(workspace, workspace::Column::EventSeq, count).await?.event_seq;
        let events: Vec<Event> =
            events.into_iter().zip(last - count + 1..).map(|(event, seq)| Event { workspace_id: workspace, seq, at, event }).collect();
        let rows = events.iter().map(to_row).collect::<Result<Vec<_>>>()?;
        for batch in rows.chunks(BATCH) {
            Entity::insert_many(batch.to_vec()).exec_without_returning(&self.db).await?;
        }
        Ok(events)
    }

    /// Deletes the oldest events that were written before an instant, at most `limit`, and says how many. The log's start moves, never a gap.
    pub async fn delete_events_before(&self, workspace: WorkspaceId, before: DateTime<Utc>, limit: u64) -> Result<u64> {
        let mine = || Expr::col(Column::WorkspaceId).eq(workspace.0);
        // The first event to keep bounds the deletion, so that a clock that went back can't tear a hole.
        let keep = Query::select()
            .expr(Expr::col(Column::Seq).min())
            .from(Entity)
            .and_where(mine())
            .and_where(Expr::col(Column::At).gte(before))
            .to_owned();
        let old = Query::select()
            .column(Column::Seq)
            .from(Entity)
            .and_where(mine())
            .and_where(Expr::col(Column::At).lt(before))
            .and_where(
                Expr::col(Column::Seq)
                    .lt(Expr::expr(sea_orm::sea_query::Func::coalesce([Expr::SubQuery(None, Box::new(keep.into())), Expr::val(i64::MAX)]))),
            )
            .order_by(Column::Seq, sea_orm::Order::Asc)
            .limit(limit)
            .to_owned();
        let deleted = Entity::delete_many().filter(mine()).filter(Column::Seq.in_subquery(old)).exec(&self.db).await?;
        Ok(deleted.rows_affected)
    }

    /// Raises one of the workspace's counters and returns the row as it is then; it stays locked until the transaction ends.
    pub(crate) async fn raise_counter(&self, workspace: WorkspaceId, counter: workspace::Column, by: i64) -> Result<workspace::Model> {
        let rows = workspace::Entity::update_many()
            .col_expr(counter, Expr::col(counter).add(by))
            .filter(workspace::Column::Id.eq(workspace.0))
            .exec_with_returning(&self.db)
            .await?;
        rows.into_iter().next().ok_or(StoreError::Conflict)
    }
}

fn filtered(db: &Db, workspace: WorkspaceId, filter: &EventFilter) -> Select<Entity> {
    let mut select = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    if let Some(subjects) = &filter.subjects {
        select = match subjects.as_slice() {
            // One subject is the usual case: an equality keeps the index's order.
            [only] => select.filter(Column::SubjectId.eq(*only)),
            many => select.filter(in_ids(db, "subject_id", many.iter().copied())),
        };
    }
    if let Some(scope) = &filter.tenant_scope {
        select = select.filter(in_ids(db, "tenant_id", scope.iter().map(|id| id.0)));
    }
    if !filter.kinds.is_empty() {
        select = select.filter(Column::Kind.is_in(filter.kinds.iter().map(|kind| kind.as_str())));
    }
    select = match filter.min_severity {
        None | Some(EventSeverity::Routine) => select,
        // In the words of the partial index, which both databases compare as text: no parameters.
        Some(EventSeverity::Warning) => select.filter(Expr::cust("(severity IN ('WARNING', 'CRITICAL') OR severity IS NULL)")),
        Some(least) => {
            let severe = Column::Severity.is_in(least.and_above().iter().map(|severity| severity.as_str()));
            select.filter(severe.or(Column::Severity.is_null()))
        }
    };
    select
}

fn to_row(event: &Event) -> Result<ActiveModel> {
    let Event { workspace_id, seq, at, event } = event;
    Ok(ActiveModel {
        workspace_id: Set(workspace_id.0),
        seq: Set(*seq),
        at: Set(*at),
        kind: Set(event.kind.as_str().to_owned()),
        actor: Set(event.actor.map(|id| id.0)),
        tenant_id: Set(event.tenant_id.map(|id| id.0)),
        subject_kind: Set(event.subject_kind.as_str().to_owned()),
        subject_id: Set(event.subject_id),
        data: Set(to_json("event.data", &event.data)?),
        severity: Set(Some(event.severity().as_str().to_owned())),
    })
}

fn to_event(row: Model) -> Result<Event> {
    Ok(Event {
        workspace_id: WorkspaceId(row.workspace_id),
        seq: row.seq,
        at: row.at,
        event: NewEvent {
            kind: text("event.kind", &row.kind)?,
            actor: row.actor.map(MemberId),
            tenant_id: row.tenant_id.map(TenantId),
            subject_kind: text("event.subject_kind", &row.subject_kind)?,
            subject_id: row.subject_id,
            data: json("event.data", &row.data)?,
        },
    })
}
