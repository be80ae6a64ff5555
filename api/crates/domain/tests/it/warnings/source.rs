//! The source document's table, row by row.

use domain::change::warning::Severity::{Critical, Info, Warning};
use domain::change::warning::WarningCode as C;
use domain::policy::Criticality::{self, Recommended};
use domain::policy::PolicyState::{Disabled, Enabled, ReportOnly};
use serde_json::{Value, json};

use super::Case;
use crate::fixtures::{mfa_for_all, now};
use crate::world::{World, ids};

/// Rows on policies as a whole, their assignments and applications.
pub fn cases() -> Vec<Case> {
    vec![
        // policy_not_found: the policy id is not in the most recent snapshot.
        (C::PolicyNotFound, Some(Critical), "no document", World::to(Enabled).with(|w| w.document = None)),
        (C::PolicyNotFound, Some(Critical), "in the recycle bin", World::to(Enabled).with(|w| w.deleted_at = Some(now()))),
        (C::PolicyNotFound, None, "there", World::to(Enabled)),
        // no_op: the proposed state matches the current one.
        (C::NoOp, Some(Info), "same state", World::to(ReportOnly)),
        (C::NoOp, Some(Info), "same name", World::rename("Require MFA")),
        (C::NoOp, Some(Info), "adds who is there", assign(json!({ "includeUsers": { "add": ["all"] } }))),
        (C::NoOp, Some(Info), "removes who is not there", assign(json!({ "excludeGroups": { "remove": ids(1) } }))),
        (C::NoOp, None, "another case of the name", World::rename("Require mfa")),
        (C::NoOp, None, "another state", World::to(Disabled)),
        // critical_policy_disable: disabling a policy that is Critical.
        (C::CriticalPolicyDisable, Some(Critical), "critical, off", critical(World::to(Disabled).from("enabled"))),
        (C::CriticalPolicyDisable, Some(Critical), "critical, deleted", critical(delete("enabled"))),
        (C::CriticalPolicyDisable, Some(Critical), "critical, deleted while it is off", critical(delete("disabled"))),
        (
            C::CriticalPolicyDisable,
            None,
            "recommended, off",
            World::to(Disabled).from("enabled").with(|w| w.criticality = Some(Recommended)),
        ),
        (C::CriticalPolicyDisable, None, "recommended, deleted", delete("enabled").with(|w| w.criticality = Some(Recommended))),
        (C::CriticalPolicyDisable, None, "critical, report-only", critical(World::to(ReportOnly).from("enabled"))),
        (C::CriticalPolicyDisable, None, "critical, off already", critical(World::to(Disabled).from("disabled"))),
        (C::CriticalPolicyDisable, None, "critical and off, renamed", critical(World::rename("x").from("disabled"))),
        // reportonly_to_enforced: flipping report-only to enforced.
        (C::ReportonlyToEnforced, Some(Warning), "the flip", World::to(Enabled)),
        (C::ReportonlyToEnforced, None, "from off", World::to(Enabled).from("disabled")),
        (C::ReportonlyToEnforced, None, "the other way", World::to(ReportOnly).from("enabled")),
        (C::ReportonlyToEnforced, None, "created enforced", World::create("enabled", mfa_for_all("enabled"))),
        // critical_assignment_empty: a Critical policy would be scoped to nobody.
        (C::CriticalAssignmentEmpty, Some(Critical), "nobody is left", critical(assign(json!({ "includeUsers": { "remove": ["All"] } })))),
        (
            C::CriticalAssignmentEmpty,
            Some(Critical),
            "None instead of all",
            critical(assign(json!({ "includeUsers": { "remove": ["All"], "add": ["None"] } }))),
        ),
        (
            C::CriticalAssignmentEmpty,
            Some(Critical),
            "the one group is excluded as well",
            critical(assign(json!({ "excludeGroups": { "add": ids(1) } })).users(json!({ "includeGroups": ids(1) }))),
        ),
        (
            C::CriticalAssignmentEmpty,
            None,
            "a group is left",
            critical(assign(json!({ "includeUsers": { "remove": ["All"] }, "includeGroups": { "add": ids(1) } }))),
        ),
        (C::CriticalAssignmentEmpty, None, "nobody, but not critical", assign(json!({ "includeUsers": { "remove": ["All"] } }))),
        (
            C::CriticalAssignmentEmpty,
            None,
            "nobody already, renamed",
            critical(World::rename("x").users(json!({ "includeUsers": ["None"] }))),
        ),
        // large_exclude_add: more than ten user exclusions in one change.
        (C::LargeExcludeAdd, Some(Warning), "eleven", assign(json!({ "excludeUsers": { "add": ids(11) } }))),
        (C::LargeExcludeAdd, Some(Warning), "eleven, created", {
            let mut document = mfa_for_all("enabled");
            document["conditions"]["users"]["excludeUsers"] = json!(ids(11));
            World::create("enabledForReportingButNotEnforced", document)
        }),
        (C::LargeExcludeAdd, None, "ten", assign(json!({ "excludeUsers": { "add": ids(10) } }))),
        (
            C::LargeExcludeAdd,
            None,
            "eleven, of whom one was excluded already",
            assign(json!({ "excludeUsers": { "add": ids(11) } })).with(|w| w.set("/conditions/users/excludeUsers", json!(ids(1)))),
        ),
        (C::LargeExcludeAdd, None, "eleven groups", assign(json!({ "excludeGroups": { "add": ids(11) } }))),
        (C::LargeExcludeAdd, None, "eleven, included", assign(json!({ "includeUsers": { "add": ids(11) } }))),
        (
            C::LargeExcludeAdd,
            None,
            "eleven, restored",
            World::restore("disabled").with(|w| w.set("/conditions/users/excludeUsers", json!(ids(11)))),
        ),
        // exclude_without_include: location excludes without an include scope.
        (C::ExcludeWithoutInclude, Some(Warning), "excluded only", located(json!({ "excludeLocations": ["AllTrusted"] }))),
        (
            C::ExcludeWithoutInclude,
            None,
            "with an include",
            located(json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] })),
        ),
        (C::ExcludeWithoutInclude, None, "no exclude", located(json!({ "includeLocations": ["AllTrusted"] }))),
        (
            C::ExcludeWithoutInclude,
            None,
            "so already, renamed",
            World::rename("x").with(|w| w.set("/conditions/locations", json!({ "excludeLocations": ["AllTrusted"] }))),
        ),
        // app_remove_admin_portals: MicrosoftAdminPortals leaves the include scope.
        (
            C::AppRemoveAdminPortals,
            Some(Critical),
            "by name",
            portals(json!({ "includeApplications": { "remove": ["microsoftadminportals"] } })),
        ),
        (
            C::AppRemoveAdminPortals,
            Some(Critical),
            "with All",
            apps(json!({ "includeApplications": { "remove": ["All"], "add": ["Office365"] } })),
        ),
        (
            C::AppRemoveAdminPortals,
            Some(Critical),
            "by excluding them",
            apps(json!({ "excludeApplications": { "add": ["MicrosoftAdminPortals"] } })),
        ),
        (
            C::AppRemoveAdminPortals,
            None,
            "All in their place",
            portals(json!({ "includeApplications": { "remove": ["MicrosoftAdminPortals", "Office365"], "add": ["All"] } })),
        ),
        (C::AppRemoveAdminPortals, None, "another one goes", portals(json!({ "includeApplications": { "remove": ["Office365"] } }))),
        (C::AppRemoveAdminPortals, None, "another one is excluded", apps(json!({ "excludeApplications": { "add": ["Office365"] } }))),
        (C::AppRemoveAdminPortals, None, "never covered", {
            portals(json!({ "includeApplications": { "remove": ["Office365"], "add": ids(1) } }))
                .with(|w| w.set("/conditions/applications/includeApplications", json!(["Office365"])))
        }),
    ]
}

/// Rows on grant controls.
pub fn controls() -> Vec<Case> {
    let both = json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"] });
    let either = json!({ "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] });
    let strength = json!({ "operator": "OR", "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" } });
    let device = json!({ "builtInControls": ["compliantDevice"] });
    vec![
        // grant_remove_mfa: critical on a Critical policy, a warning otherwise.
        (C::GrantRemoveMfa, Some(Critical), "of a critical policy", critical(grant(device.clone()))),
        (C::GrantRemoveMfa, Some(Warning), "of another", grant(device.clone())),
        (C::GrantRemoveMfa, Some(Warning), "of a recommended one", grant(device.clone()).with(|w| w.criticality = Some(Recommended))),
        (C::GrantRemoveMfa, Some(Warning), "with the last control", grant(json!({ "builtInControls": [] }))),
        (
            C::GrantRemoveMfa,
            Some(Warning),
            "in the shape of a strength",
            grant(json!({ "builtInControls": ["compliantDevice"], "authenticationStrengthId": null })).grant(strength.clone()),
        ),
        (
            C::GrantRemoveMfa,
            None,
            "a strength in its place",
            critical(grant(json!({ "builtInControls": [], "authenticationStrengthId": "00000000-0000-0000-0000-000000000004" }))),
        ),
        (C::GrantRemoveMfa, None, "block in its place", critical(grant(json!({ "builtInControls": ["block"] })))),
        (C::GrantRemoveMfa, None, "it stays", critical(grant(json!({ "builtInControls": ["mfa", "compliantDevice"], "operator": "AND" })))),
        (C::GrantRemoveMfa, None, "it was not there", critical(grant(json!({ "builtInControls": ["domainJoinedDevice"] })).grant(device.clone()))),
        // grant_remove_compliant_device: the same shape.
        (
            C::GrantRemoveCompliantDevice,
            Some(Critical),
            "of a critical policy",
            critical(grant(json!({ "builtInControls": ["mfa"] })).grant(both.clone())),
        ),
        (C::GrantRemoveCompliantDevice, Some(Warning), "of another", grant(json!({ "builtInControls": ["mfa"] })).grant(both.clone())),
        (C::GrantRemoveCompliantDevice, None, "block in its place", grant(json!({ "builtInControls": ["block"] })).grant(device.clone())),
        (C::GrantRemoveCompliantDevice, None, "mfa goes instead", grant(device.clone()).grant(both.clone())),
        // grant_loosen_operator: AND to OR.
        (C::GrantLoosenOperator, Some(Warning), "of two controls", grant(json!({ "operator": "OR" })).grant(both.clone())),
        (
            C::GrantLoosenOperator,
            Some(Warning),
            "of a control and a strength",
            grant(json!({ "operator": "OR" }))
                .grant(json!({ "operator": "AND", "builtInControls": ["compliantDevice"], "authenticationStrength": { "id": strength["authenticationStrength"]["id"] } })),
        ),
        (C::GrantLoosenOperator, None, "the other way", grant(json!({ "operator": "AND" })).grant(either)),
        (C::GrantLoosenOperator, None, "of one control", grant(json!({ "operator": "OR" })).grant(json!({ "operator": "AND", "builtInControls": ["mfa"] }))),
        (C::GrantLoosenOperator, None, "down to one control", grant(json!({ "operator": "OR", "builtInControls": ["mfa"] })).grant(both)),
    ]
}

fn critical(world: World) -> World {
    world.with(|w| w.criticality = Some(Criticality::Critical))
}

fn delete(state: &str) -> World {
    World::change(json!({ "kind": "policy.delete", "confirmDisplayName": "Require MFA" })).from(state)
}

fn assign(delta: Value) -> World {
    World::of("policy.assignment_change", delta)
}

fn apps(delta: Value) -> World {
    World::of("policy.application_change", delta)
}

fn portals(delta: Value) -> World {
    apps(delta).with(|w| w.set("/conditions/applications/includeApplications", json!(["MicrosoftAdminPortals", "Office365"])))
}

fn grant(change: Value) -> World {
    World::of("policy.grant_change", change)
}

fn located(locations: Value) -> World {
    World::of("policy.condition_change", json!({ "locations": locations }))
}
