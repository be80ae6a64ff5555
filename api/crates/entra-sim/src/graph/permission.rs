//! Who may do what: the permission table of graph-api.md section 21 and the refusals of each service.

use super::{GraphError, Session};

/// The service that refuses, each with its own words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Family {
    ConditionalAccess,
    Directory,
    Reports,
}

/// Alternatives, each a set of permissions that are needed together.
pub(crate) type AnyOf = &'static [&'static [&'static str]];

pub(crate) const POLICY_READ: AnyOf = &[&["Policy.Read.All"]];
pub(crate) const POLICY_DELETE: AnyOf = &[&["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"]];
pub(crate) const POLICY_RESTORE: AnyOf = &[&["Policy.ReadWrite.ConditionalAccess"]];
pub(crate) const DELETED_READ: AnyOf = &[&["Policy.Read.All"], &["Policy.Read.ConditionalAccess"], &["Policy.ReadWrite.ConditionalAccess"]];
pub(crate) const STRENGTH_READ: AnyOf = &[
    &["Policy.Read.AuthenticationMethod"],
    &["Policy.Read.All"],
    &["Policy.ReadWrite.AuthenticationMethod"],
    &["Policy.ReadWrite.ConditionalAccess"],
];
pub(crate) const STRENGTH_WRITE: AnyOf = &[&["Policy.ReadWrite.ConditionalAccess"], &["Policy.ReadWrite.AuthenticationMethod"]];
pub(crate) const CONTEXT_READ: AnyOf = &[
    &["AuthenticationContext.Read.All"],
    &["AuthenticationContext.ReadWrite.All"],
    &["Policy.Read.ConditionalAccess"],
    &["Policy.ReadWrite.ConditionalAccess"],
];
pub(crate) const CONTEXT_WRITE: AnyOf = &[&["AuthenticationContext.ReadWrite.All"], &["Policy.ReadWrite.ConditionalAccess"]];
pub(crate) const REPORTS_READ: AnyOf = &[&["AuditLog.Read.All"]];
pub(crate) const AUDITS_READ: AnyOf = &[&["AuditLog.Read.All"], &["Directory.Read.All"]];
pub(crate) const SIGN_IN_POLICIES: AnyOf =
    &[&["Policy.Read.All"], &["Policy.Read.ConditionalAccess"], &["Policy.ReadWrite.ConditionalAccess"]];
pub(crate) const ORGANIZATION_READ: AnyOf =
    &[&["Organization.Read.All"], &["Organization.ReadWrite.All"], &["Directory.Read.All"], &["Directory.ReadWrite.All"], &["User.Read"]];
pub(crate) const SKUS_READ: AnyOf = &[
    &["Organization.Read.All"],
    &["Organization.ReadWrite.All"],
    &["Directory.Read.All"],
    &["Directory.ReadWrite.All"],
    &["LicenseAssignment.Read.All"],
];
pub(crate) const DEFAULTS_READ: AnyOf = &[&["Policy.Read.All"]];
pub(crate) const DEFAULTS_WRITE: AnyOf =
    &[&["Policy.Read.All", "Policy.ReadWrite.SecurityDefaults"], &["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"]];

impl Session<'_> {
    /// Whether the token grants one of the alternatives.
    pub(crate) fn may(&self, any_of: AnyOf) -> bool {
        any_of.iter().any(|all| all.iter().all(|permission| self.caller.granted.contains(*permission)))
    }

    /// 403 in the words of `family` unless the token grants one of the alternatives.
    pub(crate) fn require(&self, family: Family, any_of: AnyOf) -> Result<(), GraphError> {
        if self.may(any_of) {
            return Ok(());
        }
        Err(match family {
            Family::ConditionalAccess => GraphError::new(
                403,
                "AccessDenied",
                "You cannot perform the requested operation, required scopes are missing in the token.",
            ),
            Family::Directory => GraphError::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
            // From general knowledge of the reporting service; no stored page quotes it.
            Family::Reports => GraphError::new(
                403,
                "Authentication_MSGraphPermissionMissing",
                format!("The principal does not have required Microsoft Graph permission(s): {} to call this API.", any_of[0].join(",")),
            ),
        })
    }

    /// Creating or changing a policy takes three permissions; the lack of the third has a text of its own.
    pub(crate) fn require_policy_write(&self) -> Result<(), GraphError> {
        self.require(Family::ConditionalAccess, POLICY_DELETE)?;
        if self.may(&[&["Application.Read.All"], &["Application.ReadWrite.All"]]) {
            return Ok(());
        }
        Err(GraphError::new(
            403,
            "AccessDenied",
            "Insufficient privileges to create or update policy. Application.Read.All scope is required to add/edit application condition.",
        ))
    }
}
