//! The guard: when a rollout is stopped, and what is proof enough to go on (rollout-engine.md A4).

use serde::{Deserialize, Serialize};

use super::status::{OnTrip, VerdictRule};

/// The limits by which the sign-ins of a phase are judged.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Guard {
    /// How sign-ins are judged.
    pub rule: VerdictRule,
    /// More than so many percent blocked is a breach: 1 to 50, 10 by the source.
    pub max_blocked_percent: u8,
    /// A ratio of attempts says something from so many on: 1 to 100,000.
    pub min_attempts: u32,
    /// And from so many users on: 1 to 100,000.
    pub min_attempt_users: u32,
    /// A phase is proven healthy by no fewer users: 1 to 100,000.
    pub min_users: u32,
    /// So many blocked users stop the rollout, whatever their share: 1 to 100,000.
    pub absolute_blocked_users: u32,
    /// What happens to the twin then.
    pub on_trip: OnTrip,
    /// Groups that have grown by more percent since planning pause the rollout: 0 to 100.
    pub max_growth_percent: u8,
    /// Twin and original are compared from so many sign-ins with both results on: 1 to 100,000.
    pub min_pairs: u32,
    /// More percent of these that disagree pause the rollout: 0 to 100.
    pub max_disagreement_percent: u8,
}

impl Default for Guard {
    fn default() -> Self {
        Guard {
            rule: VerdictRule::Clustered,
            max_blocked_percent: 10,
            min_attempts: 50,
            min_attempt_users: 10,
            min_users: 25,
            absolute_blocked_users: 25,
            on_trip: OnTrip::PauseAndReportOnly,
            max_growth_percent: 20,
            min_pairs: 20,
            max_disagreement_percent: 5,
        }
    }
}

/// A guard that no rollout can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {least} to {most}, not {given}")]
pub struct GuardError {
    /// The field, as the API spells it.
    pub field: &'static str,
    /// The least that it may be.
    pub least: u32,
    /// The most that it may be.
    pub most: u32,
    /// What was given.
    pub given: u32,
}

/// The most users or sign-ins that a guard can ask for.
const MOST: u32 = 100_000;

impl Guard {
    /// Refuses limits out of their ranges: the first one, in order of the fields.
    pub fn validate(&self) -> Result<(), GuardError> {
        let ranges = [
            ("maxBlockedPercent", 1, 50, u32::from(self.max_blocked_percent)),
            ("minAttempts", 1, MOST, self.min_attempts),
            ("minAttemptUsers", 1, MOST, self.min_attempt_users),
            ("minUsers", 1, MOST, self.min_users),
            ("absoluteBlockedUsers", 1, MOST, self.absolute_blocked_users),
            ("maxGrowthPercent", 0, 100, u32::from(self.max_growth_percent)),
            ("minPairs", 1, MOST, self.min_pairs),
            ("maxDisagreementPercent", 0, 100, u32::from(self.max_disagreement_percent)),
        ];
        match ranges.into_iter().find(|(_, least, most, given)| !(least..=most).contains(&given)) {
            Some((field, least, most, given)) => Err(GuardError { field, least, most, given }),
            None => Ok(()),
        }
    }
}
