//! A rollout in words.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::told::instant;
use crate::demo::Told;
use crate::demo::screen::Screen;
use crate::demo::world::{World, text};

/// What Causeway itself would propose.
pub(super) async fn proposal(world: &World, screen: &Screen) -> Told<()> {
    let query = "query($id: ID!) { rolloutPlan(policyId: $id) { eligibility { eligible reasons { met text } } \
                 plan { reasoning phases { number members groups { name } } } } }";
    let seen = world.api.ask(query, json!({ "id": world.policy })).await?;
    for reason in list(&seen, "/rolloutPlan/eligibility/reasons") {
        screen.line(world.now(), &format!("{} {}", if reason["met"] == true { "met:    " } else { "NOT met:" }, text(reason, "/text")));
    }
    screen.line(world.now(), &format!("Proposed: {}", text(&seen, "/rolloutPlan/plan/reasoning")));
    for phase in list(&seen, "/rolloutPlan/plan/phases") {
        screen.line(world.now(), &format!("  phase {}: {} people, {}", phase["number"], phase["members"], names(phase)));
    }
    screen.line(world.now(), "The phases are chosen by hand all the same: larger ones are proven healthy sooner");
    Ok(())
}

/// The plan that was accepted, with its forecasts.
pub(super) fn plan(world: &World, screen: &Screen, seen: &Value) {
    for phase in list(seen, "/plan/phases") {
        let forecast = match phase.pointer("/forecast/notMeasurable").and_then(Value::as_str) {
            Some(why) => why.to_owned(),
            None => format!(
                "of {} who signed in, {} would have been blocked and {} asked; at most {} blocked are to be expected",
                phase["forecast"]["users"],
                phase["forecast"]["wouldBlockUsers"],
                phase["forecast"]["wouldInterruptUsers"],
                percent(&phase["forecast"]["upper"])
            ),
        };
        screen.line(world.now(), &format!("Phase {}: {} people ({}); {forecast}", phase["number"], phase["members"], names(phase)));
    }
}

/// Where it stands, in a sentence that changes only when something happens.
pub(super) fn standing(seen: &Value) -> String {
    let status = text(seen, "/status");
    let phase = match seen["phase"].as_i64() {
        Some(0) | None => String::new(),
        Some(phase) => format!(", phase {phase}"),
    };
    let verdict = text(seen, "/verdict/outcome");
    let why = match status.as_str() {
        "PAUSED" => format!(" because of {}: {}", text(seen, "/pause/reason"), text(seen, "/pause/text")),
        "CANCELLED" => format!(" because of {}", text(seen, "/endReason")),
        "RUNNING" if !verdict.is_empty() => format!(": {verdict}"),
        "ADVANCING" | "REVERTING" => match text(seen, "/step/step") {
            step if step.is_empty() => String::new(),
            step => format!(": {step}"),
        },
        _ => String::new(),
    };
    format!("{status}{phase}{why}")
}

/// The newest counts, for the bar.
pub(super) fn counts(seen: &Value) -> String {
    let counts = &seen["verdict"]["counts"];
    let hold = text(seen, "/hold/why");
    match counts.is_null() {
        true => format!("{} phase {} {hold}", text(seen, "/status"), seen["phase"]),
        false => format!(
            "{} phase {} {hold}: {} sign-ins, {} of {} people blocked (raw {}, at most {})",
            text(seen, "/status"),
            seen["phase"],
            counts["signIns"],
            counts["blockedUsers"],
            counts["users"],
            percent(&seen["verdict"]["rawRate"]),
            percent(&seen["verdict"]["wilsonUpper"])
        ),
    }
}

/// Why people were blocked, as it was when the rollout was stopped; how many reasons there are.
pub(super) fn reasons(world: &World, screen: &Screen, seen: &Value) -> usize {
    let reasons = list(seen, "/pause/verdict/counts/reasons");
    for reason in reasons {
        let app = reason["appName"].as_str().unwrap_or("an application without a name");
        let people = many(&reason["users"], "person", "people");
        let attempts = many(&reason["attempts"], "attempt", "attempts");
        let line = format!("  AADSTS{} at {app}: {people}, {attempts}", reason["errorCode"]);
        screen.line(world.now(), &line);
    }
    reasons.len()
}

/// How far it is, of one: phases that are over, and the present one's share of its bake.
pub(super) fn done(seen: &Value, now: DateTime<Utc>) -> f64 {
    let phases = list(seen, "/plan/phases").len().max(1) as f64;
    let phase = seen["phase"].as_f64().unwrap_or_default();
    let share = match (instant(seen, "/effectiveFrom"), instant(seen, "/bakesUntil")) {
        (Some(from), Some(to)) if to > from => (now - from).num_seconds() as f64 / (to - from).num_seconds() as f64,
        _ => 0.0,
    };
    match text(seen, "/status").as_str() {
        "COMPLETED" => 1.0,
        _ => ((phase - 1.0).max(0.0) + share.clamp(0.0, 1.0)) / phases,
    }
}

/// A number with its noun.
fn many(number: &Value, one: &str, more: &str) -> String {
    format!("{number} {}", if *number == 1 { one } else { more })
}

fn names(phase: &Value) -> String {
    list(phase, "/groups").iter().map(|group| text(group, "/name")).collect::<Vec<_>>().join(", ")
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A rate per 10,000.
fn percent(rate: &Value) -> String {
    format!("{:.1} %", rate.as_f64().unwrap_or_default() / 100.0)
}
