//! Sets of tenants, policies and snapshots.

use async_graphql::Enum;

mirror! {
    /// The national cloud a tenant lives in.
    Cloud = "domain::tenant::Cloud" {
        /// The worldwide service.
        Global,
        /// US Government L4.
        UsGov,
        /// US Government L5 (DoD).
        UsGovDod,
        /// China, operated by 21Vianet.
        China,
    }

    /// Whether a tenant can be reached with the rights that are needed. Expect new values.
    TenantConnectionState = "domain::tenant::ConnectionState" {
        /// Connected; its first snapshot is still being taken.
        Importing,
        /// Reached at the last attempt, with the permissions needed.
        Connected,
        /// Reached, but something is missing or failing; what is shown may be old.
        Degraded,
        /// The tenant's administrator withdrew consent, or the application is gone.
        ConsentRevoked,
        /// Never reached, or disconnected by a member.
        Disconnected,
    }

    /// Kinds of directory and policy objects that a policy refers to. Expect new values.
    DirectoryKind = "domain::tenant::DirectoryKind" {
        /// A user.
        User,
        /// A group.
        Group,
        /// A directory role, by template id.
        Role,
        /// A service principal, by object id.
        ServicePrincipal,
        /// An application, by app id.
        Application,
        /// A named location.
        NamedLocation,
        /// An authentication strength.
        AuthenticationStrength,
        /// An authentication context (`c1` to `c99`).
        AuthenticationContext,
        /// A terms-of-use agreement.
        TermsOfUse,
    }

    /// The state of a policy in Microsoft Graph.
    PolicyState = "domain::policy::PolicyState" {
        /// Enforced. Graph's `enabled`.
        Enabled,
        /// Off. Graph's `disabled`.
        Disabled,
        /// Evaluated and logged, never enforced. Graph's `enabledForReportingButNotEnforced`.
        ReportOnly,
    }

    /// How much a policy matters, as set by the workspace.
    Criticality = "domain::policy::Criticality" {
        /// Losing it is an incident: disabling it is blocked.
        Critical,
        /// Part of the recommended set.
        Recommended,
        /// Nice to have.
        Optional,
    }

    /// Why a snapshot was taken. Expect new values.
    SnapshotKind = "domain::snapshot::SnapshotKind" {
        /// The first one of a tenant.
        Import,
        /// Asked for by a member, or by the running sync.
        Resync,
        /// The nightly one.
        Nightly,
        /// The live object just before a write.
        PreChange,
        /// The live object just after a write was verified.
        PostChange,
    }

    /// Kinds of object in a snapshot. Expect new values.
    SnapshotItemKind = "domain::snapshot::ItemKind" {
        /// A Conditional Access policy.
        Policy,
        /// A named location.
        NamedLocation,
        /// A group that a policy refers to.
        Group,
    }

    /// What became of an object between two snapshots.
    SnapshotItemChange = "domain::snapshot::ItemChangeKind" {
        /// Only in the later one.
        Added,
        /// Only in the earlier one.
        Removed,
        /// In both, with another content.
        Modified,
    }
}
