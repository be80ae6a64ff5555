//! Saving a step of a schedule with its event and its audit entry.

use domain::event::SubjectKind;
use domain::id::{AuditId, MemberId};
use domain::schedule::{Schedule, ScheduleCommand, ScheduleTransition};
use serde_json::{Value, json};
use store::WriteTx;

use crate::App;
use crate::error::AppResult;

/// How a step goes into the audit: under the name of an operation, or of something that Causeway did itself.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) action: &'a str,
    pub(super) by: Option<MemberId>,
}

impl App {
    /// Takes a step of a schedule and saves it; does not commit.
    pub(super) async fn step_schedule(
        &self,
        tx: &WriteTx,
        schedule: Schedule,
        command: ScheduleCommand,
        record: Record<'_>,
    ) -> AppResult<Schedule> {
        let from = schedule.state;
        let step = schedule.step(command, record.by, self.now())?;
        tx.update_schedule(&step.schedule).await?;
        self.record_schedule(tx, step, record, json!({ "from": from })).await
    }

    /// Event and audit entry of a step that is in the table already.
    pub(super) async fn record_schedule(
        &self,
        tx: &WriteTx,
        step: ScheduleTransition,
        record: Record<'_>,
        mut detail: Value,
    ) -> AppResult<Schedule> {
        let ScheduleTransition { schedule, event } = step;
        let now = self.now();
        tx.append_events(schedule.workspace_id, now, vec![event]).await?;
        detail["scheduleId"] = json!(schedule.id);
        detail["to"] = json!(schedule.state);
        detail["fireAt"] = json!(schedule.fire_at);
        detail["latestAt"] = json!(schedule.latest_at);
        detail["mode"] = json!(schedule.mode);
        if let Some(why) = &schedule.detail {
            detail["code"] = json!(why.code);
        }
        let entry = domain::audit::NewAuditEntry {
            actor: record.by,
            action: record.action.to_owned(),
            tenant_id: Some(schedule.tenant_id),
            subject_kind: SubjectKind::ChangeRequest,
            subject_id: schedule.change_id.0,
            outcome: domain::audit::AuditOutcome::Done,
            detail,
        };
        tx.append_audit(schedule.workspace_id, AuditId(self.ids().uuid()), now, entry).await?;
        Ok(schedule)
    }
}
