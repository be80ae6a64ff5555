//! What a freeze window is to be, and whether its author may have it so.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use domain::event::{EventKind, NewEvent, SubjectKind};
use domain::freeze::{Calendar, FreezeKind, FreezeWindow, WindowTimes};
use domain::id::TenantId;
use domain::workspace::Actor;
use serde::Serialize;
use serde_json::{Value, json};
use store::WriteTx;

use crate::error::{AppError, AppResult};

const LONGEST_NAME: usize = 200;
const MOST_TENANTS: usize = 1_000;

/// A freeze window as a caller describes it.
#[derive(Clone, Debug, Serialize)]
pub struct FreezeWindowDraft {
    /// What it means while it is open.
    pub kind: FreezeKind,
    /// Name: 1 to 200 characters.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// First occurrence: when it opens, on the zone's wall clock.
    pub starts_at: NaiveDateTime,
    /// First occurrence: when it closes, on the zone's wall clock.
    pub ends_at: NaiveDateTime,
    /// RFC 5545 recurrence rule.
    pub rule: Option<String>,
    /// The tenants it is limited to, 1 to 1,000; `None` is all.
    pub tenant_ids: Option<BTreeSet<TenantId>>,
}

/// A draft that was checked.
pub(super) struct Checked {
    pub(super) kind: FreezeKind,
    pub(super) name: String,
    pub(super) times: WindowTimes,
    pub(super) tenant_ids: Option<BTreeSet<TenantId>>,
}

impl FreezeWindowDraft {
    /// Refuses with `INVALID_INPUT` what makes no sense, and with `NOT_FOUND` tenants that the author doesn't see.
    pub(super) async fn check(&self, tx: &WriteTx, actor: &Actor) -> AppResult<Checked> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(AppError::invalid(&["input", "name"], "a name has 1 to 200 characters"));
        }
        let times = WindowTimes {
            time_zone: self.time_zone.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            rule: self.rule.as_deref().map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned),
        };
        Calendar::new(self.kind, &times).map_err(|error| AppError::invalid(&["input", error.field()], error.to_string()))?;
        self.check_tenants(tx, actor).await?;
        Ok(Checked { kind: self.kind, name, times, tenant_ids: self.tenant_ids.clone() })
    }

    async fn check_tenants(&self, tx: &WriteTx, actor: &Actor) -> AppResult<()> {
        let path = ["input", "tenantIds"];
        let Some(tenants) = &self.tenant_ids else {
            if actor.tenant_scope.is_some() {
                return Err(AppError::invalid(&path, "your role is limited to some tenants: name those that the window is for"));
            }
            return Ok(());
        };
        if tenants.is_empty() || tenants.len() > MOST_TENANTS {
            return Err(AppError::invalid(&path, "a window is limited to 1 to 1,000 tenants; leave the list out for all of them"));
        }
        let ids: Vec<TenantId> = tenants.iter().copied().filter(|tenant| actor.sees(*tenant)).collect();
        let found = tx.tenants_by_ids(actor.workspace_id, &ids).await?.len();
        if found == tenants.len() { Ok(()) } else { Err(AppError::NotFound) }
    }
}

/// Whether a member sees a window: one that concerns any tenant the member sees.
pub(super) fn visible(actor: &Actor, window: &FreezeWindow) -> bool {
    window.tenant_ids.as_ref().is_none_or(|tenants| tenants.iter().any(|tenant| actor.sees(*tenant)))
}

/// Refuses a window that also concerns tenants which the member doesn't see: what it does to them is not the member's to say.
pub(super) fn wholly_in_scope(actor: &Actor, window: &FreezeWindow) -> AppResult<()> {
    if !visible(actor, window) {
        return Err(AppError::NotFound);
    }
    let whole = match &window.tenant_ids {
        Some(tenants) => tenants.iter().all(|tenant| actor.sees(*tenant)),
        None => actor.tenant_scope.is_none(),
    };
    let message = "this window also concerns tenants that your role is not for: ask a member who sees all of them";
    if whole { Ok(()) } else { Err(AppError::invalid(&["input", "id"], message)) }
}

/// The event of a created, edited or deleted window.
pub(super) fn event(actor: &Actor, window: &FreezeWindow, what: &str) -> NewEvent {
    NewEvent {
        kind: EventKind::FreezeWindowChanged,
        actor: Some(actor.member_id),
        tenant_id: None,
        subject_kind: SubjectKind::FreezeWindow,
        subject_id: window.id.0,
        data: json!({ "what": what, "kind": window.kind, "name": window.name }),
    }
}

/// What the audit says of a window.
pub(super) fn facts(window: &FreezeWindow) -> Value {
    json!({
        "kind": window.kind,
        "name": window.name,
        "timeZone": window.times.time_zone,
        "startsAt": window.times.starts_at,
        "endsAt": window.times.ends_at,
        "rule": window.times.rule,
        "tenantIds": window.tenant_ids,
    })
}
