//! How far a tenant's sign-ins are read.

use chrono::{DateTime, Utc};

use crate::id::{TenantId, WorkspaceId};
use crate::text_enum;

text_enum! {
    /// Where the reading of a tenant's sign-ins stands.
    SignInLogState {
        /// Nothing was read yet.
        NotRead = "NOT_READ",
        /// A run is reading.
        Reading = "READING",
        /// Read up to `data_through`; the next run goes on from there.
        Read = "READ",
        /// The last run ended early; what it had read is kept, and the next run goes on.
        Failed = "FAILED",
        /// Entra doesn't show this tenant's sign-ins to us; the reason says what is missing.
        NotReadable = "NOT_READABLE",
    }
}

text_enum! {
    /// Why sign-ins are not read, or not up to now.
    SignInLogReason {
        /// Graph shows sign-ins only where the tenant has Entra ID P1 or P2.
        NoPremiumLicence = "NO_PREMIUM_LICENCE",
        /// The application lacks `AuditLog.Read.All`, or the tenant wants `Directory.Read.All` beside it.
        PermissionMissing = "PERMISSION_MISSING",
        /// Entra refused the credential.
        CredentialRefused = "CREDENTIAL_REFUSED",
        /// The application is not consented to.
        ConsentRevoked = "CONSENT_REVOKED",
        /// Graph throttled us for longer than we wait.
        Throttled = "GRAPH_THROTTLED",
        /// Graph could not be reached or kept failing.
        Unavailable = "GRAPH_UNAVAILABLE",
        /// Graph's answer could not be trusted or understood.
        Untrusted = "GRAPH_UNTRUSTED",
        /// A defect of ours: the server's log has the cause.
        Internal = "INTERNAL",
    }
}

/// The reading of one tenant's sign-ins. Instants are creation instants of sign-ins unless said otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInLog {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Where it stands.
    pub state: SignInLogState,
    /// Why it is not readable, or why the last run ended early.
    pub reason: Option<SignInLogReason>,
    /// The reason in a sentence for a person.
    pub detail: Option<String>,
    /// Sign-ins from here on were read; `None` before the first run. Retention deletes whole days, and then this moves on.
    pub data_from: Option<DateTime<Utc>>,
    /// The watermark: everything that Graph showed before here has been read. Rows that Graph shows late are still found within the overlap.
    pub data_through: Option<DateTime<Utc>>,
    /// What is being read now.
    pub slice: Option<Slice>,
    /// No late rows are expected before here: the next slice begins here, and ids of sign-ins from here on are remembered.
    pub settled_through: Option<DateTime<Utc>>,
    /// Sign-ins read and counted, ever; those that retention has deleted since are among them.
    pub sign_ins: i64,
    /// Entries of the log that could not be read (no id, no time, nobody), ever.
    pub unreadable: i64,
    /// Entries that were met a second time and not counted again, ever.
    pub repeated: i64,
    /// Sign-ins with a result that Graph masked as `unknownFutureValue`, ever (P32).
    pub masked: i64,
    /// Number of the next flush; never given twice.
    pub next_part: i64,
    /// When a run last came to its end (wall clock).
    pub read_at: Option<DateTime<Utc>>,
    /// When this row was last written (wall clock).
    pub updated_at: DateTime<Utc>,
    /// Raised by every write.
    pub version: i64,
}

/// A stretch of time that is read page by page, newest first, as Graph gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// Its beginning, included.
    pub from: DateTime<Utc>,
    /// Its end, excluded: `data_through` when it is done.
    pub to: DateTime<Utc>,
    /// When its first page was asked for (wall clock): rows that Graph showed after that may have been missed.
    pub begun_at: DateTime<Utc>,
    /// Where the next page is; `None`: at its beginning.
    pub link: Option<String>,
    /// Entries that this slice gave so far.
    pub entries: i64,
}

impl SignInLog {
    /// Nothing read yet.
    pub fn new(workspace_id: WorkspaceId, tenant_id: TenantId, now: DateTime<Utc>) -> Self {
        SignInLog {
            workspace_id,
            tenant_id,
            state: SignInLogState::NotRead,
            reason: None,
            detail: None,
            data_from: None,
            data_through: None,
            slice: None,
            settled_through: None,
            sign_ins: 0,
            unreadable: 0,
            repeated: 0,
            masked: 0,
            next_part: 1,
            read_at: None,
            updated_at: now,
            version: 1,
        }
    }
}

/// What is kept of a tenant's sign-ins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInTotals {
    /// Sign-ins that the summaries add up to.
    pub sign_ins: i64,
    /// Rows of the summaries.
    pub rows: i64,
    /// Bytes of the summaries as stored.
    pub bytes: i64,
    /// Days that hold any.
    pub days: i64,
}
