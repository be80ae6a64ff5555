//! Reading schedules.

use std::collections::HashMap;

use domain::id::{ChangeId, ScheduleId};
use domain::schedule::Schedule;
use domain::workspace::Actor;

use crate::App;
use crate::error::AppResult;

impl App {
    /// Schedules by id; those the actor doesn't see are absent.
    pub async fn schedules_by_ids(&self, actor: &Actor, ids: &[ScheduleId]) -> AppResult<HashMap<ScheduleId, Schedule>> {
        let schedules = self.store().reader().schedules_by_ids(actor.workspace_id, ids).await?;
        Ok(schedules.into_iter().filter(|schedule| actor.sees(schedule.tenant_id)).map(|schedule| (schedule.id, schedule)).collect())
    }

    /// The newest schedule of each change that ever had one; those the actor doesn't see are absent.
    pub async fn newest_schedules(&self, actor: &Actor, changes: &[ChangeId]) -> AppResult<HashMap<ChangeId, Schedule>> {
        let schedules = self.store().reader().newest_schedules(actor.workspace_id, changes).await?;
        Ok(schedules.into_iter().filter(|schedule| actor.sees(schedule.tenant_id)).map(|schedule| (schedule.change_id, schedule)).collect())
    }
}
