//! What a freeze window is, and what is wrong with one that is refused.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::id::{FreezeWindowId, MemberId, TenantId, WorkspaceId};
use crate::text_enum;

/// The most freeze windows of one workspace: every one of them is read at each apply.
pub const MAX_WINDOWS: usize = 100;

text_enum! {
    /// What an open window means.
    FreezeKind {
        /// Changes are applied only while a window of this kind is open.
        Allow = "ALLOW",
        /// No change is applied while it is open. Outweighs `ALLOW`.
        Deny = "DENY",
    }
}

/// A freeze window of a workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct FreezeWindow {
    /// Our id.
    pub id: FreezeWindowId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What it means while it is open.
    pub kind: FreezeKind,
    /// Name to show; 1 to 200 characters.
    pub name: String,
    /// When it is open.
    pub times: WindowTimes,
    /// The tenants it is limited to; `None` is every tenant of the workspace, those to come included.
    pub tenant_ids: Option<BTreeSet<TenantId>>,
    /// Who created it.
    pub created_by: MemberId,
    /// Creation instant.
    pub created_at: DateTime<Utc>,
    /// Last edit.
    pub updated_at: DateTime<Utc>,
    /// Row version, raised by every update.
    pub version: i64,
}

impl FreezeWindow {
    /// Whether it says anything about this tenant.
    pub fn concerns(&self, tenant: TenantId) -> bool {
        self.tenant_ids.as_ref().is_none_or(|tenants| tenants.contains(&tenant))
    }
}

/// When a window is open, as it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowTimes {
    /// IANA time zone whose wall clock the window follows, such as `Europe/Berlin`.
    pub time_zone: String,
    /// First occurrence: when it opens, on that wall clock.
    pub starts_at: NaiveDateTime,
    /// First occurrence: the first moment at which it is closed again, on that wall clock.
    pub ends_at: NaiveDateTime,
    /// RFC 5545 recurrence rule without its name, such as `FREQ=WEEKLY;BYDAY=FR`; `None` opens once.
    pub rule: Option<String>,
}

/// Why the times of a window are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// No such zone.
    #[error("'{0}' is not an IANA time zone: use a name such as Europe/Berlin")]
    UnknownZone(String),
    /// The first occurrence has no length.
    #[error("a window ends after it starts")]
    EndsBeforeStart,
    /// An occurrence is too long.
    #[error("one occurrence lasts at most 366 days")]
    TooLong,
    /// The first occurrence is too far away to be meant.
    #[error("the first occurrence lies between the years 2000 and 2100")]
    OutOfRange,
    /// The rule's text is too long.
    #[error("a recurrence rule holds at most {max} characters")]
    RuleTooLong {
        /// Characters.
        max: usize,
    },
    /// A part of the rule is not `NAME=value`, or stands there twice.
    #[error("'{0}' is not a part of a recurrence rule, or stands there twice: write FREQ=WEEKLY;BYDAY=SA,SU")]
    MalformedPart(String),
    /// A frequency, or a part, that this kind of window has no use for.
    #[error("{part} is not supported here: {hint}")]
    Unsupported {
        /// The part as it stands in the rule.
        part: String,
        /// What can be used.
        hint: &'static str,
    },
    /// RFC 5545: one or the other.
    #[error("UNTIL and COUNT do not go together")]
    UntilAndCount,
    /// A number out of its range.
    #[error("{part} is between 1 and {max}")]
    NumberOutOfRange {
        /// The part's name.
        part: &'static str,
        /// Its greatest value.
        max: u32,
    },
    /// The rule breaks RFC 5545.
    #[error("not a recurrence rule of RFC 5545: {0}")]
    Invalid(String),
    /// The first occurrence is none of the rule's: RFC 5545 leaves open what that means.
    #[error("the rule does not produce the first occurrence; the first one it produces starts at {first:?}")]
    NotInSync {
        /// The rule's own first, on the wall clock; `None` when it has none.
        first: Option<NaiveDateTime>,
    },
}

impl WindowError {
    /// The input field it is about.
    pub fn field(&self) -> &'static str {
        match self {
            WindowError::UnknownZone(_) => "timeZone",
            WindowError::OutOfRange => "startsAt",
            WindowError::EndsBeforeStart | WindowError::TooLong => "endsAt",
            _ => "recurrenceRule",
        }
    }
}
