//! Sets of reading sign-ins.

use async_graphql::Enum;

mirror! {
    /// Where the reading of a tenant's sign-ins stands.
    SignInLogState = "domain::summary::log::SignInLogState" {
        /// Nothing was read yet.
        NotRead,
        /// A run is reading.
        Reading,
        /// Read up to `dataThrough`.
        Read,
        /// The last run ended early; what it had read is kept, and the next run goes on.
        Failed,
        /// Entra doesn't show this tenant's sign-ins to us; the reason says what is missing.
        NotReadable,
    }

    /// Why sign-ins are not read, or not up to now. Expect new values.
    SignInLogReason = "domain::summary::log::SignInLogReason" {
        /// Graph shows sign-ins only where the tenant has Entra ID P1 or P2.
        NoPremiumLicence,
        /// The application lacks `AuditLog.Read.All`, or the tenant wants `Directory.Read.All` beside it.
        PermissionMissing,
        /// Entra refused the credential.
        CredentialRefused,
        /// The application is not consented to.
        ConsentRevoked,
        /// Graph throttled us for longer than we wait.
        Throttled,
        /// Graph could not be reached or kept failing.
        Unavailable,
        /// Graph's answer could not be trusted or understood.
        Untrusted,
        /// A defect of ours: the server's log has the cause.
        Internal,
    }
}
