//! What widens to all, and what would never apply.

use domain::change::warning::Severity::{Critical, Warning};
use domain::change::warning::WarningCode as C;
use serde_json::json;

use super::Case;
use crate::fixtures::mfa_for_all;
use crate::world::{World, ids};

pub fn cases() -> Vec<Case> {
    let terms = json!({ "operator": "OR", "termsOfUse": ids(1) });
    vec![
        (
            C::ScopeWidenedToAll,
            Some(Warning),
            "users",
            World::of("policy.assignment_change", json!({ "includeUsers": { "add": ["All"] } })).users(json!({ "includeGroups": ids(2) })),
        ),
        (
            C::ScopeWidenedToAll,
            Some(Warning),
            "applications",
            World::of("policy.application_change", json!({ "includeApplications": { "add": ["All"], "remove": ["Office365"] } }))
                .with(|w| w.set("/conditions/applications/includeApplications", json!(["Office365"]))),
        ),
        (
            C::ScopeWidenedToAll,
            Some(Warning),
            "locations",
            World::of("policy.condition_change", json!({ "locations": { "includeLocations": ["All"] } }))
                .with(|w| w.set("/conditions/locations", json!({ "includeLocations": ["AllTrusted"] }))),
        ),
        (
            C::ScopeWidenedToAll,
            Some(Warning),
            "the condition goes",
            World::of("policy.condition_change", json!({ "locations": null }))
                .with(|w| w.set("/conditions/locations", json!({ "includeLocations": ["AllTrusted"] }))),
        ),
        (
            C::ScopeWidenedToAll,
            None,
            "any location said in words",
            World::of(
                "policy.condition_change",
                json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } }),
            ),
        ),
        (
            C::ScopeWidenedToAll,
            None,
            "more groups",
            World::of("policy.assignment_change", json!({ "includeGroups": { "add": ids(3) } })).users(json!({ "includeGroups": ids(2) })),
        ),
        (C::ScopeWidenedToAll, None, "made so", World::create("enabledForReportingButNotEnforced", mfa_for_all("enabled"))),
        (
            C::IncludesNothing,
            Some(Critical),
            "nobody",
            World::of("policy.assignment_change", json!({ "includeUsers": { "remove": ["All"], "add": ["None"] } })),
        ),
        (
            C::IncludesNothing,
            Some(Critical),
            "no application",
            World::of("policy.application_change", json!({ "includeApplications": { "remove": ["All"], "add": ["None"] } })),
        ),
        (
            C::IncludesNothing,
            Some(Critical),
            "the one application is excluded",
            World::of("policy.application_change", json!({ "excludeApplications": { "add": ["Office365"] } }))
                .with(|w| w.set("/conditions/applications/includeApplications", json!(["Office365"]))),
        ),
        (
            C::IncludesNothing,
            None,
            "workload identities",
            World::of("policy.assignment_change", json!({ "excludeServicePrincipals": { "add": ids(2) } }))
                .users(json!({ "includeUsers": ["None"] }))
                .with(|w| w.set("/conditions/clientApplications", json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] }))),
        ),
        (
            C::IncludesNothing,
            None,
            "guests",
            World::of(
                "policy.assignment_change",
                json!({ "includeUsers": { "remove": ["All"] },
                        "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "internalGuest", "externalTenants": null } }),
            ),
        ),
        (
            C::IncludesNothing,
            None,
            "a user action",
            World::of(
                "policy.application_change",
                json!({ "includeApplications": { "remove": ["All"] }, "includeUserActions": { "add": ["urn:user:registersecurityinfo"] } }),
            ),
        ),
        (C::IncludesNothing, None, "so already, renamed", World::rename("x").users(json!({ "includeUsers": ["None"] }))),
        (C::GrantRemovedAll, Some(Critical), "mfa goes", World::of("policy.grant_change", json!({ "builtInControls": [] }))),
        (
            C::GrantRemovedAll,
            Some(Critical),
            "terms of use go",
            World::of("policy.terms_of_use_change", json!({ "termsOfUse": [] })).grant(terms),
        ),
        (C::GrantRemovedAll, None, "one is left", World::of("policy.grant_change", json!({ "builtInControls": ["compliantDevice"] }))),
        (
            C::GrantRemovedAll,
            None,
            "deleted with its policy",
            World::change(json!({ "kind": "policy.delete", "confirmDisplayName": "Require MFA" })),
        ),
    ]
}
