//! The state machine of a schedule: every state with every event.

use crate::text_enum;

text_enum! {
    /// Where a schedule stands.
    ScheduleState {
        /// Waits for its instant.
        Armed = "armed",
        /// Its instant has come; whether it may apply is being found out.
        Firing = "firing",
        /// It started to apply its change.
        Fired = "fired",
        /// Its instant passed while nothing could fire it: nothing was applied.
        Missed = "missed",
        /// It was taken back, or its change is not the one any more that it was armed for.
        Revoked = "revoked",
        /// The gate was closed when it fired: nothing was applied.
        Blocked = "blocked",
    }
}

impl ScheduleState {
    /// Whether it can still move.
    pub fn active(self) -> bool {
        matches!(self, ScheduleState::Armed | ScheduleState::Firing)
    }
}

text_enum! {
    /// What can happen to a schedule.
    ScheduleEventKind {
        /// It gets another instant.
        Reschedule = "RESCHEDULE",
        /// Its instant has come.
        Fire = "FIRE",
        /// The gate was open and the change is being applied.
        Start = "START",
        /// It is too late.
        Miss = "MISS",
        /// It is taken back.
        Revoke = "REVOKE",
        /// The gate was closed.
        Block = "BLOCK",
    }
}

/// The state after an event; `None` where the state does not take it.
pub fn next_state(from: ScheduleState, event: ScheduleEventKind) -> Option<ScheduleState> {
    use ScheduleEventKind as E;
    use ScheduleState as S;
    match (from, event) {
        (S::Armed, E::Reschedule) => Some(S::Armed),
        (S::Armed, E::Fire) => Some(S::Firing),
        (S::Firing, E::Start) => Some(S::Fired),
        (S::Firing, E::Block) => Some(S::Blocked),
        (S::Armed | S::Firing, E::Miss) => Some(S::Missed),
        (S::Armed | S::Firing, E::Revoke) => Some(S::Revoked),
        _ => None,
    }
}
