//! A token bucket as pure arithmetic, in the form that keeps one instant instead of a count (the generic cell rate algorithm): no rounding,
//! no background refill, and the instant of the next request is always known.

use std::time::Duration;

use tokio::time::Instant;

use crate::config::Rate;

#[derive(Debug)]
pub(crate) struct Bucket {
    /// Time between two requests at the sustained rate.
    interval: Duration,
    /// How far ahead of the sustained rate a burst may run.
    tolerance: Duration,
    /// When the sustained rate would be due next; `None` before the first request.
    due: Option<Instant>,
}

impl Bucket {
    pub(crate) fn new(rate: Rate) -> Self {
        let interval = Duration::from_secs_f64(1.0 / rate.per_second);
        Bucket { interval, tolerance: interval.saturating_mul(rate.burst - 1), due: None }
    }

    /// Takes one request out, or says when one will be there.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let ready = self.ready(now);
        if ready > now {
            return Err(ready);
        }
        let from = self.due.map_or(now, |due| due.max(now));
        self.due = Some(from + self.interval);
        Ok(())
    }

    /// When the request after `ahead` others can go.
    pub(crate) fn ready_after(&self, now: Instant, ahead: u32) -> Instant {
        // A bucket with room for a burst serves that many at once: what matters is when the last of them may go.
        let from = self.due.map_or(now, |due| due.max(now));
        let due = from + self.interval.saturating_mul(ahead);
        due.checked_sub(self.tolerance).map_or(now, |ready| ready.max(self.ready(now)))
    }

    /// Nothing before `until`, and no burst right after it: Graph asked for a pause.
    pub(crate) fn hold(&mut self, until: Instant) {
        let due = until + self.tolerance;
        self.due = Some(self.due.map_or(due, |old| old.max(due)));
    }

    /// As full as a new one.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| due <= now)
    }

    fn ready(&self, now: Instant) -> Instant {
        self.due.and_then(|due| due.checked_sub(self.tolerance)).map_or(now, |ready| ready.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn bucket(per_second: f64, burst: u32) -> Bucket {
        Bucket::new(Rate { per_second, burst })
    }

    /// Takes as soon as allowed, `count` times; the offsets in milliseconds.
    fn schedule(bucket: &mut Bucket, start: Instant, count: usize) -> Vec<u128> {
        let mut now = start;
        let mut taken = Vec::new();
        while taken.len() < count {
            match bucket.take(now) {
                Ok(()) => taken.push((now - start).as_millis()),
                Err(next) => now = next,
            }
        }
        taken
    }

    #[test]
    fn a_burst_of_one_keeps_an_even_distance() {
        let start = Instant::now();
        assert_eq!(schedule(&mut bucket(1.0, 1), start, 4), [0, 1_000, 2_000, 3_000]);
    }

    #[test]
    fn a_burst_is_spent_once_and_comes_back_with_time() {
        let start = Instant::now();
        let mut bucket = bucket(10.0, 3);
        assert_eq!(schedule(&mut bucket, start, 5), [0, 0, 0, 100, 200]);
        assert!(!bucket.is_full(start + 250 * MS));
        let later = start + 5_000 * MS;
        assert!(bucket.is_full(later));
        assert_eq!(schedule(&mut bucket, later, 4), [0, 0, 0, 100]);
    }

    #[test]
    fn a_hold_stops_everything_until_its_end_and_then_there_is_no_burst() {
        let start = Instant::now();
        let mut bucket = bucket(10.0, 3);
        bucket.hold(start + 700 * MS);
        assert_eq!(schedule(&mut bucket, start, 3), [700, 800, 900]);
        bucket.hold(start);
        assert_eq!(bucket.take(start + 901 * MS), Err(start + 1_000 * MS), "an older hold takes nothing back");
    }

    #[test]
    fn the_place_in_the_queue_tells_the_wait() {
        let start = Instant::now();
        let mut one = bucket(1.0, 1);
        assert_eq!(one.ready_after(start, 0), start);
        assert_eq!(one.ready_after(start, 3), start + 3_000 * MS);
        one.take(start).unwrap();
        assert_eq!(one.ready_after(start, 0), start + 1_000 * MS);
        assert_eq!(one.ready_after(start, 2), start + 3_000 * MS);
        let burst = bucket(1.0, 4);
        assert_eq!(burst.ready_after(start, 3), start);
        assert_eq!(burst.ready_after(start, 4), start + 1_000 * MS);
    }
}
