//! A reproducible stream of interactive sign-ins, each with the result of every Conditional Access policy.
//!
//! Who signs in, when, from where and on what follows from the seed alone: every (hour, user) has a generator of its own, so a window is a sub-sequence of
//! every larger window, and a new user changes nobody else's sign-ins. What the policies make of it is evaluated anew from the tenant's current state, so a
//! changed policy changes results and leaves ids, times and users as they are.
//!
//! The evaluator follows ca-semantics.md sections 2 to 10 and shares no code with the product's. Deliberately absent: low-privilege scopes, service
//! dependencies, cross-tenant trust (claims of a guest's home tenant never count), non-interactive and workload sign-ins (not in v1.0).

mod beta;
mod conduct;
mod draw;
mod evaluate;
mod facts;
mod habits;
mod places;
mod render;
mod scene;
mod truth;

#[cfg(test)]
mod tests;

pub use conduct::{Conduct, Failing};
pub use facts::{Directory, TenantFacts};
pub use truth::{Judged, JudgedPolicies, Truth, TruthDevice, stream_with_truth};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// The members that only beta has.
pub const BETA_MEMBERS: [&str; 10] = beta::MEMBERS;

/// The sign-ins of `[from, to)`, oldest first, as Graph v1.0 `signIn` objects.
pub fn stream(facts: &TenantFacts, seed: u64, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = Value> {
    scenes(facts, seed, from, to).map(|scene| render::sign_in(facts, &scene, &evaluate::evaluate(facts, &facts.policies, &scene)))
}

/// The same with the members that only beta has.
pub fn beta_stream(facts: &TenantFacts, seed: u64, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = Value> {
    scenes(facts, seed, from, to).map(|scene| {
        let verdict = evaluate::evaluate(facts, &facts.policies, &scene);
        beta::with(render::sign_in(facts, &scene, &verdict), facts, &scene, &verdict)
    })
}

/// What happened in `[from, to)`, oldest first, before any policy saw it.
fn scenes(facts: &TenantFacts, seed: u64, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = scene::Scene<'_>> {
    let first_hour = from.timestamp().div_euclid(3600);
    let end_hour = (to.timestamp() + 3599).div_euclid(3600);
    let people = habits::of(facts, seed);
    (first_hour..end_hour.max(first_hour)).flat_map(move |hour| {
        let mut scenes: Vec<_> = people.iter().flat_map(|person| draw::hour(facts, person, hour)).collect();
        scenes.retain(|scene| from <= scene.at && scene.at < to);
        scenes.sort_by_key(|scene| (scene.at, scene.id));
        scenes
    })
}

/// How long Entra keeps sign-ins: 30 days with P1 or P2, 7 without (graph-api.md section 14).
#[must_use]
pub fn retention(facts: &TenantFacts) -> TimeDelta {
    TimeDelta::days(if facts.premium { 30 } else { 7 })
}
