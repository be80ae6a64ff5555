//! `policy.assignment_change`.

use async_graphql::SimpleObject;
use domain::change::payload;
use serde_json::Value;

use super::read::{cleared, clears, set, texts, word, words};
use crate::enums::{ExternalTenantsMembershipKind, GuestOrExternalUserType};

/// What comes into a set and what goes out of it, computed against the live policy at apply.
#[derive(SimpleObject)]
pub struct SetDelta {
    /// Graph ids, keywords or names to add. At most 1,000.
    add: Vec<String>,
    /// Graph ids, keywords or names to remove. At most 1,000.
    remove: Vec<String>,
}

impl From<&payload::SetDelta> for SetDelta {
    fn from(delta: &payload::SetDelta) -> Self {
        SetDelta { add: delta.add.clone(), remove: delta.remove.clone() }
    }
}

/// `policy.assignment_change`: adds and removes users, groups, roles, guests and workload identities.
#[derive(SimpleObject)]
pub struct AssignmentChange {
    /// Users by object id, or `All`, `None`, `GuestsOrExternalUsers`.
    include_users: SetDelta,
    /// Users by object id, or `GuestsOrExternalUsers`.
    exclude_users: SetDelta,
    /// Groups by object id.
    include_groups: SetDelta,
    /// Groups by object id.
    exclude_groups: SetDelta,
    /// Built-in directory roles by template id.
    include_roles: SetDelta,
    /// Built-in directory roles by template id.
    exclude_roles: SetDelta,
    /// Service principals by object id, or `ServicePrincipalsInMyTenant`.
    include_service_principals: SetDelta,
    /// Service principals by object id.
    exclude_service_principals: SetDelta,
    /// Guests and external users taken in, replaced as a whole; `null` when untouched or cleared.
    include_guests_or_external_users: Option<GuestsOrExternalUsers>,
    /// Guests and external users left out, replaced as a whole; `null` when untouched or cleared.
    exclude_guests_or_external_users: Option<GuestsOrExternalUsers>,
    /// Names of the fields above that are cleared. At most 2.
    cleared: Vec<String>,
}

impl From<&payload::AssignmentChange> for AssignmentChange {
    fn from(change: &payload::AssignmentChange) -> Self {
        AssignmentChange {
            include_users: (&change.include_users).into(),
            exclude_users: (&change.exclude_users).into(),
            include_groups: (&change.include_groups).into(),
            exclude_groups: (&change.exclude_groups).into(),
            include_roles: (&change.include_roles).into(),
            exclude_roles: (&change.exclude_roles).into(),
            include_service_principals: (&change.include_service_principals).into(),
            exclude_service_principals: (&change.exclude_service_principals).into(),
            include_guests_or_external_users: set(&change.include_guests_or_external_users).map(GuestsOrExternalUsers::of),
            exclude_guests_or_external_users: set(&change.exclude_guests_or_external_users).map(GuestsOrExternalUsers::of),
            cleared: cleared([
                ("includeGuestsOrExternalUsers", clears(&change.include_guests_or_external_users)),
                ("excludeGuestsOrExternalUsers", clears(&change.exclude_guests_or_external_users)),
            ]),
        }
    }
}

/// Guests and external users.
#[derive(SimpleObject)]
pub struct GuestsOrExternalUsers {
    /// Which kinds of them. At most one entry per kind.
    guest_or_external_user_types: Vec<GuestOrExternalUserType>,
    /// The tenants that they come from; `null`: any.
    external_tenants: Option<ExternalTenants>,
}

impl GuestsOrExternalUsers {
    fn of(value: &Value) -> Self {
        GuestsOrExternalUsers {
            guest_or_external_user_types: words(value, "guestOrExternalUserTypes"),
            external_tenants: value.get("externalTenants").filter(|tenants| tenants.is_object()).map(ExternalTenants::of),
        }
    }
}

/// Tenants that external users come from.
#[derive(SimpleObject)]
pub struct ExternalTenants {
    /// Any tenant, or those listed.
    membership_kind: ExternalTenantsMembershipKind,
    /// Entra tenant ids, where they are listed. At most 1,000.
    members: Vec<String>,
}

impl ExternalTenants {
    fn of(value: &Value) -> Self {
        let members = texts(value, "members");
        let told = if members.is_empty() { ExternalTenantsMembershipKind::All } else { ExternalTenantsMembershipKind::Enumerated };
        ExternalTenants { membership_kind: word(value, "membershipKind").unwrap_or(told), members }
    }
}
