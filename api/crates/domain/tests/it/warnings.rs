//! Every warning code: cases that raise it with its severity, and cases that come close and don't.

use chrono::TimeDelta;
use domain::change::warning::Severity::{self, Critical, Info, Warning};
use domain::change::warning::WarningCode::{self, self as C};
use domain::policy::Criticality;
use domain::policy::PolicyState::{self, Disabled, Enabled, ReportOnly};
use domain::tenant::Licences;
use serde_json::json;
use uuid::Uuid;

use crate::breakglass::{self, for_all};
use crate::fixtures::{BREAKGLASS, now};
use crate::world::World;

const GROUP: Uuid = Uuid::from_u128(0x600);
const ACTOR: Uuid = Uuid::from_u128(0x800);

/// One case: what is expected of one code; `None` is that it stays away.
type Case = (WarningCode, Option<Severity>, &'static str, World);

fn cases() -> Vec<Case> {
    let mut cases = breakglass::cases();
    cases.extend([
        (C::PolicyNotFound, Some(Critical), "no document", World::to(Enabled).with(|w| w.document = None)),
        (C::PolicyNotFound, Some(Critical), "in the recycle bin", World::to(Enabled).with(|w| w.deleted_at = Some(now()))),
        (C::PolicyNotFound, None, "there", World::to(Enabled)),
        (C::NoOp, Some(Info), "same state", World::to(ReportOnly)),
        (C::NoOp, Some(Info), "same name", World::rename("Require MFA")),
        (C::NoOp, None, "another case of the name", World::rename("Require mfa")),
        (C::NoOp, None, "another state", World::to(Disabled)),
        (
            C::CriticalPolicyDisable,
            Some(Critical),
            "critical, off",
            World::to(Disabled).from("enabled").with(|w| w.criticality = Some(Criticality::Critical)),
        ),
        (
            C::CriticalPolicyDisable,
            None,
            "recommended, off",
            World::to(Disabled).from("enabled").with(|w| w.criticality = Some(Criticality::Recommended)),
        ),
        (
            C::CriticalPolicyDisable,
            None,
            "critical, report-only",
            World::to(ReportOnly).from("enabled").with(|w| w.criticality = Some(Criticality::Critical)),
        ),
        (
            C::CriticalPolicyDisable,
            None,
            "critical, off already",
            World::to(Disabled).from("disabled").with(|w| w.criticality = Some(Criticality::Critical)),
        ),
        (C::ReportonlyToEnforced, Some(Warning), "the flip", World::to(Enabled)),
        (C::ReportonlyToEnforced, None, "from off", World::to(Enabled).from("disabled")),
        (C::ReportonlyToEnforced, None, "the other way", World::to(ReportOnly).from("enabled")),
        (C::ImpactNotRun, Some(Warning), "no report", World::to(Enabled).with(|w| w.impact_known = false)),
        (C::ImpactNotRun, None, "a report", World::to(Enabled)),
        (C::ImpactNotRun, None, "not enforced", World::to(Disabled).with(|w| w.impact_known = false)),
        (C::SecurityDefaultsEnabled, Some(Critical), "on", World::to(Enabled).with(|w| w.tenant.security_defaults = Some(true))),
        (C::SecurityDefaultsEnabled, None, "unreadable", World::to(Enabled).with(|w| w.tenant.security_defaults = None)),
        (
            C::SecurityDefaultsEnabled,
            None,
            "report-only",
            World::to(ReportOnly).from("disabled").with(|w| w.tenant.security_defaults = Some(true)),
        ),
        (
            C::SnapshotStale,
            Some(Warning),
            "a moment too old",
            World::to(Enabled).with(|w| w.snapshot_taken_at = Some(now() - TimeDelta::hours(24) - TimeDelta::microseconds(1))),
        ),
        (C::SnapshotStale, Some(Warning), "none", World::to(Enabled).with(|w| w.snapshot_taken_at = None)),
        (C::SnapshotStale, None, "just in time", World::to(Enabled).with(|w| w.snapshot_taken_at = Some(now() - TimeDelta::hours(24)))),
        (C::LicenseMissingP1, Some(Critical), "none", World::to(Enabled).with(|w| w.tenant.licences = Licences::default())),
        (
            C::LicenseMissingP1,
            Some(Critical),
            "none, report-only",
            World::to(ReportOnly).from("disabled").with(|w| w.tenant.licences = Licences::default()),
        ),
        (
            C::LicenseMissingP1,
            None,
            "P2 holds P1",
            World::to(Enabled).with(|w| w.tenant.licences = Licences { p1: false, p2: true, intune: false }),
        ),
        (
            C::LicenseMissingP1,
            None,
            "switching off is never held up",
            World::to(Disabled).with(|w| w.tenant.licences = Licences::default()),
        ),
        (
            C::LicenseMissingP2,
            Some(Critical),
            "sign-in risk",
            p1_only(Enabled).with(|w| w.set("/conditions/signInRiskLevels", json!(["high"]))),
        ),
        (C::LicenseMissingP2, Some(Critical), "user risk", p1_only(Enabled).with(|w| w.set("/conditions/userRiskLevels", json!(["high"])))),
        (
            C::LicenseMissingP2,
            Some(Critical),
            "risk remediation",
            p1_only(Enabled).grant(json!({ "builtInControls": ["riskRemediation"] })),
        ),
        (C::LicenseMissingP2, None, "no risk", p1_only(Enabled).with(|w| w.set("/conditions/signInRiskLevels", json!([])))),
        (C::LicenseMissingP2, None, "licensed", World::to(Enabled).with(|w| w.set("/conditions/signInRiskLevels", json!(["high"])))),
        (
            C::ReportOnlyNotMeaningful,
            Some(Info),
            "user action",
            World::to(ReportOnly)
                .from("disabled")
                .with(|w| w.set("/conditions/applications", json!({ "includeUserActions": ["urn:user:registersecurityinfo"] }))),
        ),
        (C::ReportOnlyNotMeaningful, None, "resources", World::to(ReportOnly).from("disabled")),
        (
            C::ReportOnlyNotMeaningful,
            None,
            "enforced",
            World::to(Enabled)
                .with(|w| w.set("/conditions/applications", json!({ "includeUserActions": ["urn:user:registersecurityinfo"] }))),
        ),
        (
            C::GraphWouldReject,
            Some(Critical),
            "renaming a managed policy",
            World::rename("Mine").with(|w| w.set("/templateId", json!("4200930C-0da2-4e33-ca01-000000000001"))),
        ),
        (C::GraphWouldReject, Some(Critical), "renaming one known by its name", World::rename("Mine").with(managed_by_name)),
        (C::GraphWouldReject, None, "switching a managed policy", World::to(Enabled).with(managed_by_name)),
        (
            C::GraphWouldReject,
            None,
            "renaming one made from the gallery",
            World::rename("Mine").with(|w| w.set("/templateId", json!("0b2282f9-2862-4178-88b5-d79340b36cb8"))),
        ),
        (C::GraphWouldReject, Some(Critical), "blank name", World::rename(" \u{a0} ")),
        (C::GraphWouldReject, Some(Critical), "control character", World::rename("a\nb")),
        (C::GraphWouldReject, Some(Critical), "257 characters", World::rename(&"é".repeat(257))),
        (C::GraphWouldReject, None, "256 characters", World::rename(&"é".repeat(256))),
        (
            C::GraphWouldReject,
            Some(Critical),
            "block with mfa",
            World::to(Enabled).grant(json!({ "operator": "OR", "builtInControls": ["block", "mfa"] })),
        ),
        (
            C::GraphWouldReject,
            Some(Critical),
            "mfa with a strength",
            World::to(Enabled).grant(json!({ "operator": "AND", "builtInControls": ["mfa"], "authenticationStrength": { "id": GROUP } })),
        ),
        (C::GraphWouldReject, None, "block alone", World::to(Enabled).grant(json!({ "operator": "OR", "builtInControls": ["block"] }))),
        (
            C::GraphWouldReject,
            None,
            "a device or a strength",
            World::to(Enabled)
                .grant(json!({ "operator": "OR", "builtInControls": ["compliantDevice"], "authenticationStrength": { "id": GROUP } })),
        ),
        (C::ActorLocksSelfOut, Some(Warning), "everybody", World::to(Enabled).with(|w| w.actor_entra = Some(ACTOR))),
        (
            C::ActorLocksSelfOut,
            Some(Warning),
            "by id",
            World::to(Enabled).users(json!({ "includeUsers": [ACTOR] })).with(|w| w.actor_entra = Some(ACTOR)),
        ),
        (
            C::ActorLocksSelfOut,
            None,
            "excluded by id",
            World::to(Enabled)
                .users(json!({ "includeUsers": ["All"], "excludeUsers": [ACTOR, BREAKGLASS] }))
                .with(|w| w.actor_entra = Some(ACTOR)),
        ),
        (C::ActorLocksSelfOut, None, "from another tenant", World::to(Enabled)),
        (C::ActorLocksSelfOut, None, "report-only", World::to(ReportOnly).from("disabled").with(|w| w.actor_entra = Some(ACTOR))),
        (
            C::ActorLocksSelfOut,
            None,
            "terms of use only",
            World::to(Enabled).grant(json!({ "termsOfUse": [GROUP] })).with(|w| w.actor_entra = Some(ACTOR)),
        ),
    ]);
    cases
}

fn p1_only(state: PolicyState) -> World {
    World::to(state).with(|world| world.tenant.licences = Licences { p1: true, p2: false, intune: true })
}

fn managed_by_name(world: &mut World) {
    world.set("/templateId", json!("11111111-1111-4111-8111-111111111111"));
    world.set("/displayName", json!("Microsoft-managed: Block legacy authentication"));
}

#[test]
fn each_case_raises_what_it_should() {
    for (code, expected, what, world) in cases() {
        let warnings = world.plan().warnings;
        let found: Vec<_> = warnings.iter().filter(|warning| warning.code == code).map(|warning| warning.severity).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{code}: {what}: {warnings:?}");
    }
}

#[test]
fn every_code_is_raised_by_a_case_and_withheld_by_another() {
    let cases = cases();
    for code in WarningCode::ALL {
        for raised in [true, false] {
            assert!(cases.iter().any(|(of, severity, ..)| of == code && severity.is_some() == raised), "{code}, raised: {raised}");
        }
    }
}

#[test]
fn the_worst_comes_first() {
    let world = for_all(json!({ "builtInControls": ["block"] })).with(|w| {
        w.impact_known = false;
        w.tenant.security_defaults = Some(true);
    });
    let codes: Vec<_> = world.plan().warnings.iter().map(|warning| (warning.severity, warning.code.as_str())).collect();
    let expected = [
        (Critical, "breakglass_not_excluded"),
        (Critical, "security_defaults_enabled"),
        (Warning, "impact_not_run"),
        (Warning, "reportonly_to_enforced"),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_message_names_who_is_reached() {
    let warnings = for_all(json!({ "builtInControls": ["block"] })).plan().warnings;
    assert!(warnings[0].message.contains("Break glass 1"), "{}", warnings[0].message);
}
