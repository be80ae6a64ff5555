//! Freeze windows.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::freeze::Calendar;
use domain::id::FreezeWindowId;

use crate::connection::Connection;
use crate::enums::FreezeWindowKind;
use crate::fault::{Nullable, bad_input, broken, fault, found};
use crate::ids::Kind;
use crate::local_date_time::LocalDateTime;
use crate::paging::PageArgs;
use crate::scalars::DateTime;
use crate::scope::{Scope, ids, scope};
use crate::types::tenant::{Tenant, tenant};
use crate::types::user::{User, user};

const MOST_NEXT: i32 = 10;
const NEXT: i32 = 3;

/// A freeze window.
pub struct FreezeWindow(pub domain::freeze::FreezeWindow);

/// Loads a freeze window by id.
pub async fn freeze_window(scope: &Scope, id: FreezeWindowId) -> Nullable<FreezeWindow> {
    found(scope.app.freeze_window(&scope.actor, id).await).map(|found| found.map(FreezeWindow))
}

/// A page of the workspace's freeze windows, oldest first.
pub async fn freeze_windows(scope: &Scope, page: &PageArgs) -> Result<Connection<FreezeWindow>> {
    let windows = scope.app.freeze_windows(&scope.actor).await.map_err(fault)?;
    Connection::slice(windows, page, FreezeWindow)
}

/// A time in which changes are not applied (`DENY`), or outside of which they are not (`ALLOW`). It refuses arming a schedule, a schedule
/// that fires, and `applyChange` alike.
///
/// It follows the wall clock of its time zone, through changes of that clock too: a time that the clocks skip is the instant of the change,
/// and of a time that they show twice it is the one that keeps changes frozen longer.
#[Object]
impl FreezeWindow {
    /// Opaque, globally unique, stable.
    pub async fn id(&self, ctx: &Context<'_>) -> ID {
        ids(ctx).id(Kind::FreezeWindow, self.0.id.0)
    }

    /// What it means while it is open.
    async fn kind(&self) -> FreezeWindowKind {
        self.0.kind.into()
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// IANA time zone whose wall clock it follows.
    async fn time_zone(&self) -> &str {
        &self.0.times.time_zone
    }

    /// First occurrence: when it opens, on that wall clock.
    async fn starts_at(&self) -> LocalDateTime {
        LocalDateTime(self.0.times.starts_at)
    }

    /// First occurrence: the first moment at which it is closed again, on that wall clock.
    async fn ends_at(&self) -> LocalDateTime {
        LocalDateTime(self.0.times.ends_at)
    }

    /// RFC 5545 recurrence rule; `null` when it opens once.
    async fn recurrence_rule(&self) -> Option<&str> {
        self.0.times.rule.as_deref()
    }

    /// The tenants it is limited to, as far as the caller sees them, at most 1,000; `null` when it is for all tenants.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn tenants(&self, ctx: &Context<'_>) -> Nullable<Vec<Nullable<Tenant>>> {
        let scope = scope(ctx);
        let tenants = self.0.tenant_ids.as_ref()?.iter().map(|id| tenant(scope, *id));
        Some(Ok(futures_util::future::join_all(tenants).await))
    }

    /// Whether it is open now, by the server's clock.
    async fn active_now(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.calendar()?.open_at(scope(ctx).clock.now()).is_some())
    }

    /// The times that it is open, now or later, soonest first: at most 10.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn next(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 10, 3 unless given.")] first: Option<i32>,
    ) -> Result<Vec<FreezeOccurrence>> {
        let first = first.unwrap_or(NEXT);
        if !(1..=MOST_NEXT).contains(&first) {
            return Err(bad_input(format!("first must be between 1 and {MOST_NEXT}, it is {first}.")));
        }
        let next = self.calendar()?.next(scope(ctx).clock.now(), usize::try_from(first).unwrap_or_default());
        Ok(next.into_iter().map(FreezeOccurrence::from).collect())
    }

    /// Who created it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<User> {
        user(scope(ctx), self.0.created_by).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// The last edit.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Raised by every update; what `expectedRevision` is compared with.
    async fn revision(&self) -> i64 {
        self.0.version
    }
}

impl FreezeWindow {
    fn calendar(&self) -> Result<Calendar> {
        Calendar::of(&self.0).map_err(|_| broken("a stored freeze window has times that can't be read"))
    }
}

/// One time that a freeze window is open.
#[derive(SimpleObject)]
pub struct FreezeOccurrence {
    /// The first instant at which it is open.
    starts_at: DateTime,
    /// The first instant at which it is closed again.
    ends_at: DateTime,
}

impl From<domain::freeze::Occurrence> for FreezeOccurrence {
    fn from(occurrence: domain::freeze::Occurrence) -> Self {
        FreezeOccurrence { starts_at: occurrence.starts_at.into(), ends_at: occurrence.ends_at.into() }
    }
}
