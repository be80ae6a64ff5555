//! Sign-in summaries: what a tenant's people did in a day, folded by every dimension that a policy can test. Raw sign-ins are never kept.
//!
//! A [`Chunk`] is one part of one day. Each dimension has a dictionary, and a row names one entry of each and says how many sign-ins were
//! alike. A policy is then evaluated once for each dictionary entry, and a row costs a few table look-ups (crates.md section 10).
//!
//! [`record`] reads one entry of Graph's log, [`fold`] adds entries up, [`codec`] makes a chunk small and back, [`log`] says how far a tenant is read.

pub mod codec;
pub mod fold;
pub mod log;
pub mod record;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::signin::{Device, Fact, Place, Target, Traits, UserKind};
use crate::text_enum;

/// Rows of one day, or of a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Who signed in, by object id, with the name that the log showed.
    pub people: Vec<Person>,
    /// What was asked for, through which client application.
    pub targets: Vec<Asked>,
    /// Where from.
    pub places: Vec<Place>,
    /// With which device; `None`: the log doesn't tell.
    pub devices: Vec<Option<Device>>,
    /// Client, platform, risks, flow and proofs.
    pub traits: Vec<Traits>,
    /// How it ended, and what each policy made of it.
    pub outcomes: Vec<Outcome>,
    /// The rows; no two have the same six indexes.
    pub rows: Rows,
}

/// Columns of a chunk, all of the same length: indexes into the dictionaries, and the count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Index into [`Chunk::people`].
    pub person: Vec<u32>,
    /// Index into [`Chunk::targets`].
    pub target: Vec<u32>,
    /// Index into [`Chunk::places`].
    pub place: Vec<u32>,
    /// Index into [`Chunk::devices`].
    pub device: Vec<u32>,
    /// Index into [`Chunk::traits`].
    pub traits: Vec<u32>,
    /// Index into [`Chunk::outcomes`].
    pub outcome: Vec<u32>,
    /// Sign-ins that were alike; at least 1.
    pub sign_ins: Vec<u32>,
}

/// Who signed in, as the log shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Person {
    /// Object id of the user or the service principal.
    pub id: Uuid,
    /// A service principal, not a user.
    pub workload: bool,
    /// User principal name, or the service principal's name.
    pub name: String,
    /// Member or which kind of guest, as the log says it: for those whom the directory doesn't hold.
    pub kind: Fact<UserKind>,
    /// Home tenant, as the log says it.
    pub home_tenant: Fact<Uuid>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asked {
    /// The resource, or a user action: what policies test.
    pub target: Target,
    /// Name of the resource.
    pub name: String,
    /// Application id of the client, in lower case.
    pub client_id: String,
}

impl Outcome {
    /// The first factor failed, so that Conditional Access never saw the sign-in (ca-semantics.md section 10): wrong password, locked account,
    /// unknown or disabled user, unknown tenant or domain, expired password (Microsoft's list of AADSTS codes).
    pub fn before_policies(&self) -> bool {
        matches!(self.error_code, 50034 | 50053 | 50055 | 50056 | 50057 | 50059 | 50064 | 50126 | 50128 | 50144 | 50173)
    }
}

/// How a sign-in ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outcome {
    /// `status.errorCode`; 0 is a success.
    pub error_code: i32,
    /// `conditionalAccessStatus`.
    pub status: AccessStatus,
    /// The log listed policies at all. Without the permission to read policies it lists none, and then "no result" means "not told", never
    /// "not applied".
    pub told: bool,
    /// Results by policy, in the order of their Graph ids; without those that say "not applied" or "not enabled".
    pub results: Vec<(Uuid, AppliedResult)>,
}

text_enum! {
    /// `conditionalAccessStatus` of the sign-in log.
    AccessStatus {
        /// Every applying enforced policy was satisfied.
        Success = "success",
        /// One was not.
        Failure = "failure",
        /// None applied.
        NotApplied = "notApplied",
        /// A value that we don't know.
        Unknown = "unknownFutureValue",
    }
}

text_enum! {
    /// `appliedConditionalAccessPolicy.result` of the sign-in log (ca-semantics.md section 10).
    AppliedResult {
        /// Enforced and satisfied.
        Success = "success",
        /// Enforced and not satisfied.
        Failure = "failure",
        /// Not applied.
        NotApplied = "notApplied",
        /// Disabled.
        NotEnabled = "notEnabled",
        /// Entra doesn't know.
        Unknown = "unknown",
        /// Not told: the header that unlocks report-only results was not honoured (P32).
        UnknownFutureValue = "unknownFutureValue",
        /// Report-only and satisfied.
        ReportOnlySuccess = "reportOnlySuccess",
        /// Report-only, would have been refused.
        ReportOnlyFailure = "reportOnlyFailure",
        /// Report-only, not applied.
        ReportOnlyNotApplied = "reportOnlyNotApplied",
        /// Report-only, the user would have been asked for something.
        ReportOnlyInterrupted = "reportOnlyInterrupted",
    }
}
