//! `graph_would_reject`: the rules of ca-semantics.md section 15 that a document can be judged by.

use domain::change::warning::Severity::Critical;
use domain::change::warning::WarningCode as C;
use domain::policy::PolicyState::Enabled;
use serde_json::{Value, json};

use super::Case;
use crate::fixtures::mfa_for_all;
use crate::world::{World, ids};

const CODE: C = C::GraphWouldReject;

pub fn cases() -> Vec<Case> {
    let refused = |what, world| (CODE, Some(Critical), what, world);
    let taken = |what, world| (CODE, None, what, world);
    vec![
        refused("blank name", World::rename(" \u{a0} ")),
        refused("control character", World::rename("a\nb")),
        refused("257 characters", World::rename(&"é".repeat(257))),
        taken("256 characters", World::rename(&"é".repeat(256))),
        refused("block with mfa", grant(json!({ "operator": "OR", "builtInControls": ["block", "mfa"] }))),
        taken("block alone", grant(json!({ "builtInControls": ["block"] }))),
        taken(
            "block with mfa, which is so already: Graph took it",
            World::to(Enabled).grant(json!({ "operator": "OR", "builtInControls": ["block", "mfa"] })),
        ),
        refused("mfa with a strength", grant(json!({ "operator": "AND", "authenticationStrengthId": ids(1)[0] }))),
        taken(
            "a device or a strength",
            grant(json!({ "operator": "OR", "builtInControls": ["compliantDevice"], "authenticationStrengthId": ids(1)[0] })),
        ),
        refused("nothing demanded at all", grant(json!({ "builtInControls": [] }))),
        taken(
            "nothing but a session control",
            grant(json!({ "builtInControls": [] }))
                .with(|w| w.set("/sessionControls", json!({ "signInFrequency": { "isEnabled": true, "value": 4, "type": "hours" } }))),
        ),
        refused("password change alone", risky(json!({ "builtInControls": ["passwordChange"] }))),
        refused("password change or mfa", risky(json!({ "operator": "OR", "builtInControls": ["passwordChange", "mfa"] }))),
        refused("password change without user risk", grant(json!({ "operator": "AND", "builtInControls": ["passwordChange", "mfa"] }))),
        taken("password change and mfa at user risk", risky(json!({ "operator": "AND", "builtInControls": ["passwordChange", "mfa"] }))),
        refused("remediation without user risk", grant(json!({ "builtInControls": ["riskRemediation"] }))),
        taken("remediation at user risk", risky(json!({ "builtInControls": ["riskRemediation"] }))),
        refused("applications and actions", apps(json!({ "includeUserActions": { "add": ["urn:user:registersecurityinfo"] } }))),
        refused("no target", created(|d| d["conditions"]["applications"] = json!({}))),
        taken("another target", apps(json!({ "includeApplications": { "remove": ["All"], "add": ["Office365"] } }))),
        refused(
            "registering a device on a compliant one",
            apps(json!({ "includeApplications": { "remove": ["All"] }, "includeUserActions": { "add": ["urn:user:registerdevice"] } }))
                .grant(json!({ "builtInControls": ["compliantDevice"] })),
        ),
        taken(
            "registering a device with mfa",
            apps(json!({ "includeApplications": { "remove": ["All"] }, "includeUserActions": { "add": ["urn:user:registerdevice"] } })),
        ),
        refused(
            "guests twice",
            World::of(
                "policy.assignment_change",
                json!({ "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes": "internalGuest" } }),
            )
            .users(json!({ "includeUsers": ["GuestsOrExternalUsers"] })),
        ),
        refused("a policy that targets all roles", created(|d| d["conditions"]["users"]["includeRoles"] = json!(["All"]))),
        refused(
            "no client app",
            World::of("policy.condition_change", json!({ "clientAppTypes": [] }))
                .with(|w| w.set("/conditions/clientAppTypes", json!(["other"]))),
        ),
        taken("no client app, created: left out, it means all", created(|d| d["conditions"]["clientAppTypes"] = json!([]))),
        refused("platforms excluded only", World::of("policy.condition_change", json!({ "platforms": { "excludePlatforms": ["linux"] } }))),
        taken(
            "platforms",
            World::of("policy.condition_change", json!({ "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["linux"] } })),
        ),
        refused(
            "device states beside devices",
            created(|d| {
                d["conditions"]["devices"] = filter("x");
                d["conditions"]["deviceStates"] = json!({ "includeStates": ["All"] });
            }),
        ),
        refused("old device states", created(|d| d["conditions"]["devices"] = json!({ "includeDeviceStates": ["All"] }))),
        refused("a rule too long", created(|d| d["conditions"]["devices"] = filter(&"é".repeat(3073)))),
        taken("a long rule", created(|d| d["conditions"]["devices"] = filter(&"é".repeat(3072)))),
        refused(
            "a context too many",
            created(|d| d["conditions"]["applications"] = json!({ "includeAuthenticationContextClassReferences": ["c100"] })),
        ),
        taken(
            "a context",
            created(|d| d["conditions"]["applications"] = json!({ "includeAuthenticationContextClassReferences": ["c99"] })),
        ),
        refused(
            "a timed frequency of the second factor",
            session(
                json!({ "isEnabled": true, "value": 4, "type": "hours", "authenticationType": "secondaryAuthentication", "frequencyInterval": "timeBased" }),
            ),
        ),
        refused("a frequency without a unit", session(json!({ "isEnabled": true, "value": 4 }))),
        refused(
            "every time, every four hours",
            session(json!({ "isEnabled": true, "value": 4, "type": "hours", "frequencyInterval": "everyTime" })),
        ),
        refused("24 hours", session(json!({ "isEnabled": true, "value": 24, "type": "hours" }))),
        taken("23 hours", session(json!({ "isEnabled": true, "value": 23, "type": "hours" }))),
        taken("every time", session(json!({ "isEnabled": true, "frequencyInterval": "everyTime" }))),
        refused("persistent in some applications", persistent("Office365")),
        taken("persistent in all", persistent("All")),
        refused("mfa of a workload", workload(json!({ "builtInControls": ["mfa"] }))),
        taken("block of a workload", workload(json!({ "operator": "OR", "builtInControls": ["block"] }))),
        refused(
            "users and workloads",
            created(|d| {
                d["conditions"]["clientApplications"] = json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] });
                d["grantControls"] = json!({ "operator": "OR", "builtInControls": ["block"] });
            }),
        ),
        refused("the risk of workloads, without workloads", created(|d| d["conditions"]["servicePrincipalRiskLevels"] = json!(["high"]))),
        refused(
            "platforms for workloads",
            workload_where(|conditions| conditions["platforms"] = json!({ "includePlatforms": ["windows"] })),
        ),
        refused("one client for workloads", workload_where(|conditions| conditions["clientAppTypes"] = json!(["browser"]))),
        taken("locations for workloads", workload_where(|conditions| conditions["locations"] = json!({ "includeLocations": ["All"] }))),
        refused(
            "agents' users, which only the beta knows",
            created(|d| d["conditions"]["users"]["includeUsers"] = json!(["AllAgentIdUsers"])),
        ),
        refused("agents' resources", created(|d| d["conditions"]["applications"]["includeApplications"] = json!(["AllAgentIdResources"]))),
        refused(
            "agents",
            workload_where(|conditions| conditions["clientApplications"]["includeAgentIdServicePrincipals"] = json!(["All"])),
        ),
        taken("no agents", workload_where(|conditions| conditions["clientApplications"]["includeAgentIdServicePrincipals"] = json!([]))),
        refused("the risk of agents", created(|d| d["conditions"]["agentIdRiskLevels"] = json!("high"))),
        refused("devices by list", created(|d| d["conditions"]["devices"] = json!({ "includeDevices": ["All"] }))),
        refused(
            "traffic profiles",
            created(|d| d["conditions"]["applications"]["networkAccess"] = json!({ "trafficProfiles": "internet" })),
        ),
        refused(
            "continuous access evaluation",
            World::of("policy.session_change", json!({ "continuousAccessEvaluation": { "mode": "strictLocation" } })),
        ),
        taken(
            "guests twice, as Graph answers them",
            created(|d| {
                d["conditions"]["users"] = json!({
                    "includeUsers": ["GuestsOrExternalUsers"],
                    "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes":
                        "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser,serviceProvider" },
                })
            }),
        ),
        taken("what Graph had already", World::restore("enabled").grant(json!({ "operator": "OR", "builtInControls": ["block", "mfa"] }))),
    ]
}

/// What Microsoft manages.
pub fn managed() -> Vec<Case> {
    let by_template = |world: World| world.with(|w| w.set("/templateId", json!("4200930C-0da2-4e33-ca01-000000000001")));
    let by_name = |world: World| {
        world.with(|w| {
            w.set("/templateId", json!("11111111-1111-4111-8111-111111111111"));
            w.set("/displayName", json!("Microsoft-managed: Block legacy authentication"));
        })
    };
    let gallery = |world: World| world.with(|w| w.set("/templateId", json!("0b2282f9-2862-4178-88b5-d79340b36cb8")));
    let delete = || World::of("policy.delete", json!({ "confirmDisplayName": "Require MFA" }));
    let exclude = || World::of("policy.assignment_change", json!({ "excludeGroups": { "add": ids(2) } }));
    let include = || World::of("policy.assignment_change", json!({ "includeGroups": { "add": ids(2) } }));
    vec![
        (CODE, Some(Critical), "renaming a managed policy", by_template(World::rename("Mine"))),
        (CODE, Some(Critical), "renaming one known by its name", by_name(World::rename("Mine"))),
        (CODE, Some(Critical), "deleting one", by_template(delete())),
        (CODE, Some(Critical), "including in one", by_template(include())),
        (CODE, None, "excluding from one", by_template(exclude())),
        (CODE, None, "switching one", by_name(World::to(Enabled))),
        (CODE, None, "renaming one made from the gallery", gallery(World::rename("Mine"))),
        (CODE, None, "deleting one made from the gallery", gallery(delete())),
    ]
}

fn grant(change: Value) -> World {
    World::of("policy.grant_change", change)
}

fn risky(change: Value) -> World {
    grant(change).with(|w| w.set("/conditions/userRiskLevels", json!(["high"])))
}

fn apps(delta: Value) -> World {
    World::of("policy.application_change", delta)
}

fn session(frequency: Value) -> World {
    World::of("policy.session_change", json!({ "signInFrequency": frequency }))
}

fn persistent(application: &str) -> World {
    World::of("policy.session_change", json!({ "persistentBrowser": { "isEnabled": true, "mode": "never" } }))
        .with(|w| w.set("/conditions/applications/includeApplications", json!([application])))
}

fn filter(rule: &str) -> Value {
    json!({ "deviceFilter": { "mode": "exclude", "rule": rule } })
}

fn created(edit: impl FnOnce(&mut Value)) -> World {
    let mut document = mfa_for_all("enabled");
    edit(&mut document);
    World::create("enabledForReportingButNotEnforced", document)
}

fn workload(grant: Value) -> World {
    workload_and(grant, |_| {})
}

fn workload_where(edit: impl FnOnce(&mut Value)) -> World {
    workload_and(json!({ "operator": "OR", "builtInControls": ["block"] }), edit)
}

fn workload_and(grant: Value, edit: impl FnOnce(&mut Value)) -> World {
    created(|d| {
        d["conditions"]["users"] = json!({ "includeUsers": ["None"] });
        d["conditions"]["clientApplications"] = json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] });
        d["grantControls"] = grant;
        edit(&mut d["conditions"]);
    })
}
