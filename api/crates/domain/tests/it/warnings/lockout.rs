//! The acting administrator, and everybody. Emergency access is in `breakglass`.

use domain::change::warning::Severity::{Critical, Warning};
use domain::change::warning::WarningCode as C;
use domain::policy::PolicyState::{Enabled, ReportOnly};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Case;
use crate::fixtures::BREAKGLASS;
use crate::world::{World, ids};

const ACTOR: Uuid = Uuid::from_u128(0x800);
const CODE: C = C::ActorLocksSelfOut;

pub fn cases() -> Vec<Case> {
    let enforced = |kind: &str, members: Value| acting(World::of(kind, members).from("enabled"));
    vec![
        (CODE, Some(Warning), "everybody", acting(World::to(Enabled))),
        (CODE, Some(Warning), "by id", acting(World::to(Enabled).users(json!({ "includeUsers": [ACTOR] })))),
        (CODE, Some(Warning), "more is demanded", enforced("policy.grant_change", json!({ "builtInControls": ["compliantDevice"] }))),
        (CODE, Some(Warning), "of more sign-ins", {
            enforced("policy.condition_change", json!({ "locations": null }))
                .with(|w| w.set("/conditions/locations", json!({ "includeLocations": ["AllTrusted"] })))
        }),
        (CODE, Some(Warning), "the own exclusion goes", {
            enforced("policy.assignment_change", json!({ "excludeUsers": { "remove": [ACTOR] } }))
                .with(|w| w.set("/conditions/users/excludeUsers", json!([ACTOR, BREAKGLASS])))
        }),
        (CODE, None, "already, and somebody else is excluded", {
            enforced("policy.assignment_change", json!({ "excludeGroups": { "add": ids(1) } }))
        }),
        (
            CODE,
            None,
            "excluded by id",
            acting(World::to(Enabled).users(json!({ "includeUsers": ["All"], "excludeUsers": [ACTOR, BREAKGLASS] }))),
        ),
        (CODE, None, "from another tenant", World::to(Enabled)),
        (CODE, None, "report-only", acting(World::to(ReportOnly).from("disabled"))),
        (CODE, None, "renamed", acting(World::rename("x").from("enabled"))),
        (CODE, None, "terms of use only", acting(World::to(Enabled).grant(json!({ "termsOfUse": ids(1) })))),
        (CODE, Some(Critical), "everybody from everything", blocking(json!({ "includeUsers": ["All"] }))),
        (
            CODE,
            Some(Critical),
            "everywhere",
            blocking(json!({ "includeUsers": ["All"] })).with(|w| w.set("/conditions/locations", json!({ "includeLocations": ["All"] }))),
        ),
        (CODE, None, "somebody is excluded", blocking(json!({ "includeUsers": ["All"], "excludeGroups": ids(1) }))),
        (
            CODE,
            None,
            "elsewhere only",
            blocking(json!({ "includeUsers": ["All"] }))
                .with(|w| w.set("/conditions/locations", json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }))),
        ),
        (
            CODE,
            None,
            "legacy clients only",
            blocking(json!({ "includeUsers": ["All"] }))
                .with(|w| w.set("/conditions/clientAppTypes", json!(["exchangeActiveSync", "other"]))),
        ),
    ]
}

fn acting(world: World) -> World {
    world.with(|w| w.actor_entra = Some(ACTOR))
}

fn blocking(users: Value) -> World {
    World::to(Enabled).users(users).grant(json!({ "operator": "OR", "builtInControls": ["block"] }))
}
