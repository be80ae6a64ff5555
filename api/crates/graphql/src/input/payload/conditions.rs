//! Conditions, each replaced as a whole.

use async_graphql::{InputObject, MaybeUndefined};
use domain::change::kind::ChangePayload;
use domain::change::payload::{ConditionChange, DeviceFilterChange, RiskConditionChange};
use serde_json::{Value, json};

use super::write::{At, MAX_IDS, nullable};
use crate::enums::{ClientAppType, DevicePlatform, FilterMode, InsiderRiskLevel, RiskLevel, TransferMethod, Word};
use crate::user_error::Refused;

/// Authentication contexts that a tenant can have.
const MAX_CONTEXTS: usize = 99;

/// `policy.condition_change`: replaces locations, platforms, client app types or authentication flows.
#[derive(InputObject)]
pub struct ConditionChangeInput {
    /// Locations; `null` removes the condition.
    locations: MaybeUndefined<LocationsConditionInput>,
    /// Device platforms; `null` removes the condition.
    platforms: MaybeUndefined<PlatformsConditionInput>,
    /// The whole set of client app types, at least one: `[ALL]` is no restriction.
    client_app_types: Option<Vec<ClientAppType>>,
    /// Authentication flows; `null` removes the condition.
    authentication_flows: MaybeUndefined<AuthenticationFlowsConditionInput>,
}

/// Locations that a policy applies in.
#[derive(InputObject)]
pub struct LocationsConditionInput {
    /// Named locations by Graph id or name, or `All`, `AllTrusted`. At most 1,000.
    include_locations: Vec<String>,
    /// Named locations by Graph id or name, or `AllTrusted`. At most 1,000.
    #[graphql(default)]
    exclude_locations: Vec<String>,
}

/// Device platforms that a policy applies on.
#[derive(InputObject)]
pub struct PlatformsConditionInput {
    /// To take in, at least one.
    include_platforms: Vec<DevicePlatform>,
    /// To leave out.
    #[graphql(default)]
    exclude_platforms: Vec<DevicePlatform>,
}

/// Authentication flows that a policy is about.
#[derive(InputObject)]
pub struct AuthenticationFlowsConditionInput {
    /// The flows, at least one.
    transfer_methods: Vec<TransferMethod>,
}

impl ConditionChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<ConditionChange, Refused> {
        Ok(ConditionChange {
            locations: nullable(self.locations, |locations| {
                Ok(json!({
                    "includeLocations": at.bounded("locations.includeLocations", locations.include_locations, MAX_IDS)?,
                    "excludeLocations": at.bounded("locations.excludeLocations", locations.exclude_locations, MAX_IDS)?,
                }))
            })?,
            platforms: nullable(self.platforms, |platforms| {
                Ok(json!({
                    "includePlatforms": at.words("platforms.includePlatforms", platforms.include_platforms)?,
                    "excludePlatforms": at.words("platforms.excludePlatforms", platforms.exclude_platforms)?,
                }))
            })?,
            client_app_types: self.client_app_types.map(|types| at.words("clientAppTypes", types)).transpose()?,
            authentication_flows: nullable(self.authentication_flows, |flows| {
                Ok(json!({"transferMethods": at.flags("authenticationFlows.transferMethods", flows.transfer_methods)?}))
            })?,
        })
    }
}

/// `policy.risk_condition_change`: each list is the whole set; an empty one removes the condition. All need Entra ID P2 or more.
#[derive(InputObject)]
pub struct RiskConditionChangeInput {
    /// Sign-in risk.
    sign_in_risk_levels: Option<Vec<RiskLevel>>,
    /// User risk.
    user_risk_levels: Option<Vec<RiskLevel>>,
    /// Service principal risk, for workload identities.
    service_principal_risk_levels: Option<Vec<RiskLevel>>,
    /// Insider risk.
    insider_risk_levels: Option<Vec<InsiderRiskLevel>>,
}

impl RiskConditionChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<RiskConditionChange, Refused> {
        fn levels<W: Word>(at: &At, field: &str, levels: Option<Vec<W>>) -> Result<Option<Vec<String>>, Refused> {
            levels.map(|levels| at.words(field, levels)).transpose()
        }
        Ok(RiskConditionChange {
            sign_in_risk_levels: levels(at, "signInRiskLevels", self.sign_in_risk_levels)?,
            user_risk_levels: levels(at, "userRiskLevels", self.user_risk_levels)?,
            service_principal_risk_levels: levels(at, "servicePrincipalRiskLevels", self.service_principal_risk_levels)?,
            insider_risk_levels: levels(at, "insiderRiskLevels", self.insider_risk_levels)?,
        })
    }
}

/// `policy.device_filter_change`: replaces or removes the device filter.
#[derive(InputObject)]
pub struct DeviceFilterChangeInput {
    /// The filter wanted; `null` removes it. Must be given.
    device_filter: MaybeUndefined<DeviceFilterInput>,
}

/// A rule over devices.
#[derive(InputObject)]
pub struct DeviceFilterInput {
    /// Whether what matches is taken in or left out.
    mode: FilterMode,
    /// The rule, in Entra's rule language: 1 to 3,072 characters.
    rule: String,
}

impl DeviceFilterChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<DeviceFilterChange, Refused> {
        let filter = nullable(self.device_filter, |filter| -> Result<Value, Refused> {
            Ok(json!({"mode": at.word("deviceFilter.mode", filter.mode)?, "rule": filter.rule}))
        })?;
        let device_filter = filter.ok_or_else(|| at.refuse("deviceFilter", "give a filter, or null to remove the one that is there"))?;
        Ok(DeviceFilterChange { device_filter })
    }
}

/// `policy.auth_context_change`: replaces the authentication contexts.
#[derive(InputObject)]
pub struct AuthContextChangeInput {
    /// The whole set, `c1` to `c99`, at most 99; empty removes them.
    include_authentication_context_class_references: Vec<String>,
}

impl AuthContextChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<ChangePayload, Refused> {
        let field = "includeAuthenticationContextClassReferences";
        let contexts = at.bounded(field, self.include_authentication_context_class_references, MAX_CONTEXTS)?;
        Ok(ChangePayload::AuthContextChange { include_authentication_context_class_references: contexts })
    }
}
