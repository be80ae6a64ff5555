//! Every warning code: cases that raise it with its severity, and cases that come close and don't.

use chrono::{DateTime, TimeDelta, Utc};
use domain::change::kind::ChangePayload;
use domain::change::plan::{Plan, PlanInput, live_conflict, plan, validate_payload};
use domain::change::warning::Severity::{self, Critical, Info, Warning};
use domain::change::warning::WarningCode::{self, self as C};
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use domain::policy::Criticality;
use domain::policy::PolicyState::{self, Disabled, Enabled, ReportOnly};
use domain::tenant::{DirectoryKind, EmergencyPrincipal, Licences, Tenant};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::{BREAKGLASS, breakglass, document, mfa_for_all, now, policy, tenant};

const GROUP: Uuid = Uuid::from_u128(0x600);
const ROLE: Uuid = Uuid::from_u128(0x700);
const ACTOR: Uuid = Uuid::from_u128(0x800);

/// What a plan is made from, owned, so that a case can change one thing.
struct World {
    payload: ChangePayload,
    tenant: Tenant,
    document: Option<Value>,
    criticality: Option<Criticality>,
    deleted_at: Option<DateTime<Utc>>,
    snapshot_taken_at: Option<DateTime<Utc>>,
    actor_entra: Option<Uuid>,
    impact_known: bool,
}

impl World {
    /// A tenant with one emergency user, a report-only policy demanding MFA of everybody else, and a change to this state.
    fn to(state: PolicyState) -> Self {
        let mut tenant = tenant();
        tenant.emergency_access.principals = vec![breakglass()];
        let mut document = mfa_for_all("enabledForReportingButNotEnforced");
        document["conditions"]["users"]["excludeUsers"] = json!([BREAKGLASS]);
        World {
            payload: ChangePayload::StateChange { to: state },
            tenant,
            document: Some(document),
            criticality: None,
            deleted_at: None,
            snapshot_taken_at: Some(now()),
            actor_entra: None,
            impact_known: true,
        }
    }

    fn rename(name: &str) -> Self {
        World { payload: ChangePayload::Rename { display_name: name.into() }, ..World::to(Enabled) }
    }

    fn from(mut self, state: &str) -> Self {
        self.set("/state", json!(state));
        self
    }

    fn with(mut self, edit: impl FnOnce(&mut World)) -> Self {
        edit(&mut self);
        self
    }

    /// Sets a member of the document, making the objects on the way.
    fn set(&mut self, pointer: &str, value: Value) {
        let mut at = self.document.as_mut().unwrap();
        for name in pointer[1..].split('/') {
            if !at.is_object() {
                *at = json!({});
            }
            at = at.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
        }
        *at = value;
    }

    fn users(self, users: Value) -> Self {
        self.with(|world| world.set("/conditions/users", users))
    }

    fn grant(self, grant: Value) -> Self {
        self.with(|world| world.set("/grantControls", grant))
    }

    fn principal(self, edit: impl FnOnce(&mut EmergencyPrincipal)) -> Self {
        self.with(|world| edit(&mut world.tenant.emergency_access.principals[0]))
    }

    fn plan(&self) -> Plan {
        let document = self.document.clone().map(document);
        let policy = document.as_ref().map(|document| {
            let mut row = policy(document);
            row.metadata.criticality = self.criticality;
            row.deleted_at = self.deleted_at;
            row
        });
        plan(&PlanInput {
            payload: &self.payload,
            tenant: &self.tenant,
            policy: policy.as_ref(),
            document: document.as_ref(),
            names: &NameTable::default(),
            snapshot_taken_at: self.snapshot_taken_at,
            actor_entra: self.actor_entra,
            impact_known: self.impact_known,
            now: now(),
        })
    }
}

/// One case: what is expected of one code; `None` is that it stays away.
type Case = (WarningCode, Option<Severity>, &'static str, World);

fn cases() -> Vec<Case> {
    let guests = json!({ "guestOrExternalUserTypes": "b2bCollaborationGuest" });
    vec![
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

fn p1_only(state: PolicyState) -> World {
    World::to(state).with(|world| world.tenant.licences = Licences { p1: true, p2: false, intune: true })
}

fn for_all(grant: Value) -> World {
    World::to(Enabled).users(json!({ "includeUsers": ["All"] })).grant(grant)
}

fn managed_by_name(world: &mut World) {
    world.set("/templateId", json!("11111111-1111-4111-8111-111111111111"));
    world.set("/displayName", json!("Microsoft-managed: Block legacy authentication"));
}

fn group(principal: &mut EmergencyPrincipal) {
    principal.object_id = GROUP;
    principal.kind = DirectoryKind::Group;
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

#[test]
fn a_plan_writes_only_its_own_field_and_nothing_for_a_no_op() {
    let plan = World::to(Enabled).plan();
    assert_eq!(plan.write, json!({ "state": "enabled" }));
    assert_eq!(plan.diff.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["state"]);
    assert_ne!(plan.base_hash, plan.desired_hash);
    assert_eq!(World::rename("x").plan().write, json!({ "displayName": "x" }));
    for nothing in [World::to(ReportOnly).plan(), World::to(Enabled).with(|w| w.document = None).plan()] {
        assert_eq!((nothing.write, nothing.diff), (json!({}), Vec::new()));
        assert_eq!(nothing.base_hash, nothing.desired_hash);
    }
}

#[test]
fn payloads_are_checked_before_there_is_a_draft() {
    let rename = |name: &str| ChangePayload::Rename { display_name: name.into() };
    for bad in ["", "   ", "a\u{7}", &"x".repeat(257)] {
        let error = validate_payload(&rename(bad)).unwrap_err();
        assert_eq!(error.path, ["rename", "displayName"]);
    }
    for good in ["a", &"é".repeat(256), &format!("  {}  ", "x".repeat(256))] {
        assert_eq!(validate_payload(&rename(good)), Ok(()));
    }
    assert_eq!(rename("  a b ").normalised(), rename("a b"));
    assert_eq!(validate_payload(&ChangePayload::StateChange { to: Enabled }), Ok(()));
}

#[test]
fn a_foreign_edit_is_a_conflict_and_a_new_dress_is_not() {
    let world = World::to(Enabled);
    let plan = world.plan();
    let base = document(world.document.clone().unwrap());
    let dry_run = domain::change::dry_run::DryRun::from_plan(domain::id::DryRunId(Uuid::nil()), plan, "d".into(), now(), 1_800);
    assert_eq!(dry_run.expires_at, now() + TimeDelta::minutes(30));
    let conflict = |live: &PolicyDocument| live_conflict(&dry_run, live, &NameTable::default(), &base);

    assert_eq!(conflict(&base), None);
    let touched = base.merged(&json!({ "modifiedDateTime": "2026-06-01T12:00:01Z", "conditions": { "platforms": null } }));
    assert_eq!(conflict(&touched), None);
    let edited = base.merged(&json!({ "conditions": { "users": { "excludeUsers": [] } }, "aNewMember": true }));
    let diff = conflict(&edited).unwrap();
    assert_eq!(diff.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["conditions.users.excludeUsers", "aNewMember"]);
    assert_eq!(diff[0].removed[0].id, BREAKGLASS.to_string());
}
