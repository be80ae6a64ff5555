//! Schedules of changes.

use domain::id::{ChangeId, JobId, MemberId, ScheduleId, TenantId, WorkspaceId};
use domain::schedule::{Schedule, ScheduleState};
use entity::change_request;
use entity::schedule::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::convert::{all, json, optional_json, text, to_json};
use crate::db::{Reader, WriteTx};
use crate::error::Result;
use crate::ids::in_ids;
use crate::workspaces::one_row;

const ACTIVE: [&str; 2] = [ScheduleState::Armed.as_str(), ScheduleState::Firing.as_str()];

impl Reader {
    /// One schedule.
    pub async fn schedule(&self, workspace: WorkspaceId, id: ScheduleId) -> Result<Option<Schedule>> {
        let row = Entity::find_by_id(id.0).filter(Column::WorkspaceId.eq(workspace.0)).one(&self.db).await?;
        row.map(to_schedule).transpose()
    }

    /// Schedules by id, in no order; unknown ids are left out.
    pub async fn schedules_by_ids(&self, workspace: WorkspaceId, ids: &[ScheduleId]) -> Result<Vec<Schedule>> {
        let find = Entity::find().filter(Column::WorkspaceId.eq(workspace.0)).filter(in_ids(&self.db, "id", ids.iter().map(|id| id.0)));
        all(find.all(&self.db).await?, to_schedule)
    }

    /// The newest schedule of each of these changes, in no order; changes that never had one are left out.
    pub async fn newest_schedules(&self, workspace: WorkspaceId, changes: &[ChangeId]) -> Result<Vec<Schedule>> {
        // "No later one" instead of a window function, so that the ORM reads the rows.
        let later = "NOT EXISTS (SELECT 1 FROM schedule AS later WHERE later.change_id = schedule.change_id \
             AND (later.armed_at > schedule.armed_at OR (later.armed_at = schedule.armed_at AND later.id > schedule.id)))";
        let rows = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(in_ids(&self.db, "change_id", changes.iter().map(|id| id.0)))
            .filter(Expr::cust(later))
            .all(&self.db)
            .await?;
        all(rows, to_schedule)
    }

    /// The schedule of a change that is armed or firing: there is one at most.
    pub async fn active_schedule(&self, workspace: WorkspaceId, change: ChangeId) -> Result<Option<Schedule>> {
        let row = Entity::find()
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::ChangeId.eq(change.0))
            .filter(Column::State.is_in(ACTIVE))
            .order_by_desc(Column::ArmedAt)
            .one(&self.db)
            .await?;
        row.map(to_schedule).transpose()
    }
}

impl WriteTx {
    /// Adds a schedule; a second active one of a change is [`crate::constraint::SCHEDULE_ACTIVE`].
    pub async fn insert_schedule(&self, new: &Schedule) -> Result<()> {
        let row = ActiveModel {
            id: Set(new.id.0),
            workspace_id: Set(new.workspace_id.0),
            tenant_id: Set(new.tenant_id.0),
            change_id: Set(new.change_id.0),
            mode: Set(new.mode.as_str().to_owned()),
            digest: Set(new.digest.clone()),
            ..to_columns(new)?
        };
        Entity::insert(row).exec_without_returning(&self.db).await?;
        Ok(())
    }

    /// Saves a schedule whose `revision` was raised by one since it was read; another revision in the row is a conflict.
    pub async fn update_schedule(&self, changed: &Schedule) -> Result<()> {
        let update = Entity::update_many()
            .set(to_columns(changed)?)
            .filter(Column::Id.eq(changed.id.0))
            .filter(Column::WorkspaceId.eq(changed.workspace_id.0))
            .filter(Column::Revision.eq(changed.revision - 1));
        one_row(update.exec(&self.db).await?.rows_affected)
    }

    /// Holds a change at the revision that was read until this transaction ends: whoever changes it meanwhile waits, and then sees what this
    /// transaction wrote.
    pub async fn hold_change(&self, workspace: WorkspaceId, id: ChangeId, revision: i64) -> Result<()> {
        use change_request::Column;
        // An update that changes nothing locks the row on PostgreSQL; on SQLite the transaction holds the only write lock anyway.
        let update = change_request::Entity::update_many()
            .col_expr(Column::Revision, Expr::col(Column::Revision).add(0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::WorkspaceId.eq(workspace.0))
            .filter(Column::Revision.eq(revision));
        one_row(update.exec(&self.db).await?.rows_affected)
    }
}

fn to_columns(schedule: &Schedule) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: NotSet,
        workspace_id: NotSet,
        tenant_id: NotSet,
        change_id: NotSet,
        mode: NotSet,
        state: Set(schedule.state.as_str().to_owned()),
        fire_at: Set(schedule.fire_at),
        latest_at: Set(schedule.latest_at),
        digest: NotSet,
        armed_by: Set(schedule.armed_by.0),
        armed_at: Set(schedule.armed_at),
        revision: Set(schedule.revision),
        job_id: Set(schedule.job_id.0),
        sync_job_id: Set(schedule.sync_job_id.map(|id| id.0)),
        firing_at: Set(schedule.firing_at),
        finished_at: Set(schedule.finished_at),
        detail: Set(schedule.detail.as_ref().map(|detail| to_json("schedule.detail", detail)).transpose()?),
        blocked_diff: Set(to_json("schedule.blocked_diff", &schedule.blocked_diff)?),
    })
}

fn to_schedule(row: Model) -> Result<Schedule> {
    Ok(Schedule {
        id: ScheduleId(row.id),
        workspace_id: WorkspaceId(row.workspace_id),
        tenant_id: TenantId(row.tenant_id),
        change_id: ChangeId(row.change_id),
        mode: text("schedule.mode", &row.mode)?,
        state: text("schedule.state", &row.state)?,
        fire_at: row.fire_at,
        latest_at: row.latest_at,
        digest: row.digest,
        armed_by: MemberId(row.armed_by),
        armed_at: row.armed_at,
        revision: row.revision,
        job_id: JobId(row.job_id),
        sync_job_id: row.sync_job_id.map(JobId),
        firing_at: row.firing_at,
        finished_at: row.finished_at,
        detail: optional_json("schedule.detail", row.detail.as_deref())?,
        blocked_diff: json("schedule.blocked_diff", &row.blocked_diff)?,
    })
}
