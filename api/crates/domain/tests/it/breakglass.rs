//! `breakglass_not_excluded`: whom a policy reaches, what it demands of them, and in which state.

use domain::change::kind::ChangePayload;
use domain::change::warning::Severity::{self, Critical, Warning};
use domain::change::warning::WarningCode::{self, self as C};
use domain::policy::PolicyState::{Disabled, Enabled, ReportOnly};
use domain::tenant::{DirectoryKind, EmergencyPrincipal};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::{BREAKGLASS, breakglass, mfa_for_all};
use crate::world::World;

const GROUP: Uuid = Uuid::from_u128(0x600);
const ROLE: Uuid = Uuid::from_u128(0x700);
const ACTOR: Uuid = Uuid::from_u128(0x800);

/// The cases, for the table of all codes.
pub fn cases() -> Vec<(WarningCode, Option<Severity>, &'static str, World)> {
    let guests = json!({ "guestOrExternalUserTypes": "b2bCollaborationGuest" });
    vec![
        // Whom it reaches.
        (C::BreakglassNotExcluded, Some(Critical), "all", World::to(Enabled).users(json!({ "includeUsers": ["All"] }))),
        (C::BreakglassNotExcluded, Some(Critical), "all, in any case", World::to(Enabled).users(json!({ "includeUsers": ["all"] }))),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "by id",
            World::to(Enabled).users(json!({ "includeUsers": [BREAKGLASS.to_string().to_uppercase()] })),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "by group",
            World::to(Enabled).users(json!({ "includeGroups": [GROUP] })).principal(|p| p.member_of = Some(vec![GROUP])),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "by role",
            World::to(Enabled).users(json!({ "includeRoles": [ROLE] })).principal(|p| p.roles = Some(vec![ROLE])),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "unknown groups include",
            World::to(Enabled).users(json!({ "includeGroups": [GROUP] })).principal(|p| p.member_of = None),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "unknown roles include",
            World::to(Enabled).users(json!({ "includeRoles": [ROLE] })).principal(|p| p.roles = None),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "unknown groups exclude nobody",
            World::to(Enabled).users(json!({ "includeUsers": ["All"], "excludeGroups": [GROUP] })).principal(|p| p.member_of = None),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "the second is reached",
            World::to(Enabled).with(|w| w.tenant.emergency_access.principals.push(EmergencyPrincipal { object_id: ACTOR, ..breakglass() })),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "a group's members may be in another",
            World::to(Enabled).users(json!({ "includeGroups": [ROLE] })).principal(group),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "a group excluded as if it were a user",
            World::to(Enabled).users(json!({ "includeUsers": ["All"], "excludeUsers": [GROUP] })).principal(group),
        ),
        (C::BreakglassNotExcluded, None, "excluded by id", World::to(Enabled)),
        (
            C::BreakglassNotExcluded,
            None,
            "excluded by group",
            World::to(Enabled)
                .users(json!({ "includeUsers": ["All"], "excludeGroups": [GROUP] }))
                .principal(|p| p.member_of = Some(vec![GROUP])),
        ),
        (
            C::BreakglassNotExcluded,
            None,
            "excluded by role",
            World::to(Enabled).users(json!({ "includeUsers": ["All"], "excludeRoles": [ROLE] })).principal(|p| p.roles = Some(vec![ROLE])),
        ),
        (
            C::BreakglassNotExcluded,
            None,
            "the group is excluded",
            World::to(Enabled).users(json!({ "includeUsers": ["All"], "excludeGroups": [GROUP] })).principal(group),
        ),
        (C::BreakglassNotExcluded, None, "other users", World::to(Enabled).users(json!({ "includeUsers": [ACTOR] }))),
        (C::BreakglassNotExcluded, None, "other groups", World::to(Enabled).users(json!({ "includeGroups": [GROUP] }))),
        (
            C::BreakglassNotExcluded,
            None,
            "guests",
            World::to(Enabled)
                .users(json!({ "includeUsers": ["GuestsOrExternalUsers"], "includeGuestsOrExternalUsers": guests }))
                .principal(|p| p.member_of = None),
        ),
        (C::BreakglassNotExcluded, None, "nobody", World::to(Enabled).users(json!({ "includeUsers": ["None"] })).principal(group)),
        (
            C::BreakglassNotExcluded,
            None,
            "none configured, none guessed",
            World::to(Enabled).users(json!({ "includeUsers": ["All"] })).with(|w| w.tenant.emergency_access.principals.clear()),
        ),
        // What it demands.
        (C::BreakglassNotExcluded, Some(Critical), "block", for_all(json!({ "builtInControls": ["block"] }))),
        (C::BreakglassNotExcluded, Some(Critical), "a device", for_all(json!({ "builtInControls": ["compliantDevice"] }))),
        (C::BreakglassNotExcluded, Some(Critical), "a strength", for_all(json!({ "authenticationStrength": { "id": GROUP } }))),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "a factor of somebody else's",
            for_all(json!({ "customAuthenticationFactors": ["duo"] })),
        ),
        (
            C::BreakglassNotExcluded,
            Some(Critical),
            "token protection",
            for_all(Value::Null).with(|w| w.set("/sessionControls", json!({ "secureSignInSession": { "isEnabled": true } }))),
        ),
        (C::BreakglassNotExcluded, None, "terms of use", for_all(json!({ "termsOfUse": [GROUP] }))),
        (
            C::BreakglassNotExcluded,
            None,
            "sign-in frequency",
            for_all(Value::Null)
                .with(|w| w.set("/sessionControls", json!({ "signInFrequency": { "isEnabled": true, "value": 1, "type": "hours" } }))),
        ),
        // In which state.
        (
            C::BreakglassNotExcluded,
            Some(Warning),
            "report-only",
            for_all(json!({ "builtInControls": ["block"] }))
                .from("disabled")
                .with(|w| w.payload = ChangePayload::StateChange { to: ReportOnly }),
        ),
        (
            C::BreakglassNotExcluded,
            None,
            "off",
            for_all(json!({ "builtInControls": ["block"] }))
                .from("enabled")
                .with(|w| w.payload = ChangePayload::StateChange { to: Disabled }),
        ),
        (
            C::BreakglassNotExcluded,
            None,
            "a rename reaches nobody new",
            for_all(json!({ "builtInControls": ["block"] }))
                .from("enabled")
                .with(|w| w.payload = ChangePayload::Rename { display_name: "x".into() }),
        ),
    ]
}

/// Which kinds of change say it, and the exclusions that are taken away.
pub fn kinds() -> Vec<(WarningCode, Option<Severity>, &'static str, World)> {
    let enforced = |kind: &str, members: Value| World::of(kind, members).from("enabled");
    let reached = |world: World| world.users(json!({ "includeUsers": ["All"] }));
    let all = || mfa_for_all("enabled");
    let mut safe = mfa_for_all("enabled");
    safe["conditions"]["users"]["excludeUsers"] = json!([BREAKGLASS]);
    let not_excluded = |expected, what, world| (C::BreakglassNotExcluded, expected, what, world);
    let removed = |expected, what, world| (C::BreakglassExclusionRemoved, expected, what, world);
    let out = || json!({ "excludeUsers": { "remove": [BREAKGLASS] } });
    vec![
        not_excluded(Some(Critical), "the exclusion goes", enforced("policy.assignment_change", out())),
        not_excluded(
            Some(Critical),
            "the scope comes",
            enforced("policy.assignment_change", json!({ "includeUsers": { "add": ["All"] } })).users(json!({ "includeUsers": [ACTOR] })),
        ),
        not_excluded(
            Some(Critical),
            "the demand comes",
            reached(enforced("policy.grant_change", json!({ "builtInControls": ["mfa"] })).grant(json!({ "termsOfUse": [GROUP] }))),
        ),
        not_excluded(
            Some(Critical),
            "reached before, and more applications",
            reached(enforced("policy.application_change", json!({ "excludeApplications": { "add": ["Office365"] } }))),
        ),
        not_excluded(
            Some(Critical),
            "reached before, and somebody else is excluded",
            reached(enforced("policy.assignment_change", json!({ "excludeGroups": { "add": [GROUP] } }))),
        ),
        not_excluded(
            Some(Critical),
            "reached before, and more sessions",
            reached(enforced("policy.session_change", json!({ "secureSignInSession": { "isEnabled": true } }))),
        ),
        not_excluded(Some(Critical), "created enforced", World::create("enabled", all())),
        not_excluded(Some(Warning), "created in report-only", World::create("enabledForReportingButNotEnforced", all())),
        not_excluded(Some(Critical), "restored enforced", reached(World::restore("enabled"))),
        not_excluded(None, "restored off", reached(World::restore("disabled"))),
        not_excluded(None, "created with the exclusion", World::create("enabled", safe)),
        not_excluded(
            None,
            "reached before, and excluded now",
            reached(enforced("policy.assignment_change", json!({ "excludeUsers": { "add": [BREAKGLASS] } }))),
        ),
        not_excluded(None, "deleted", reached(enforced("policy.delete", json!({ "confirmDisplayName": "Require MFA" })))),
        removed(Some(Critical), "by id", enforced("policy.assignment_change", out())),
        removed(Some(Critical), "of a policy that is off", World::of("policy.assignment_change", out()).from("disabled")),
        removed(
            Some(Critical),
            "the group it is in",
            enforced("policy.assignment_change", json!({ "excludeGroups": { "remove": [GROUP] } }))
                .users(json!({ "includeUsers": ["All"], "excludeGroups": [GROUP, ROLE] }))
                .principal(|p| p.member_of = Some(vec![GROUP])),
        ),
        removed(
            Some(Critical),
            "a group it may be in",
            enforced("policy.assignment_change", json!({ "excludeGroups": { "remove": [GROUP] } }))
                .users(json!({ "includeUsers": ["All"], "excludeGroups": [GROUP] }))
                .principal(|p| p.member_of = None),
        ),
        removed(
            None,
            "still excluded by id",
            enforced("policy.assignment_change", json!({ "excludeGroups": { "remove": [GROUP] } }))
                .users(json!({ "includeUsers": ["All"], "excludeUsers": [BREAKGLASS], "excludeGroups": [GROUP] }))
                .principal(|p| p.member_of = Some(vec![GROUP])),
        ),
        removed(
            None,
            "a group in its place",
            enforced(
                "policy.assignment_change",
                json!({ "excludeUsers": { "remove": [BREAKGLASS] }, "excludeGroups": { "add": [GROUP] } }),
            )
            .principal(|p| p.member_of = Some(vec![GROUP])),
        ),
        removed(
            None,
            "somebody else's",
            enforced("policy.assignment_change", json!({ "excludeUsers": { "remove": [ACTOR] } }))
                .users(json!({ "includeUsers": ["All"], "excludeUsers": [ACTOR, BREAKGLASS] })),
        ),
        removed(None, "deleted with its policy", enforced("policy.delete", json!({ "confirmDisplayName": "Require MFA" }))),
    ]
}

/// An enforced policy for everybody, emergency access included.
pub fn for_all(grant: Value) -> World {
    World::to(Enabled).users(json!({ "includeUsers": ["All"] })).grant(grant)
}

fn group(principal: &mut EmergencyPrincipal) {
    principal.object_id = GROUP;
    principal.kind = DirectoryKind::Group;
}
