//! The plan of a rollout: which groups go when, and why.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::forecast::Forecast;
use crate::document::{canonical_text, text_hash};
use crate::id::ContentHash;

/// The phases of a plan that nobody edited (the source).
pub const USUAL_PHASES: usize = 5;

/// The most phases of a plan.
pub const MAX_PHASES: usize = 10;

/// The most groups of one phase.
pub const MAX_PHASE_GROUPS: usize = 100;

/// How long a phase runs at least unless somebody says otherwise, in seconds: a day.
pub const USUAL_BAKE_SECONDS: u32 = 86_400;

/// The shortest bake of an automatic rollout's phase unless the server is set otherwise, in seconds.
pub const BAKE_FLOOR_SECONDS: u32 = 7_200;

/// The longest bake, in seconds: 30 days.
pub const MAX_BAKE_SECONDS: u32 = 2_592_000;

/// What is to be rolled out, phase by phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The phases in their order: 1 to [`MAX_PHASES`].
    pub phases: Vec<Phase>,
    /// How the plan was made, in plain words.
    pub reasoning: String,
    /// What was found out about each group, in the order of their ranks: at most [`MAX_PHASES`] times [`MAX_PHASE_GROUPS`].
    pub groups: Vec<GroupReasoning>,
}

/// One phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    /// The groups that it adds, by their ids in Entra: 1 to [`MAX_PHASE_GROUPS`].
    pub groups: Vec<Uuid>,
    /// How long it runs at least before the next one, in seconds.
    pub min_bake_seconds: u32,
    /// Why these groups are in this phase, in plain words.
    pub reasoning: String,
    /// Users that it adds: a user in several phases counts in the earliest.
    pub members: u64,
    /// What the policy would have done to them; `None` until somebody computed it.
    pub forecast: Option<Forecast>,
}

/// What is known of a group, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupReasoning {
    /// The group's id in Entra.
    pub group: Uuid,
    /// Its name at the time of planning.
    pub name: String,
    /// Its members, transitively.
    pub members: u64,
    /// Their sign-ins in the window.
    pub sign_ins: u64,
    /// Sign-ins that this policy would have refused.
    pub blocked: u64,
    /// Sign-ins in which this policy would have asked for something.
    pub interrupted: u64,
    /// Sign-ins that other enabled policies refused or interrupted.
    pub affected_by_others: u64,
    /// Names of the policies that use the group, now or earlier: at most 10.
    pub used_in: Vec<String>,
    /// Members that an earlier ranked group of the plan has already.
    pub overlap: u64,
    /// Where it stands by its impact: low first. Comparable within one plan only.
    pub score: u64,
    /// The same in plain words.
    pub text: String,
}

impl Plan {
    /// SHA-256 over all that a reviewer sees, forecasts included.
    pub fn digest(&self) -> ContentHash {
        text_hash(&canonical_text(&json!(self)))
    }

    /// The phase with a number, counted from 1.
    pub fn phase(&self, number: u8) -> Option<&Phase> {
        usize::from(number).checked_sub(1).and_then(|index| self.phases.get(index))
    }

    /// The number of the last phase.
    pub fn last_phase(&self) -> u8 {
        u8::try_from(self.phases.len()).unwrap_or(u8::MAX)
    }

    /// The groups of a phase and of all before it.
    pub fn groups_through(&self, number: u8) -> std::collections::BTreeSet<Uuid> {
        self.phases.iter().take(usize::from(number)).flat_map(|phase| phase.groups.iter().copied()).collect()
    }
}
