//! The verdict on a phase: a pure function of what was counted, the guard and the bake (rollout-engine.md A4).

use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::guard::Guard;
use crate::text_enum;

text_enum! {
    /// What the sign-ins of a phase say.
    VerdictOutcome {
        /// Too many are blocked: the rollout stops.
        Breach = "BREACH",
        /// Proven: fewer are blocked than the limit, and the phase has run long enough.
        Healthy = "HEALTHY",
        /// There are sign-ins, and they prove neither.
        Inconclusive = "INCONCLUSIVE",
        /// Nobody signed in. That is no failure, and no health either.
        NoData = "NO_DATA",
    }
}

text_enum! {
    /// Which rule a verdict follows from: the first that matches.
    VerdictWhy {
        /// An emergency account was blocked.
        EmergencyAccount = "EMERGENCY_ACCOUNT",
        /// At least three users are blocked, and they are half of all.
        HalfOfUsers = "HALF_OF_USERS",
        /// As many users are blocked as the guard stands for at all.
        TooManyUsers = "TOO_MANY_USERS",
        /// More attempts are blocked than the limit.
        Attempts = "ATTEMPTS",
        /// It is proven that more users are blocked than the limit.
        UserBound = "USER_BOUND",
        /// More rows of the log are failures than the limit (`SOURCE_LITERAL`).
        SignIns = "SIGN_INS",
        /// Proven below the limit.
        Proven = "PROVEN",
        /// Below the limit, by the source's own rule (`SOURCE_LITERAL`).
        BelowLimit = "BELOW_LIMIT",
        /// Not enough users to prove anything.
        TooFewUsers = "TOO_FEW_USERS",
        /// Enough users, and the upper bound is not below the limit.
        NotProven = "NOT_PROVEN",
        /// Proven below the limit, and the bake is not over.
        Baking = "BAKING",
        /// Nobody signed in.
        NoUsers = "NO_USERS",
    }
}

/// What the sign-ins of a phase say, with all that it was judged by. Rates and bounds are per 10,000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// What they say.
    pub outcome: VerdictOutcome,
    /// By which rule.
    pub why: VerdictWhy,
    /// A breach that needs no minimum of sign-ins.
    pub hard_stop: bool,
    /// Blocked rows of all evaluated rows: the source's own number, shown and not judged by unless the guard says so.
    pub raw_rate: u32,
    /// Blocked attempts of all attempts.
    pub attempt_rate: u32,
    /// Blocked users of all users.
    pub user_rate: u32,
    /// Lower bound of the true share of blocked users, one-sided 95 %, rounded down.
    pub wilson_lower: u32,
    /// Upper bound, rounded up.
    pub wilson_upper: u32,
    /// Whether the phase had run long enough.
    pub bake_elapsed: bool,
    /// What was counted.
    pub counts: Counts,
    /// By which limits.
    pub guard: Guard,
}
