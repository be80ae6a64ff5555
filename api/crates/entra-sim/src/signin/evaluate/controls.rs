//! What a policy asks for, and how the sign-in stands to it.

use serde_json::Value;

use crate::ca::json::{any, at, text, texts};
use crate::signin::facts::Policy;
use crate::signin::scene::{Platform, Scene, Trust};

/// How far a sign-in meets a demand; the better, the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Satisfied,
    /// A prompt could still satisfy it.
    NeedsUser,
    Failed,
}

/// Demands in the reverse of the order in which they are asked: the greatest unmet one gives the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Control {
    TokenProtection,
    CustomFactor,
    Terms,
    PasswordChange,
    AppProtection,
    ApprovedApp,
    HybridDevice,
    CompliantDevice,
    Mfa,
    Block,
}

impl Control {
    /// The AADSTS number of the refusal.
    pub(super) fn error_code(self) -> u32 {
        match self {
            Control::Block | Control::TokenProtection => 53003,
            Control::Mfa => 50076,
            Control::CompliantDevice => 53000,
            Control::HybridDevice => 53001,
            Control::ApprovedApp => 53002,
            Control::AppProtection => 53009,
            Control::PasswordChange => 50142,
            Control::Terms | Control::CustomFactor => 50158,
        }
    }
}

/// Whether the policy blocks.
pub(super) fn blocks(policy: &Policy) -> bool {
    any(&policy.document, &["grantControls", "builtInControls"], |control| control == "block")
}

/// How the sign-in stands to all that the policy asks, and to which demand it owes that. `answered`: the user answers prompts.
pub(super) fn standing(policy: &Policy, scene: &Scene<'_>, answered: bool) -> (Standing, Option<Control>) {
    let grant = at(&policy.document, &["grantControls"]);
    let demands = demands(grant, scene, answered);
    // AND is as bad as its worst demand and owes it to the first unmet one; OR is as good as its best, of equals the one that would be asked first.
    let granted = if text(grant, &["operator"]) == Some("OR") {
        demands.into_iter().min_by_key(|(standing, control)| (*standing, std::cmp::Reverse(*control)))
    } else {
        let first_unmet = demands.iter().filter(|(standing, _)| *standing != Standing::Satisfied).map(|(_, control)| *control).max();
        let worst = demands.iter().map(|(standing, _)| *standing).max();
        worst.map(|standing| (standing, first_unmet.unwrap_or(Control::TokenProtection)))
    };
    let session = session(&policy.document, scene);
    let (standing, control) = granted.into_iter().chain(session).max().unwrap_or((Standing::Satisfied, Control::TokenProtection));
    (standing, (standing != Standing::Satisfied).then_some(control))
}

/// Whether the policy would ask the user for something: any open demand of an AND, or an OR whose best demand is open.
pub(super) fn prompts(policy: &Policy, scene: &Scene<'_>) -> bool {
    let grant = at(&policy.document, &["grantControls"]);
    let mut standings = demands(grant, scene, false).into_iter().map(|(standing, _)| standing);
    if text(grant, &["operator"]) == Some("OR") {
        standings.min() == Some(Standing::NeedsUser)
    } else {
        standings.any(|standing| standing == Standing::NeedsUser)
    }
}

fn demands(grant: &Value, scene: &Scene<'_>, answered: bool) -> Vec<(Standing, Control)> {
    let mut demands: Vec<(Standing, Control)> =
        texts(grant, &["builtInControls"]).into_iter().filter_map(|control| built_in(control, scene, answered)).collect();
    if let Some(combinations) = at(grant, &["authenticationStrength"]).get("allowedCombinations").and_then(Value::as_array) {
        demands.push((proven(scene, answered, |method| combinations.iter().any(|allowed| allowed == method)), Control::Mfa));
    }
    let interactive = prompt(scene, answered);
    demands.extend(texts(grant, &["termsOfUse"]).into_iter().map(|id| {
        let accepted = accepted(id, scene.acceptance);
        (if accepted { Standing::Satisfied } else { interactive }, Control::Terms)
    }));
    demands.extend(texts(grant, &["customAuthenticationFactors"]).into_iter().map(|_| (interactive, Control::CustomFactor)));
    demands
}

fn built_in(control: &str, scene: &Scene<'_>, answered: bool) -> Option<(Standing, Control)> {
    let registration = scene.device.registration.as_ref();
    // An internal guest has its account, and its device, here.
    let external = scene.user.guest_type.is_some_and(|kind| kind != "internalGuest");
    // A session begun with a device code proves nothing about the device; an external user's device is known at home only.
    let device_counts = scene.flow != Some("deviceCodeFlow") && !external;
    let fixed = |held: bool| if held { Standing::Satisfied } else { Standing::Failed };
    let protected = scene.device.protected_app && scene.platform.is_mobile() && !external;
    Some(match control {
        "block" => (Standing::Failed, Control::Block),
        "mfa" => (proven(scene, answered, |_| true), Control::Mfa),
        "compliantDevice" => (fixed(device_counts && registration.is_some_and(|device| device.compliant)), Control::CompliantDevice),
        "domainJoinedDevice" => {
            (fixed(device_counts && registration.is_some_and(|device| device.trust == Trust::Hybrid)), Control::HybridDevice)
        }
        "approvedApplication" => (fixed(protected), Control::ApprovedApp),
        "compliantApplication" => (fixed(protected), Control::AppProtection),
        // Only a home account can change its password here, and remediation is for members alone.
        "passwordChange" if external => (Standing::Failed, Control::PasswordChange),
        "riskRemediation" if scene.user.guest_type.is_some() => (Standing::Failed, Control::PasswordChange),
        "passwordChange" | "riskRemediation" => (prompt(scene, answered), Control::PasswordChange),
        _ => return None,
    })
}

/// A second factor that satisfies: in the token, or answered to a prompt, or possible.
fn proven(scene: &Scene<'_>, answered: bool, satisfies: impl Fn(&str) -> bool) -> Standing {
    let possible = scene.proof.methods.iter().any(|method| satisfies(method));
    match scene.proof.in_token {
        Some(method) if satisfies(method) => Standing::Satisfied,
        _ if possible && answered => Standing::Satisfied,
        _ if possible => Standing::NeedsUser,
        _ => Standing::Failed,
    }
}

/// A demand that only an answer satisfies; legacy clients can't show it.
fn prompt(scene: &Scene<'_>, answered: bool) -> Standing {
    match (scene.client.is_legacy(), answered) {
        (true, _) => Standing::Failed,
        (false, true) => Standing::Satisfied,
        (false, false) => Standing::NeedsUser,
    }
}

/// Nine in ten have accepted any given terms before.
pub(in crate::signin) fn accepted(terms: &str, number: u64) -> bool {
    let mixed = terms.bytes().fold(number, |mixed, byte| mixed.rotate_left(5) ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) % 10 != 0
}

/// Token protection is the one session control that can fail: it needs a registered Windows device and a native client.
fn session(document: &Value, scene: &Scene<'_>) -> Option<(Standing, Control)> {
    let wanted = at(document, &["sessionControls", "secureSignInSession", "isEnabled"]) == &Value::Bool(true);
    (wanted && !bound(scene)).then_some((Standing::Failed, Control::TokenProtection))
}

/// Whether the session's token is bound to its device.
pub(in crate::signin) fn bound(scene: &Scene<'_>) -> bool {
    scene.device.registration.is_some()
        && scene.platform == Platform::Windows
        && scene.client == crate::signin::scene::Client::Modern
        && scene.flow.is_none()
}

/// `enforcedGrantControls`.
pub(super) fn grant_names(policy: &Policy) -> Vec<&'static str> {
    let grant = at(&policy.document, &["grantControls"]);
    let mut names: Vec<&'static str> = texts(grant, &["builtInControls"])
        .into_iter()
        .filter_map(|control| {
            Some(match control {
                "block" => "Block",
                "mfa" => "Mfa",
                "compliantDevice" => "RequireCompliantDevice",
                "domainJoinedDevice" => "RequireDomainJoinedDevice",
                "approvedApplication" => "RequireApprovedApp",
                "compliantApplication" => "RequireCompliantApp",
                "passwordChange" => "RequirePasswordChange",
                "riskRemediation" => "RequireRiskRemediation",
                _ => return None,
            })
        })
        .collect();
    if at(grant, &["authenticationStrength"]).is_object() {
        names.push("RequireAuthenticationStrength");
    }
    if !texts(grant, &["termsOfUse"]).is_empty() {
        names.push("TermsOfUse");
    }
    names
}

/// `enforcedSessionControls`.
pub(super) fn session_names(policy: &Policy) -> Vec<&'static str> {
    [
        ("applicationEnforcedRestrictions", "AppEnforcedRestrictions"),
        ("cloudAppSecurity", "CloudAppSecurity"),
        ("signInFrequency", "SignInFrequency"),
        ("persistentBrowser", "PersistentBrowserSession"),
        ("secureSignInSession", "SecureSignInSession"),
    ]
    .into_iter()
    .filter(|(member, _)| at(&policy.document, &["sessionControls", member]).is_object())
    .map(|(_, name)| name)
    .collect()
}
