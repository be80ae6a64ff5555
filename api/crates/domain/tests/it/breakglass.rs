//! `breakglass_not_excluded`: whom a policy reaches, what it demands of them, and in which state.

use domain::change::kind::ChangePayload;
use domain::change::warning::Severity::{self, Critical, Warning};
use domain::change::warning::WarningCode::{self, self as C};
use domain::policy::PolicyState::{Disabled, Enabled, ReportOnly};
use domain::tenant::{DirectoryKind, EmergencyPrincipal};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::{BREAKGLASS, breakglass};
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

/// An enforced policy for everybody, emergency access included.
pub fn for_all(grant: Value) -> World {
    World::to(Enabled).users(json!({ "includeUsers": ["All"] })).grant(grant)
}

fn group(principal: &mut EmergencyPrincipal) {
    principal.object_id = GROUP;
    principal.kind = DirectoryKind::Group;
}
