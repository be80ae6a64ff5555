//! The queue in front of one bucket.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::bucket::Bucket;
use crate::call::{Call, Priority};
use crate::config::Rate;

/// Requests of one class to one tenant, in line: by priority, then by arrival. The line is bounded by the callers' deadlines: who can't be
/// served in time is refused on arrival instead of waiting in vain.
pub(crate) struct Lane {
    line: Mutex<Line>,
    moved: Notify,
}

struct Line {
    bucket: Bucket,
    waiting: BTreeSet<(Priority, u64)>,
    next_number: u64,
}

enum Step {
    Go,
    Wait(Instant),
    TooLate,
}

impl Lane {
    pub(crate) fn new(rate: Rate) -> Self {
        Lane { line: Mutex::new(Line { bucket: Bucket::new(rate), waiting: BTreeSet::new(), next_number: 0 }), moved: Notify::new() }
    }

    /// Waits for the turn of one request; `false` when the call's deadline comes first.
    pub(crate) async fn turn(&self, call: &Call) -> bool {
        let ticket = Ticket::draw(self, call.priority);
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // Listening starts before looking, so that no move in between is missed.
            moved.as_mut().enable();
            match self.step(&ticket, call.deadline) {
                Step::Go => return true,
                Step::TooLate => return false,
                Step::Wait(until) => tokio::select! {
                    () = tokio::time::sleep_until(until) => {}
                    () = moved => {}
                },
            }
        }
    }

    /// Graph asked this tenant to pause: nobody in this lane goes before `until`.
    pub(crate) fn hold(&self, until: Instant) {
        self.line().bucket.hold(until);
        self.moved.notify_waiters();
    }

    pub(crate) fn is_idle(&self) -> bool {
        let line = self.line();
        line.waiting.is_empty() && line.bucket.is_full(Instant::now())
    }

    fn step(&self, ticket: &Ticket<'_>, deadline: Instant) -> Step {
        let now = Instant::now();
        let mut line = self.line();
        let ahead = line.waiting.range(..ticket.place).count();
        let ready = line.bucket.ready_after(now, u32::try_from(ahead).unwrap_or(u32::MAX));
        if ready > deadline || now >= deadline {
            return Step::TooLate;
        }
        if ahead > 0 {
            return Step::Wait(deadline);
        }
        match line.bucket.take(now) {
            Ok(()) => Step::Go,
            Err(next) => Step::Wait(next),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line, given back on every way out: served, too late, or the caller gone.
struct Ticket<'a> {
    lane: &'a Lane,
    place: (Priority, u64),
}

impl<'a> Ticket<'a> {
    fn draw(lane: &'a Lane, priority: Priority) -> Self {
        let mut line = lane.line();
        let place = (priority, line.next_number);
        line.next_number += 1;
        line.waiting.insert(place);
        Ticket { lane, place }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.lane.line().waiting.remove(&self.place);
        self.lane.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    fn call(priority: Priority, within_ms: u64) -> Call {
        Call { deadline: Instant::now() + Duration::from_millis(within_ms), client_request_id: Uuid::nil(), priority }
    }

    #[tokio::test]
    async fn who_can_not_be_served_in_time_is_refused_on_arrival() {
        let lane = Lane::new(Rate { per_second: 1.0, burst: 1 });
        assert!(lane.turn(&call(Priority::Sync, 10_000)).await);
        let asked = Instant::now();
        assert!(!lane.turn(&call(Priority::Apply, 500)).await);
        assert!(asked.elapsed() < Duration::from_millis(400), "refused at once, not at the deadline");
    }

    #[tokio::test]
    async fn apply_overtakes_waiting_syncs() {
        let lane = Arc::new(Lane::new(Rate { per_second: 20.0, burst: 1 }));
        assert!(lane.turn(&call(Priority::Sync, 10_000)).await);
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for (index, priority) in [Priority::Sync, Priority::Sync, Priority::Interactive, Priority::Apply].into_iter().enumerate() {
            let (task_lane, order) = (Arc::clone(&lane), Arc::clone(&order));
            let call = call(priority, 10_000);
            waiting.push(tokio::spawn(async move {
                assert!(task_lane.turn(&call).await);
                order.lock().unwrap().push(call.priority);
            }));
            // Each in line before the next arrives.
            while lane.line().waiting.len() <= index {
                tokio::task::yield_now().await;
            }
        }
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [Priority::Apply, Priority::Interactive, Priority::Sync, Priority::Sync]);
        assert!(lane.line().waiting.is_empty());
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_leaves_the_line() {
        let lane = Lane::new(Rate { per_second: 0.001, burst: 1 });
        assert!(lane.turn(&call(Priority::Sync, 10_000)).await);
        let mut patient = call(Priority::Sync, 0);
        patient.deadline += Duration::from_secs(10_000);
        let gone = tokio::time::timeout(Duration::from_millis(20), lane.turn(&patient)).await;
        assert!(gone.is_err());
        assert!(lane.line().waiting.is_empty());
    }

    #[tokio::test]
    async fn a_hold_delays_those_already_waiting() {
        let lane = Arc::new(Lane::new(Rate { per_second: 20.0, burst: 1 }));
        let start = Instant::now();
        assert!(lane.turn(&call(Priority::Sync, 10_000)).await);
        let waiter = tokio::spawn({
            let lane = Arc::clone(&lane);
            async move { lane.turn(&call(Priority::Sync, 10_000)).await }
        });
        tokio::task::yield_now().await;
        lane.hold(start + Duration::from_millis(200));
        assert!(waiter.await.unwrap());
        assert!(start.elapsed() >= Duration::from_millis(200));
    }
}
