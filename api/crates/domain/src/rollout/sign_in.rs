//! A sign-in that the twin decided on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text_enum;

text_enum! {
    /// The twin's result on a sign-in. `notApplied`, `notEnabled` and `unknown` are none: such a sign-in is not evaluated.
    EvaluatedOutcome {
        /// Its controls were satisfied.
        Success = "SUCCESS",
        /// They were not, or not yet.
        Failure = "FAILURE",
    }
}

text_enum! {
    /// What the report-only original says of the same sign-in.
    ReportOnlyResult {
        /// It would have been satisfied.
        Success = "SUCCESS",
        /// It would have refused the sign-in.
        Failure = "FAILURE",
        /// It would have asked the user for something.
        Interrupted = "INTERRUPTED",
        /// It does not apply.
        NotApplied = "NOT_APPLIED",
    }
}

/// One sign-in whose applied policies hold the twin with `success` or `failure` (rollout-engine.md A4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluatedSignIn {
    /// When it happened, UTC.
    pub at: DateTime<Utc>,
    /// The log's id of the sign-in: one id, one sign-in.
    pub id: String,
    /// The user's object id.
    pub user: Uuid,
    /// The client application's id; empty where the log has none.
    pub app: String,
    /// The resource's id; empty where the log has none.
    pub resource: String,
    /// The twin's result.
    pub outcome: EvaluatedOutcome,
    /// The original's result on the same sign-in; `None` where the log has none that can be read.
    pub original: Option<ReportOnlyResult>,
    /// What a person needs to see of it.
    pub facts: SignInFacts,
}

/// What a person needs to see of a sign-in that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInFacts {
    /// The AADSTS code; 0 for none.
    pub error_code: i32,
    /// The application's name, as the log shows it.
    pub app_name: Option<String>,
    /// The kind of client, as policies spell it.
    pub client: Option<String>,
    /// The platform, as policies spell it.
    pub platform: Option<String>,
    /// The country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}
