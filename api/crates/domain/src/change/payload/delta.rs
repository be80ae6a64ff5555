//! Deltas of sets: computed against the live policy at apply. Adding what is there, or removing what is not, is no change.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::nullable::nullable;

/// What comes into a set and what goes out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SetDelta {
    /// Ids or keywords to add.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<String>,
    /// Ids or keywords to remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

impl SetDelta {
    /// Neither adds nor removes.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// `policy.assignment_change`: deltas of `conditions.users` and, for workload identities, `conditions.clientApplications`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignmentChange {
    /// Users by object id, or `All`, `None`, `GuestsOrExternalUsers`.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub include_users: SetDelta,
    /// Users by object id, or `GuestsOrExternalUsers`.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub exclude_users: SetDelta,
    /// Groups by object id.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub include_groups: SetDelta,
    /// Groups by object id.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub exclude_groups: SetDelta,
    /// Built-in directory roles by template id.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub include_roles: SetDelta,
    /// Built-in directory roles by template id.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub exclude_roles: SetDelta,
    /// Service principals by object id, or `ServicePrincipalsInMyTenant`.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub include_service_principals: SetDelta,
    /// Service principals by object id.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub exclude_service_principals: SetDelta,
    /// Graph's `includeGuestsOrExternalUsers`, replaced as a whole; `null` removes it.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub include_guests_or_external_users: Option<Option<Value>>,
    /// Graph's `excludeGuestsOrExternalUsers`, replaced as a whole; `null` removes it.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub exclude_guests_or_external_users: Option<Option<Value>>,
}

/// `policy.application_change`: deltas of `conditions.applications`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplicationChange {
    /// Applications by app id, or `All`, `None`, `Office365`, `MicrosoftAdminPortals`.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub include_applications: SetDelta,
    /// Applications by app id, or `Office365`, `MicrosoftAdminPortals`.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub exclude_applications: SetDelta,
    /// `urn:user:registersecurityinfo`, `urn:user:registerdevice`.
    #[serde(skip_serializing_if = "SetDelta::is_empty")]
    pub include_user_actions: SetDelta,
    /// Graph's `applicationFilter` (`mode`, `rule`), replaced as a whole; `null` removes it.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub application_filter: Option<Option<Value>>,
}
