//! What a policy demands of those it reaches (ca-semantics.md sections 7 and 9).

use serde_json::Value;

use crate::document::Canonical;

/// Whether the policy blocks, or demands MFA, a strength or a device. Every built-in control does one of them, and one that we don't
/// know is taken to. Terms of use and most session controls lock nobody out.
pub(super) fn locks_out(policy: &Canonical) -> bool {
    controls(policy).next().is_some()
        || policy.texts(&["grantControls", "customAuthenticationFactors"]).next().is_some()
        || has_strength(policy)
        || binds_tokens_to_devices(policy)
}

/// Why Graph would refuse the grant controls as they are; `None` when it would not.
pub(super) fn impossible_grant(policy: &Canonical) -> Option<&'static str> {
    let count = ["builtInControls", "customAuthenticationFactors", "termsOfUse"].map(|list| policy.texts(&["grantControls", list]).count());
    let all = count.iter().sum::<usize>() + usize::from(has_strength(policy));
    if all > 1 && controls(policy).any(|control| control == "block") {
        return Some("Graph refuses block beside any other grant control: keep one of them");
    }
    if has_strength(policy) && controls(policy).any(|control| control == "mfa") {
        return Some("Graph refuses mfa beside an authentication strength: keep one of them");
    }
    None
}

/// The field by which the policy needs Entra ID P2; `None` when it does not.
pub(super) fn needs_p2(policy: &Canonical) -> Option<String> {
    let risks = [["conditions", "signInRiskLevels"], ["conditions", "userRiskLevels"]];
    let tested = risks.iter().find(|path| policy.texts(*path).next().is_some()).map(|path| path.join("."));
    tested.or_else(|| controls(policy).any(|control| control == "riskRemediation").then(|| "grantControls.builtInControls".to_owned()))
}

/// Whether the policy is about user actions instead of resources.
pub(super) fn targets_user_actions(policy: &Canonical) -> bool {
    policy.texts(&["conditions", "applications", "includeUserActions"]).next().is_some()
}

fn controls(policy: &Canonical) -> impl Iterator<Item = &str> {
    policy.texts(&["grantControls", "builtInControls"])
}

fn has_strength(policy: &Canonical) -> bool {
    policy.at(&["grantControls", "authenticationStrength"]).is_some()
}

/// Token protection: a session control in name, but it demands a registered device.
fn binds_tokens_to_devices(policy: &Canonical) -> bool {
    policy.at(&["sessionControls", "secureSignInSession", "isEnabled"]) == Some(&Value::Bool(true))
}
