//! A small world around a rollout: two policies, their groups, and an engine that does what is decided. What must always hold is checked at
//! every look.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::bulk_rollout::WaveSignal;
use domain::id::RolloutVerdictId;
use domain::policy::PolicyState;
use domain::rollout::{
    Command, Counts, Decision, EndReason, Fetched, GoalKind, Mark, Pace, PolicySeen, Rollout, RolloutRefusal, RolloutStatus, RolloutStep,
    Signals, StepOutcome, StepStanding, Tick, Unavailable, command, tick,
};
use uuid::Uuid;

use super::given::{counts, hash, id, mark, minute, planned};

/// The twin as it is in Entra.
#[derive(Clone, Debug)]
pub struct RealTwin {
    pub mark: Mark,
    pub groups: BTreeSet<Uuid>,
    pub emergency_excluded: bool,
    /// Somebody else enabled it after our last write of its state.
    pub enabled_by_others: bool,
}

pub struct World {
    pub now: DateTime<Utc>,
    pub rollout: Rollout,
    pub pace: Pace,
    pub original: Option<Mark>,
    pub twin: Option<RealTwin>,
    pub groups: BTreeMap<Uuid, u64>,
    pub frozen: bool,
    /// Other tenants hold it.
    pub held: bool,
    pub connected: bool,
    /// Users blocked and users seen since the phase began.
    pub traffic: (u64, u64),
    pub emergency_blocked: bool,
    /// Signals that can't be had now: counts, twin, original, groups.
    pub missing: [bool; 4],
    /// Every change that was applied, in order.
    pub applied: Vec<RolloutStep>,
    version: u32,
}

impl World {
    pub fn new(rollout: Rollout) -> Self {
        World {
            now: minute(0),
            original: Some(rollout.original.clone()),
            groups: rollout.plan.groups_through(u8::MAX).into_iter().map(|group| (group, 10)).collect(),
            rollout,
            pace: Pace::default(),
            twin: None,
            frozen: false,
            held: false,
            connected: true,
            traffic: (0, 100),
            emergency_blocked: false,
            missing: [false; 4],
            applied: Vec::new(),
            version: 0,
        }
    }

    pub fn planned() -> Self {
        World::new(planned())
    }

    pub fn signals(&self) -> Signals {
        fn fetched<T>(missing: bool, value: T) -> Fetched<T> {
            if missing { Fetched::Unavailable(Unavailable::GraphUnavailable) } else { Fetched::Known(value) }
        }
        let seen = |mark: &Mark, emergency_excluded| PolicySeen {
            state: Some(mark.state),
            canonical: mark.canonical.clone(),
            grants: mark.grants.clone(),
            emergency_excluded,
        };
        let counts = self.rollout.effective_from.map(|from| Counts {
            data_through: self.now - TimeDelta::minutes(5),
            effective_from: from,
            emergency_blocked: if self.emergency_blocked { vec![id(999)] } else { Vec::new() },
            ..counts(self.traffic.0, self.traffic.1)
        });
        Signals {
            counts: match counts {
                Some(counts) => fetched(self.missing[0], counts),
                None => Fetched::Unavailable(Unavailable::NotYet),
            },
            newcomers: None,
            twin: fetched(self.missing[1], self.twin.as_ref().map(|twin| seen(&twin.mark, twin.emergency_excluded))),
            original: fetched(self.missing[2], self.original.as_ref().map(|mark| seen(mark, true))),
            groups: fetched(self.missing[3], self.groups.clone()),
            frozen: self.frozen.then(|| "the year's end".to_owned()),
            wave: Some(WaveSignal { held: self.held.then(|| "a breach elsewhere".to_owned()), released: None }),
            tenant_connected: self.connected,
        }
    }

    /// One look of the engine.
    pub fn look(&mut self) -> Tick {
        let signals = self.signals();
        let made = tick(&self.rollout, self.now, &signals, &self.pace);
        assert_eq!(made, tick(&self.rollout, self.now, &signals, &self.pace), "the same answer however often it is asked");
        if let Some(verdict) = &made.verdict {
            assert_eq!(verdict.recomputed(), *verdict);
        }
        self.check(&made.decision, &signals);
        self.rollout = self.rollout.decided(&made.decision, self.now, &self.pace);
        self.check_emergency(&signals);
        if self.rollout.phase > 0 && !self.rollout.status.terminal() {
            self.rollout.last_verdict = Some(RolloutVerdictId(id(1)));
        }
        made
    }

    pub fn command(&mut self, asked: &Command) -> Result<(), RolloutRefusal> {
        let transition = command(&self.rollout, asked, self.now, &self.signals(), &self.pace)?;
        self.rollout = self.rollout.commanded(&transition, self.now, &self.pace);
        Ok(())
    }

    pub fn send(&mut self) {
        if self.rollout.step.as_ref().is_some_and(|step| step.standing == StepStanding::Waiting) {
            self.rollout = self.rollout.step_sent(self.now);
        }
    }

    /// The change in flight ends: `effect`: it is written; `known`: the engine learns of it.
    pub fn land(&mut self, effect: bool, known: bool) {
        let Some(step) = self.rollout.step.clone().filter(|step| step.standing == StepStanding::InFlight) else { return };
        let mark = if effect { self.write(step.step, &step.groups) } else { None };
        let outcome = match (effect && (mark.is_some() || step.step == RolloutStep::DeleteTwin), known) {
            (true, true) => StepOutcome::Applied(mark),
            (false, true) => StepOutcome::Failed,
            (_, false) => StepOutcome::Unknown,
        };
        if matches!(outcome, StepOutcome::Applied(_)) {
            self.applied.push(step.step);
        }
        self.rollout = self.rollout.step_ended(&outcome, self.now);
    }

    /// Writes a change into the world; `None` where the policy is gone.
    fn write(&mut self, step: RolloutStep, groups: &BTreeSet<Uuid>) -> Option<Mark> {
        use RolloutStep as S;
        self.version += 1;
        let canonical = hash(&format!("ours {}", self.version));
        if matches!(step, S::EnableOriginal | S::RestoreOriginal) {
            let state = if step == S::EnableOriginal { PolicyState::Enabled } else { PolicyState::ReportOnly };
            let original = self.original.as_mut()?;
            (original.state, original.canonical) = (state, canonical);
            return Some(original.clone());
        }
        if step == S::Create {
            let mark = mark(PolicyState::ReportOnly, 1_000 + self.version);
            self.twin = Some(RealTwin { mark: mark.clone(), groups: groups.clone(), emergency_excluded: true, enabled_by_others: false });
            return Some(mark);
        }
        if step == S::DeleteTwin {
            self.twin = None;
            return None;
        }
        let twin = self.twin.as_mut()?;
        twin.mark.canonical = canonical;
        twin.enabled_by_others &= matches!(step, S::AddGroups | S::RemoveGroups);
        match step {
            S::Enable => twin.mark.state = PolicyState::Enabled,
            S::ReportOnly => twin.mark.state = PolicyState::ReportOnly,
            S::DisableTwin => twin.mark.state = PolicyState::Disabled,
            S::AddGroups => twin.groups.extend(groups),
            _ => twin.groups.retain(|group| !groups.contains(group)),
        }
        Some(twin.mark.clone())
    }

    /// Looks, sends and lands until nothing moves any more.
    pub fn settle(&mut self) {
        for _ in 0..40 {
            let made = self.look();
            self.send();
            self.land(true, true);
            if matches!(made.decision, Decision::Hold { .. }) {
                return;
            }
        }
        panic!("it never settles: {:?} {:?} {:?}", self.rollout.status, self.rollout.goal, self.rollout.step);
    }

    /// What holds of every decision.
    fn check(&self, decision: &Decision, signals: &Signals) {
        let rollout = &self.rollout;
        let known = signals.twin.known().is_some() || rollout.twin.is_none();
        let counted = signals.counts.known().is_some() || rollout.phase == 0;
        let all_known = known && counted && signals.original.known().is_some() && signals.tenant_connected;
        match decision {
            Decision::Advance { goal } => {
                assert!(all_known && !self.frozen && !self.held, "no decision advances on a signal that is missing");
                assert!(goal.kind == GoalKind::Complete || signals.groups.known().is_some());
                assert_eq!(rollout.status, RolloutStatus::Running);
            }
            Decision::Step(RolloutStep::DeleteTwin) => assert!(rollout.status.terminal()),
            Decision::Step(step) => {
                let goal = rollout.goal.expect("a change serves a goal");
                assert!(matches!(rollout.status, RolloutStatus::Advancing | RolloutStatus::Reverting), "a paused rollout writes nothing");
                assert!(!goal.kind.forward() || all_known, "no change goes forward on a signal that is missing");
                assert!(!(goal.kind.forward() && step.forward() && (self.frozen || self.held)));
                self.check_step(*step, goal.kind, goal.phase, signals);
            }
            Decision::Settle { status, .. } => assert_eq!(*status, rollout.goal.expect("it goes somewhere").status()),
            Decision::Hold { .. } | Decision::Pause { .. } | Decision::Cancel { .. } | Decision::StopStep => {}
        }
    }

    fn check_step(&self, step: RolloutStep, kind: GoalKind, phase: u8, signals: &Signals) {
        let rollout = &self.rollout;
        let excluded = signals.twin.known().and_then(Option::as_ref).is_none_or(|seen| seen.emergency_excluded);
        match step {
            RolloutStep::EnableOriginal => assert_eq!(kind, GoalKind::Complete, "only completing changes the original"),
            RolloutStep::RestoreOriginal => assert_eq!(rollout.original.state, PolicyState::Enabled, "only what completing did is undone"),
            RolloutStep::Enable => assert!(excluded || !kind.forward(), "no emergency account comes into the twin's scope"),
            RolloutStep::RemoveGroups => {
                let kept = rollout.plan.groups_through(phase);
                let gone = rollout.step_groups(step, rollout.goal.unwrap());
                assert!(gone.is_disjoint(&kept), "the groups of a phase that stays started never shrink");
            }
            RolloutStep::DisableTwin if kind == GoalKind::Complete => {
                let on = self.original.as_ref().is_some_and(|mark| mark.state == PolicyState::Enabled);
                assert!(on, "the twin is not let go before the original protects");
            }
            RolloutStep::Create => assert!(rollout.twin.is_none()),
            _ => {}
        }
    }

    /// An enabled twin that was seen not to exclude the emergency accounts is on its way to report-only, or out of our hands.
    fn check_emergency(&self, signals: &Signals) {
        let seen = signals.twin.known().and_then(Option::as_ref);
        let exposed = seen.is_some_and(|seen| !seen.emergency_excluded && seen.state == Some(PolicyState::Enabled));
        let ours = self.rollout.twin.is_some() && !self.rollout.status.terminal();
        if exposed && ours {
            let goal = self.rollout.goal.map(|goal| goal.kind);
            assert!(goal >= Some(GoalKind::ReportOnly), "{:?} {goal:?}", self.rollout.status);
        }
    }

    /// Stops are taken at any time, even by somebody who sees nothing.
    pub fn check_stops(&self) {
        if self.rollout.status.terminal() {
            return;
        }
        let gone = Unavailable::NotConnected;
        let blind = Signals {
            newcomers: None,
            counts: Fetched::Unavailable(gone),
            twin: Fetched::Unavailable(gone),
            original: Fetched::Unavailable(gone),
            groups: Fetched::Unavailable(gone),
            frozen: Some("always".to_owned()),
            wave: Some(WaveSignal { held: Some("always".to_owned()), released: Some(0) }),
            tenant_connected: false,
        };
        let stops = [
            Command::Pause { reason: "stop".to_owned(), report_only: false },
            Command::Cancel { reason: "stop".to_owned(), end: EndReason::Asked },
            Command::RollBack { reason: "stop".to_owned() },
        ];
        for stop in stops {
            let transition = command(&self.rollout, &stop, self.now, &blind, &self.pace).expect("a stop is taken at any time");
            let next = self.rollout.commanded(&transition, self.now, &self.pace);
            assert!(next.goal.is_none_or(|goal| !goal.kind.forward()) && next.status != RolloutStatus::Running);
            assert_eq!(next.status, transition.status);
        }
    }
}
