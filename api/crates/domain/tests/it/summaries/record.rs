//! One entry of Graph's log as facts, v1.0 and beta; each line names where its rule is from.

use domain::signin::{ClientApp, Device, Platform, Target, TransferMethod, TrustType, UserAction, UserKind};
use domain::summary::record::{Record, Unreadable, read};
use domain::summary::{AccessStatus, AppliedResult};
use serde_json::{Value, json};
use uuid::Uuid;

const POLICY: &str = "0a0a0a0a-0000-4000-8000-000000000001";

/// A v1.0 entry as graph-api.md section 14 shows it.
fn v1() -> Value {
    json!({
        "id": "66ea54eb-6301-4ee5-be62-ff5a759b0100", "createdDateTime": "2026-11-20T09:00:00.1234567Z", "userDisplayName": "Ada",
        "userPrincipalName": "ada@contoso.com", "userId": "11111111-0000-4000-8000-000000000001", "appId": "DE8BC8B5-D9F9-48B1-A8AD-B748DA725064",
        "appDisplayName": "Graph explorer", "ipAddress": "131.107.159.37", "clientAppUsed": "Browser", "conditionalAccessStatus": "success",
        "isInteractive": true, "riskLevelAggregated": "none", "riskLevelDuringSignIn": "low", "resourceDisplayName": "Microsoft Graph",
        "resourceId": "00000003-0000-0000-c000-000000000000", "status": { "errorCode": 0, "failureReason": null, "additionalDetails": null },
        "deviceDetail": { "deviceId": "", "displayName": null, "operatingSystem": "Windows 10", "browser": "Edge", "isCompliant": null,
            "isManaged": null, "trustType": null },
        "location": { "city": "Redmond", "state": "Washington", "countryOrRegion": "us", "geoCoordinates": {} },
        "appliedConditionalAccessPolicies": [
            { "id": POLICY, "displayName": "MFA", "enforcedGrantControls": ["Mfa"], "result": "success" },
            { "id": "0a0a0a0a-0000-4000-8000-000000000002", "result": "notApplied" },
            { "id": "0a0a0a0a-0000-4000-8000-000000000003", "result": "reportOnlyInterrupted" },
        ],
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut entry = v1();
    match path.split_once('/') {
        Some((outer, inner)) => entry[outer][inner] = value,
        None => entry[path] = value,
    }
    entry
}

fn record(entry: &Value) -> Record {
    read(&entry.to_string()).unwrap()
}

#[test]
fn a_v1_entry() {
    let record = record(&v1());
    assert_eq!(record.at.to_rfc3339(), "2026-11-20T09:00:00.123456700+00:00");
    assert_eq!((record.person.name.as_str(), record.person.workload, record.person.kind), ("ada@contoso.com", false, None));
    assert_eq!(record.asked.target, Target::Resource("00000003-0000-0000-c000-000000000000".into()));
    assert_eq!(record.asked.client_id, "de8bc8b5-d9f9-48b1-a8ad-b748da725064");
    assert_eq!(record.place.country, Some(Some("US".into())));
    assert_eq!(record.device, Some(Device::Unregistered));
    let traits = &record.traits;
    assert_eq!((traits.client, traits.platform), (Some(ClientApp::Browser), Some(Some(Platform::Windows))));
    assert_eq!(traits.sign_in_risk.map(|risk| risk.as_str()), Some("low"));
    // v1.0 tells none of these.
    assert_eq!((&traits.contexts, traits.transfer, traits.user_risk, traits.proofs.mfa), (&None, None, None, None));
    assert_eq!((record.outcome.error_code, record.outcome.status, record.outcome.told), (0, AccessStatus::Success, true));
    assert_eq!(
        record.outcome.results,
        [
            (Uuid::parse_str(POLICY).unwrap(), AppliedResult::Success),
            (Uuid::parse_str("0a0a0a0a-0000-4000-8000-000000000003").unwrap(), AppliedResult::ReportOnlyInterrupted)
        ]
    );
}

#[test]
fn beta_tells_more() {
    let mut entry = v1();
    entry["userType"] = json!("guest");
    entry["crossTenantAccessType"] = json!("b2bCollaboration");
    entry["homeTenantId"] = json!("22222222-0000-4000-8000-000000000001");
    entry["originalTransferMethod"] = json!("deviceCodeFlow");
    entry["authenticationContextClassReferences"] = json!([{ "id": "c1", "detail": "required" }]);
    entry["authenticationRequirement"] = json!("multiFactorAuthentication");
    entry["authenticationDetails"] = json!([
        { "authenticationMethod": "Password", "succeeded": true, "authenticationStepRequirement": "Primary authentication" },
        { "authenticationMethod": "Mobile app notification", "succeeded": true, "authenticationStepResultDetail": "MFA completed in Azure AD" },
    ]);
    let record = record(&entry);
    assert_eq!(record.person.kind, Some(UserKind::B2bCollaborationGuest));
    assert_eq!(record.person.home_tenant, Uuid::parse_str("22222222-0000-4000-8000-000000000001").ok());
    assert_eq!(record.traits.transfer, Some(Some(TransferMethod::DeviceCodeFlow)));
    assert_eq!(record.traits.contexts, Some(["c1".to_owned()].into()));
    assert_eq!(record.traits.proofs.mfa, Some(true));
    assert_eq!(record.traits.proofs.combinations, Some(["password,microsoftAuthenticatorPush".to_owned()].into()));
}

#[test]
fn whether_a_second_factor_was_proven() {
    let password =
        json!({ "authenticationMethod": "Password", "succeeded": true, "authenticationStepRequirement": "Primary authentication" });
    let earlier = json!({ "authenticationMethod": "Previously satisfied", "succeeded": true, "authenticationStepRequirement": "Primary authentication" });
    let key = json!({ "authenticationMethod": "FIDO2 security key", "succeeded": true, "authenticationStepRequirement": "Primary authentication" });
    let cases = [
        ("singleFactorAuthentication", 0, json!([password]), Some(false)),
        // The token may hold the claim that nobody asked for.
        ("singleFactorAuthentication", 0, json!([earlier]), None),
        ("singleFactorAuthentication", 0, json!([key]), Some(true)),
        ("multiFactorAuthentication", 0, json!([earlier]), Some(true)),
        ("multiFactorAuthentication", 50076, json!([password]), Some(false)),
        ("unknownFutureValue", 0, json!([password]), None),
        ("", 0, json!(null), None),
    ];
    for (requirement, error, steps, expected) in cases {
        let mut entry = with("status/errorCode", json!(error));
        entry["authenticationRequirement"] = json!(requirement);
        entry["authenticationDetails"] = steps.clone();
        assert_eq!(record(&entry).traits.proofs.mfa, expected, "{requirement} {error} {steps}");
    }
    let said = with("status/additionalDetails", json!("MFA requirement satisfied by claim in the token"));
    assert_eq!(record(&said).traits.proofs.mfa, Some(true), "v1.0 says it in the status");
}

#[test]
fn devices() {
    let mut entry = v1();
    for (trust, expected) in [
        ("Azure AD joined", Some(TrustType::AzureAd)),
        ("Hybrid Azure AD joined", Some(TrustType::ServerAd)),
        ("Azure AD registered", Some(TrustType::Workplace)),
        ("Microsoft Entra joined", Some(TrustType::AzureAd)),
        ("Microsoft Entra hybrid joined", Some(TrustType::ServerAd)),
        ("something new", None),
    ] {
        entry["deviceDetail"] = json!({ "deviceId": "ABC", "isCompliant": false, "isManaged": true, "trustType": trust });
        let Some(Device::Registered(device)) = record(&entry).device else { panic!("{trust}") };
        assert_eq!((device.trust, device.compliant, device.device_id.as_deref()), (expected, Some(false), Some("abc")), "{trust}");
        assert_eq!(device.ownership, None, "the log doesn't tell");
    }
    entry["deviceDetail"] = Value::Null;
    assert_eq!((record(&entry).device, record(&entry).traits.platform), (None, None));
}

#[test]
fn clients_and_platforms() {
    for (text, expected) in [
        ("Mobile Apps and Desktop clients", Some(ClientApp::MobileAppsAndDesktopClients)),
        ("Exchange ActiveSync", Some(ClientApp::ExchangeActiveSync)),
        ("IMAP4", Some(ClientApp::Other)),
        ("Other clients; IMAP", Some(ClientApp::Other)),
        ("", None),
        ("Telepathy", None),
    ] {
        assert_eq!(record(&with("clientAppUsed", json!(text))).traits.client, expected, "{text}");
    }
    for (text, expected) in [
        ("MacOs", Some(Some(Platform::MacOs))),
        ("Ios 18", Some(Some(Platform::Ios))),
        ("Windows Phone 10", Some(Some(Platform::WindowsPhone))),
        ("Android 15", Some(Some(Platform::Android))),
        ("Linux", Some(Some(Platform::Linux))),
        ("ChromeOS", Some(None)),
        ("", Some(None)),
        ("BeOS", None),
    ] {
        assert_eq!(record(&with("deviceDetail/operatingSystem", json!(text))).traits.platform, expected, "{text}");
    }
}

#[test]
fn user_actions_are_told_by_what_is_asked_for() {
    let asked = |id: &str| record(&with("resourceId", json!(id))).asked.target;
    assert_eq!(asked("01CB2876-7EBD-4AA4-9CC9-D28BD4D359A9"), Target::Action(UserAction::RegisterDevice));
    assert_eq!(asked("19db86c3-b2b9-44cc-b339-36da233a3be2"), Target::Action(UserAction::RegisterSecurityInfo));
    assert_eq!(asked(""), Target::Resource("de8bc8b5-d9f9-48b1-a8ad-b748da725064".into()), "old entries name no resource");
}

#[test]
fn unknown_is_never_no() {
    let hidden = record(&with("riskLevelDuringSignIn", json!("hidden")));
    assert_eq!(hidden.traits.sign_in_risk, None);
    let nowhere = record(&with("ipAddress", json!("not an address")));
    assert_eq!(nowhere.place.ip, None);
    let untold = record(&with("appliedConditionalAccessPolicies", json!([])));
    assert!(!untold.outcome.told, "an application that may not read policies is shown none (graph-api.md section 14)");
    let masked = record(&with("appliedConditionalAccessPolicies", json!([{ "id": POLICY, "result": "unknownFutureValue" }])));
    assert!(masked.masked(), "P32");
    let newer = record(&with("appliedConditionalAccessPolicies", json!([{ "id": POLICY, "result": "reportOnlyPerhaps" }])));
    assert!(newer.masked(), "a result that this release doesn't know");
}

#[test]
fn workloads_and_what_cannot_be_counted() {
    let mut entry = v1();
    entry["userId"] = json!("");
    assert_eq!(read(&entry.to_string()), Err(Unreadable::Identity));
    entry["servicePrincipalId"] = json!("33333333-0000-4000-8000-000000000001");
    entry["servicePrincipalName"] = json!("Backup");
    let workload = record(&entry).person;
    assert_eq!((workload.workload, workload.name.as_str()), (true, "Backup"));
    assert_eq!(read(&with("id", Value::Null).to_string()), Err(Unreadable::Id));
    assert_eq!(read(&with("createdDateTime", json!("yesterday")).to_string()), Err(Unreadable::Time));
    for broken in ["", "7", "null", r#"{"id":7}"#, &"[".repeat(10_000)] {
        assert!(matches!(read(broken), Err(Unreadable::Shape(_))), "{broken:.20}");
    }
    let other = record(&with("id", json!("not-a-guid"))).id;
    assert_eq!(other, record(&with("id", json!("not-a-guid"))).id);
    assert_ne!(other, record(&with("id", json!("not-a-guid-either"))).id);
}

#[test]
fn texts_are_bounded() {
    let long = "é".repeat(100_000);
    let mut entry = with("userPrincipalName", json!(long));
    entry["resourceId"] = json!(long);
    entry["deviceDetail"]["deviceId"] = json!(long);
    let record = record(&entry);
    assert_eq!(record.person.name.chars().count(), 256);
    assert!(matches!(&record.asked.target, Target::Resource(id) if id.chars().count() == 128));
}
