//! Workspaces, their members, and who is acting.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::access::{Operation, allowed};
use crate::api_key::API_KEY_ISSUER;
use crate::change::approval_rules::ApprovalRules;
use crate::id::{MemberId, TenantId, WorkspaceId};
use crate::text_enum;

/// One customer of the product: an MSP or an internal IT team (domain.md section 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Our id.
    pub id: WorkspaceId,
    /// Display name.
    pub name: String,
    /// When true every new change needs the approval of a second person (quorum 1).
    pub require_approval: bool,
    /// When else approval is needed, and of how many persons. `always` is `require_approval`.
    pub approval_rules: ApprovalRules,
    /// Lifetime of a dry-run in seconds; 1,800 unless set.
    pub dry_run_ttl_s: i64,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// Row version, raised by every update.
    pub version: i64,
}

text_enum! {
    /// What a member may do, strongest first (domain.md section 9).
    Role {
        /// Everything, and the only role for members, settings, waivers and API keys.
        Owner = "OWNER",
        /// Applies, schedules, rolls back, connects tenants; drafts and approves as well.
        Admin = "ADMIN",
        /// Drafts, dry-runs, runs impact and what-if.
        Operator = "OPERATOR",
        /// Approves and rejects the changes of others.
        Approver = "APPROVER",
        /// Reads everything in the workspace.
        Viewer = "VIEWER",
    }
}

/// A person or a service account with a role in a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Our id.
    pub id: MemberId,
    /// The workspace it belongs to.
    pub workspace_id: WorkspaceId,
    /// The OIDC issuer that vouches for the subject.
    pub issuer: String,
    /// The principal at that issuer: `tid/oid` for Entra, `sub` elsewhere. Never a mail address or a UPN, which can change.
    pub subject: String,
    /// Display name.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// The tenants this member is limited to; `None` is every tenant of the workspace.
    pub tenant_scope: Option<BTreeSet<TenantId>>,
    /// The member that a service account or an API key acts for: where persons are compared, it counts as its owner.
    pub owned_by: Option<MemberId>,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// When it was removed, or revoked if it is an API key. The row stays: what it did refers to it.
    pub removed_at: Option<DateTime<Utc>>,
    /// Row version, raised by every update.
    pub version: i64,
}

impl Member {
    /// Whether it is still a member.
    pub fn present(&self) -> bool {
        self.removed_at.is_none()
    }

    /// Whether it may do something to a tenant now: it is still there, its role allows it, and the tenant is one of its own.
    pub fn may(&self, operation: Operation, tenant: TenantId) -> bool {
        self.present() && allowed(self.role, operation) && self.tenant_scope.as_ref().is_none_or(|scope| scope.contains(&tenant))
    }

    /// Whether it is an API key and no person.
    pub fn is_api_key(&self) -> bool {
        self.issuer == API_KEY_ISSUER
    }
}

/// The authenticated caller of one operation, resolved to a member of one workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// The member.
    pub member_id: MemberId,
    /// The workspace that the operation runs in.
    pub workspace_id: WorkspaceId,
    /// Display name, for audit.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// The tenants this actor is limited to; `None` is every tenant of the workspace.
    pub tenant_scope: Option<BTreeSet<TenantId>>,
    /// When the credential ends; streams end with it.
    pub expires_at: DateTime<Utc>,
}

impl Actor {
    /// Whether the actor may see this tenant at all.
    pub fn sees(&self, tenant: TenantId) -> bool {
        self.tenant_scope.as_ref().is_none_or(|scope| scope.contains(&tenant))
    }
}
