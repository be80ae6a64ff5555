//! What beta's `signIn` tells beyond v1.0 (graph-api.md section 14): how the user authenticated, who it is, how the session came about.

use serde_json::{Value, json};
use uuid::Uuid;

use super::evaluate::Verdict;
use super::facts::{TenantFacts, User};
use super::scene::{FirstFactor, Scene};

/// The members that this module adds.
pub(super) const MEMBERS: [&str; 10] = [
    "authenticationContextClassReferences",
    "authenticationDetails",
    "authenticationProtocol",
    "authenticationRequirement",
    "crossTenantAccessType",
    "homeTenantId",
    "originalTransferMethod",
    "servicePrincipalId",
    "signInEventTypes",
    "userType",
];

/// A v1.0 sign-in with beta's members.
pub(super) fn with(mut sign_in: Value, facts: &TenantFacts, scene: &Scene<'_>, verdict: &Verdict) -> Value {
    let contexts: Vec<Value> = scene.context.iter().map(|id| json!({ "id": id, "detail": "required" })).collect();
    let required = required(verdict);
    let crossing = crossing(scene.user);
    let members = [
        json!(contexts),
        json!(steps(scene, verdict, required)),
        json!(if scene.flow == Some("deviceCodeFlow") { "deviceCode" } else { "none" }),
        json!(if required { "multiFactorAuthentication" } else { "singleFactorAuthentication" }),
        json!(crossing),
        json!(home(facts, scene.user, crossing)),
        json!(scene.flow.unwrap_or("none")),
        json!(""),
        json!(["interactiveUser"]),
        json!(if matches!(scene.user.guest_type, None | Some("b2bCollaborationMember")) { "member" } else { "guest" }),
    ];
    for (name, value) in MEMBERS.into_iter().zip(members) {
        sign_in[name] = value;
    }
    sign_in
}

/// Whether an enforced policy that applied asked for a second factor.
fn required(verdict: &Verdict) -> bool {
    let asks = |name: &&str| matches!(*name, "Mfa" | "RequireAuthenticationStrength");
    verdict.applied.iter().any(|applied| matches!(applied.result, "success" | "failure") && applied.grant_controls.iter().any(asks))
}

fn crossing(user: &User) -> &'static str {
    match user.guest_type {
        Some("b2bCollaborationGuest" | "b2bCollaborationMember") => "b2bCollaboration",
        Some("b2bDirectConnectUser") => "b2bDirectConnect",
        Some("serviceProvider") => "serviceProvider",
        _ => "none",
    }
}

/// The simulator's guests come from tenants that it doesn't hold; which one follows from the guest.
fn home(facts: &TenantFacts, user: &User, crossing: &str) -> Uuid {
    match crossing {
        "none" => facts.tenant_id,
        _ => Uuid::try_parse(&user.id).map_or(facts.tenant_id, |id| Uuid::from_u128(id.as_u128().rotate_left(64))),
    }
}

/// The steps as the portal's "Authentication details" shows them: what was typed in or held up now, or that an earlier token vouches for it.
fn steps(scene: &Scene<'_>, verdict: &Verdict, required: bool) -> Vec<Value> {
    let step = |method: &str, succeeded: bool, requirement: &str, detail: &str| {
        json!({
            "authenticationStepDateTime": scene.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "authenticationMethod": method,
            "authenticationMethodDetail": null, "succeeded": succeeded, "authenticationStepResultDetail": detail,
            "authenticationStepRequirement": requirement,
        })
    };
    let primary = "Primary authentication";
    if scene.first_factor != FirstFactor::Accepted {
        return vec![step("Password", false, primary, "Invalid username or password")];
    }
    if scene.proof.in_token.is_some() && !verdict.mfa_done {
        let mut steps = vec![step("Previously satisfied", true, primary, "First factor requirement satisfied by claim in the token")];
        if required {
            steps.push(step("Previously satisfied", true, "Multifactor authentication", "MFA requirement satisfied by claim in the token"));
        }
        return steps;
    }
    let used = scene.proof.methods.first().copied().filter(|_| verdict.mfa_done);
    match used.map(shown) {
        Some((first, None)) => vec![step(first, true, primary, "MFA completed in Azure AD")],
        Some((first, Some(second))) => vec![
            step(first, true, primary, "Correct password"),
            step(second, true, "Multifactor authentication", "MFA completed in Azure AD"),
        ],
        None => {
            let mut steps = vec![step("Password", true, primary, "Correct password")];
            if required {
                steps.push(step("", false, "Multifactor authentication", "MFA required in Azure AD"));
            }
            steps
        }
    }
}

/// A combination as the log names its methods.
fn shown(combination: &str) -> (&'static str, Option<&'static str>) {
    match combination {
        "fido2" => ("FIDO2 security key", None),
        "windowsHelloForBusiness" => ("Windows Hello for Business", None),
        "password,sms" => ("Password", Some("Text message")),
        "password,softwareOath" => ("Password", Some("OATH verification code")),
        _ => ("Password", Some("Mobile app notification")),
    }
}
