use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::signin::evaluate::{Verdict, evaluate};
use crate::signin::facts::{Directory, TenantFacts, User};
use crate::signin::places;
use crate::signin::scene::{Client, Device, FirstFactor, Platform, Proof, Registration, Risk, Scene, Target, Trust};

const GROUP: &str = "22222222-0000-0000-0000-000000000001";
const ROLE: &str = "62e90394-69f5-4237-9190-012177145e10";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const OFFICE: &str = "55555555-0000-0000-0000-000000000001";
const COUNTRY: &str = "55555555-0000-0000-0000-000000000002";

fn user() -> User {
    User {
        id: "11111111-0000-0000-0000-000000000001".into(),
        display_name: "Mira Nagy".into(),
        principal_name: "mira@x.example".into(),
        country: "NL".into(),
        department: "Sales".into(),
        enabled: true,
        guest_type: None,
        home_tenant: None,
        groups: BTreeSet::from([GROUP.to_owned()]),
        roles: BTreeSet::from([ROLE.to_owned()]),
    }
}

fn at() -> DateTime<Utc> {
    "2026-03-04T10:00:00Z".parse().unwrap()
}

/// A browser on a compliant, hybrid-joined company laptop in the office, second factor not in the token but answered.
fn scene(user: &User) -> Scene<'_> {
    Scene {
        id: Uuid::from_u128(1),
        correlation_id: Uuid::from_u128(2),
        at: at(),
        user,
        client_app: EXCHANGE.into(),
        target: Target::Resource(EXCHANGE.into()),
        context: None,
        client: Client::Browser,
        platform: Platform::Windows,
        device: Device { registration: Some(laptop()), protected_app: false },
        ip: places::office(1),
        place: places::in_country("NL"),
        sign_in_risk: Risk::None,
        user_risk: Risk::None,
        flow: None,
        first_factor: FirstFactor::Accepted,
        proof: Proof { methods: &["password,sms"], in_token: None, answers: true },
        acceptance: 0,
    }
}

fn laptop() -> Registration {
    Registration { id: Uuid::from_u128(3), name: "PC-1".into(), trust: Trust::Hybrid, company: true, managed: true, compliant: true }
}

fn policy(conditions: Value, grant: Value) -> Value {
    json!({ "id": Uuid::from_u128(9), "displayName": "p", "state": "enabled", "conditions": conditions, "grantControls": grant, "sessionControls": null })
}

fn everything(extra: (&str, Value)) -> Value {
    let mut conditions =
        json!({ "clientAppTypes": ["all"], "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] } });
    if !extra.0.is_empty() {
        conditions[extra.0] = extra.1;
    }
    conditions
}

fn block() -> Value {
    json!({ "operator": "OR", "builtInControls": ["block"] })
}

fn judge(policies: &[Value], scene: &Scene<'_>) -> Verdict {
    let office = json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "id": OFFICE, "isTrusted": true, "ipRanges": [{ "cidrAddress": "203.0.113.0/26" }],
    });
    let country = json!({
        "@odata.type": "#microsoft.graph.countryNamedLocation", "id": COUNTRY, "countriesAndRegions": ["NL"], "includeUnknownCountriesAndRegions": true,
    });
    let tagged = json!({
        "id": "44444444-0000-0000-0000-000000000001", "appId": EXCHANGE, "displayName": "Exchange",
        "customSecurityAttributes": { "Gov": { "@odata.type": "#x", "Tier": "gold", "Tags": ["mail", "pii"] } },
    });
    let facts = TenantFacts::new(&Directory {
        tenant_id: Uuid::from_u128(7),
        premium: true,
        p2: true,
        users: Vec::new(),
        service_principals: vec![&tagged],
        named_locations: vec![&office, &country],
        policies: policies.iter().collect(),
        memberships: Vec::new(),
        role_assignments: Vec::new(),
    });
    evaluate(&facts, &facts.policies, scene)
}

/// Whether a blocking policy with these conditions applies.
fn applies(conditions: &Value, scene: &Scene<'_>) -> bool {
    let verdict = judge(&[policy(conditions.clone(), block())], scene);
    assert_eq!(verdict.applied[0].result == "failure", verdict.error_code == 53003);
    verdict.applied[0].result == "failure"
}

fn abroad<'a>(mut scene: Scene<'a>, country: &str) -> Scene<'a> {
    scene.place = places::in_country(country);
    scene.ip = places::public(scene.place, 5);
    scene
}

#[test]
fn users_are_a_union_and_exclusion_wins() {
    let member = user();
    let guest = User { guest_type: Some("b2bCollaborationGuest"), groups: BTreeSet::new(), roles: BTreeSet::new(), ..user() };
    let kinds = |kinds: &str| json!({ "includeGuestsOrExternalUsers": { "guestOrExternalUserTypes": kinds, "externalTenants": { "membershipKind": "all" } } });
    for (users, for_member, for_guest) in [
        (json!({ "includeUsers": ["All"] }), true, true),
        (json!({ "includeUsers": ["None"] }), false, false),
        (json!({ "includeUsers": [] }), false, false),
        (json!({ "includeUsers": ["11111111-0000-0000-0000-000000000001"] }), true, true),
        (json!({ "includeUsers": ["GuestsOrExternalUsers"] }), false, true),
        (json!({ "includeGroups": [GROUP] }), true, false),
        (json!({ "includeRoles": [ROLE] }), true, false),
        (kinds("internalGuest,b2bCollaborationGuest"), false, true),
        (kinds("serviceProvider"), false, false),
        (json!({ "includeUsers": ["All"], "excludeGroups": [GROUP] }), false, true),
        (json!({ "includeUsers": ["All"], "excludeRoles": [ROLE] }), false, true),
        (json!({ "includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"] }), true, false),
        (json!({ "includeUsers": ["All"], "excludeUsers": ["11111111-0000-0000-0000-000000000001"] }), false, false),
    ] {
        let conditions = everything(("users", users.clone()));
        assert_eq!((applies(&conditions, &scene(&member)), applies(&conditions, &scene(&guest))), (for_member, for_guest), "{users}");
    }
}

#[test]
fn targets() {
    let user = user();
    let action = Scene { target: Target::Action("urn:user:registersecurityinfo"), ..scene(&user) };
    let contextual = Scene { context: Some("c1".into()), ..scene(&user) };
    let filter = |mode: &str, rule: &str| json!({ "includeApplications": ["All"], "applicationFilter": { "mode": mode, "rule": rule } });
    for (applications, [plain, on_action, with_context]) in [
        (json!({ "includeApplications": ["All"] }), [true, true, true]),
        (json!({ "includeApplications": ["None"] }), [false, false, false]),
        (json!({ "includeApplications": [EXCHANGE] }), [true, false, true]),
        (json!({ "includeApplications": ["Office365"] }), [true, false, true]),
        (json!({ "includeApplications": ["MicrosoftAdminPortals"] }), [false, false, false]),
        (json!({ "includeApplications": ["All"], "excludeApplications": ["Office365"] }), [false, true, false]),
        (json!({ "includeUserActions": ["urn:user:registersecurityinfo"] }), [false, true, false]),
        (json!({ "includeUserActions": ["urn:user:registerdevice"] }), [false, false, false]),
        (json!({ "includeAuthenticationContextClassReferences": ["c1"] }), [false, false, true]),
        (filter("exclude", "CustomSecurityAttribute.Gov_Tier -eq \"gold\""), [false, true, false]),
        (filter("exclude", "CustomSecurityAttribute.Gov_Tags -contains \"hr\""), [true, true, true]),
        (
            json!({ "includeApplications": [], "applicationFilter": { "mode": "include", "rule": "CustomSecurityAttribute.Gov_Tags -contains \"pii\"" } }),
            [true, false, true],
        ),
    ] {
        let conditions = everything(("applications", applications.clone()));
        let results = [applies(&conditions, &scene(&user)), applies(&conditions, &action), applies(&conditions, &contextual)];
        assert_eq!(results, [plain, on_action, with_context], "{applications}");
    }
}

#[test]
fn other_conditions() {
    let user = user();
    let none = scene(&user);
    let unregistered = Scene { device: Device { registration: None, protected_app: false }, ..scene(&user) };
    let filter = |mode: &str, rule: &str| json!({ "deviceFilter": { "mode": mode, "rule": rule } });
    for (name, condition, scene, expected) in [
        ("platforms", json!({ "includePlatforms": ["windows"] }), none.clone(), true),
        ("platforms", json!({ "includePlatforms": ["iOS"] }), none.clone(), false),
        ("platforms", json!({ "includePlatforms": ["all"], "excludePlatforms": ["windows"] }), none.clone(), false),
        // A platform that the user agent hides is what "all but the known ones" is for.
        (
            "platforms",
            json!({ "includePlatforms": ["all"], "excludePlatforms": ["windows", "macOS", "linux", "iOS", "android"] }),
            Scene { platform: Platform::Unknown, ..none.clone() },
            true,
        ),
        ("locations", json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }), none.clone(), false),
        ("locations", json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }), abroad(none.clone(), "NL"), true),
        ("locations", json!({ "includeLocations": ["All"], "excludeLocations": [OFFICE] }), none.clone(), false),
        ("locations", json!({ "includeLocations": [COUNTRY] }), abroad(none.clone(), "NL"), true),
        ("locations", json!({ "includeLocations": [COUNTRY] }), abroad(none.clone(), "RU"), false),
        ("locations", json!({ "includeLocations": [COUNTRY] }), abroad(none.clone(), ""), true),
        ("locations", json!({ "includeLocations": ["00000000-0000-0000-0000-000000000000"] }), none.clone(), false),
        ("clientAppTypes", json!(["browser"]), none.clone(), true),
        ("clientAppTypes", json!(["exchangeActiveSync", "other"]), none.clone(), false),
        ("clientAppTypes", json!(["exchangeActiveSync", "other"]), Scene { client: Client::Imap, ..none.clone() }, true),
        ("clientAppTypes", json!(["easSupported"]), Scene { client: Client::ActiveSync, ..none.clone() }, true),
        ("signInRiskLevels", json!(["high"]), none.clone(), false),
        ("signInRiskLevels", json!(["none"]), none.clone(), true),
        ("signInRiskLevels", json!(["medium", "high"]), Scene { sign_in_risk: Risk::High, ..none.clone() }, true),
        ("userRiskLevels", json!(["high"]), Scene { user_risk: Risk::Medium, ..none.clone() }, false),
        ("insiderRiskLevels", json!("elevated"), none.clone(), false),
        ("authenticationFlows", json!({ "transferMethods": "deviceCodeFlow,authenticationTransfer" }), none.clone(), false),
        (
            "authenticationFlows",
            json!({ "transferMethods": "deviceCodeFlow,authenticationTransfer" }),
            Scene { flow: Some("deviceCodeFlow"), ..none.clone() },
            true,
        ),
        ("devices", filter("include", "device.isCompliant -eq True"), none.clone(), true),
        ("devices", filter("exclude", "device.isCompliant -eq True"), none.clone(), false),
        ("devices", filter("exclude", "device.isCompliant -eq True"), unregistered.clone(), true),
        ("devices", filter("include", "device.isCompliant -ne True -and device.trustType -ne \"ServerAD\""), unregistered.clone(), true),
        ("clientApplications", json!({ "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] }), none.clone(), false),
    ] {
        assert_eq!(applies(&everything((name, condition.clone())), &scene), expected, "{name} {condition} {:?}", scene.place.country);
    }
}

#[test]
fn controls() {
    let user = user();
    let guest = User { guest_type: Some("b2bCollaborationGuest"), ..self::user() };
    let base = scene(&user);
    let silent = Scene { proof: Proof { answers: false, ..base.proof.clone() }, ..base.clone() };
    let bare = Scene { device: Device { registration: None, protected_app: false }, ..base.clone() };
    let bare_silent = Scene { device: bare.device.clone(), ..silent.clone() };
    let code = Scene { flow: Some("deviceCodeFlow"), ..base.clone() };
    let imap = Scene { client: Client::Imap, proof: Proof { methods: &[], in_token: None, answers: true }, ..base.clone() };
    let phone = Scene {
        platform: Platform::Ios,
        client: Client::Modern,
        device: Device { registration: None, protected_app: true },
        ..base.clone()
    };
    let key = Scene { proof: Proof { methods: &["fido2"], in_token: Some("fido2"), answers: true }, ..base.clone() };
    let strength =
        json!({ "operator": "OR", "builtInControls": [], "authenticationStrength": { "id": "s", "allowedCombinations": ["fido2"] } });
    let controls = |operator: &str, list: &[&str]| json!({ "operator": operator, "builtInControls": list });
    for (grant, scene, enabled, error, report_only) in [
        (controls("OR", &["mfa"]), &base, "success", 0, "reportOnlyInterrupted"),
        (controls("OR", &["mfa"]), &silent, "failure", 50076, "reportOnlyInterrupted"),
        (controls("OR", &["mfa"]), &key, "success", 0, "reportOnlySuccess"),
        (controls("OR", &["mfa"]), &imap, "failure", 50076, "reportOnlyFailure"),
        (controls("OR", &["block"]), &base, "failure", 53003, "reportOnlyFailure"),
        (controls("OR", &["compliantDevice"]), &base, "success", 0, "reportOnlySuccess"),
        (controls("OR", &["compliantDevice"]), &bare, "failure", 53000, "reportOnlyFailure"),
        (controls("OR", &["compliantDevice"]), &code, "failure", 53000, "reportOnlyFailure"),
        (controls("OR", &["domainJoinedDevice"]), &bare, "failure", 53001, "reportOnlyFailure"),
        (controls("OR", &["approvedApplication"]), &base, "failure", 53002, "reportOnlyFailure"),
        (controls("OR", &["compliantApplication"]), &base, "failure", 53009, "reportOnlyFailure"),
        (controls("OR", &["compliantApplication", "approvedApplication"]), &phone, "success", 0, "reportOnlySuccess"),
        (controls("OR", &["compliantDevice", "mfa"]), &bare_silent, "failure", 50076, "reportOnlyInterrupted"),
        (controls("AND", &["compliantDevice", "mfa"]), &bare_silent, "failure", 50076, "reportOnlyFailure"),
        (controls("AND", &["compliantDevice", "mfa"]), &bare, "failure", 53000, "reportOnlyFailure"),
        (controls("AND", &["mfa", "passwordChange"]), &base, "success", 0, "reportOnlyInterrupted"),
        (strength.clone(), &key, "success", 0, "reportOnlySuccess"),
        (strength.clone(), &base, "failure", 50076, "reportOnlyFailure"),
        (json!(null), &base, "success", 0, "reportOnlySuccess"),
    ] {
        let verdict = judge(&[policy(everything(("", Value::Null)), grant.clone())], scene);
        assert_eq!((verdict.applied[0].result, verdict.error_code), (enabled, error), "{grant}");
        assert_eq!(verdict.status, enabled, "{grant}");
        let mut watching = policy(everything(("", Value::Null)), grant.clone());
        watching["state"] = "enabledForReportingButNotEnforced".into();
        let verdict = judge(&[watching], scene);
        assert_eq!((verdict.applied[0].result, verdict.error_code, verdict.status), (report_only, 0, "notApplied"), "{grant}");
    }
    // The guest's device is known at home only.
    let at_home = Scene { user: &guest, ..base.clone() };
    assert_eq!(judge(&[policy(everything(("", Value::Null)), controls("OR", &["compliantDevice"]))], &at_home).error_code, 53000);
}

#[test]
fn block_wins_and_stops_the_prompts() {
    let user = user();
    let mfa = policy(everything(("", Value::Null)), json!({ "operator": "OR", "builtInControls": ["mfa"] }));
    let verdict = judge(&[mfa.clone(), policy(everything(("", Value::Null)), block())], &scene(&user));
    assert_eq!((verdict.error_code, verdict.status, verdict.mfa_done), (53003, "failure", false));
    assert_eq!(verdict.applied.iter().map(|applied| applied.result).collect::<Vec<_>>(), ["failure", "failure"]);
    // An answer to one policy's prompt satisfies a report-only policy too.
    let mut watching = mfa.clone();
    watching["state"] = "enabledForReportingButNotEnforced".into();
    let verdict = judge(&[mfa, watching], &scene(&user));
    assert_eq!(verdict.applied.iter().map(|applied| applied.result).collect::<Vec<_>>(), ["success", "reportOnlySuccess"]);
}

#[test]
fn states_and_first_factor() {
    let user = user();
    let states = ["enabled", "enabledForReportingButNotEnforced", "disabled"].map(|state| {
        let mut policy = policy(everything(("", Value::Null)), block());
        policy["state"] = state.into();
        policy
    });
    let results = |scene: &Scene<'_>| judge(&states, scene).applied.iter().map(|applied| applied.result).collect::<Vec<_>>();
    assert_eq!(results(&scene(&user)), ["failure", "reportOnlyFailure", "notEnabled"]);
    let wrong = Scene { first_factor: FirstFactor::WrongPassword, ..scene(&user) };
    assert_eq!(results(&wrong), ["notApplied", "reportOnlyNotApplied", "notEnabled"]);
    assert_eq!((judge(&states, &wrong).error_code, judge(&states, &wrong).status), (50126, "notApplied"));
    // User actions are out of scope in report-only mode.
    let action = Scene { target: Target::Action("urn:user:registerdevice"), ..scene(&user) };
    assert_eq!(results(&action), ["failure", "reportOnlyNotApplied", "notEnabled"]);
}

#[test]
fn names_of_enforced_controls() {
    let user = user();
    let mut session = policy(
        everything(("", Value::Null)),
        json!({ "operator": "AND", "builtInControls": ["mfa", "compliantDevice"], "termsOfUse": [] }),
    );
    session["sessionControls"] = json!({ "signInFrequency": { "isEnabled": true }, "persistentBrowser": null });
    let applied = &judge(&[session.clone()], &scene(&user)).applied[0];
    assert_eq!((&applied.grant_controls, &applied.session_controls), (&vec!["Mfa", "RequireCompliantDevice"], &vec!["SignInFrequency"]));
    // Token protection is a session control that can fail.
    session["grantControls"] = Value::Null;
    session["sessionControls"] = json!({ "secureSignInSession": { "isEnabled": true } });
    assert_eq!(judge(&[session.clone()], &scene(&user)).error_code, 53003);
    assert_eq!(judge(&[session], &Scene { client: Client::Modern, ..scene(&user) }).error_code, 0);
}
