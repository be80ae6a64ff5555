//! Conditions, each replaced as a whole.

use async_graphql::SimpleObject;
use domain::change::payload;
use serde_json::Value;

use super::read::{cleared, clears, list, set, text, texts, word, words};
use crate::enums::{ClientAppType, DevicePlatform, FilterMode, InsiderRiskLevel, RiskLevel, TransferMethod};

/// `policy.condition_change`: locations, platforms, client app types, authentication flows. What is `null` and not in `cleared` is
/// untouched.
#[derive(SimpleObject)]
pub struct ConditionChange {
    /// Locations; `null` when untouched or cleared.
    locations: Option<LocationsCondition>,
    /// Device platforms; `null` when untouched or cleared.
    platforms: Option<PlatformsCondition>,
    /// The whole set of client app types, at most one entry per type; `null` when untouched.
    client_app_types: Option<Vec<ClientAppType>>,
    /// Authentication flows; `null` when untouched or cleared.
    authentication_flows: Option<AuthenticationFlowsCondition>,
    /// Names of the fields above that are cleared. At most 3.
    cleared: Vec<String>,
}

impl From<&payload::ConditionChange> for ConditionChange {
    fn from(change: &payload::ConditionChange) -> Self {
        ConditionChange {
            locations: set(&change.locations).map(LocationsCondition::of),
            platforms: set(&change.platforms).map(PlatformsCondition::of),
            client_app_types: list(&change.client_app_types),
            authentication_flows: set(&change.authentication_flows)
                .map(|value| AuthenticationFlowsCondition { transfer_methods: words(value, "transferMethods") }),
            cleared: cleared([
                ("locations", clears(&change.locations)),
                ("platforms", clears(&change.platforms)),
                ("authenticationFlows", clears(&change.authentication_flows)),
            ]),
        }
    }
}

/// Locations that a policy applies in.
#[derive(SimpleObject)]
pub struct LocationsCondition {
    /// Named locations by Graph id or name, or `All`, `AllTrusted`. At most 1,000.
    include_locations: Vec<String>,
    /// Named locations by Graph id or name, or `AllTrusted`. At most 1,000.
    exclude_locations: Vec<String>,
}

impl LocationsCondition {
    fn of(value: &Value) -> Self {
        LocationsCondition { include_locations: texts(value, "includeLocations"), exclude_locations: texts(value, "excludeLocations") }
    }
}

/// Device platforms that a policy applies on.
#[derive(SimpleObject)]
pub struct PlatformsCondition {
    /// Taken in. At most one entry per platform.
    include_platforms: Vec<DevicePlatform>,
    /// Left out. At most one entry per platform.
    exclude_platforms: Vec<DevicePlatform>,
}

impl PlatformsCondition {
    fn of(value: &Value) -> Self {
        PlatformsCondition { include_platforms: words(value, "includePlatforms"), exclude_platforms: words(value, "excludePlatforms") }
    }
}

/// Authentication flows that a policy is about.
#[derive(SimpleObject)]
pub struct AuthenticationFlowsCondition {
    /// The flows. At most one entry per flow.
    transfer_methods: Vec<TransferMethod>,
}

/// `policy.risk_condition_change`: each list is the whole set, at most one entry per level; empty removes the condition, `null` is
/// untouched.
#[derive(SimpleObject)]
pub struct RiskConditionChange {
    /// Sign-in risk. At most one entry per level.
    sign_in_risk_levels: Option<Vec<RiskLevel>>,
    /// User risk. At most one entry per level.
    user_risk_levels: Option<Vec<RiskLevel>>,
    /// Service principal risk. At most one entry per level.
    service_principal_risk_levels: Option<Vec<RiskLevel>>,
    /// Insider risk. At most one entry per level.
    insider_risk_levels: Option<Vec<InsiderRiskLevel>>,
}

impl From<&payload::RiskConditionChange> for RiskConditionChange {
    fn from(change: &payload::RiskConditionChange) -> Self {
        RiskConditionChange {
            sign_in_risk_levels: list(&change.sign_in_risk_levels),
            user_risk_levels: list(&change.user_risk_levels),
            service_principal_risk_levels: list(&change.service_principal_risk_levels),
            insider_risk_levels: list(&change.insider_risk_levels),
        }
    }
}

/// `policy.device_filter_change`: the device filter.
#[derive(SimpleObject)]
pub struct DeviceFilterChange {
    /// The filter wanted; `null` removes it.
    device_filter: Option<DeviceFilter>,
}

/// A rule over devices.
#[derive(SimpleObject)]
pub struct DeviceFilter {
    /// Whether what matches is taken in or left out.
    mode: FilterMode,
    /// The rule, in Entra's rule language: 1 to 3,072 characters.
    rule: String,
}

impl From<&payload::DeviceFilterChange> for DeviceFilterChange {
    fn from(change: &payload::DeviceFilterChange) -> Self {
        let filter = |value: &Value| DeviceFilter {
            mode: word(value, "mode").unwrap_or(FilterMode::UnknownFutureValue),
            rule: text(value, "rule").unwrap_or_default(),
        };
        DeviceFilterChange { device_filter: change.device_filter.as_ref().filter(|value| !value.is_null()).map(filter) }
    }
}

/// `policy.auth_context_change`: the authentication contexts.
#[derive(SimpleObject)]
pub struct AuthContextChange {
    /// The whole set, `c1` to `c99`; empty removes them. At most 99.
    include_authentication_context_class_references: Vec<String>,
}

impl AuthContextChange {
    pub(super) fn of(contexts: &[String]) -> Self {
        AuthContextChange { include_authentication_context_class_references: contexts.to_vec() }
    }
}
