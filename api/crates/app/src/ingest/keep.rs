//! What is kept: days within the retention, each in few parts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::summary::fold;
use domain::summary::log::SignInLog;
use store::{ChunkPart, EncodedChunk};

use super::{Run, slice};
use crate::runner::JobError;

/// A part with so many rows is whole: it is not taken into a larger one.
const WHOLE: i64 = 200_000;
/// Small parts of a day that is not over are put together when there are so many.
const MANY: usize = 8;
/// The most parts that are put together at a time.
const AT_ONCE: usize = 64;

impl Run<'_> {
    /// Deletes the days before the retention, and puts small parts of a day together.
    pub(super) async fn keep(&mut self) -> Result<(), JobError> {
        let horizon = slice::horizon(self.app.now(), &self.app.settings().sign_ins);
        if self.log.data_from.is_some_and(|from| from < horizon) {
            self.expire(horizon.date_naive()).await?;
        }
        let Some(through) = self.log.data_through else { return Ok(()) };
        let days = horizon.date_naive()..=through.date_naive();
        let parts = self.app.store().reader().sign_in_parts(self.tenant.workspace_id, self.tenant.id, &days).await?;
        // A day is over when no late row of it is expected.
        let settled = self.log.settled_through.map(|settled| settled.date_naive());
        for (day, parts) in mergeable(&parts, settled) {
            self.merge(day, &parts).await?;
        }
        Ok(())
    }

    async fn expire(&mut self, before: NaiveDate) -> Result<(), JobError> {
        let begin = before.and_time(chrono::NaiveTime::MIN).and_utc();
        let next = SignInLog { data_from: Some(begin), updated_at: self.app.now(), ..self.log.clone() };
        let tx = self.app.store().write().await?;
        tx.assert_fence(self.job.lease()).await?;
        tx.delete_sign_in_days(self.tenant.workspace_id, self.tenant.id, before).await?;
        tx.delete_watched_sign_ins(self.tenant.workspace_id, self.tenant.id, begin).await?;
        self.log = tx.update_sign_in_log(&next).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn merge(&mut self, day: NaiveDate, parts: &[i64]) -> Result<(), JobError> {
        let (workspace, tenant) = (self.tenant.workspace_id, self.tenant.id);
        let reader = self.app.store().reader();
        let mut chunks = Vec::with_capacity(parts.len());
        for part in parts {
            chunks.extend(reader.sign_in_part(workspace, tenant, day, *part).await?);
        }
        // One that would be too large stays in parts.
        let Some(whole) = fold::merge(chunks).and_then(|whole| EncodedChunk::new(&whole).ok()) else { return Ok(()) };
        let now = self.app.now();
        let part = self.log.next_part;
        let next = SignInLog { next_part: part + 1, updated_at: now, ..self.log.clone() };
        let tx = self.app.store().write().await?;
        tx.assert_fence(self.job.lease()).await?;
        tx.replace_sign_in_parts(workspace, tenant, parts, (part, &whole), now).await?;
        self.log = tx.update_sign_in_log(&next).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Days with parts to put together: two in a day that is over, many in another; never more rows than a whole part has.
fn mergeable(parts: &[ChunkPart], settled: Option<NaiveDate>) -> Vec<(NaiveDate, Vec<i64>)> {
    let mut days: BTreeMap<NaiveDate, Vec<&ChunkPart>> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.rows < WHOLE) {
        days.entry(part.day).or_default().push(part);
    }
    let enough = |day: NaiveDate| if settled.is_some_and(|settled| day < settled) { 2 } else { MANY };
    days.into_iter()
        .filter_map(|(day, mut small)| {
            small.sort_by_key(|part| (part.rows, part.part));
            let mut rows = 0;
            let together: Vec<i64> = small
                .iter()
                .take_while(|part| {
                    rows += part.rows;
                    rows <= WHOLE
                })
                .take(AT_ONCE)
                .map(|part| part.part)
                .collect();
            (together.len() >= enough(day)).then_some((day, together))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(day: u32, rows: &[i64]) -> Vec<ChunkPart> {
        let day = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        (1..).zip(rows).map(|(part, rows)| ChunkPart { day, part, rows: *rows, sign_ins: *rows, bytes: 1 }).collect()
    }

    fn merged(parts: &[ChunkPart]) -> Vec<Vec<i64>> {
        mergeable(parts, NaiveDate::from_ymd_opt(2026, 11, 20)).into_iter().map(|(_, parts)| parts).collect()
    }

    #[test]
    fn days_that_are_over_become_one_part_and_others_when_there_are_many() {
        assert_eq!(merged(&parts(19, &[5, 5])), [[1, 2]]);
        assert!(merged(&parts(19, &[5])).is_empty());
        assert!(merged(&parts(20, &[5, 5])).is_empty());
        assert_eq!(merged(&parts(20, &[5; 8])), [(1..=8).collect::<Vec<_>>()]);
    }

    #[test]
    fn no_part_grows_without_bound() {
        assert!(merged(&parts(19, &[WHOLE, WHOLE, 1])).is_empty());
        assert_eq!(merged(&parts(19, &[WHOLE - 1, 2, 3])), [[2, 3]]);
        assert_eq!(merged(&parts(19, &[1; 100]))[0].len(), AT_ONCE);
    }
}
