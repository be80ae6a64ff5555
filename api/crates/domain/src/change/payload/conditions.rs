//! Conditions, each replaced as a whole.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::nullable::nullable;

/// `policy.condition_change`: locations, platforms, client app types, authentication flows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ConditionChange {
    /// Graph's `locations` (`includeLocations`, `excludeLocations`); `null` removes the condition.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub locations: Option<Option<Value>>,
    /// Graph's `platforms` (`includePlatforms`, `excludePlatforms`); `null` removes the condition.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub platforms: Option<Option<Value>>,
    /// The whole set of client app types, at least one: `["all"]` is no restriction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_app_types: Option<Vec<String>>,
    /// Graph's `authenticationFlows` (`transferMethods`); `null` removes the condition.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub authentication_flows: Option<Option<Value>>,
}

/// `policy.risk_condition_change`: each list is the whole set; an empty one removes the condition. All need Entra ID P2 or more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct RiskConditionChange {
    /// `low`, `medium`, `high`, `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_risk_levels: Option<Vec<String>>,
    /// `low`, `medium`, `high`, `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_risk_levels: Option<Vec<String>>,
    /// `low`, `medium`, `high`, `none`; for workload identities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_principal_risk_levels: Option<Vec<String>>,
    /// `minor`, `moderate`, `elevated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insider_risk_levels: Option<Vec<String>>,
}

/// `policy.device_filter_change`: Graph's `devices.deviceFilter`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceFilterChange {
    /// Graph's `deviceFilter`: `mode` (`include`, `exclude`) and `rule` (1 to 3,072 characters); `null` removes it.
    pub device_filter: Option<Value>,
}
