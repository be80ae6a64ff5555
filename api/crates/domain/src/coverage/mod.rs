//! Coverage: which users, applications and client types no enforced policy holds to a second factor (or a strength, or blocks).
//!
//! The question is asked of an ordinary sign-in: no risk, no authentication context, not handed over from another device, with everything proven
//! but a second factor. A policy covers it if it applies whatever else is the case, and partly if it applies only from some places, devices or
//! platforms. Report-only policies cover nothing. Several policies that each cover a part are not added up: that is said as partly.
//!
//! Deliberately absent: workload identities, which can't prove a second factor.

mod measure;
mod reach;

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::evaluate::Rule;
use crate::signin::{ClientApp, Fact, UserKind};
use crate::text_enum;

pub use measure::Measure;

text_enum! {
    /// How well something is covered; of several policies the best counts.
    Level {
        /// No enforced policy reaches it.
        Uncovered = "UNCOVERED",
        /// A fact that would decide is not known.
        Unknown = "UNKNOWN",
        /// Only for some applications, clients, people, places, devices or platforms.
        Partly = "PARTLY",
        /// By a policy that applies whatever else is the case.
        Covered = "COVERED",
    }
}

/// An enforced policy, and what it is made of.
pub struct Enforced {
    /// The policy, compiled.
    pub rule: Rule,
    /// Terms of use that it names, by agreement id in lower case.
    pub terms: BTreeSet<String>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Users who may sign in, emergency accounts left out.
    pub users: Tally,
    /// Applications that were asked for.
    pub apps: Tally,
    /// Every client type.
    pub clients: Vec<ClientCoverage>,
    /// Sign-ins of users in the window, by how well who, what and how they were is covered.
    pub sign_ins: Tally,
    /// Users who are not covered, most sign-ins first.
    pub user_gaps: Vec<UserGap>,
    /// Applications that are not covered, most sign-ins first.
    pub app_gaps: Vec<AppGap>,
    /// Emergency accounts: left out of policies on purpose, so no gap.
    pub emergency: Vec<EmergencyAccount>,
}

/// How many of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// [`Level::Covered`]
    pub covered: u64,
    /// [`Level::Partly`]
    pub partly: u64,
    /// [`Level::Uncovered`]
    pub uncovered: u64,
    /// [`Level::Unknown`]
    pub unknown: u64,
}

impl Tally {
    /// Adds so many of a level.
    pub fn add(&mut self, level: Level, count: u64) {
        let of = match level {
            Level::Covered => &mut self.covered,
            Level::Partly => &mut self.partly,
            Level::Uncovered => &mut self.uncovered,
            Level::Unknown => &mut self.unknown,
        };
        *of += count;
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.covered + self.partly + self.uncovered + self.unknown
    }
}

/// A client type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCoverage {
    /// Which.
    pub client: ClientApp,
    /// Over every user and application.
    pub level: Level,
    /// Users who are not covered with it for every application.
    pub users_without: u64,
    /// Sign-ins with it in the window.
    pub sign_ins: u64,
}

/// A user who is not covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserGap {
    /// Object id.
    pub id: Uuid,
    /// Display name.
    pub name: String,
    /// User principal name.
    pub principal_name: String,
    /// Kind of user.
    pub kind: Fact<UserKind>,
    /// How well; never [`Level::Covered`].
    pub level: Level,
    /// Sign-ins in the window.
    pub sign_ins: u64,
    /// Policies that would cover the user and exclude it, at most [`MAX_REASONS`].
    pub excluded_by: Vec<Exclusion>,
}

/// A policy that excludes a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Graph's id of the policy.
    pub policy: Option<Uuid>,
    /// Its display name.
    pub name: String,
    /// The list that excludes, such as `conditions.users.excludeGroups`.
    pub path: String,
    /// The entry of the list.
    pub entry: Option<String>,
}

/// An application that is not covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppGap {
    /// Application id.
    pub id: String,
    /// Its name in the log.
    pub name: String,
    /// How well; never [`Level::Covered`].
    pub level: Level,
    /// Sign-ins in the window.
    pub sign_ins: u64,
    /// Users who are not covered for it.
    pub users_without: u64,
}

/// An emergency account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyAccount {
    /// Object id.
    pub id: Uuid,
    /// Display name.
    pub name: String,
    /// How well it is covered; not to be is the purpose.
    pub level: Level,
    /// Sign-ins in the window: there should be none but those of drills.
    pub sign_ins: u64,
}

/// The most exclusions that are named of one user.
pub const MAX_REASONS: usize = 5;
/// The most examples of users, and of applications.
pub const MAX_EXAMPLES: usize = 50;
