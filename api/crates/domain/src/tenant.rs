//! A managed Entra tenant and what its directory held when we last looked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::{MemberId, SnapshotId, TenantId, WorkspaceId};
use crate::text_enum;

text_enum! {
    /// The national cloud a tenant lives in (graph-api.md section 0).
    Cloud {
        /// The worldwide service.
        Global = "GLOBAL",
        /// US Government L4.
        UsGov = "US_GOV",
        /// US Government L5 (DoD).
        UsGovDod = "US_GOV_DOD",
        /// China, operated by 21Vianet.
        China = "CHINA",
    }
}

text_enum! {
    /// Whether we can reach a tenant with the rights we need.
    ConnectionState {
        /// Connected; its first snapshot is still being taken.
        Importing = "IMPORTING",
        /// Reached at the last attempt, with the permissions needed.
        Connected = "CONNECTED",
        /// Reached, but something is missing or failing; reads may be stale.
        Degraded = "DEGRADED",
        /// The tenant's administrator withdrew consent, or the application is gone.
        ConsentRevoked = "CONSENT_REVOKED",
        /// Never reached, or disconnected by a member.
        Disconnected = "DISCONNECTED",
    }
}

/// A tenant of the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Our id.
    pub id: TenantId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Entra's tenant id (GUID).
    pub entra_tenant_id: Uuid,
    /// Display name: Entra's organization name, or the one given when connecting.
    pub display_name: String,
    /// National cloud.
    pub cloud: Cloud,
    /// The application (client) id that we sign in as.
    pub client_id: String,
    /// Reachability.
    pub connection: ConnectionState,
    /// Why it is not `CONNECTED`, for a person; never Graph's raw body.
    pub connection_detail: Option<String>,
    /// When the first snapshot was complete; `None` until then. Only imported tenants take changes.
    pub imported_at: Option<DateTime<Utc>>,
    /// When the last sync ended well.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// Licences found.
    pub licences: Licences,
    /// Whether security defaults are on; `None` when it could not be read.
    pub security_defaults: Option<bool>,
    /// Configured emergency-access ("break-glass") principals; never guessed.
    pub emergency_access: EmergencyAccess,
    /// The newest whole-tenant snapshot.
    pub latest_snapshot_id: Option<SnapshotId>,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// Row version, raised by every update.
    pub version: i64,
}

/// Licences that gate Conditional Access features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licences {
    /// Entra ID P1.
    pub p1: bool,
    /// Entra ID P2 (risk conditions).
    pub p2: bool,
    /// Intune (device compliance).
    pub intune: bool,
}

/// The emergency-access principals of a tenant, as configured by an administrator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyAccess {
    /// The principals, in the order given.
    pub principals: Vec<EmergencyPrincipal>,
    /// When the principals were last resolved against the directory.
    pub verified_at: Option<DateTime<Utc>>,
}

impl EmergencyAccess {
    /// Fewer than two principals are configured (security-checklist D27).
    pub fn incomplete(&self) -> bool {
        self.principals.len() < 2
    }
}

/// One emergency-access principal with what is needed to decide whether a policy reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyPrincipal {
    /// Object id in Entra.
    pub object_id: Uuid,
    /// User or group.
    pub kind: DirectoryKind,
    /// Name at the last resolution; `None` when it no longer resolves.
    pub display_name: Option<String>,
    /// Groups that contain it, transitively, at the last resolution; `None` is unknown, which fails closed.
    pub member_of: Option<Vec<Uuid>>,
    /// Role template ids it holds, at the last resolution; `None` is unknown, which fails closed.
    pub roles: Option<Vec<Uuid>>,
}

text_enum! {
    /// Kinds of directory and policy objects that a policy document refers to.
    DirectoryKind {
        /// A user.
        User = "USER",
        /// A group.
        Group = "GROUP",
        /// A directory role, by template id.
        Role = "ROLE",
        /// A service principal, by object id.
        ServicePrincipal = "SERVICE_PRINCIPAL",
        /// An application, by app id.
        Application = "APPLICATION",
        /// A named location.
        NamedLocation = "NAMED_LOCATION",
        /// An authentication strength.
        AuthenticationStrength = "AUTHENTICATION_STRENGTH",
        /// An authentication context (`c1` to `c99`).
        AuthenticationContext = "AUTHENTICATION_CONTEXT",
        /// A terms-of-use agreement.
        TermsOfUse = "TERMS_OF_USE",
    }
}

/// An object of the tenant's cache: enough to show a name beside an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryObject {
    /// Kind.
    pub kind: DirectoryKind,
    /// Graph's id (a GUID for most kinds, `c1` for contexts).
    pub object_id: String,
    /// Name.
    pub display_name: String,
    /// Members, transitively, for groups; `None` when not counted.
    pub member_count: Option<i64>,
}

/// What a name stands for in a tenant, as a member keeps it: decisive for every reference by that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantAlias {
    /// Kind of object.
    pub kind: DirectoryKind,
    /// The name, as it was written; case does not count.
    pub name: String,
    /// Graph's id of the object.
    pub object_id: String,
    /// Who keeps it.
    pub kept_by: MemberId,
    /// Since when.
    pub kept_at: DateTime<Utc>,
}
