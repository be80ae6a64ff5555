//! A schedule and its steps.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::arming::Times;
use super::state::{ScheduleEventKind, ScheduleState, next_state};
use crate::change::dry_run::FieldDiff;
use crate::change::refusal::Refusal;
use crate::event::{EventKind, NewEvent, SubjectKind};
use crate::id::{ChangeId, JobId, MemberId, ScheduleId, TenantId, WorkspaceId};
use crate::text_enum;

text_enum! {
    /// What is looked at again when a schedule fires.
    ScheduleMode {
        /// The dry-run that was reviewed is still fresh at the fire time.
        WithinDryRun = "WITHIN_DRY_RUN",
        /// The tenant is synced and the dry-run made again; its digest must not have changed.
        RevalidateAtFire = "REVALIDATE_AT_FIRE",
    }
}

/// A later instant at which a change fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Our id.
    pub id: ScheduleId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The change's tenant.
    pub tenant_id: TenantId,
    /// The change.
    pub change_id: ChangeId,
    /// What is looked at again.
    pub mode: ScheduleMode,
    /// Where it stands.
    pub state: ScheduleState,
    /// When it fires.
    pub fire_at: DateTime<Utc>,
    /// The last instant at which it may fire.
    pub latest_at: DateTime<Utc>,
    /// The digest that was reviewed: what fires is this, or nothing.
    pub digest: String,
    /// Who armed or rescheduled it last: the change is applied as this member, whose rights are asked for again.
    pub armed_by: MemberId,
    /// When.
    pub armed_at: DateTime<Utc>,
    /// Raised by every step; what `expectedRevision` is compared with, and the row version.
    pub revision: i64,
    /// The job that fires it. Any other is a left-over.
    pub job_id: JobId,
    /// The sync that it waits for while it revalidates.
    pub sync_job_id: Option<JobId>,
    /// When it began to fire.
    pub firing_at: Option<DateTime<Utc>>,
    /// When it came to its end.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it ended other than by firing.
    pub detail: Option<ScheduleDetail>,
    /// What the dry-run at the fire time found, where that blocked it; empty otherwise.
    pub blocked_diff: Vec<FieldDiff>,
}

/// Why a schedule ended without applying anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleDetail {
    /// For a program: a refusal's code, or one of [`super::Void`]'s.
    pub code: String,
    /// For a person.
    pub message: String,
}

/// A step of a schedule with what it carries.
#[derive(Clone, Debug)]
pub enum ScheduleCommand {
    /// Another instant.
    Reschedule {
        /// When.
        times: Times,
        /// Who takes it on.
        by: MemberId,
        /// The job that fires it from now on.
        job_id: JobId,
    },
    /// Its instant has come.
    Fire {
        /// The sync to wait for, where it revalidates.
        sync_job_id: Option<JobId>,
    },
    /// The change is being applied.
    Start,
    /// Too late.
    Miss(ScheduleDetail),
    /// Taken back.
    Revoke(ScheduleDetail),
    /// The gate was closed.
    Block {
        /// Why.
        detail: ScheduleDetail,
        /// What a new dry-run found, where it found something else.
        diff: Vec<FieldDiff>,
    },
}

impl ScheduleCommand {
    /// The kind of event.
    pub fn kind(&self) -> ScheduleEventKind {
        match self {
            ScheduleCommand::Reschedule { .. } => ScheduleEventKind::Reschedule,
            ScheduleCommand::Fire { .. } => ScheduleEventKind::Fire,
            ScheduleCommand::Start => ScheduleEventKind::Start,
            ScheduleCommand::Miss(_) => ScheduleEventKind::Miss,
            ScheduleCommand::Revoke(_) => ScheduleEventKind::Revoke,
            ScheduleCommand::Block { .. } => ScheduleEventKind::Block,
        }
    }
}

/// The schedule after a step (revision raised), and what to put into the log.
#[derive(Debug)]
pub struct ScheduleTransition {
    /// The schedule.
    pub schedule: Schedule,
    /// The event, about the change.
    pub event: NewEvent,
}

/// What a schedule is armed with.
#[derive(Clone, Debug)]
pub struct Arming {
    /// Our id.
    pub id: ScheduleId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The change's tenant.
    pub tenant_id: TenantId,
    /// The change.
    pub change_id: ChangeId,
    /// What is looked at again.
    pub mode: ScheduleMode,
    /// When.
    pub times: Times,
    /// The digest that was reviewed.
    pub digest: String,
    /// Who arms it.
    pub by: MemberId,
    /// The job that fires it.
    pub job_id: JobId,
}

impl Schedule {
    /// A new schedule, armed. Whether it may be is [`super::may_arm`]'s to say.
    pub fn arm(arming: Arming, now: DateTime<Utc>) -> ScheduleTransition {
        let schedule = Schedule {
            id: arming.id,
            workspace_id: arming.workspace_id,
            tenant_id: arming.tenant_id,
            change_id: arming.change_id,
            mode: arming.mode,
            state: ScheduleState::Armed,
            fire_at: arming.times.fire_at,
            latest_at: arming.times.latest_at,
            digest: arming.digest,
            armed_by: arming.by,
            armed_at: now,
            revision: 1,
            job_id: arming.job_id,
            sync_job_id: None,
            firing_at: None,
            finished_at: None,
            detail: None,
            blocked_diff: Vec::new(),
        };
        let event = event(&schedule, None, Some(arming.by));
        ScheduleTransition { schedule, event }
    }

    /// Takes one step. `by` is who caused it, `None` for Causeway itself.
    pub fn step(mut self, command: ScheduleCommand, by: Option<MemberId>, now: DateTime<Utc>) -> Result<ScheduleTransition, Refusal> {
        let from = self.state;
        self.state = next_state(from, command.kind()).ok_or(Refusal::ScheduleNotArmed { state: from })?;
        match command {
            ScheduleCommand::Reschedule { times, by, job_id } => {
                self.fire_at = times.fire_at;
                self.latest_at = times.latest_at;
                self.armed_by = by;
                self.armed_at = now;
                self.job_id = job_id;
            }
            ScheduleCommand::Fire { sync_job_id } => {
                self.sync_job_id = sync_job_id;
                self.firing_at = Some(now);
            }
            ScheduleCommand::Start => {}
            ScheduleCommand::Miss(detail) | ScheduleCommand::Revoke(detail) => self.detail = Some(detail),
            ScheduleCommand::Block { detail, diff } => {
                self.detail = Some(detail);
                self.blocked_diff = diff;
            }
        }
        if !self.state.active() {
            self.finished_at = Some(now);
        }
        self.revision += 1;
        let event = event(&self, Some(from), by);
        Ok(ScheduleTransition { schedule: self, event })
    }

    /// What to say of a schedule that nothing fired in time.
    pub fn too_late(&self, why: &str) -> ScheduleDetail {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        ScheduleDetail {
            code: "TOO_LATE".to_owned(),
            message: format!("it was to fire at {}, and at {} at the latest: {why}", text(self.fire_at), text(self.latest_at)),
        }
    }
}

fn event(schedule: &Schedule, from: Option<ScheduleState>, by: Option<MemberId>) -> NewEvent {
    NewEvent {
        kind: EventKind::ScheduleChanged,
        actor: by,
        tenant_id: Some(schedule.tenant_id),
        subject_kind: SubjectKind::ChangeRequest,
        subject_id: schedule.change_id.0,
        data: json!({
            "scheduleId": schedule.id,
            "from": from,
            "to": schedule.state,
            "fireAt": schedule.fire_at,
            "code": schedule.detail.as_ref().map(|detail| &detail.code),
        }),
    }
}
