//! Grant and session controls (1032, 1085, 1104).

use serde_json::Value;

use crate::ca::CaError;
use crate::ca::json::{at, filled, text, texts};

pub(super) fn check(draft: &Value) -> Result<(), CaError> {
    if draft["grantControls"].is_null() && draft["sessionControls"].is_null() {
        return Err(invalid_controls());
    }
    exclusive(draft)?;
    password_change(draft)?;
    remediation(draft)?;
    device_registration(draft)?;
    frequency(at(draft, &["sessionControls", "signInFrequency"]))?;
    session(draft)
}

fn invalid_controls() -> CaError {
    CaError::rule(1032, "ConditionalActionPolicy validation failed due to InvalidControls.")
}

/// `block` stands alone; `mfa` and a strength ask for the same twice; workload identities can only be blocked.
fn exclusive(draft: &Value) -> Result<(), CaError> {
    let grant = &draft["grantControls"];
    let built_in = texts(grant, &["builtInControls"]);
    let strength = !at(grant, &["authenticationStrength"]).is_null();
    let others = built_in.len() > 1 || strength || filled(grant, &["termsOfUse"]) || filled(grant, &["customAuthenticationFactors"]);
    let blocks = built_in.contains(&"block");
    let workload = !draft["conditions"]["clientApplications"].is_null();
    if (blocks && others) || (strength && built_in.contains(&"mfa")) || (workload && !blocks) { Err(invalid_controls()) } else { Ok(()) }
}

/// Password change: together with MFA, for all resources, with user risk as the only condition, and never with a session that lasts.
fn password_change(draft: &Value) -> Result<(), CaError> {
    let grant = &draft["grantControls"];
    let built_in = texts(grant, &["builtInControls"]);
    if !built_in.contains(&"passwordChange") {
        return Ok(());
    }
    let strong = built_in == ["mfa", "passwordChange"] || (built_in == ["passwordChange"] && !grant["authenticationStrength"].is_null());
    let alone = !filled(grant, &["termsOfUse"]) && !filled(grant, &["customAuthenticationFactors"]);
    let everything = texts(draft, &["conditions", "applications", "includeApplications"]) == ["All"];
    let conditions = &draft["conditions"];
    let only_user_risk = filled(conditions, &["userRiskLevels"])
        && !filled(conditions, &["signInRiskLevels"])
        && texts(conditions, &["clientAppTypes"]) == ["all"]
        && ["platforms", "locations", "devices"].iter().all(|name| conditions[name].is_null())
        && at(conditions, &["authenticationFlows"]).is_null();
    let frequency = at(draft, &["sessionControls", "signInFrequency"]);
    let session = (frequency.is_null() || text(frequency, &["frequencyInterval"]) == Some("everyTime"))
        && at(draft, &["sessionControls", "persistentBrowser"]).is_null();
    if strong && alone && text(grant, &["operator"]) == Some("AND") && everything && only_user_risk && session {
        return Ok(());
    }
    Err(CaError::rule(1032, "ConditionalActionPolicy validation failed due to InvalidPasswordResetControl."))
}

/// Risk remediation needs a user risk and is not for guests.
fn remediation(draft: &Value) -> Result<(), CaError> {
    let built_in = texts(draft, &["grantControls", "builtInControls"]);
    if !built_in.contains(&"riskRemediation") {
        return Ok(());
    }
    let guests = !draft["conditions"]["users"]["includeGuestsOrExternalUsers"].is_null()
        || texts(draft, &["conditions", "users", "includeUsers"]).contains(&"GuestsOrExternalUsers");
    if built_in.len() > 1 || guests || !filled(draft, &["conditions", "userRiskLevels"]) { Err(invalid_controls()) } else { Ok(()) }
}

/// Registering or joining a device can only ask for MFA or a strength, and knows no client app or device yet.
fn device_registration(draft: &Value) -> Result<(), CaError> {
    if !texts(draft, &["conditions", "applications", "includeUserActions"]).contains(&"urn:user:registerdevice") {
        return Ok(());
    }
    if texts(draft, &["conditions", "clientAppTypes"]) != ["all"] || !draft["conditions"]["devices"].is_null() {
        return Err(CaError::rule(1085, "'urn:user:registerdevice' does not support the 'clientAppTypes' and 'devices' conditions."));
    }
    let built_in = texts(draft, &["grantControls", "builtInControls"]);
    let asks_mfa = built_in.iter().all(|control| *control == "mfa") && !filled(draft, &["grantControls", "termsOfUse"]);
    if asks_mfa && !draft["grantControls"].is_null() { Ok(()) } else { Err(invalid_controls()) }
}

fn frequency(control: &Value) -> Result<(), CaError> {
    if control.is_null() {
        return Ok(());
    }
    let timed = text(control, &["frequencyInterval"]) == Some("timeBased");
    if timed && text(control, &["authenticationType"]) == Some("secondaryAuthentication") {
        return Err(CaError::rule(
            1104,
            "'timeBased' value for 'frequencyInterval' property in 'signInFrequency' session control only supports 'primaryAndSecondaryAuthentication' value \
             for 'authenticationType' property.",
        ));
    }
    let fault = |text: &str| Err(CaError::rule(1085, text));
    match (timed, control["value"].as_i64(), text(control, &["type"])) {
        (false, None, None) => Ok(()),
        (false, ..) => {
            fault("'everyTime' value for 'frequencyInterval' property in 'signInFrequency' session control excludes 'value' and 'type'.")
        }
        (true, Some(1..=23), Some("hours")) | (true, Some(1..=365), Some("days")) => Ok(()),
        (true, ..) => fault("'signInFrequency' session control needs 'value' and 'type' together: 1 to 23 hours or 1 to 365 days."),
    }
}

/// A browser session has one token for all its apps, so persistence can't be set for a few of them.
fn session(draft: &Value) -> Result<(), CaError> {
    let fault = |text: &str| Err(CaError::rule(1085, text));
    let persistent = at(draft, &["sessionControls", "persistentBrowser"]);
    if !persistent.is_null() {
        if text(persistent, &["mode"]).is_none() {
            return fault("'persistentBrowser' session control needs a 'mode'.");
        }
        if texts(draft, &["conditions", "applications", "includeApplications"]) != ["All"] {
            return fault("'persistentBrowser' session control requires 'includeApplications' to be ['All'].");
        }
    }
    let watched = at(draft, &["sessionControls", "cloudAppSecurity"]);
    if !watched.is_null() && text(watched, &["cloudAppSecurityType"]).is_none() {
        return fault("'cloudAppSecurity' session control needs a 'cloudAppSecurityType'.");
    }
    Ok(())
}
