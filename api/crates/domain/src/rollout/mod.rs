//! Phased rollouts: a policy turned on group by group, watched, and stopped where it blocks too many (domain.md section 8;
//! rollout-engine.md A3 and A4).
//!
//! All of it is pure. What is deliberately absent: anything that could write to Graph. The engine asks here what to do, and does it
//! through ordinary change requests:
//!
//! 1. A look: gather [`Signals`], ask [`tick`], store [`Rollout::decided`]. For [`Decision::Step`] make the change request of
//!    [`Rollout::step_groups`] in the same transaction; for [`Decision::StopStep`] cancel it.
//! 2. The change is handed to the writer: [`Rollout::step_sent`]. It ends: [`Rollout::step_ended`]. Each enqueues a look.
//! 3. A person: [`command`], then [`Rollout::commanded`], then a look.
//!
//! A goal is stored, and never a list of steps: what is to be done next follows from what the two policies are, so that a stop or a crash
//! in the middle of anything needs no rule of its own.

mod accept;
mod alarm;
pub mod approval;
mod command;
mod compose;
mod count;
mod counts;
mod decision;
mod edit;
mod eligibility;
mod eligible;
mod evaluated;
mod forecast;
mod gate;
mod goal;
mod group;
mod guard;
mod holds;
mod judge;
mod managed;
mod moved;
mod plan;
mod propose;
mod reasons;
mod record;
mod sign_in;
mod signals;
mod startable;
mod status;
mod tick;
mod verdict;
mod waves;
pub mod wilson;

pub use accept::{allowed, command};
pub use command::{Command, CommandKind, Forward, RolloutRefusal, Transition};
pub use compose::{PhaseChoice, compose};
pub use count::{Counter, OutOfOrder, count};
pub use counts::{BlockReason, Counts, MAX_EMERGENCY, MAX_REASONS};
pub use decision::{Decision, HoldReason, Pace, Tick};
pub use edit::{PhaseFault, validate_phases};
pub use eligibility::{Eligibility, EligibilityCode, EligibilityFacts, EligibilityReason};
pub use eligible::eligibility;
pub use forecast::Forecast;
pub use group::GroupFacts;
pub use guard::{Guard, GuardError};
pub use judge::verdict;
pub use managed::{ManagedRollout, Outlook};
pub use moved::StepOutcome;
pub use plan::{
    BAKE_FLOOR_SECONDS, GroupReasoning, MAX_BAKE_SECONDS, MAX_PHASE_GROUPS, MAX_PHASES, Phase, Plan, USUAL_BAKE_SECONDS, USUAL_PHASES,
};
pub use propose::{MAX_PROPOSED, Proposal, TooFewGroups, propose};
pub use record::{Goal, GoalKind, Mark, Pause, Rollout, StepStanding, StepUnderWay, Twin};
pub use sign_in::{EvaluatedOutcome, EvaluatedSignIn, ReportOnlyResult, SignInFacts};
pub use signals::{Fetched, PolicySeen, Signals, Unavailable};
pub use startable::{NotStartable, startable};
pub use status::{EndReason, Guidance, OnTrip, PauseReason, RolloutMode, RolloutStatus, RolloutStep, VerdictRule};
pub use tick::{current_verdict, tick};
pub use verdict::{Verdict, VerdictOutcome, VerdictWhy};
pub use waves::{TenantRollout, TenantWave, tenant_wave};
