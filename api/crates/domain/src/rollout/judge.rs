//! The rules of a verdict, in their order: the first that matches counts (rollout-engine.md A4).

use super::counts::Counts;
use super::guard::Guard;
use super::status::VerdictRule;
use super::verdict::{Verdict, VerdictOutcome, VerdictWhy};
use super::wilson::{lower, proven_above, proven_below, rate, upper};

/// From so many blocked users on, half of all users stops a rollout without any minimum of sign-ins.
const FEW: u64 = 3;

/// What the sign-ins of a phase say. Whole numbers throughout; the same inputs give the same verdict for ever.
///
/// Exactly the limit is no breach: the source says "more than". An emergency account stops a rollout under every rule.
pub fn verdict(counts: &Counts, guard: &Guard, bake_elapsed: bool) -> Verdict {
    let why = match guard.rule {
        VerdictRule::Clustered => clustered(counts, guard, bake_elapsed),
        VerdictRule::SourceLiteral => source_literal(counts, guard, bake_elapsed),
    };
    Verdict {
        outcome: outcome(why),
        why,
        hard_stop: matches!(why, VerdictWhy::EmergencyAccount | VerdictWhy::HalfOfUsers | VerdictWhy::TooManyUsers),
        raw_rate: rate(counts.blocked_sign_ins, counts.sign_ins),
        attempt_rate: rate(counts.blocked_attempts, counts.attempts),
        user_rate: rate(counts.blocked_users, counts.users),
        wilson_lower: lower(counts.blocked_users, counts.users),
        wilson_upper: upper(counts.blocked_users, counts.users),
        bake_elapsed,
        counts: counts.clone(),
        guard: guard.clone(),
    }
}

impl Verdict {
    /// The verdict made again from what is stored with it: equal to itself, or the rules have changed since.
    pub fn recomputed(&self) -> Verdict {
        verdict(&self.counts, &self.guard, self.bake_elapsed)
    }
}

fn clustered(counts: &Counts, guard: &Guard, bake_elapsed: bool) -> VerdictWhy {
    let (blocked, users) = (counts.blocked_users, counts.users);
    let limit = u32::from(guard.max_blocked_percent) * 100;
    let enough = counts.attempts >= u64::from(guard.min_attempts) && counts.attempt_users >= u64::from(guard.min_attempt_users);
    match () {
        () if !counts.emergency_blocked.is_empty() => VerdictWhy::EmergencyAccount,
        () if blocked >= FEW && u128::from(blocked) * 2 >= u128::from(users) => VerdictWhy::HalfOfUsers,
        () if blocked >= u64::from(guard.absolute_blocked_users) => VerdictWhy::TooManyUsers,
        () if enough && more_than(counts.blocked_attempts, counts.attempts, guard) => VerdictWhy::Attempts,
        () if proven_above(blocked, users, limit) => VerdictWhy::UserBound,
        () if users == 0 => VerdictWhy::NoUsers,
        () if users < u64::from(guard.min_users) => VerdictWhy::TooFewUsers,
        () if !proven_below(blocked, users, limit) => VerdictWhy::NotProven,
        () if !bake_elapsed => VerdictWhy::Baking,
        () => VerdictWhy::Proven,
    }
}

/// Microsoft's text to the letter: more than 10 % of sign-ins blocked, which is a success rate below 90 %.
fn source_literal(counts: &Counts, guard: &Guard, bake_elapsed: bool) -> VerdictWhy {
    match () {
        () if !counts.emergency_blocked.is_empty() => VerdictWhy::EmergencyAccount,
        () if more_than(counts.blocked_sign_ins, counts.sign_ins, guard) => VerdictWhy::SignIns,
        () if counts.sign_ins == 0 => VerdictWhy::NoUsers,
        () if !bake_elapsed => VerdictWhy::Baking,
        () => VerdictWhy::BelowLimit,
    }
}

fn more_than(blocked: u64, all: u64, guard: &Guard) -> bool {
    u128::from(blocked) * 100 > u128::from(guard.max_blocked_percent) * u128::from(all)
}

const fn outcome(why: VerdictWhy) -> VerdictOutcome {
    use VerdictWhy as W;
    match why {
        W::EmergencyAccount | W::HalfOfUsers | W::TooManyUsers | W::Attempts | W::UserBound | W::SignIns => VerdictOutcome::Breach,
        W::Proven | W::BelowLimit => VerdictOutcome::Healthy,
        W::TooFewUsers | W::NotProven | W::Baking => VerdictOutcome::Inconclusive,
        W::NoUsers => VerdictOutcome::NoData,
    }
}
