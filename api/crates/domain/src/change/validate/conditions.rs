//! Conditions that are replaced as a whole.

use serde_json::Value;

use super::deltas;
use super::fault::{At, Check, given};
use crate::change::payload::{ConditionChange, RiskConditionChange};
use crate::filter::{Dialect, Filter, LONGEST_RULE};

pub(super) const CLIENT_APPS: [&str; 6] = ["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"];
const PLATFORMS: [&str; 7] = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux", "all"];
const TRANSFER_METHODS: [&str; 3] = ["none", "deviceCodeFlow", "authenticationTransfer"];
pub(super) const RISKS: [&str; 5] = ["low", "medium", "high", "hidden", "none"];
pub(super) const INSIDER_RISKS: [&str; 3] = ["minor", "moderate", "elevated"];

pub(super) fn conditions(at: &At, change: &ConditionChange) -> Check {
    if *change == ConditionChange::default() {
        return at.fault("the change touches nothing: give at least one condition");
    }
    if let Some(Some(value)) = &change.locations {
        locations(&at.member("locations"), value)?;
    }
    if let Some(Some(value)) = &change.platforms {
        platforms(&at.member("platforms"), value)?;
    }
    if let Some(types) = &change.client_app_types {
        client_apps(&at.member("clientAppTypes"), types)?;
    }
    if let Some(Some(value)) = &change.authentication_flows {
        flows(&at.member("authenticationFlows"), value)?;
    }
    Ok(())
}

pub(super) fn risk(at: &At, change: &RiskConditionChange) -> Check {
    if *change == RiskConditionChange::default() {
        return at.fault("the change touches nothing: give at least one list of risk levels");
    }
    for (name, levels, words) in [
        ("signInRiskLevels", &change.sign_in_risk_levels, &RISKS[..]),
        ("userRiskLevels", &change.user_risk_levels, &RISKS),
        ("servicePrincipalRiskLevels", &change.service_principal_risk_levels, &RISKS),
        ("insiderRiskLevels", &change.insider_risk_levels, &INSIDER_RISKS),
    ] {
        if let Some(levels) = levels {
            at.member(name).words(levels, words)?;
        }
    }
    Ok(())
}

/// A filter by rule: for devices, for applications, for service principals.
pub(super) fn filter(at: &At, value: &Value, dialect: Dialect) -> Check {
    let object = at.object(value, &["mode", "rule"])?;
    at.member("mode").word(given(object, "mode").and_then(Value::as_str).unwrap_or_default(), &["include", "exclude"])?;
    let rule = given(object, "rule").and_then(Value::as_str).unwrap_or_default();
    if rule.trim().is_empty() || rule.chars().count() > LONGEST_RULE {
        return at.member("rule").fault(format!("a rule holds 1 to {LONGEST_RULE} characters"));
    }
    Filter::parse(rule, dialect).map(|_| ()).or_else(|error| at.member("rule").fault(error.to_string()))
}

pub(super) fn locations(at: &At, value: &Value) -> Check {
    let object = at.object(value, &["includeLocations", "excludeLocations"])?;
    for (name, keywords) in [("includeLocations", &["All", "AllTrusted"][..]), ("excludeLocations", &["AllTrusted"])] {
        if let Some(list) = given(object, name) {
            let at = at.member(name);
            deltas::references(&at, keywords, &at.texts(list)?)?;
        }
    }
    Ok(())
}

pub(super) fn platforms(at: &At, value: &Value) -> Check {
    let names = ["includePlatforms", "excludePlatforms"];
    let object = at.object(value, &names)?;
    names
        .iter()
        .filter_map(|name| Some((name, given(object, name)?)))
        .try_for_each(|(name, list)| at.member(name).word_list(list, &PLATFORMS))
}

/// Graph refuses an empty list (1064).
pub(super) fn client_apps(at: &At, types: &[String]) -> Check {
    if types.is_empty() {
        return at.fault("at least one client app type: all is no restriction (1064)");
    }
    at.words(types, &CLIENT_APPS)
}

pub(super) fn flows(at: &At, value: &Value) -> Check {
    let object = at.object(value, &["transferMethods"])?;
    match given(object, "transferMethods") {
        Some(methods) if *methods != "" => at.member("transferMethods").flags(methods, &TRANSFER_METHODS),
        _ => Ok(()),
    }
}
