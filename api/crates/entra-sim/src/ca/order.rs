//! Member order. JSON objects have none, but people read Graph's answers in the order that Graph writes them.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

/// Writes a policy or a named location with its members in Graph's order; members it doesn't know follow, by name.
///
/// Takes any JSON that contains such documents, a whole collection answer too.
#[derive(Debug, Clone, Copy)]
pub struct InGraphOrder<'a>(pub &'a Value);

const ORDER: &[&str] = &[
    "@odata.context",
    "@odata.count",
    "@odata.nextLink",
    "@odata.type",
    "value",
    "id",
    "templateId",
    "displayName",
    "description",
    "policyType",
    "requirementsSatisfied",
    "allowedCombinations",
    "createdDateTime",
    "modifiedDateTime",
    "deletedDateTime",
    "state",
    "partialEnablementStrategy",
    "isTrusted",
    "ipRanges",
    "countriesAndRegions",
    "includeUnknownCountriesAndRegions",
    "countryLookupMethod",
    "sessionControls",
    "conditions",
    "grantControls",
    // conditions
    "userRiskLevels",
    "signInRiskLevels",
    "clientAppTypes",
    "servicePrincipalRiskLevels",
    "insiderRiskLevels",
    "platforms",
    "locations",
    "times",
    "deviceStates",
    "devices",
    "clientApplications",
    "authenticationFlows",
    "applications",
    "users",
    // members of the conditions
    "includeApplications",
    "excludeApplications",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
    "applicationFilter",
    "includeUsers",
    "excludeUsers",
    "includeGroups",
    "excludeGroups",
    "includeRoles",
    "excludeRoles",
    "includeGuestsOrExternalUsers",
    "excludeGuestsOrExternalUsers",
    "guestOrExternalUserTypes",
    "externalTenants",
    "membershipKind",
    "members",
    "includePlatforms",
    "excludePlatforms",
    "includeLocations",
    "excludeLocations",
    "includeServicePrincipals",
    "excludeServicePrincipals",
    "mode",
    "rule",
    // controls
    "operator",
    "builtInControls",
    "customAuthenticationFactors",
    "termsOfUse",
    "authenticationStrength@odata.context",
    "authenticationStrength",
    "combinationConfigurations@odata.context",
    "combinationConfigurations",
    "disableResilienceDefaults",
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "signInFrequency",
    "persistentBrowser",
    "continuousAccessEvaluation",
    "secureSignInSession",
    "type",
    "authenticationType",
    "frequencyInterval",
    "cloudAppSecurityType",
    "isEnabled",
];

impl Serialize for InGraphOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
                sorted.sort_by_key(|(name, _)| (ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()), name.as_str()));
                let mut map = serializer.serialize_map(Some(sorted.len()))?;
                for (name, value) in sorted {
                    map.serialize_entry(name, &InGraphOrder(value))?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&InGraphOrder(item))?;
                }
                list.end()
            }
            scalar => scalar.serialize(serializer),
        }
    }
}
