//! `policy.assignment_change`.

use async_graphql::{InputObject, MaybeUndefined};
use domain::change::payload::{AssignmentChange, SetDelta};
use serde_json::{Value, json};

use super::write::{At, MAX_IDS, nullable};
use crate::enums::{ExternalTenantsMembershipKind, GuestOrExternalUserType};
use crate::user_error::Refused;

/// What comes into a set and what goes out of it, computed against the live policy at apply. Adding what is there, or removing what
/// is not, is no change.
#[derive(InputObject, Default)]
pub struct SetDeltaInput {
    /// To add. At most 1,000.
    #[graphql(default)]
    add: Vec<String>,
    /// To remove. At most 1,000.
    #[graphql(default)]
    remove: Vec<String>,
}

impl SetDeltaInput {
    /// Of this field.
    pub(super) fn domain(self, at: &At, field: &str) -> Result<SetDelta, Refused> {
        let add = at.bounded(&format!("{field}.add"), self.add, MAX_IDS)?;
        let remove = at.bounded(&format!("{field}.remove"), self.remove, MAX_IDS)?;
        Ok(SetDelta { add, remove })
    }
}

/// `policy.assignment_change`: adds and removes users, groups, roles, guests and workload identities.
#[derive(InputObject)]
pub struct AssignmentChangeInput {
    /// Users by object id or user principal name, or `All`, `None`, `GuestsOrExternalUsers`.
    #[graphql(default)]
    include_users: SetDeltaInput,
    /// Users by object id or user principal name, or `GuestsOrExternalUsers`.
    #[graphql(default)]
    exclude_users: SetDeltaInput,
    /// Groups by object id or name.
    #[graphql(default)]
    include_groups: SetDeltaInput,
    /// Groups by object id or name.
    #[graphql(default)]
    exclude_groups: SetDeltaInput,
    /// Built-in directory roles by template id or name.
    #[graphql(default)]
    include_roles: SetDeltaInput,
    /// Built-in directory roles by template id or name.
    #[graphql(default)]
    exclude_roles: SetDeltaInput,
    /// Service principals by object id or name, or `ServicePrincipalsInMyTenant`.
    #[graphql(default)]
    include_service_principals: SetDeltaInput,
    /// Service principals by object id or name.
    #[graphql(default)]
    exclude_service_principals: SetDeltaInput,
    /// Guests and external users to take in, replaced as a whole; `null` removes them.
    include_guests_or_external_users: MaybeUndefined<GuestsOrExternalUsersInput>,
    /// Guests and external users to leave out, replaced as a whole; `null` removes them.
    exclude_guests_or_external_users: MaybeUndefined<GuestsOrExternalUsersInput>,
}

impl AssignmentChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<AssignmentChange, Refused> {
        Ok(AssignmentChange {
            include_users: self.include_users.domain(at, "includeUsers")?,
            exclude_users: self.exclude_users.domain(at, "excludeUsers")?,
            include_groups: self.include_groups.domain(at, "includeGroups")?,
            exclude_groups: self.exclude_groups.domain(at, "excludeGroups")?,
            include_roles: self.include_roles.domain(at, "includeRoles")?,
            exclude_roles: self.exclude_roles.domain(at, "excludeRoles")?,
            include_service_principals: self.include_service_principals.domain(at, "includeServicePrincipals")?,
            exclude_service_principals: self.exclude_service_principals.domain(at, "excludeServicePrincipals")?,
            include_guests_or_external_users: nullable(self.include_guests_or_external_users, |guests| {
                guests.graph(at, "includeGuestsOrExternalUsers")
            })?,
            exclude_guests_or_external_users: nullable(self.exclude_guests_or_external_users, |guests| {
                guests.graph(at, "excludeGuestsOrExternalUsers")
            })?,
        })
    }
}

/// Guests and external users.
#[derive(InputObject)]
pub struct GuestsOrExternalUsersInput {
    /// Which kinds of them, at least one.
    guest_or_external_user_types: Vec<GuestOrExternalUserType>,
    /// The tenants that they come from; any unless given.
    external_tenants: Option<ExternalTenantsInput>,
}

impl GuestsOrExternalUsersInput {
    fn graph(self, at: &At, field: &str) -> Result<Value, Refused> {
        let types = at.flags(&format!("{field}.guestOrExternalUserTypes"), self.guest_or_external_user_types)?;
        match self.external_tenants {
            Some(tenants) => Ok(json!({
                "guestOrExternalUserTypes": types,
                "externalTenants": tenants.graph(at, &format!("{field}.externalTenants"))?,
            })),
            None => Ok(json!({"guestOrExternalUserTypes": types})),
        }
    }
}

/// Tenants that external users come from.
#[derive(InputObject)]
pub struct ExternalTenantsInput {
    /// Any tenant, or those listed.
    membership_kind: ExternalTenantsMembershipKind,
    /// Entra tenant ids, where they are listed. At most 1,000.
    #[graphql(default)]
    members: Vec<String>,
}

impl ExternalTenantsInput {
    fn graph(self, at: &At, field: &str) -> Result<Value, Refused> {
        let members = at.bounded(&format!("{field}.members"), self.members, MAX_IDS)?;
        match self.membership_kind {
            ExternalTenantsMembershipKind::Enumerated if members.is_empty() => {
                Err(at.refuse(&format!("{field}.members"), "list at least one tenant id, or say membershipKind: ALL"))
            }
            ExternalTenantsMembershipKind::All if !members.is_empty() => {
                Err(at.refuse(&format!("{field}.members"), "ALL takes no list of tenants; say membershipKind: ENUMERATED"))
            }
            ExternalTenantsMembershipKind::All => {
                Ok(json!({"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"}))
            }
            kind => Ok(json!({
                "@odata.type": "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
                "membershipKind": at.word(&format!("{field}.membershipKind"), kind)?,
                "members": members,
            })),
        }
    }
}
