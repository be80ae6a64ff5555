//! Summaries of sign-ins as stored: parts of days, compressed. Bytes leave this module only as checked chunks.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{TenantId, WorkspaceId};
use domain::summary::log::SignInTotals;
use domain::summary::{Chunk, codec};
use entity::sign_in_chunk::{ActiveModel, Column, Entity};
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::db::{Reader, WriteTx};
use crate::error::{Result, StoreError};
use crate::workspaces::one_row;

/// The most days that are listed: more than any retention.
const MAX_DAYS: u64 = 1_000;
/// The most parts of a day that are listed; compaction keeps them far below.
const MAX_PARTS: u64 = 10_000;

/// A chunk ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedChunk {
    day: NaiveDate,
    rows: i64,
    sign_ins: i64,
    body: Vec<u8>,
}

impl EncodedChunk {
    /// Encodes; fails when it would be too large for one row of the table.
    pub fn new(chunk: &Chunk) -> std::result::Result<Self, codec::CodecError> {
        Ok(EncodedChunk {
            day: chunk.day,
            rows: chunk.rows.sign_ins.len() as i64,
            sign_ins: chunk.rows.sign_ins.iter().map(|count| i64::from(*count)).sum(),
            body: codec::encode(chunk)?,
        })
    }

    /// Stored bytes.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }
}

/// What is known of a part without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkPart {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Its number within the tenant, rising.
    pub part: i64,
    /// Rows.
    pub rows: i64,
    /// Sign-ins that they add up to.
    pub sign_ins: i64,
    /// Stored bytes.
    pub bytes: i64,
}

impl Reader {
    /// Days that hold summaries, earliest first, at most 1,000.
    pub async fn sign_in_days(&self, workspace: WorkspaceId, tenant: TenantId, days: &RangeInclusive<NaiveDate>) -> Result<Vec<NaiveDate>> {
        let rows = of_tenant(workspace, tenant)
            .select_only()
            .column(Column::Day)
            .distinct()
            .filter(within(days))
            .order_by_asc(Column::Day)
            .limit(MAX_DAYS)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows)
    }

    /// The parts of a span of days without their bodies, by day and number, at most 10,000.
    pub async fn sign_in_parts(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        days: &RangeInclusive<NaiveDate>,
    ) -> Result<Vec<ChunkPart>> {
        let rows: Vec<(NaiveDate, i64, i64, i64, i64)> = of_tenant(workspace, tenant)
            .select_only()
            .columns([Column::Day, Column::Part, Column::Rows, Column::SignIns, Column::Bytes])
            .filter(within(days))
            .order_by_asc(Column::Day)
            .order_by_asc(Column::Part)
            .limit(MAX_PARTS)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(day, part, rows, sign_ins, bytes)| ChunkPart { day, part, rows, sign_ins, bytes }).collect())
    }

    /// One part; `None` when it is gone, into a larger one or with its day.
    pub async fn sign_in_part(&self, workspace: WorkspaceId, tenant: TenantId, day: NaiveDate, part: i64) -> Result<Option<Chunk>> {
        let body: Option<Vec<u8>> = of_tenant(workspace, tenant)
            .select_only()
            .column(Column::Body)
            .filter(Column::Day.eq(day))
            .filter(Column::Part.eq(part))
            .into_tuple()
            .one(&self.db)
            .await?;
        body.map(|body| decode_chunk(&body)).transpose()
    }

    /// The parts of one day as stored, by number: one statement, so that a compaction is seen whole or not at all. [`decode_chunk`] reads one.
    pub async fn sign_in_bodies(&self, workspace: WorkspaceId, tenant: TenantId, day: NaiveDate) -> Result<Vec<Vec<u8>>> {
        let bodies = of_tenant(workspace, tenant)
            .select_only()
            .column(Column::Body)
            .filter(Column::Day.eq(day))
            .order_by_asc(Column::Part)
            .limit(MAX_PARTS)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(bodies)
    }

    /// Chunks of a span of days, by day, decoded one at a time; at most one day's bytes are held. Each day is of one moment; different days
    /// may not be, so compare the log's version before and after where that matters.
    pub fn sign_in_chunks(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        days: RangeInclusive<NaiveDate>,
    ) -> impl Stream<Item = Result<Chunk>> + Send + '_ {
        stream::once(async move { self.sign_in_days(workspace, tenant, &days).await })
            .map_ok(|days| stream::iter(days.into_iter().map(Ok)))
            .try_flatten()
            .and_then(move |day| self.sign_in_bodies(workspace, tenant, day))
            .map_ok(|bodies| stream::iter(bodies).map(|body| decode_chunk(&body)))
            .try_flatten()
    }

    /// What is kept of a tenant's sign-ins.
    pub async fn sign_in_totals(&self, workspace: WorkspaceId, tenant: TenantId) -> Result<SignInTotals> {
        let sum = |column: Column| Func::coalesce([Func::sum(Expr::col(column)).into(), Expr::val(0i64)]).cast_as("BIGINT");
        let row: Option<(i64, i64, i64, i64)> = of_tenant(workspace, tenant)
            .select_only()
            .expr(sum(Column::SignIns))
            .expr(sum(Column::Rows))
            .expr(sum(Column::Bytes))
            .expr(Expr::col(Column::Day).count_distinct())
            .into_tuple()
            .one(&self.db)
            .await?;
        let (sign_ins, rows, bytes, days) = row.unwrap_or_default();
        Ok(SignInTotals { sign_ins, rows, bytes, days })
    }
}

impl WriteTx {
    /// Adds a part to its day.
    pub async fn insert_sign_in_chunk(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        part: i64,
        chunk: &EncodedChunk,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let row = ActiveModel {
            tenant_id: Set(tenant.0),
            day: Set(chunk.day),
            part: Set(part),
            workspace_id: Set(workspace.0),
            rows: Set(chunk.rows),
            sign_ins: Set(chunk.sign_ins),
            bytes: Set(chunk.body.len() as i64),
            body: Set(chunk.body.clone()),
            encoded_at: Set(now),
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Puts one chunk in the place of parts of its day. [`StoreError::Conflict`] when one of them is gone.
    pub async fn replace_sign_in_parts(
        &self,
        workspace: WorkspaceId,
        tenant: TenantId,
        parts: &[i64],
        (part, chunk): (i64, &EncodedChunk),
        now: DateTime<Utc>,
    ) -> Result<()> {
        for old in parts {
            let delete = Entity::delete_many()
                .filter(Column::TenantId.eq(tenant.0))
                .filter(Column::WorkspaceId.eq(workspace.0))
                .filter(Column::Day.eq(chunk.day))
                .filter(Column::Part.eq(*old));
            one_row(delete.exec(&self.db).await?.rows_affected)?;
        }
        self.insert_sign_in_chunk(workspace, tenant, part, chunk, now).await
    }

    /// Deletes the days before one; returns how many parts that were.
    pub async fn delete_sign_in_days(&self, workspace: WorkspaceId, tenant: TenantId, before: NaiveDate) -> Result<u64> {
        let delete = Entity::delete_many()
            .filter(Column::TenantId.eq(tenant.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::Day.lt(before));
        Ok(delete.exec(&self.db).await?.rows_affected)
    }
}

/// A chunk from its stored bytes.
pub fn decode_chunk(body: &[u8]) -> Result<Chunk> {
    codec::decode(body).map_err(|error| StoreError::corrupt(format!("sign_in_chunk.body: {error}")))
}

/// Both databases compare days of four-digit years alike; no sign-in is of another.
fn within(days: &RangeInclusive<NaiveDate>) -> SimpleExpr {
    let first = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or_default();
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
    Column::Day.between((*days.start()).clamp(first, last), (*days.end()).clamp(first, last))
}

fn of_tenant(workspace: WorkspaceId, tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant.0)).filter(Column::WorkspaceId.eq(workspace.0))
}
