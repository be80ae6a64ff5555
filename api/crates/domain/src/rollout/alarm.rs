//! What stops a rollout, whatever it is doing: asked in every state that is not terminal, paused and waiting included.

use chrono::{DateTime, Utc};

use super::decision::Decision;
use super::forecast::percent;
use super::record::{Goal, GoalKind, Rollout};
use super::signals::{Fetched, PolicySeen, Signals};
use super::status::{EndReason, OnTrip, PauseReason, RolloutStatus};
use super::verdict::{Verdict, VerdictOutcome, VerdictWhy};
use crate::id::ContentHash;
use crate::policy::PolicyState;

/// The first alarm that holds and that asks for more than what is being done already.
pub(super) fn alarm(rollout: &Rollout, now: DateTime<Utc>, signals: &Signals, verdict: Option<&Verdict>) -> Option<Decision> {
    if rollout.twin.is_none() && rollout.status == RolloutStatus::Planned {
        return None;
    }
    if let Some(reason) = ended_by_others(rollout, signals) {
        let goal = Goal::end(GoalKind::Cancel, rollout.phase, reason).over(rollout.goal);
        return (rollout.goal != Some(goal)).then_some(Decision::Cancel { reason, goal });
    }
    let causes = [
        emergency_in_scope(rollout, signals),
        verdict.and_then(|verdict| tripped(rollout, verdict)),
        foreign_edit(rollout, now, signals),
        verdict.and_then(|verdict| disagreement(rollout, verdict)),
        disconnected(signals),
    ];
    causes.into_iter().flatten().find_map(|cause| cause.decision(rollout, signals))
}

/// Why a rollout is to be paused.
struct Cause {
    reason: PauseReason,
    text: String,
    kind: GoalKind,
}

impl Cause {
    /// `None` where it is stopped as far as this cause asks for already.
    fn decision(self, rollout: &Rollout, signals: &Signals) -> Option<Decision> {
        let goal = Goal::new(self.kind, rollout.phase).over(rollout.goal);
        let new = match rollout.status {
            RolloutStatus::Running | RolloutStatus::Advancing => true,
            RolloutStatus::Reverting => rollout.goal != Some(goal),
            _ => rollout.to_loosen(signals).next_step(goal).is_some(),
        };
        new.then_some(Decision::Pause { reason: self.reason, text: self.text, goal })
    }
}

/// An edit of the grant controls cancels (the source's safeguard); so does the end of one of the two policies.
fn ended_by_others(rollout: &Rollout, signals: &Signals) -> Option<EndReason> {
    let twin = rollout.twin.as_ref().map(|twin| &twin.mark.grants);
    let starting = rollout.phase == 0 && rollout.status == RolloutStatus::Advancing;
    match (&signals.original, &signals.twin) {
        (Fetched::Known(None), _) => Some(EndReason::OriginalDeleted),
        // A policy that was just made is not shown by every replica of Entra yet: its next change finds out.
        (_, Fetched::Known(None)) if twin.is_some() && !starting => Some(EndReason::TwinDeleted),
        (original, seen) => {
            let edited = |seen: &PolicySeen, grants: &ContentHash| seen.grants != *grants;
            let original = original.known().and_then(Option::as_ref).is_some_and(|seen| edited(seen, &rollout.original.grants));
            let twin = seen.known().and_then(Option::as_ref).zip(twin).is_some_and(|(seen, grants)| edited(seen, grants));
            (original || twin).then_some(EndReason::GrantControlsEdited)
        }
    }
}

fn emergency_in_scope(rollout: &Rollout, signals: &Signals) -> Option<Cause> {
    let seen = signals.twin.known()?.as_ref()?;
    let forward = rollout.goal.is_some_and(|goal| goal.kind.forward());
    (!seen.emergency_excluded && (forward || seen.state == Some(PolicyState::Enabled))).then(|| Cause {
        reason: PauseReason::EmergencyAccessBlocked,
        text: "the twin does not exclude every emergency account: exclude them again, then resume".to_owned(),
        kind: GoalKind::ReportOnly,
    })
}

fn tripped(rollout: &Rollout, verdict: &Verdict) -> Option<Cause> {
    if verdict.outcome != VerdictOutcome::Breach {
        return None;
    }
    let emergency = verdict.why == VerdictWhy::EmergencyAccount;
    // Nobody can choose to leave emergency accounts locked out.
    let loosen = emergency || rollout.guard.on_trip == OnTrip::PauseAndReportOnly;
    Some(Cause {
        reason: if emergency { PauseReason::EmergencyAccessBlocked } else { PauseReason::GuardTripped },
        text: breach_text(verdict),
        kind: if loosen { GoalKind::ReportOnly } else { GoalKind::Pause },
    })
}

/// A breach in a sentence, with the figures that it rests on.
pub(super) fn breach_text(verdict: &Verdict) -> String {
    let (counts, limit) = (&verdict.counts, verdict.guard.max_blocked_percent);
    match verdict.why {
        VerdictWhy::EmergencyAccount => format!("{} emergency account(s) were blocked", counts.emergency_blocked.len()),
        VerdictWhy::HalfOfUsers | VerdictWhy::TooManyUsers => {
            format!("{} of {} users are blocked", counts.blocked_users, counts.users)
        }
        VerdictWhy::Attempts => format!(
            "{} of {} attempts are blocked ({}), and the limit is {limit} %",
            counts.blocked_attempts,
            counts.attempts,
            percent(verdict.attempt_rate)
        ),
        VerdictWhy::UserBound => format!(
            "{} of {} users are blocked, at least {} of all are to be expected, and the limit is {limit} %",
            counts.blocked_users,
            counts.users,
            percent(verdict.wilson_lower)
        ),
        _ => format!(
            "{} of {} sign-ins are blocked ({}), and the limit is {limit} %",
            counts.blocked_sign_ins,
            counts.sign_ins,
            percent(verdict.raw_rate)
        ),
    }
}

/// Somebody else's edit of either policy. Not asked while one of our own writes may still be on its way through Entra: what is edited
/// meanwhile, the next change finds when it is applied, or this does later.
fn foreign_edit(rollout: &Rollout, now: DateTime<Utc>, signals: &Signals) -> Option<Cause> {
    if rollout.status != RolloutStatus::Running || rollout.effective_from.is_none_or(|from| now < from) {
        return None;
    }
    let edited = |seen: &Fetched<Option<PolicySeen>>, canonical: &ContentHash| {
        seen.known().and_then(Option::as_ref).is_some_and(|seen| seen.canonical != *canonical)
    };
    let twin = rollout.twin.as_ref().is_some_and(|twin| edited(&signals.twin, &twin.mark.canonical));
    let which = match (twin, edited(&signals.original, &rollout.original.canonical)) {
        (false, false) => return None,
        (true, false) => "the twin was",
        (false, true) => "the original was",
        (true, true) => "both policies were",
    };
    Some(Cause {
        reason: PauseReason::ForeignEdit,
        text: format!("{which} edited outside the rollout: look at the edit, then resume or roll back"),
        kind: GoalKind::Pause,
    })
}

/// The twin does not do what the original says it would: it is not the policy that was tested.
fn disagreement(rollout: &Rollout, verdict: &Verdict) -> Option<Cause> {
    let (counts, guard) = (&verdict.counts, &rollout.guard);
    let drifted = counts.pairs >= u64::from(guard.min_pairs)
        && u128::from(counts.disagreeing_pairs) * 100 > u128::from(guard.max_disagreement_percent) * u128::from(counts.pairs);
    drifted.then(|| Cause {
        reason: PauseReason::Drift,
        text: format!(
            "the twin and the original disagree on {} of {} sign-ins, and {} % are tolerated",
            counts.disagreeing_pairs, counts.pairs, guard.max_disagreement_percent
        ),
        kind: GoalKind::Pause,
    })
}

fn disconnected(signals: &Signals) -> Option<Cause> {
    (!signals.tenant_connected).then(|| Cause {
        reason: PauseReason::TenantUnavailable,
        text: "the tenant is not connected: connect it again, then resume".to_owned(),
        kind: GoalKind::Pause,
    })
}
