//! Wake-ups inside one process. A wake-up is an optimisation; polling from a cursor is the guarantee.

use tokio::sync::watch;

/// Tells streams that events were committed and workers that jobs were.
pub(crate) struct Hub {
    events: watch::Sender<u64>,
    jobs: watch::Sender<u64>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Hub { events: watch::Sender::new(0), jobs: watch::Sender::new(0) }
    }

    /// Call after every commit: streams read the log, workers look for jobs.
    pub(crate) fn poke(&self) {
        self.events.send_modify(|count| *count = count.wrapping_add(1));
        self.jobs.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Call after a commit that only put jobs in.
    pub(crate) fn poke_workers(&self) {
        self.jobs.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(crate) fn events(&self) -> watch::Receiver<u64> {
        self.events.subscribe()
    }

    pub(crate) fn jobs(&self) -> watch::Receiver<u64> {
        self.jobs.subscribe()
    }
}
