//! What members decide about the agent of one tenant.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DEFAULT_PATTERN, SuggestionKind};
use crate::text_enum;

/// The most users, groups or applications that settings leave out.
pub const MAX_LEFT_OUT: usize = 200;
/// The most instructions.
pub const MAX_INSTRUCTIONS: usize = 20;

text_enum! {
    /// How much one run looks at, as Microsoft documents it.
    LimitsProfile {
        /// 300 users, 150 applications, 40 pairs of policies (documentation of June 2026).
        Current = "CURRENT",
        /// 150 users, 100 applications, 4 pairs of policies (documentation of December 2025).
        Earlier = "EARLIER",
    }
}

/// The most that one run looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// New users.
    pub users: usize,
    /// New applications.
    pub applications: usize,
    /// Similar pairs of policies.
    pub pairs: usize,
}

impl LimitsProfile {
    /// Its figures.
    pub fn limits(self) -> Limits {
        match self {
            LimitsProfile::Current => Limits { users: 300, applications: 150, pairs: 40 },
            LimitsProfile::Earlier => Limits { users: 150, applications: 100, pairs: 4 },
        }
    }
}

/// Settings of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AgentSettings {
    /// Whether it runs every 24 hours.
    pub enabled: bool,
    /// Whether phased rollouts are suggested.
    pub phased_rollout: bool,
    /// Whether a run may create the report-only policies that it suggests, through the gate; otherwise a member accepts first.
    pub may_create_report_only: bool,
    /// Rules that are off.
    pub rules_off: BTreeSet<SuggestionKind>,
    /// Users who are never looked at, by object id; at most [`MAX_LEFT_OUT`].
    pub left_out_users: BTreeSet<Uuid>,
    /// Groups whose members are never looked at; at most [`MAX_LEFT_OUT`].
    pub left_out_groups: BTreeSet<Uuid>,
    /// Applications that are never looked at, by application id in lower case; at most [`MAX_LEFT_OUT`].
    pub left_out_applications: BTreeSet<String>,
    /// How new policies are called: `{title}` and, if wished, `{kind}` are put in.
    pub naming_pattern: String,
    /// What else holds, at most [`MAX_INSTRUCTIONS`].
    pub instructions: Vec<Instruction>,
    /// How much a run looks at.
    pub limits: LimitsProfile,
}

impl Default for AgentSettings {
    fn default() -> Self {
        AgentSettings {
            enabled: false,
            phased_rollout: true,
            may_create_report_only: false,
            rules_off: BTreeSet::new(),
            left_out_users: BTreeSet::new(),
            left_out_groups: BTreeSet::new(),
            left_out_applications: BTreeSet::new(),
            naming_pattern: DEFAULT_PATTERN.to_owned(),
            instructions: Vec::new(),
            limits: LimitsProfile::Current,
        }
    }
}

/// A structured instruction: whom policies of some kinds exclude. Microsoft's agent takes it as free text; here it can't be misread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Instruction {
    /// Kinds of suggestion that it is about; none: all.
    pub kinds: BTreeSet<SuggestionKind>,
    /// Users that policies of these kinds exclude.
    pub exclude_users: BTreeSet<Uuid>,
    /// Groups that policies of these kinds exclude.
    pub exclude_groups: BTreeSet<Uuid>,
    /// Why, for people; at most 500 characters.
    pub note: String,
}

impl Instruction {
    /// Whether it is about suggestions of a kind.
    pub fn about(&self, kind: SuggestionKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// Which setting breaks a rule, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SettingsError {
    /// The setting, in the API's name.
    pub field: &'static str,
    /// For a person.
    pub message: String,
}

impl AgentSettings {
    /// Whether the settings keep the rules.
    ///
    /// # Errors
    /// The first setting that doesn't.
    pub fn check(&self) -> Result<(), SettingsError> {
        let refuse = |field, message: String| Err(SettingsError { field, message });
        for (field, count) in [
            ("leftOutUsers", self.left_out_users.len()),
            ("leftOutGroups", self.left_out_groups.len()),
            ("leftOutApplications", self.left_out_applications.len()),
        ] {
            if count > MAX_LEFT_OUT {
                return refuse(field, format!("at most {MAX_LEFT_OUT} can be left out: use a group"));
            }
        }
        if self.instructions.len() > MAX_INSTRUCTIONS {
            return refuse("instructions", format!("at most {MAX_INSTRUCTIONS} instructions"));
        }
        for instruction in &self.instructions {
            if instruction.exclude_users.is_empty() && instruction.exclude_groups.is_empty() {
                return refuse("instructions", "an instruction names users or groups to exclude".to_owned());
            }
            if instruction.exclude_users.len().max(instruction.exclude_groups.len()) > MAX_LEFT_OUT {
                return refuse("instructions", format!("an instruction names at most {MAX_LEFT_OUT} users and as many groups"));
            }
            if instruction.note.chars().count() > 500 {
                return refuse("instructions", "a note holds at most 500 characters".to_owned());
            }
        }
        let pattern = &self.naming_pattern;
        if !pattern.contains("{title}") || pattern.chars().count() > 100 || pattern.chars().any(char::is_control) {
            return refuse(
                "namingPattern",
                "a naming pattern holds {title} and at most 100 characters, none of them a control character".to_owned(),
            );
        }
        Ok(())
    }

    /// Whether a rule is on.
    pub fn on(&self, kind: SuggestionKind) -> bool {
        !self.rules_off.contains(&kind)
    }
}
