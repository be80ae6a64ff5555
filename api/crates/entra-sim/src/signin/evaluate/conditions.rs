//! Does a policy apply? Every configured condition must be met: included and not excluded.

use serde_json::Value;

use super::{applications, filter, users};
use crate::ca::json::{any, at, filled, is_void, text, texts};
use crate::signin::facts::{Location, Policy, State, TenantFacts};
use crate::signin::scene::{Risk, Scene, Target};

/// The first condition that the sign-in doesn't meet, in the order of the portal; `None` when the policy applies.
pub(super) fn unmet(facts: &TenantFacts, policy: &Policy, scene: &Scene<'_>) -> Option<&'static str> {
    let conditions = at(&policy.document, &["conditions"]);
    // User actions are not evaluated in report-only mode.
    let supported = policy.state != State::ReportOnly || !matches!(scene.target, Target::Action(_));
    let checks: [(&str, &dyn Fn() -> bool); 11] = [
        // A policy for workload identities never meets a user.
        ("workloadIdentities", &|| {
            is_void(at(conditions, &["clientApplications"])) && !filled(conditions, &["servicePrincipalRiskLevels"])
        }),
        ("users", &|| users::matches(at(conditions, &["users"]), scene.user)),
        ("application", &|| supported && applications::matches(facts, at(conditions, &["applications"]), scene)),
        ("devicePlatform", &|| platforms(at(conditions, &["platforms"]), scene)),
        ("location", &|| locations(facts, at(conditions, &["locations"]), scene)),
        ("clientApps", &|| client_apps(conditions, scene)),
        ("devices", &|| {
            filter::device_matches(at(conditions, &["devices", "deviceFilter"]), scene)
                && filter::state_matches(at(conditions, &["devices"]), "Devices", scene)
                && filter::state_matches(at(conditions, &["deviceStates"]), "States", scene)
        }),
        ("signInRisk", &|| risk(conditions, "signInRiskLevels", scene.sign_in_risk)),
        ("userRisk", &|| risk(conditions, "userRiskLevels", scene.user_risk)),
        // Nobody in the simulation has an insider risk level.
        ("insiderRisk", &|| text(conditions, &["insiderRiskLevels"]).is_none_or(str::is_empty)),
        ("authenticationFlow", &|| flow(conditions, scene)),
    ];
    checks.into_iter().find(|(_, met)| !met()).map(|(name, _)| name)
}

fn platforms(condition: &Value, scene: &Scene<'_>) -> bool {
    let names = |list: &str| any(condition, &[list], |name| name == "all" || Some(name) == scene.platform.condition());
    // `[]` stands for null in some exports.
    is_void(condition) || (names("includePlatforms") && !names("excludePlatforms"))
}

fn locations(facts: &TenantFacts, condition: &Value, scene: &Scene<'_>) -> bool {
    let country = Some(scene.place.country).filter(|code| !code.is_empty());
    let trusted = || {
        facts
            .locations
            .values()
            .any(|location| matches!(location, Location::Networks { trusted: true, .. }) && location.holds(scene.ip, country))
    };
    let names = |list: &str| {
        any(condition, &[list], |name| match name {
            "All" => true,
            "AllTrusted" => trusted(),
            // "MFA trusted IPs" is empty in the simulation; a deleted location holds nobody.
            id => facts.locations.get(&id.to_lowercase()).is_some_and(|location| location.holds(scene.ip, country)),
        })
    };
    is_void(condition) || (names("includeLocations") && !names("excludeLocations"))
}

fn client_apps(conditions: &Value, scene: &Scene<'_>) -> bool {
    let client = scene.client.condition();
    !filled(conditions, &["clientAppTypes"])
        || any(conditions, &["clientAppTypes"], |name| {
            let is = |word: &str| name.eq_ignore_ascii_case(word);
            is("all") || is(client) || (is("easSupported") && client == "exchangeActiveSync")
        })
}

fn risk(conditions: &Value, list: &str, level: Risk) -> bool {
    !filled(conditions, &[list]) || any(conditions, &[list], |name| name == level.text())
}

/// One text with commas; some exports write a list of them.
fn flow(conditions: &Value, scene: &Scene<'_>) -> bool {
    let path = ["authenticationFlows", "transferMethods"];
    let methods: Vec<&str> = text(conditions, &path).into_iter().chain(texts(conditions, &path)).flat_map(|text| text.split(',')).collect();
    let mut named = methods.iter().map(|method| method.trim()).filter(|method| !method.is_empty() && *method != "none").peekable();
    named.peek().is_none() || scene.flow.is_some_and(|flow| named.any(|method| method == flow))
}
