//! Grant and session controls.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::nullable::nullable;
use crate::text_enum;

text_enum! {
    /// How grant controls combine.
    GrantOperator {
        /// All of them.
        And = "AND",
        /// One of them.
        Or = "OR",
    }
}

/// `policy.grant_change`: the fields of `grantControls` but terms of use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantChange {
    /// AND or OR; means nothing beside one control.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<GrantOperator>,
    /// The whole set of built-in controls: `block`, `mfa`, `compliantDevice`, `domainJoinedDevice`, `approvedApplication`,
    /// `compliantApplication`, `passwordChange`, `riskRemediation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built_in_controls: Option<Vec<String>>,
    /// Id of an authentication strength; `null` removes it.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub authentication_strength_id: Option<Option<String>>,
    /// The whole set of custom authentication factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_authentication_factors: Option<Vec<String>>,
}

/// `policy.session_change`: each control in Graph's own shape; `null` switches it off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionChange {
    /// Graph's `signInFrequency`.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub sign_in_frequency: Option<Option<Value>>,
    /// Graph's `persistentBrowser`.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub persistent_browser: Option<Option<Value>>,
    /// Graph's `applicationEnforcedRestrictions`.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub application_enforced_restrictions: Option<Option<Value>>,
    /// Graph's `cloudAppSecurity`.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub cloud_app_security: Option<Option<Value>>,
    /// Graph's `secureSignInSession` (token protection).
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub secure_sign_in_session: Option<Option<Value>>,
    /// Graph's `continuousAccessEvaluation`.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub continuous_access_evaluation: Option<Option<Value>>,
    /// Graph's `disableResilienceDefaults`.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    pub disable_resilience_defaults: Option<Option<bool>>,
}
