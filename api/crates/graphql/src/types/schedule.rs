//! Schedules.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::id::{ChangeId, ScheduleId};

use crate::enums::{ScheduleMode, ScheduleState};
use crate::fault::Nullable;
use crate::ids::Kind;
use crate::loaders::ScheduleOf;
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::change::ChangeRequest;
use crate::types::diff::{FieldDiff, fields};
use crate::types::user::{User, user};

/// A schedule.
pub struct Schedule(Arc<domain::schedule::Schedule>);

impl Schedule {
    /// From a row.
    pub fn new(row: Arc<domain::schedule::Schedule>) -> Self {
        Schedule(row)
    }
}

/// Loads a schedule by id.
pub async fn schedule(scope: &Scope, id: ScheduleId) -> Nullable<Schedule> {
    scope.loader.load_one(id).await.transpose().map(|found| found.map(Schedule))
}

/// Loads the newest schedule of a change.
pub async fn schedule_of(scope: &Scope, change: ChangeId) -> Nullable<Schedule> {
    scope.loader.load_one(ScheduleOf(change)).await.transpose().map(|found| found.map(Schedule))
}

/// A later instant at which a change is applied, through the same gate as `applyChange`. It fires once, never after `latestAt`, and never
/// what was not reviewed.
#[Object]
impl Schedule {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::Schedule, self.0.id.0)
    }

    /// The change it applies.
    async fn change(&self) -> ChangeRequest {
        ChangeRequest::named(self.0.change_id)
    }

    /// What is looked at again when it fires.
    async fn mode(&self) -> ScheduleMode {
        self.0.mode.into()
    }

    /// Where it stands.
    async fn state(&self) -> ScheduleState {
        self.0.state.into()
    }

    /// When it fires.
    async fn fire_at(&self) -> DateTime {
        self.0.fire_at.into()
    }

    /// The last instant at which it may fire; after it, it is `MISSED`.
    async fn latest_at(&self) -> DateTime {
        self.0.latest_at.into()
    }

    /// The digest of the dry-run that was reviewed: what fires is this, or nothing.
    async fn digest(&self) -> &str {
        &self.0.digest
    }

    /// Who armed or rescheduled it last. The change is applied as this member, whose role and tenants are looked up again.
    async fn armed_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.armed_by).await
    }

    /// When it was armed or rescheduled last.
    async fn armed_at(&self) -> DateTime {
        self.0.armed_at.into()
    }

    /// When it began to fire.
    async fn firing_at(&self) -> Option<DateTime> {
        self.0.firing_at.map(DateTime)
    }

    /// When it came to its end.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// Why it ended without applying anything; `null` while it is armed or firing, and when it fired.
    async fn detail(&self) -> Option<ScheduleDetail> {
        self.0.detail.as_ref().map(ScheduleDetail::from)
    }

    /// What the dry-run at the fire time found, where that is not what was reviewed; empty otherwise. At most one entry per field of the
    /// document.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn blocked_diff(&self) -> Vec<FieldDiff> {
        fields(&self.0.blocked_diff)
    }

    /// Raised by every step; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.revision
    }
}

/// Why a schedule ended without applying anything.
#[derive(SimpleObject)]
pub struct ScheduleDetail {
    /// For a program. Of a blocked schedule: an `ErrorCode`, or `INTERNAL`. Of a missed one: `TOO_LATE`. Of a revoked one: `CANCELLED`,
    /// `CHANGE_CANCELLED`, `DRY_RUN_VOID`, `DRY_RUN_CHANGED`, `APPROVAL_VOID` or `APPLIED_BEFORE`. Expect new values.
    code: String,
    /// For a person.
    message: String,
}

impl From<&domain::schedule::ScheduleDetail> for ScheduleDetail {
    fn from(detail: &domain::schedule::ScheduleDetail) -> Self {
        ScheduleDetail { code: detail.code.clone(), message: detail.message.clone() }
    }
}
