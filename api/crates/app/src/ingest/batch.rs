//! What several pages gave, and its flush.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::summary::fold::Fold;
use domain::summary::log::{SignInLog, Slice};
use domain::summary::record::Record;
use graph::SignInPage;
use store::EncodedChunk;
use uuid::Uuid;

use super::{Run, slice};
use crate::runner::JobError;

/// Entries that were read and not yet counted.
#[derive(Default)]
pub(super) struct Batch {
    records: Vec<Record>,
    unreadable: i64,
    entries: usize,
    pages: usize,
}

impl Batch {
    /// Adds a page. Graph's filter is inclusive at both ends: what is not of this slice belongs to the one before or after.
    pub(super) fn add(&mut self, page: SignInPage, slice: &Slice) {
        self.pages += 1;
        self.entries += page.records.len() + page.unreadable.len();
        self.unreadable += page.unreadable.len() as i64;
        if let Some(reason) = page.unreadable.first() {
            tracing::warn!(count = page.unreadable.len(), %reason, "entries of a sign-in log can't be read");
        }
        self.records.extend(page.records.into_iter().filter(|record| slice.from <= record.at && record.at < slice.to));
    }

    /// How many entries it took to get here.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// How many pages that were.
    pub(super) fn pages(&self) -> usize {
        self.pages
    }

    fn span(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let instants = || self.records.iter().map(|record| record.at);
        instants().min().zip(instants().max())
    }
}

impl Run<'_> {
    /// Counts the batch and says where to go on, in one transaction under the job's fence.
    pub(super) async fn flush(&mut self, batch: Batch, last: bool) -> Result<(), JobError> {
        let (workspace, tenant) = (self.tenant.workspace_id, self.tenant.id);
        let Some(slice) = self.log.slice.clone() else { return Ok(()) };
        let span = batch.span();
        let seen = match span {
            Some((from, to)) => self.app.store().reader().seen_sign_ins(workspace, tenant, from, to).await?,
            None => HashSet::new(),
        };
        let records = batch.records;
        let (entries, unreadable) = (batch.entries as i64, batch.unreadable);

        let watched = self.watched(&records, slice.from).await?;
        let counted = count(records, seen)?;

        let now = self.app.now();
        let part = self.log.next_part;
        let mut next = SignInLog {
            sign_ins: self.log.sign_ins + counted.ids.len() as i64,
            repeated: self.log.repeated + counted.repeated,
            unreadable: self.log.unreadable + unreadable,
            masked: self.log.masked + counted.masked,
            next_part: part + 1,
            updated_at: now,
            slice: Some(Slice { entries: slice.entries + entries, ..slice.clone() }),
            ..self.log.clone()
        };
        if last {
            let settled = slice::settled(&slice, &self.app.settings().sign_ins);
            next.data_through = Some(slice.to);
            next.settled_through = next.settled_through.max(Some(settled));
            next.slice = None;
        }
        let tx = self.app.store().write().await?;
        tx.assert_fence(self.job.lease()).await?;
        for chunk in &counted.chunks {
            tx.insert_sign_in_chunk(workspace, tenant, part, chunk, now).await?;
        }
        if let Some(span) = span.filter(|_| !counted.ids.is_empty()) {
            tx.remember_sign_ins(workspace, tenant, part, span, &counted.ids).await?;
        }
        for (rollout, sign_ins) in &watched {
            tx.keep_watched_sign_ins(workspace, tenant, *rollout, sign_ins).await?;
        }
        if let Some(settled) = next.settled_through.filter(|_| last) {
            tx.forget_sign_ins(workspace, tenant, settled).await?;
        }
        self.log = tx.update_sign_in_log(&next).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A batch, added up.
struct Counted {
    chunks: Vec<EncodedChunk>,
    ids: Vec<Uuid>,
    repeated: i64,
    masked: i64,
}

/// Adds up what was not counted before; neither is an id twice within the batch.
fn count(records: Vec<Record>, mut seen: HashSet<Uuid>) -> Result<Counted, JobError> {
    let mut fold = Fold::new();
    let (mut ids, mut repeated, mut masked) = (Vec::with_capacity(records.len()), 0, 0);
    for record in records {
        if !seen.insert(record.id) {
            repeated += 1;
            continue;
        }
        ids.push(record.id);
        masked += i64::from(record.masked());
        fold.add(record);
    }
    let encoded: Result<Vec<EncodedChunk>, _> = fold.finish().iter().map(EncodedChunk::new).collect();
    let chunks = encoded.map_err(|error| JobError::Broken(format!("a part of a day can't be encoded: {error}")))?;
    Ok(Counted { chunks, ids, repeated, masked })
}
