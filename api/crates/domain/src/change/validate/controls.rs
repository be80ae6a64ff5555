//! Grant and session controls (ca-semantics.md sections 7, 9 and 15).

use serde_json::Value;

use super::deltas;
use super::fault::{At, Check, given};
use crate::change::payload::{GrantChange, SessionChange};
use crate::document::fields::BUILT_IN_CONTROLS;

/// Custom authentication factors that one policy takes here.
const MAX_FACTORS: usize = 100;

/// Session controls by their members, a switch first where there is one.
pub(super) const SESSION: [(&str, &[&str]); 6] = [
    ("signInFrequency", &["isEnabled", "value", "type", "authenticationType", "frequencyInterval"]),
    ("persistentBrowser", &["isEnabled", "mode"]),
    ("applicationEnforcedRestrictions", &["isEnabled"]),
    ("cloudAppSecurity", &["isEnabled", "cloudAppSecurityType"]),
    ("secureSignInSession", &["isEnabled"]),
    ("continuousAccessEvaluation", &["mode"]),
];

pub(super) fn grant(at: &At, change: &GrantChange) -> Check {
    if *change == GrantChange::default() {
        return at.fault("the change touches nothing: give at least one of operator, controls, strength and factors");
    }
    let strength = change.authentication_strength_id.as_ref().and_then(Option::as_ref);
    if let Some(id) = strength {
        deltas::reference(&at.member("authenticationStrengthId"), &[], id)?;
    }
    let factors = change.custom_authentication_factors.as_deref().unwrap_or_default();
    at.member("customAuthenticationFactors").at_most(factors.len(), MAX_FACTORS, "factors")?;
    for (index, factor) in factors.iter().enumerate() {
        deltas::reference(&at.member("customAuthenticationFactors").item(index), &[], factor)?;
    }
    let Some(controls) = &change.built_in_controls else { return Ok(()) };
    built_in(&at.member("builtInControls"), controls, strength.is_some(), !factors.is_empty())
}

/// Known controls, `block` by itself, and MFA or a strength but not both.
pub(super) fn built_in(at: &At, controls: &[String], strength: bool, others: bool) -> Check {
    at.words(controls, &BUILT_IN_CONTROLS)?;
    let has = |control: &str| controls.iter().any(|listed| listed.trim().eq_ignore_ascii_case(control));
    let more = controls.iter().any(|listed| !listed.trim().eq_ignore_ascii_case("block"));
    if has("block") && (more || strength || others) {
        return at.fault("block stands alone: Graph refuses it beside any other grant control (1032)");
    }
    if has("mfa") && strength {
        return at.fault("mfa and an authentication strength ask for the same twice: Graph refuses both in one policy");
    }
    Ok(())
}

pub(super) fn session(at: &At, change: &SessionChange) -> Check {
    if *change == SessionChange::default() {
        return at.fault("the change touches nothing: give at least one session control");
    }
    for (name, control) in [
        ("signInFrequency", &change.sign_in_frequency),
        ("persistentBrowser", &change.persistent_browser),
        ("applicationEnforcedRestrictions", &change.application_enforced_restrictions),
        ("cloudAppSecurity", &change.cloud_app_security),
        ("secureSignInSession", &change.secure_sign_in_session),
        ("continuousAccessEvaluation", &change.continuous_access_evaluation),
    ] {
        if let Some(Some(value)) = control {
            self::control(&at.member(name), name, value)?;
        }
    }
    Ok(())
}

/// One session control that is on; what is off is not looked at.
pub(super) fn control(at: &At, name: &str, value: &Value) -> Check {
    let members = SESSION.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, members)| members);
    let object = at.object(value, members)?;
    match object.get("isEnabled") {
        None | Some(Value::Bool(true)) => {}
        Some(Value::Bool(false) | Value::Null) => return Ok(()),
        Some(_) => return at.member("isEnabled").fault("true or false"),
    }
    let word =
        |member: &str, words: &[&str]| at.member(member).word(given(object, member).and_then(Value::as_str).unwrap_or_default(), words);
    match name {
        "signInFrequency" => frequency(at, value),
        "persistentBrowser" => word("mode", &["always", "never"]),
        "cloudAppSecurity" => word("cloudAppSecurityType", &["mcasConfigured", "monitorOnly", "blockDownloads"]),
        "continuousAccessEvaluation" => word("mode", &["strictEnforcement", "disabled", "strictLocation"]),
        _ => Ok(()),
    }
}

/// Every time, without a number; or a number with its unit, which goes with primary and secondary authentication only (1104).
fn frequency(at: &At, value: &Value) -> Check {
    let text = |member: &str| value.get(member).and_then(Value::as_str);
    let set = |member: &str| value.get(member).is_some_and(|value| !value.is_null());
    let interval = text("frequencyInterval").unwrap_or("timeBased");
    at.member("frequencyInterval").word(interval, &["timeBased", "everyTime"])?;
    let kind = text("authenticationType").unwrap_or("primaryAndSecondaryAuthentication");
    at.member("authenticationType").word(kind, &["primaryAndSecondaryAuthentication", "secondaryAuthentication"])?;
    if interval.eq_ignore_ascii_case("everyTime") {
        return if set("value") || set("type") { at.fault("every time goes without value and type") } else { Ok(()) };
    }
    if kind.eq_ignore_ascii_case("secondaryAuthentication") {
        return at.member("authenticationType").fault("a time-based frequency takes primaryAndSecondaryAuthentication only (1104)");
    }
    at.member("type").word(text("type").unwrap_or_default(), &["hours", "days"])?;
    let most = if text("type").is_some_and(|unit| unit.eq_ignore_ascii_case("hours")) { 23 } else { 365 };
    match value.get("value").and_then(Value::as_i64) {
        Some(number) if (1..=most).contains(&number) => Ok(()),
        _ => at.member("value").fault(format!("a whole number from 1 to {most}")),
    }
}
