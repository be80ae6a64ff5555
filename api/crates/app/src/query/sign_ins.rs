//! Reading what is known of tenants' sign-ins. Nothing here causes work.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use domain::id::TenantId;
use domain::summary::Chunk;
use domain::summary::log::{SignInLog, SignInTotals};
use domain::workspace::Actor;

use crate::App;
use crate::authorize::in_scope;
use crate::error::{AppError, AppResult};

/// The most rows of one page.
pub const MAX_SUMMARIES: usize = 1_000;

/// A place among a tenant's summary rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SummaryPlace {
    /// The day.
    pub day: NaiveDate,
    /// The part of it.
    pub part: i64,
    /// The row of that part, from 0.
    pub row: u32,
}

/// A page of summary rows: stretches of chunks.
#[derive(Clone, Debug, Default)]
pub struct SummaryPage {
    /// Chunks with their part's number and the rows of them that are on the page, in order.
    pub stretches: Vec<(i64, Chunk, std::ops::Range<usize>)>,
    /// Whether more follow.
    pub has_next: bool,
}

impl App {
    /// How far a tenant's sign-ins are read, and what is kept; `None` before the first reading was asked for.
    pub async fn sign_in_log(&self, actor: &Actor, tenant: TenantId) -> AppResult<Option<(SignInLog, SignInTotals)>> {
        in_scope(actor, tenant)?;
        let reader = self.store().reader();
        let Some(log) = reader.sign_in_log(actor.workspace_id, tenant).await? else { return Ok(None) };
        Ok(Some((log, reader.sign_in_totals(actor.workspace_id, tenant).await?)))
    }

    /// How far several tenants are read; tenants that the actor doesn't see, or that were never read, are absent.
    pub async fn sign_in_logs(&self, actor: &Actor, tenants: &[TenantId]) -> AppResult<HashMap<TenantId, SignInLog>> {
        let logs = self.store().reader().sign_in_logs(actor.workspace_id, tenants).await?;
        Ok(logs.into_iter().filter(|log| actor.sees(log.tenant_id)).map(|log| (log.tenant_id, log)).collect())
    }

    /// Days of sign-ins that are kept.
    pub fn sign_in_retention_days(&self) -> u16 {
        self.settings().sign_ins.retention_days
    }

    /// A page of a tenant's summary rows, by day, part and row. Rows of different parts may be alike: add them up.
    ///
    /// [`AppError::BadCursor`] when the part of `after` has been put together with others since: begin again with its day.
    pub async fn sign_in_summaries(
        &self,
        actor: &Actor,
        tenant: TenantId,
        days: RangeInclusive<NaiveDate>,
        after: Option<SummaryPlace>,
        first: usize,
    ) -> AppResult<SummaryPage> {
        in_scope(actor, tenant)?;
        let reader = self.store().reader();
        reader.tenant(actor.workspace_id, tenant).await?.ok_or(AppError::NotFound)?;
        let parts = reader.sign_in_parts(actor.workspace_id, tenant, &days).await?;
        let begin = match after {
            Some(place) => parts.iter().position(|part| (part.day, part.part) == (place.day, place.part)).ok_or(AppError::BadCursor)?,
            None => 0,
        };
        let mut page = SummaryPage::default();
        let mut left = first.min(MAX_SUMMARIES);
        let mut row = after.map_or(0, |place| place.row as usize + 1);
        for part in &parts[begin..] {
            let rows = usize::try_from(part.rows).unwrap_or_default();
            if row >= rows {
                row = 0;
                continue;
            }
            if left == 0 {
                page.has_next = true;
                break;
            }
            let chunk = reader.sign_in_part(actor.workspace_id, tenant, part.day, part.part).await?.ok_or(AppError::BadCursor)?;
            let end = rows.min(row + left).min(chunk.rows.sign_ins.len());
            left -= end.saturating_sub(row);
            page.has_next = end < rows;
            page.stretches.push((part.part, chunk, row..end));
            if page.has_next {
                break;
            }
            row = 0;
        }
        Ok(page)
    }
}
