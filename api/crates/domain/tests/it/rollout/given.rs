//! What the tests of rollouts start from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::ContentHash;
use domain::policy::PolicyState;
use domain::rollout::{
    Counts, EvaluatedOutcome, EvaluatedSignIn, Fetched, Forecast, Guard, Mark, Phase, Plan, PolicySeen, Rollout, RolloutMode,
    RolloutStatus, SignInFacts, Signals, Twin,
};
use uuid::Uuid;

pub const DAY: u32 = 86_400;

/// The beginning of every test's time, and so many minutes after it.
pub fn minute(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub fn hash(text: &str) -> ContentHash {
    ContentHash(text.to_owned())
}

/// A sign-in of a user to one application.
pub fn row(number: u64, at: DateTime<Utc>, user: u128, outcome: EvaluatedOutcome) -> EvaluatedSignIn {
    EvaluatedSignIn {
        at,
        id: format!("{number:08}"),
        user: id(user),
        app: "app".to_owned(),
        resource: "resource".to_owned(),
        outcome,
        original: None,
        facts: SignInFacts { error_code: if outcome == EvaluatedOutcome::Failure { 53_003 } else { 0 }, ..SignInFacts::default() },
    }
}

/// Counts of a phase in which each user made one attempt.
pub fn counts(blocked: u64, users: u64) -> Counts {
    Counts {
        sign_ins: users,
        blocked_sign_ins: blocked,
        attempts: users,
        blocked_attempts: blocked,
        attempt_users: users,
        users,
        blocked_users: blocked,
        ..Counts::none(minute(15), minute(15) + TimeDelta::days(2))
    }
}

/// A forecast that nobody has to confirm.
pub fn harmless() -> Forecast {
    Forecast::measured(5_000, 500, 1, 20, minute(-60), 7)
}

/// A plan of so many phases with one group each: group `n` is in phase `n`.
pub fn plan(phases: u128) -> Plan {
    let phase = |number| Phase {
        groups: vec![id(number)],
        min_bake_seconds: DAY,
        reasoning: String::new(),
        members: 100 * number as u64,
        forecast: Some(harmless()),
    };
    Plan { phases: (1..=phases).map(phase).collect(), reasoning: String::new(), groups: Vec::new() }
}

pub fn mark(state: PolicyState, version: u32) -> Mark {
    Mark { state, canonical: hash(&format!("document {version}")), grants: hash("grants") }
}

pub fn planned() -> Rollout {
    Rollout {
        status: RolloutStatus::Planned,
        mode: RolloutMode::Manual,
        phase: 0,
        plan: plan(5),
        guard: Guard::default(),
        awaiting_approval: false,
        original: mark(PolicyState::ReportOnly, 0),
        twin: None,
        goal: None,
        step: None,
        phase_started_at: None,
        effective_from: None,
        pause: None,
        last_verdict: None,
        forecast_confirmed: None,
        ended_at: None,
        end: None,
    }
}

/// Running in a phase since minute 0, in effect since minute 15.
pub fn running(phase: u8) -> Rollout {
    let planned = planned();
    let twin = Twin { mark: mark(PolicyState::Enabled, u32::from(phase)), groups: planned.plan.groups_through(phase) };
    Rollout {
        status: RolloutStatus::Running,
        phase,
        twin: Some(twin),
        phase_started_at: Some(minute(0)),
        effective_from: Some(minute(15)),
        ..planned
    }
}

fn seen(mark: &Mark) -> PolicySeen {
    PolicySeen { state: Some(mark.state), canonical: mark.canonical.clone(), grants: mark.grants.clone(), emergency_excluded: true }
}

/// A world in which everything is as the rollout left it, every group has ten members, and these are the counts.
pub fn quiet(rollout: &Rollout, counts: Counts) -> Signals {
    let groups: BTreeSet<Uuid> = rollout.plan.groups_through(u8::MAX);
    Signals {
        counts: Fetched::Known(counts),
        newcomers: None,
        twin: Fetched::Known(rollout.twin.as_ref().map(|twin| seen(&twin.mark))),
        original: Fetched::Known(Some(seen(&rollout.original))),
        groups: Fetched::Known(groups.into_iter().map(|group| (group, 10)).collect::<BTreeMap<_, _>>()),
        frozen: None,
        wave: None,
        tenant_connected: true,
    }
}
