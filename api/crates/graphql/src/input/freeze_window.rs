//! Inputs of mutations on freeze windows.

use app::freeze::{CreateFreezeWindow, DeleteFreezeWindow, FreezeWindowDraft, UpdateFreezeWindow};
use async_graphql::{ID, InputObject};
use domain::id::FreezeWindowId;

use crate::enums::FreezeWindowKind;
use crate::ids::Kind;
use crate::input::tenant::tenants;
use crate::local_date_time::LocalDateTime;
use crate::scope::Scope;
use crate::user_error::{Refused, bad_id};

/// A freeze window to create.
#[derive(InputObject)]
pub struct CreateFreezeWindowInput {
    /// What it means while it is open.
    kind: FreezeWindowKind,
    /// Display name: 1 to 200 characters.
    name: String,
    /// IANA time zone whose wall clock it follows, such as `Europe/Berlin`.
    time_zone: String,
    /// First occurrence: when it opens, on that wall clock.
    starts_at: LocalDateTime,
    /// First occurrence: the first moment at which it is closed again, on that wall clock; at most 366 days later.
    ends_at: LocalDateTime,
    /// RFC 5545 recurrence rule, at most 256 characters, such as `FREQ=WEEKLY;BYDAY=FR`; the first occurrence must be one of its own.
    /// `FREQ` is `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`; the parts are `INTERVAL`, `COUNT`, `UNTIL`, `WKST`, `BYDAY`, `BYMONTH`, and for
    /// months and years `BYMONTHDAY` and `BYSETPOS`. Opens once unless given.
    recurrence_rule: Option<String>,
    /// The tenants it is limited to, at most 1,000; all tenants, those to come included, unless given.
    #[graphql(validator(max_items = 1000))]
    tenant_ids: Option<Vec<ID>>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl CreateFreezeWindowInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<CreateFreezeWindow, Refused> {
        let draft = FreezeWindowDraft {
            kind: self.kind.into(),
            name: self.name,
            time_zone: self.time_zone,
            starts_at: self.starts_at.0,
            ends_at: self.ends_at.0,
            rule: self.recurrence_rule,
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)).transpose()?,
        };
        Ok(CreateFreezeWindow { draft, idempotency_key: self.idempotency_key })
    }
}

/// What a freeze window is to be from now on: everything is replaced.
#[derive(InputObject)]
pub struct UpdateFreezeWindowInput {
    /// The freeze window.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// What it means while it is open.
    kind: FreezeWindowKind,
    /// Display name: 1 to 200 characters.
    name: String,
    /// IANA time zone whose wall clock it follows.
    time_zone: String,
    /// First occurrence: when it opens, on that wall clock.
    starts_at: LocalDateTime,
    /// First occurrence: the first moment at which it is closed again, on that wall clock; at most 366 days later.
    ends_at: LocalDateTime,
    /// RFC 5545 recurrence rule, as in `createFreezeWindow`. Opens once unless given.
    recurrence_rule: Option<String>,
    /// The tenants it is limited to, at most 1,000; all tenants, those to come included, unless given.
    #[graphql(validator(max_items = 1000))]
    tenant_ids: Option<Vec<ID>>,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl UpdateFreezeWindowInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<UpdateFreezeWindow, Refused> {
        let draft = FreezeWindowDraft {
            kind: self.kind.into(),
            name: self.name,
            time_zone: self.time_zone,
            starts_at: self.starts_at.0,
            ends_at: self.ends_at.0,
            rule: self.recurrence_rule,
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)).transpose()?,
        };
        let id = window(scope, &self.id)?;
        Ok(UpdateFreezeWindow { id, draft, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

/// A freeze window to delete.
#[derive(InputObject)]
pub struct DeleteFreezeWindowInput {
    /// The freeze window.
    id: ID,
    /// Its revision that the caller read.
    expected_revision: i64,
    /// Makes a repeated call return the first one's result: 1 to 128 printable characters, kept for 24 hours at least.
    idempotency_key: Option<String>,
}

impl DeleteFreezeWindowInput {
    /// As a command.
    pub fn command(self, scope: &Scope) -> Result<DeleteFreezeWindow, Refused> {
        let id = window(scope, &self.id)?;
        Ok(DeleteFreezeWindow { id, expected_revision: self.expected_revision, idempotency_key: self.idempotency_key })
    }
}

fn window(scope: &Scope, id: &ID) -> Result<FreezeWindowId, Refused> {
    scope.ids.key(id, Kind::FreezeWindow).map(FreezeWindowId).map_err(|error| bad_id(error, "id"))
}
