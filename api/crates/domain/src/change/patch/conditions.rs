//! `policy.condition_change`, `policy.risk_condition_change` and `policy.device_filter_change`: conditions that are replaced whole.

use serde_json::{Map, Value, json};

use crate::change::payload::{ConditionChange, DeviceFilterChange, RiskConditionChange};
use crate::document::PolicyDocument;
use crate::document::canonical::says_something;
use crate::document::fields::spelled;

/// Members of `conditions` to send.
pub(super) fn body(change: &ConditionChange) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(locations) = &change.locations {
        members.insert("locations".to_owned(), pair(locations.as_ref(), ["includeLocations", "excludeLocations"]));
    }
    if let Some(platforms) = &change.platforms {
        members.insert("platforms".to_owned(), pair(platforms.as_ref(), ["includePlatforms", "excludePlatforms"]));
    }
    if let Some(types) = &change.client_app_types {
        members.insert("clientAppTypes".to_owned(), list("clientAppTypes", types));
    }
    if let Some(flows) = &change.authentication_flows {
        let flows = flows.as_ref().filter(|flows| says_something("authenticationFlows", flows));
        let methods = flows.and_then(|flows| flows.get("transferMethods")).cloned();
        members.insert("authenticationFlows".to_owned(), methods.map_or(Value::Null, |methods| json!({ "transferMethods": methods })));
    }
    members
}

/// Members of `conditions` to send. An empty list removes the condition.
pub(super) fn risk(change: &RiskConditionChange) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, levels) in [
        ("signInRiskLevels", &change.sign_in_risk_levels),
        ("userRiskLevels", &change.user_risk_levels),
        ("servicePrincipalRiskLevels", &change.service_principal_risk_levels),
    ] {
        if let Some(levels) = levels {
            members.insert(name.to_owned(), list(name, levels));
        }
    }
    if let Some(levels) = &change.insider_risk_levels {
        // Flags: one text, and none is null.
        let name = "insiderRiskLevels";
        let flags: Vec<String> = levels.iter().map(|level| spelled(name, level)).collect();
        members.insert(name.to_owned(), if flags.is_empty() { Value::Null } else { flags.join(",").into() });
    }
    members
}

/// Members of `conditions` to send. Without a filter nothing is left of `devices`, unless it holds what we don't know.
pub(super) fn device_filter(change: &DeviceFilterChange, document: &PolicyDocument) -> Map<String, Value> {
    let filter = change.device_filter.clone().unwrap_or_default();
    let mut after = document.at(&["conditions", "devices"]).and_then(Value::as_object).cloned().unwrap_or_default();
    after.insert("deviceFilter".to_owned(), filter.clone());
    let devices = if says_something("devices", &after.into()) { json!({ "deviceFilter": filter }) } else { Value::Null };
    Map::from_iter([("devices".to_owned(), devices)])
}

/// Both lists, so that nothing of the old one stays behind; `null` when neither names anything.
fn pair(value: Option<&Value>, names: [&str; 2]) -> Value {
    let Some(value) = value.filter(|value| names.iter().any(|name| value.get(*name).is_some_and(|list| says_something(name, list)))) else {
        return Value::Null;
    };
    let listed = |name: &str| value.get(name).filter(|list| list.is_array()).cloned().unwrap_or_else(|| json!([]));
    names.iter().map(|name| ((*name).to_owned(), listed(name))).collect()
}

fn list(name: &str, texts: &[String]) -> Value {
    texts.iter().map(|text| spelled(name, text)).collect()
}
