//! Waits and limits of the use cases. Every wait has one.

use std::time::Duration;

/// Waits and limits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a worker owns a job without a heartbeat.
    pub lease: Duration,
    /// How often an idle worker looks for work; a poke wakes it sooner.
    pub idle_poll: Duration,
    /// How often a live stream looks for events; a poke wakes it sooner.
    pub stream_poll: Duration,
    /// Deadline of one Graph call on a worker.
    pub graph_call: Duration,
    /// Deadline of a Graph call that a person waits for.
    pub graph_interactive: Duration,
    /// How long an apply keeps trying before it fails, from the moment it was asked for.
    pub apply_deadline: Duration,
    /// How long a written change may take to show when read back.
    pub verify_window: Duration,
    /// Time between the two equal reads that prove a write of unknown outcome did not happen.
    pub settle: Duration,
    /// How often each tenant is synced; `None` only when asked.
    pub sync_interval: Option<Duration>,
    /// How old the reading of a tenant's people may grow before a sync asks for another; `None` only when asked.
    pub people_interval: Option<Duration>,
    /// The most users of a tenant that are kept; those beyond are unknown, and said to be.
    pub people_max_users: usize,
    /// Reading sign-ins.
    pub sign_ins: SignInSettings,
    /// Phased rollouts.
    pub rollouts: RolloutSettings,
}

/// How phased rollouts are watched and moved.
#[derive(Clone, Debug)]
pub struct RolloutSettings {
    /// How often a rollout that has not ended is looked at.
    pub look: Duration,
    /// How long a written policy may take to hold everywhere in Entra: what is seen before that is no evidence of health.
    pub propagation: Duration,
    /// The shortest bake of a phase of an automatic rollout.
    pub least_bake: Duration,
    /// After the end, how long the disabled twin is kept before it is deleted.
    pub keep_twin: Duration,
    /// How often this process asks which rollouts are due.
    pub poll: Duration,
}

impl Default for RolloutSettings {
    fn default() -> Self {
        RolloutSettings {
            look: Duration::from_secs(5 * 60),
            propagation: Duration::from_secs(15 * 60),
            least_bake: Duration::from_secs(2 * 3_600),
            keep_twin: Duration::from_secs(7 * 24 * 3_600),
            poll: Duration::from_secs(5),
        }
    }
}

/// How sign-ins are read and kept.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    /// How often each tenant's log is read; `None` only when asked.
    pub interval: Option<Duration>,
    /// Days that are kept, and that the first reading goes back. Entra itself keeps 30.
    pub retention_days: u16,
    /// How late a row may show in Entra's log: what is younger is read again, and counted once.
    pub overlap: Duration,
    /// What is younger than this is left for the next run: most of its rows have not arrived.
    pub settle: Duration,
    /// The longest stretch of time that is read before the watermark moves.
    pub slice: Duration,
    /// Entries that are read before they are counted and stored: what memory holds.
    pub flush_rows: usize,
    /// How long a job reads before it lets others have the worker.
    pub turn: Duration,
    /// Deadline of one page, waiting for the budget and throttling included.
    pub page_deadline: Duration,
}

impl Default for SignInSettings {
    fn default() -> Self {
        SignInSettings {
            interval: Some(Duration::from_secs(15 * 60)),
            retention_days: 30,
            overlap: Duration::from_secs(60 * 60),
            settle: Duration::from_secs(2 * 60),
            slice: Duration::from_secs(6 * 60 * 60),
            flush_rows: 10_000,
            turn: Duration::from_secs(30),
            page_deadline: Duration::from_secs(5 * 60),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            lease: Duration::from_secs(30),
            idle_poll: Duration::from_secs(1),
            stream_poll: Duration::from_secs(2),
            graph_call: Duration::from_secs(60),
            graph_interactive: Duration::from_secs(20),
            apply_deadline: Duration::from_secs(15 * 60),
            verify_window: Duration::from_secs(60),
            settle: Duration::from_secs(10),
            sync_interval: Some(Duration::from_secs(15 * 60)),
            people_interval: Some(Duration::from_secs(24 * 3_600)),
            people_max_users: 500_000,
            sign_ins: SignInSettings::default(),
            rollouts: RolloutSettings::default(),
        }
    }
}
