//! The kinds of change and their payloads.

use serde::{Deserialize, Serialize};

use crate::policy::PolicyState;
use crate::text_enum;

text_enum! {
    /// The exact strings of the source document's table of change kinds.
    ChangeKind {
        /// Enabled, disabled, report-only.
        PolicyStateChange = "policy.state_change",
        /// Display name.
        PolicyRename = "policy.rename",
    }
}

/// What a change intends, typed by kind. The JSON form is what integrators read and write: `{"kind": "policy.rename", "displayName": "..."}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
pub enum ChangePayload {
    /// Sets the policy's state.
    #[serde(rename = "policy.state_change")]
    StateChange {
        /// The state wanted.
        to: PolicyState,
    },
    /// Sets the policy's display name.
    #[serde(rename = "policy.rename", rename_all = "camelCase")]
    Rename {
        /// The name wanted: 1 to 256 characters after trimming, no control characters.
        display_name: String,
    },
}

impl ChangePayload {
    /// The kind.
    pub fn kind(&self) -> ChangeKind {
        match self {
            ChangePayload::StateChange { .. } => ChangeKind::PolicyStateChange,
            ChangePayload::Rename { .. } => ChangeKind::PolicyRename,
        }
    }

    /// A person's input in the form that is stored: names without blanks around them. Not for an inverse, which restores what was there.
    pub fn normalised(self) -> Self {
        match self {
            ChangePayload::Rename { display_name } => ChangePayload::Rename { display_name: display_name.trim().to_owned() },
            other => other,
        }
    }
}
