//! Verdicts on phases of rollouts.

use app::StoredVerdict;
use async_graphql::{Context, ID, Object, SimpleObject};
use domain::rollout::{BlockReason, Counts, Guard};

use crate::enums::{RolloutOnTrip, RolloutVerdictOutcome, RolloutVerdictRule, RolloutVerdictWhy};
use crate::ids::Kind;
use crate::scalars::DateTime;
use crate::scope::ids;

/// A stored verdict.
pub struct RolloutVerdict(pub StoredVerdict);

/// What the sign-ins of a phase say, with all that it was judged by: stored inputs give the same outcome again. Rates are per 10,000.
#[Object]
impl RolloutVerdict {
    /// Opaque, globally unique, stable: what `overrideVerdict` names.
    async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::RolloutVerdict, self.0.id.0)
    }

    /// The phase, from 1.
    async fn phase(&self) -> i32 {
        i32::from(self.0.phase)
    }

    /// When it was made.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// What they say.
    async fn outcome(&self) -> RolloutVerdictOutcome {
        self.0.verdict.outcome.into()
    }

    /// By which rule.
    async fn why(&self) -> RolloutVerdictWhy {
        self.0.verdict.why.into()
    }

    /// A breach that needs no minimum of sign-ins.
    async fn hard_stop(&self) -> bool {
        self.0.verdict.hard_stop
    }

    /// Blocked sign-ins of all evaluated ones: Microsoft's own number, shown and not judged by unless the guard says so.
    async fn raw_rate(&self) -> u32 {
        self.0.verdict.raw_rate
    }

    /// Blocked attempts of all attempts.
    async fn attempt_rate(&self) -> u32 {
        self.0.verdict.attempt_rate
    }

    /// Blocked users of all users.
    async fn user_rate(&self) -> u32 {
        self.0.verdict.user_rate
    }

    /// Lower bound of the true share of blocked users, one-sided 95 %.
    async fn wilson_lower(&self) -> u32 {
        self.0.verdict.wilson_lower
    }

    /// Upper bound, likewise.
    async fn wilson_upper(&self) -> u32 {
        self.0.verdict.wilson_upper
    }

    /// Whether the phase had run long enough.
    async fn bake_elapsed(&self) -> bool {
        self.0.verdict.bake_elapsed
    }

    /// What was counted.
    async fn counts(&self) -> RolloutCounts {
        RolloutCounts::from(&self.0.verdict.counts)
    }

    /// By which limits.
    async fn guard(&self) -> RolloutGuard {
        RolloutGuard::from(&self.0.verdict.guard)
    }
}

/// The sign-ins of a phase on which the twin decided, counted.
#[derive(SimpleObject)]
pub struct RolloutCounts {
    /// Evaluated sign-ins, each row of the log one.
    sign_ins: u64,
    /// Of these, those that failed.
    blocked_sign_ins: u64,
    /// Attempts: rows of one user, application and resource within 30 minutes.
    attempts: u64,
    /// Attempts whose last row failed.
    blocked_attempts: u64,
    /// Attempts that may still be answered; they are in no other count.
    open_attempts: u64,
    /// Only people whom the current phase added are counted: among them it is a breach, among all whom the twin reaches it is none.
    newcomers_only: bool,
    /// Users with an attempt.
    attempt_users: u64,
    /// Users about whom the last attempt says something.
    users: u64,
    /// Users whose last attempt was blocked and who did not get in since.
    blocked_users: u64,
    /// Object ids of emergency accounts that failed; at most 20.
    emergency_blocked: Vec<String>,
    /// Sign-ins on which twin and original can be compared.
    pairs: u64,
    /// Of these, those on which they disagree.
    disagreeing_pairs: u64,
    /// Sign-ins before here were read.
    data_through: DateTime,
    /// Nothing before here is evidence of health.
    effective_from: DateTime,
    /// Why attempts were blocked, most users first; at most 20.
    reasons: Vec<RolloutBlockReason>,
}

impl From<&Counts> for RolloutCounts {
    fn from(counts: &Counts) -> Self {
        RolloutCounts {
            sign_ins: counts.sign_ins,
            blocked_sign_ins: counts.blocked_sign_ins,
            attempts: counts.attempts,
            blocked_attempts: counts.blocked_attempts,
            open_attempts: counts.open_attempts,
            newcomers_only: counts.newcomers_only,
            attempt_users: counts.attempt_users,
            users: counts.users,
            blocked_users: counts.blocked_users,
            emergency_blocked: counts.emergency_blocked.iter().map(ToString::to_string).collect(),
            pairs: counts.pairs,
            disagreeing_pairs: counts.disagreeing_pairs,
            data_through: counts.data_through.into(),
            effective_from: counts.effective_from.into(),
            reasons: counts.reasons.iter().map(RolloutBlockReason::from).collect(),
        }
    }
}

/// One reason for blocked attempts: one error code at one application.
#[derive(SimpleObject)]
pub struct RolloutBlockReason {
    /// The AADSTS code; 0 for none.
    error_code: i32,
    /// The application's id; empty where the log has none.
    app_id: String,
    /// Its name.
    app_name: Option<String>,
    /// Blocked attempts.
    attempts: u64,
    /// Users who had them.
    users: u64,
    /// The kinds of client that had most of them; at most 3.
    clients: Vec<String>,
    /// The platforms that had most of them; at most 3.
    platforms: Vec<String>,
    /// The countries that had most of them; at most 3.
    countries: Vec<String>,
}

impl From<&BlockReason> for RolloutBlockReason {
    fn from(reason: &BlockReason) -> Self {
        RolloutBlockReason {
            error_code: reason.error_code,
            app_id: reason.app.clone(),
            app_name: reason.app_name.clone(),
            attempts: reason.attempts,
            users: reason.users,
            clients: reason.clients.clone(),
            platforms: reason.platforms.clone(),
            countries: reason.countries.clone(),
        }
    }
}

/// The limits by which the sign-ins of a phase are judged.
#[derive(SimpleObject)]
pub struct RolloutGuard {
    /// How sign-ins are judged.
    rule: RolloutVerdictRule,
    /// More than so many percent blocked is a breach.
    max_blocked_percent: i32,
    /// A ratio of attempts says something from so many on.
    min_attempts: u32,
    /// And from so many users on.
    min_attempt_users: u32,
    /// A phase is proven healthy by no fewer users.
    min_users: u32,
    /// So many blocked users stop the rollout, whatever their share.
    absolute_blocked_users: u32,
    /// What happens to the twin then.
    on_trip: RolloutOnTrip,
    /// Groups that have grown by more percent since planning pause the rollout.
    max_growth_percent: i32,
    /// Twin and original are compared from so many sign-ins with both results on.
    min_pairs: u32,
    /// More percent of these that disagree pause the rollout.
    max_disagreement_percent: i32,
}

impl From<&Guard> for RolloutGuard {
    fn from(guard: &Guard) -> Self {
        RolloutGuard {
            rule: guard.rule.into(),
            max_blocked_percent: i32::from(guard.max_blocked_percent),
            min_attempts: guard.min_attempts,
            min_attempt_users: guard.min_attempt_users,
            min_users: guard.min_users,
            absolute_blocked_users: guard.absolute_blocked_users,
            on_trip: guard.on_trip.into(),
            max_growth_percent: i32::from(guard.max_growth_percent),
            min_pairs: guard.min_pairs,
            max_disagreement_percent: i32::from(guard.max_disagreement_percent),
        }
    }
}
