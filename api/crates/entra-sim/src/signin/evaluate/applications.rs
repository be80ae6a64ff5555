//! Target resources, user actions and authentication contexts.

use serde_json::Value;

use super::filter;
use crate::ca::json::{any, at, filled};
use crate::signin::facts::TenantFacts;
use crate::signin::scene::{Scene, Target};

/// The applications behind `Office365` (the services and what they depend on).
const OFFICE_365: &[&str] = &[
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "00000004-0000-0ff1-ce00-000000000000",
    "00000005-0000-0ff1-ce00-000000000000",
    "00000006-0000-0ff1-ce00-000000000000",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "4765445b-32c6-49b0-83e6-1d93765276ca",
    "905fcf26-4eb7-48a0-9ff0-8dcc7194b5ba",
    "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87",
    "09abbdfd-ed23-44ee-a2d9-a627aa1c90f3",
    "2d4d3d8e-2be3-4bef-9f87-7875a61c29de",
    "67e3df25-268a-4324-a550-0de1c7f97287",
    "2634dd23-5e5a-431c-81ca-11710d9079f4",
    "95de633a-083e-42f5-b444-a4295d8e9314",
];

/// The portals behind `MicrosoftAdminPortals`: Azure, Exchange, Microsoft 365, Defender and Purview, Entra, Intune.
const ADMIN_PORTALS: &[&str] = &[
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    "497effe9-df71-4043-a8bb-14cf78c4b63b",
    "00000006-0000-0ff1-ce00-000000000000",
    "80ccca67-54bd-44ab-8625-4b79c4dc7775",
    "74658136-14ec-4630-ad9b-26e160ff0fc6",
    "5926fc8e-304e-4f59-8bed-58ca97cc39a4",
];

pub(super) fn matches(facts: &TenantFacts, condition: &Value, scene: &Scene<'_>) -> bool {
    if filled(condition, &["includeUserActions"]) {
        return matches!(scene.target, Target::Action(action) if any(condition, &["includeUserActions"], |listed| listed == action));
    }
    if filled(condition, &["includeAuthenticationContextClassReferences"]) {
        return any(condition, &["includeAuthenticationContextClassReferences"], |listed| scene.context.as_deref() == Some(listed));
    }
    match &scene.target {
        // A policy for all resources covers user actions too.
        Target::Action(_) => any(condition, &["includeApplications"], |id| id == "All"),
        Target::Resource(app_id) => resource(facts, condition, app_id),
    }
}

fn resource(facts: &TenantFacts, condition: &Value, app_id: &str) -> bool {
    let names = |list: &str| {
        any(condition, &[list], |id| match id {
            "All" => true,
            "None" => false,
            "Office365" => OFFICE_365.contains(&app_id),
            "MicrosoftAdminPortals" => ADMIN_PORTALS.contains(&app_id),
            id => id.eq_ignore_ascii_case(app_id),
        })
    };
    let chosen = at(condition, &["applicationFilter"]);
    let filtered = filter::app_matches(chosen, facts.apps.get(app_id));
    match chosen["mode"].as_str() {
        Some("include") => (names("includeApplications") || filtered) && !names("excludeApplications"),
        _ => names("includeApplications") && !names("excludeApplications") && filtered,
    }
}
