//! What is counted of a phase's sign-ins. All that a verdict depends on, apart from the guard and the bake, is here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most reasons that counts hold.
pub const MAX_REASONS: usize = 20;

/// The most emergency accounts that counts name.
pub const MAX_EMERGENCY: usize = 20;

/// The sign-ins of one phase, counted (rollout-engine.md A4). Made by [`super::count`] or [`super::Counter`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Only the sign-ins of people whom the current phase added are in here.
    #[serde(default)]
    pub newcomers_only: bool,
    /// Evaluated sign-ins, each row of the log one; early successes left out.
    pub sign_ins: u64,
    /// Of these, those that failed.
    pub blocked_sign_ins: u64,
    /// Attempts: rows of one user, application and resource within 30 minutes.
    pub attempts: u64,
    /// Attempts whose last row failed.
    pub blocked_attempts: u64,
    /// Attempts that end with a prompt which may still be answered; they are in no other count.
    pub open_attempts: u64,
    /// Users with an attempt.
    pub attempt_users: u64,
    /// Users about whom the last attempt says something.
    pub users: u64,
    /// Users whose last attempt was blocked and who did not get in since.
    pub blocked_users: u64,
    /// Emergency accounts that failed at all, sorted: at most [`MAX_EMERGENCY`].
    pub emergency_blocked: Vec<Uuid>,
    /// Sign-ins on which twin and original can be compared.
    pub pairs: u64,
    /// Of these, those on which they disagree.
    pub disagreeing_pairs: u64,
    /// Sign-ins before here were read.
    pub data_through: DateTime<Utc>,
    /// Nothing before here is evidence of health: Entra may not have known of the phase yet.
    pub effective_from: DateTime<Utc>,
    /// Sign-ins before `effective_from` that are counted, all of them blocked.
    pub early_blocked_sign_ins: u64,
    /// Why attempts were blocked, most users first: at most [`MAX_REASONS`].
    pub reasons: Vec<BlockReason>,
}

/// One reason for blocked attempts: one error code at one application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockReason {
    /// The AADSTS code; 0 for none.
    pub error_code: i32,
    /// The application's id; empty where the log has none.
    pub app: String,
    /// Its name, as the log last showed it.
    pub app_name: Option<String>,
    /// Blocked attempts.
    pub attempts: u64,
    /// Users who had them.
    pub users: u64,
    /// The kinds of client that had most of them: at most 3.
    pub clients: Vec<String>,
    /// The platforms that had most of them: at most 3.
    pub platforms: Vec<String>,
    /// The countries that had most of them: at most 3.
    pub countries: Vec<String>,
}

impl Counts {
    /// Nothing counted yet.
    pub fn none(effective_from: DateTime<Utc>, data_through: DateTime<Utc>) -> Self {
        Counts {
            newcomers_only: false,
            sign_ins: 0,
            blocked_sign_ins: 0,
            attempts: 0,
            blocked_attempts: 0,
            open_attempts: 0,
            attempt_users: 0,
            users: 0,
            blocked_users: 0,
            emergency_blocked: Vec::new(),
            pairs: 0,
            disagreeing_pairs: 0,
            data_through,
            effective_from,
            early_blocked_sign_ins: 0,
            reasons: Vec::new(),
        }
    }
}
