//! Session controls (ca-semantics.md sections 7, 9 and 15: 1032, 1104).

use serde_json::Value;

use super::{Fault, Rule};
use crate::change::checks::{has, lists};
use crate::document::Canonical;

pub(super) const RULES: [Rule; 6] = [time_based, complete_frequency, persistent_browser, browser_mode, with_password_change, watched];

const FREQUENCY: &str = "sessionControls.signInFrequency";
const BROWSER: &str = "sessionControls.persistentBrowser";

fn frequency<'c>(policy: &'c Canonical, member: &str) -> Option<&'c Value> {
    policy.at(&["sessionControls", "signInFrequency", member])
}

fn every_time(policy: &Canonical) -> bool {
    frequency(policy, "frequencyInterval").is_some_and(|interval| interval == "everyTime")
}

fn time_based(policy: &Canonical) -> Option<Fault> {
    let message =
        "Graph takes a time-based sign-in frequency only for primary and secondary authentication (1104): choose that, or every time";
    let secondary = frequency(policy, "authenticationType").is_some_and(|kind| kind == "secondaryAuthentication");
    (secondary && !every_time(policy)).then_some(Fault { path: FREQUENCY, message })
}

/// A number with its unit, 1 to 23 hours or 1 to 365 days; or every time, without either.
fn complete_frequency(policy: &Canonical) -> Option<Fault> {
    let message = "a sign-in frequency is 1 to 23 hours, 1 to 365 days, or every time without a number: give one of these";
    has(policy, &["sessionControls", "signInFrequency"]).then_some(())?;
    let (value, unit) = (frequency(policy, "value").and_then(Value::as_i64), frequency(policy, "type").and_then(Value::as_str));
    let fits = match (value, unit) {
        (None, None) => every_time(policy),
        (Some(1..=23), Some("hours")) | (Some(1..=365), Some("days")) => !every_time(policy),
        _ => false,
    };
    (!fits).then_some(Fault { path: FREQUENCY, message })
}

fn persistent_browser(policy: &Canonical) -> Option<Fault> {
    let message = "a persistent browser session is set for all resources at once: include All, or drop the control";
    let all = lists(policy, &["conditions", "applications", "includeApplications"], "All");
    (has(policy, &["sessionControls", "persistentBrowser"]) && !all).then_some(Fault { path: BROWSER, message })
}

fn browser_mode(policy: &Canonical) -> Option<Fault> {
    let browser = policy.at(&["sessionControls", "persistentBrowser"])?;
    let message = "a persistent browser session needs a mode: always or never";
    browser.get("mode").is_none().then_some(Fault { path: "sessionControls.persistentBrowser.mode", message })
}

fn with_password_change(policy: &Canonical) -> Option<Fault> {
    lists(policy, &["grantControls", "builtInControls"], "passwordChange").then_some(())?;
    let message = "beside passwordChange Graph takes no sign-in frequency but every time, and no persistent browser session: drop them";
    let lasting = has(policy, &["sessionControls", "signInFrequency"]) && !every_time(policy);
    (lasting || has(policy, &["sessionControls", "persistentBrowser"])).then_some(Fault { path: "sessionControls", message })
}

fn watched(policy: &Canonical) -> Option<Fault> {
    let session = policy.at(&["sessionControls", "cloudAppSecurity"])?;
    let message = "Conditional Access App Control needs a type: mcasConfigured, monitorOnly or blockDownloads";
    session.get("cloudAppSecurityType").is_none().then_some(Fault { path: "sessionControls.cloudAppSecurity", message })
}
