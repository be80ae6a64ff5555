//! The one place that reads the wall clock, the random generator and the environment.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use aws_lc_rs::rand;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::env::{Clock, Ids};
use uuid::Uuid;

/// The wall clock, in whole microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn now(&self) -> DateTime<Utc> {
        let now = DateTime::<Utc>::from(std::time::SystemTime::now());
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }
}

/// A clock that began at another instant and can be moved forward; in between it goes on like the wall clock. For demonstrations, where a
/// server and the cloud that it talks to share one.
#[derive(Debug)]
pub struct MovableClock {
    begun: DateTime<Utc>,
    start: DateTime<Utc>,
    ahead_us: AtomicI64,
}

impl MovableClock {
    /// A clock that shows `start` now.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        MovableClock { begun: SystemClock.now(), start, ahead_us: AtomicI64::new(0) }
    }

    /// Moves it forward; never back.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_us.fetch_add(by.num_microseconds().unwrap_or_default().max(0), Ordering::Relaxed);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> DateTime<Utc> {
        self.start + (SystemClock.now() - self.begun) + TimeDelta::microseconds(self.ahead_us.load(Ordering::Relaxed))
    }
}

/// UUIDs version 7 (RFC 9562) and random bytes of the operating system's strength.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

/// Milliseconds since 1970 and a 12-bit counter of the newest id, so that ids of one process are ordered even within a millisecond.
static NEWEST: AtomicU64 = AtomicU64::new(0);

impl Ids for SystemIds {
    fn uuid(&self) -> Uuid {
        let now_ms = u64::try_from(SystemClock.now().timestamp_millis()).unwrap_or_default();
        let mut random = [0_u8; 10];
        self.fill(&mut random);
        // The counter starts below half of its range, which leaves room for at least 2,048 ids in the same millisecond;
        // beyond that it runs ahead into the next one (RFC 9562, section 6.2, method 1).
        let seed = u64::from(u16::from_be_bytes([random[0], random[1]]) & 0x07FF);
        let fresh = now_ms << 12 | seed;
        let mut newest = NEWEST.load(Ordering::Relaxed);
        let stamp = loop {
            let next = fresh.max(newest + 1);
            match NEWEST.compare_exchange_weak(newest, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break next,
                Err(seen) => newest = seen,
            }
        };
        random[..2].copy_from_slice(&((stamp & 0x0FFF) as u16).to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(stamp >> 12, &random).into_uuid()
    }

    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes).expect("the operating system's random generator works, or nothing here is safe");
    }
}

/// The process's environment; variables that aren't text are left out.
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
}

/// How a person calls this program: by cargo, which says so in the environment, or by its path.
pub fn program() -> String {
    if environment().contains_key("CARGO") {
        return "cargo run -q --".to_owned();
    }
    std::env::args().next().unwrap_or_else(|| "causeway".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_and_version_7() {
        let made: Vec<Uuid> = (0..10_000).map(|_| SystemIds.uuid()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
    }

    #[test]
    fn a_movable_clock_goes_forward_only() {
        let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let clock = MovableClock::starting_at(start);
        clock.advance(TimeDelta::days(2));
        clock.advance(TimeDelta::days(-1));
        let shown = clock.now() - start;
        assert!((TimeDelta::days(2)..TimeDelta::days(2) + TimeDelta::minutes(1)).contains(&shown), "{shown}");
    }

    #[test]
    fn the_clock_has_no_nanoseconds() {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000, 0);
    }
}
