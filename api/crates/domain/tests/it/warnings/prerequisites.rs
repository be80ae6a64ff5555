//! What has to be so in the tenant.

use chrono::TimeDelta;
use domain::change::plan::ImpactFacts;
use domain::change::warning::Severity::{Critical, Info, Warning};
use domain::change::warning::WarningCode as C;
use domain::policy::PolicyState::{Disabled, Enabled, ReportOnly};
use domain::tenant::Licences;
use serde_json::{Value, json};

use super::Case;
use crate::fixtures::{mfa_for_all, now};
use crate::world::World;

pub fn cases() -> Vec<Case> {
    [tenant(), impact(), licences(), report_only()].into_iter().flatten().collect()
}

fn tenant() -> Vec<Case> {
    let stale = now() - TimeDelta::hours(24) - TimeDelta::microseconds(1);
    vec![
        (C::SnapshotStale, Some(Warning), "a moment too old", World::to(Enabled).with(|w| w.snapshot_taken_at = Some(stale))),
        (C::SnapshotStale, Some(Warning), "none", World::to(Enabled).with(|w| w.snapshot_taken_at = None)),
        (C::SnapshotStale, Some(Warning), "and nothing to write", World::to(ReportOnly).with(|w| w.snapshot_taken_at = None)),
        (C::SnapshotStale, None, "just in time", World::to(Enabled).with(|w| w.snapshot_taken_at = Some(now() - TimeDelta::hours(24)))),
        (C::SecurityDefaultsEnabled, Some(Critical), "on", defaults(World::to(Enabled))),
        (C::SecurityDefaultsEnabled, Some(Critical), "created enforced", defaults(World::create("enabled", mfa_for_all("disabled")))),
        (C::SecurityDefaultsEnabled, Some(Critical), "restored enforced", defaults(World::restore("enabled"))),
        (C::SecurityDefaultsEnabled, None, "unreadable", World::to(Enabled).with(|w| w.tenant.security_defaults = None)),
        (C::SecurityDefaultsEnabled, None, "report-only", defaults(World::to(ReportOnly).from("disabled"))),
        (C::SecurityDefaultsEnabled, None, "enforced already", defaults(World::rename("x").from("enabled"))),
        (
            C::SecurityDefaultsEnabled,
            None,
            "created in report-only",
            defaults(World::create("enabledForReportingButNotEnforced", mfa_for_all("enabled"))),
        ),
        (C::PolicyLimitReached, Some(Critical), "one more than 240", full(240, World::create("disabled", mfa_for_all("disabled")))),
        (C::PolicyLimitReached, Some(Critical), "one comes back to 240", full(240, World::restore("disabled"))),
        (C::PolicyLimitReached, None, "the 240th", full(239, World::create("disabled", mfa_for_all("disabled")))),
        (C::PolicyLimitReached, None, "one of 240 is changed", full(240, World::to(Enabled))),
        (C::RolloutOwnsPolicy, Some(Critical), "owned", World::to(Enabled).with(|w| w.owned_by_rollout = true)),
        (C::RolloutOwnsPolicy, Some(Critical), "owned, nothing to write", World::to(ReportOnly).with(|w| w.owned_by_rollout = true)),
        (C::RolloutOwnsPolicy, None, "not owned", World::to(Enabled)),
    ]
}

fn impact() -> Vec<Case> {
    let blocks = |would_block| Some(ImpactFacts { would_block, would_interrupt: 9 });
    vec![
        (C::ImpactNotRun, Some(Warning), "no report", World::to(Enabled).with(|w| w.impact = None)),
        (C::ImpactNotRun, Some(Warning), "created enforced", World::create("enabled", mfa_for_all("enabled")).with(|w| w.impact = None)),
        (C::ImpactNotRun, None, "a report", World::to(Enabled)),
        (C::ImpactNotRun, None, "not enforced", World::to(Disabled).with(|w| w.impact = None)),
        (C::ImpactNotRun, None, "enforced already", World::rename("x").from("enabled").with(|w| w.impact = None)),
        (C::WouldBlockSignins, Some(Warning), "one", World::to(Enabled).with(|w| w.impact = blocks(1))),
        (
            C::WouldBlockSignins,
            Some(Warning),
            "more is demanded",
            World::of("policy.grant_change", json!({ "builtInControls": ["compliantDevice"] }))
                .from("enabled")
                .with(|w| w.impact = blocks(12)),
        ),
        (C::WouldBlockSignins, None, "interrupts only", World::to(Enabled)),
        (C::WouldBlockSignins, None, "off", World::to(Disabled).with(|w| w.impact = blocks(1))),
        (C::WouldBlockSignins, None, "report-only", World::to(ReportOnly).from("enabled").with(|w| w.impact = blocks(1))),
        (C::WouldBlockSignins, None, "a rename", World::rename("x").from("enabled").with(|w| w.impact = blocks(1))),
    ]
}

fn licences() -> Vec<Case> {
    let risk = |levels: Value| World::of("policy.risk_condition_change", json!({ "signInRiskLevels": levels }));
    let tests_risk = |w: &mut World| w.set("/conditions/signInRiskLevels", json!(["medium", "high"]));
    vec![
        (C::LicenseMissingP1, Some(Critical), "none", without(World::to(Enabled))),
        (C::LicenseMissingP1, Some(Critical), "none, report-only", without(World::to(ReportOnly).from("disabled"))),
        (C::LicenseMissingP1, Some(Critical), "none, created", without(World::create("enabled", mfa_for_all("enabled")))),
        (C::LicenseMissingP1, Some(Critical), "none, restored", without(World::restore("enabled"))),
        (
            C::LicenseMissingP1,
            None,
            "P2 holds P1",
            World::to(Enabled).with(|w| w.tenant.licences = Licences { p1: false, p2: true, intune: false }),
        ),
        (C::LicenseMissingP1, None, "switching off is never held up", without(World::to(Disabled))),
        (C::LicenseMissingP1, None, "loosening is never held up", without(World::to(ReportOnly).from("enabled"))),
        (C::LicenseMissingP1, None, "created off", without(World::create("disabled", mfa_for_all("disabled")))),
        (C::LicenseMissingP2, Some(Critical), "sign-in risk", p1_only(World::to(Enabled).with(tests_risk))),
        (
            C::LicenseMissingP2,
            Some(Critical),
            "user risk",
            p1_only(World::to(Enabled).with(|w| w.set("/conditions/userRiskLevels", json!(["high"])))),
        ),
        (
            C::LicenseMissingP2,
            Some(Critical),
            "risk remediation",
            p1_only(World::to(Enabled).grant(json!({ "builtInControls": ["riskRemediation"] }))),
        ),
        (C::LicenseMissingP2, Some(Critical), "a risk comes in", p1_only(risk(json!(["high"])).from("enabled"))),
        (C::LicenseMissingP2, None, "a risk comes in while it is off", p1_only(risk(json!(["high"])).from("disabled"))),
        (C::LicenseMissingP2, None, "a risk goes", p1_only(risk(json!(["high"])).from("enabled").with(tests_risk))),
        (C::LicenseMissingP2, None, "loosening is never held up", p1_only(World::to(ReportOnly).from("enabled").with(tests_risk))),
        (C::LicenseMissingP2, None, "a rename", p1_only(World::rename("x").from("enabled").with(tests_risk))),
        (C::LicenseMissingP2, None, "no risk", p1_only(World::to(Enabled).with(|w| w.set("/conditions/signInRiskLevels", json!([]))))),
        (C::LicenseMissingP2, None, "licensed", World::to(Enabled).with(tests_risk)),
    ]
}

fn report_only() -> Vec<Case> {
    let action = json!({ "includeUserActions": ["urn:user:registersecurityinfo"] });
    let on_action = |world: World| world.with(|w| w.set("/conditions/applications", action.clone()));
    vec![
        (C::ReportOnlyNotMeaningful, Some(Info), "user action", on_action(World::to(ReportOnly).from("disabled"))),
        (
            C::ReportOnlyNotMeaningful,
            Some(Info),
            "becomes about one",
            World::of(
                "policy.application_change",
                json!({ "includeApplications": { "remove": ["All"] }, "includeUserActions": { "add": ["urn:user:registersecurityinfo"] } }),
            ),
        ),
        (C::ReportOnlyNotMeaningful, None, "resources", World::to(ReportOnly).from("disabled")),
        (C::ReportOnlyNotMeaningful, None, "enforced", on_action(World::to(Enabled))),
        (C::ReportOnlyNotMeaningful, None, "renamed", on_action(World::rename("x"))),
    ]
}

fn defaults(world: World) -> World {
    world.with(|w| w.tenant.security_defaults = Some(true))
}

fn full(count: usize, world: World) -> World {
    world.with(|w| w.policy_count = count)
}

fn without(world: World) -> World {
    world.with(|w| w.tenant.licences = Licences::default())
}

fn p1_only(world: World) -> World {
    world.with(|world| world.tenant.licences = Licences { p1: true, p2: false, intune: true })
}
