//! A sign-in in Graph's shape (graph-api.md section 14).

use serde_json::{Value, json};

use super::evaluate::Verdict;
use super::facts::TenantFacts;
use super::scene::{Client, Risk, Scene, Target};

pub(super) fn sign_in(facts: &TenantFacts, scene: &Scene<'_>, verdict: &Verdict) -> Value {
    let resource = match &scene.target {
        Target::Resource(app_id) => app_id,
        Target::Action(_) => &scene.client_app,
    };
    let (failure_reason, details) = status_texts(verdict);
    json!({
        "id": scene.id,
        "createdDateTime": scene.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "userDisplayName": scene.user.display_name,
        "userPrincipalName": scene.user.principal_name.to_lowercase(),
        "userId": scene.user.id,
        "appId": scene.client_app,
        "appDisplayName": facts.app_name(&scene.client_app),
        "ipAddress": scene.ip.to_string(),
        "clientAppUsed": scene.client.logged(),
        "correlationId": scene.correlation_id,
        "conditionalAccessStatus": verdict.status,
        "isInteractive": true,
        "riskDetail": "none",
        "riskLevelAggregated": risk(facts, scene.user_risk.max(scene.sign_in_risk)),
        "riskLevelDuringSignIn": risk(facts, scene.sign_in_risk),
        "riskState": if facts.p2 && scene.sign_in_risk > Risk::None { "atRisk" } else { "none" },
        "riskEventTypes_v2": risk_events(facts, scene),
        "resourceDisplayName": facts.app_name(resource),
        "resourceId": resource,
        "status": { "errorCode": verdict.error_code, "failureReason": failure_reason, "additionalDetails": details },
        "deviceDetail": device(scene),
        "location": {
            "city": scene.place.city, "state": scene.place.state, "countryOrRegion": scene.place.country,
            "geoCoordinates": { "altitude": null, "latitude": scene.place.latitude, "longitude": scene.place.longitude },
        },
        "appliedConditionalAccessPolicies": facts.policies.iter().zip(&verdict.applied).map(|(policy, applied)| json!({
            "id": policy.id, "displayName": policy.display_name, "enforcedGrantControls": applied.grant_controls,
            "enforcedSessionControls": applied.session_controls, "result": applied.result,
        })).collect::<Vec<_>>(),
    })
}

/// Without P2 the log shows that there is a level, but not which.
fn risk(facts: &TenantFacts, level: Risk) -> &'static str {
    if facts.p2 { level.text() } else { "hidden" }
}

fn risk_events(facts: &TenantFacts, scene: &Scene<'_>) -> Vec<&'static str> {
    match scene.sign_in_risk {
        _ if !facts.p2 => Vec::new(),
        Risk::None => Vec::new(),
        Risk::Low => vec!["unfamiliarFeatures"],
        Risk::Medium => vec!["unlikelyTravel"],
        Risk::High => vec!["maliciousIPAddress"],
    }
}

fn device(scene: &Scene<'_>) -> Value {
    let browser = match scene.client {
        Client::Browser => "Edge 141.0.0",
        _ => "",
    };
    match &scene.device.registration {
        Some(device) => json!({
            "deviceId": device.id, "displayName": device.name, "operatingSystem": scene.platform.logged(), "browser": browser,
            "isCompliant": device.compliant, "isManaged": device.managed, "trustType": device.trust.logged(),
        }),
        None => json!({
            "deviceId": "", "displayName": "", "operatingSystem": scene.platform.logged(), "browser": browser, "isCompliant": false, "isManaged": false,
            "trustType": "",
        }),
    }
}

fn status_texts(verdict: &Verdict) -> (&'static str, Option<&'static str>) {
    match verdict.error_code {
        0 if verdict.mfa_done => ("Other.", Some("MFA completed in Azure AD")),
        0 => ("Other.", None),
        50053 => ("The account is locked, you've tried to sign in too many times with an incorrect user ID or password.", None),
        50076 => (
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to \
             access the resource.",
            Some("MFA required in Azure AD"),
        ),
        50126 => ("Error validating credentials due to invalid username or password.", None),
        50142 => ("Password change is required due to a conditional access policy.", None),
        50158 => ("External security challenge was not satisfied.", None),
        53000 => (
            "Device is not in required device state. Conditional Access policy requires a compliant device, and the device is not compliant.",
            None,
        ),
        53001 => (
            "Device is not in required device state. Conditional Access policy requires a domain joined device, and the device is not domain joined.",
            None,
        ),
        53002 => ("Application used is not an approved application for Conditional Access.", None),
        53009 => ("Application needs to enforce Intune protection policies.", None),
        _ => ("Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.", None),
    }
}
