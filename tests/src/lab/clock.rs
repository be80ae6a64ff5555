//! A wall clock that a test moves forward, so that leases, retries and deadlines end at once.

use std::sync::atomic::{AtomicI64, Ordering};

use api::system::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use domain::env::Clock;

/// The system's clock plus what the test added.
#[derive(Debug, Default)]
pub struct LabClock {
    ahead_us: AtomicI64,
}

impl LabClock {
    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_us.fetch_add(by.num_microseconds().unwrap_or_default().max(0), Ordering::SeqCst);
    }

    /// Moves the clock to an instant, unless it is past it.
    pub fn reach(&self, at: DateTime<Utc>) {
        self.advance(at - self.now());
    }
}

impl Clock for LabClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::microseconds(self.ahead_us.load(Ordering::SeqCst))
    }
}
