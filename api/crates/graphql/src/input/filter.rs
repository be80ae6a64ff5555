//! Filters and orders of lists. An id that names nothing finds nothing.

use async_graphql::{Enum, ID, InputObject};
use domain::id::{MemberId, TenantId};

use crate::enums::{ChangeStatus, Criticality, EventSeverity, EventTopic, PolicyState, TenantConnectionState};
use crate::ids::Kind;
use crate::scalars::DateTime;
use crate::scope::Scope;

/// Which tenants a list shows. All that is given must hold.
#[derive(InputObject, Default)]
pub struct TenantWhere {
    /// Part of the display name, in any case.
    search: Option<String>,
    /// This connection state.
    connection: Option<TenantConnectionState>,
}

impl From<TenantWhere> for app::TenantFilter {
    fn from(filter: TenantWhere) -> Self {
        app::TenantFilter { search: filter.search, connection: filter.connection.map(Into::into) }
    }
}

/// How a list of tenants is ordered.
#[derive(InputObject)]
pub struct TenantOrder {
    /// By what.
    pub field: TenantOrderField,
}

/// What a list of tenants is ordered by. Expect new values.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum TenantOrderField {
    /// Display name, A to Z.
    DisplayName,
    /// Last sync, newest first; never synced last.
    LastSync,
}

impl From<TenantOrderField> for app::TenantOrder {
    fn from(field: TenantOrderField) -> Self {
        match field {
            TenantOrderField::DisplayName => app::TenantOrder::DisplayName,
            TenantOrderField::LastSync => app::TenantOrder::LastSync,
        }
    }
}

/// Which policies a list shows. All that is given must hold.
#[derive(InputObject, Default)]
pub struct PolicyWhere {
    /// This state in Graph.
    state: Option<PolicyState>,
    /// This criticality.
    criticality: Option<Criticality>,
    /// Part of the display name or code, in any case.
    search: Option<String>,
    /// Show deleted policies too.
    #[graphql(default)]
    deleted: bool,
}

impl From<PolicyWhere> for app::PolicyFilter {
    fn from(filter: PolicyWhere) -> Self {
        app::PolicyFilter {
            state: filter.state.map(Into::into),
            criticality: filter.criticality.map(Into::into),
            search: filter.search,
            deleted: filter.deleted,
            deleted_after: None,
        }
    }
}

/// Which change requests a list shows. All that is given must hold.
#[derive(InputObject, Default)]
pub struct ChangeWhere {
    /// Of one of these tenants, at most 1,000.
    #[graphql(validator(max_items = 1000))]
    tenant_ids: Option<Vec<ID>>,
    /// In one of these statuses.
    statuses: Option<Vec<ChangeStatus>>,
    /// Only those that wait for a decision which the caller may take.
    #[graphql(default)]
    awaiting_me: bool,
    /// Only emergencies whose review is open.
    #[graphql(default)]
    needs_review: bool,
}

impl ChangeWhere {
    /// With ids decoded.
    pub fn resolve(self, scope: &Scope) -> app::ChangeFilter {
        app::ChangeFilter {
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)),
            policy_id: None,
            statuses: self.statuses.map(|statuses| statuses.into_iter().map(Into::into).collect()),
            awaiting_me: self.awaiting_me,
            needs_review: self.needs_review,
        }
    }
}

/// Which events are shown. All that is given must hold.
#[derive(InputObject, Default)]
pub struct EventWhere {
    /// Of one of these tenants, at most 1,000.
    #[graphql(validator(max_items = 1000))]
    tenant_ids: Option<Vec<ID>>,
    /// About one of these objects, of any kind, at most 1,000.
    #[graphql(validator(max_items = 1000))]
    subject_ids: Option<Vec<ID>>,
    /// Filed under one of these, at most 100; empty is anything.
    #[graphql(validator(max_items = 100))]
    topics: Option<Vec<EventTopic>>,
    /// At least this severe. Events from before Causeway rated them are shown, whatever they are.
    min_severity: Option<EventSeverity>,
}

impl EventWhere {
    /// With ids decoded.
    pub fn resolve(self, scope: &Scope) -> app::EventFilter {
        app::EventFilter {
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)),
            subject_ids: self
                .subject_ids
                .map(|ids| ids.iter().filter_map(|id| scope.ids.decode(id).ok()).map(|decoded| decoded.key).collect()),
            topics: self.topics.unwrap_or_default().into_iter().map(Into::into).collect(),
            min_severity: self.min_severity.map(Into::into),
        }
    }
}

/// Which audit entries are shown. All that is given must hold.
#[derive(InputObject, Default)]
pub struct AuditWhere {
    /// Of one of these tenants, at most 1,000.
    #[graphql(validator(max_items = 1000))]
    tenant_ids: Option<Vec<ID>>,
    /// By this member.
    actor_id: Option<ID>,
    /// Of these operations, as in `AuditEntry.action`, at most 100.
    #[graphql(validator(max_items = 100))]
    actions: Option<Vec<String>>,
    /// Not before this instant.
    from: Option<DateTime>,
    /// Before this instant.
    to: Option<DateTime>,
}

impl AuditWhere {
    /// With ids decoded; `None` when it can find nothing.
    pub fn resolve(self, scope: &Scope) -> Option<app::AuditFilter> {
        let actor = match &self.actor_id {
            Some(id) => Some(MemberId(scope.ids.key(id, Kind::Member).ok()?)),
            None => None,
        };
        Some(app::AuditFilter {
            tenant_ids: self.tenant_ids.map(|ids| tenants(scope, &ids)),
            actor,
            actions: self.actions.unwrap_or_default(),
            from: self.from.map(|at| at.0),
            to: self.to.map(|at| at.0),
        })
    }
}

fn tenants(scope: &Scope, ids: &[ID]) -> Vec<TenantId> {
    scope.ids.keys(ids, Kind::Tenant).into_iter().map(TenantId).collect()
}
