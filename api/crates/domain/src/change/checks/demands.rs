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

/// Where the policy needs Entra ID P2 (ca-semantics.md sections 5 and 15): any element of the list, or the control named.
pub(super) const NEEDS_P2: [([&str; 2], Option<&str>); 3] = [
    (["conditions", "signInRiskLevels"], None),
    (["conditions", "userRiskLevels"], None),
    (["grantControls", "builtInControls"], Some("riskRemediation")),
];

/// Whether all of several controls are demanded; the canonical form knows no operator AND beside one control.
pub(super) fn requires_all(policy: &Canonical) -> bool {
    operator(policy) == Some("AND")
}

/// Whether one of several controls is enough.
pub(super) fn requires_one(policy: &Canonical) -> bool {
    operator(policy) == Some("OR") && control_count(policy) > 1
}

/// How many grant controls there are, those that we don't know included.
pub(in crate::change) fn control_count(policy: &Canonical) -> usize {
    let members = policy.at(&["grantControls"]).and_then(Value::as_object);
    members.into_iter().flatten().filter(|(name, _)| *name != "operator").map(|(_, value)| value.as_array().map_or(1, Vec::len)).sum()
}

/// Whether the policy is about user actions instead of resources.
pub(super) fn targets_user_actions(policy: &Canonical) -> bool {
    policy.texts(&["conditions", "applications", "includeUserActions"]).next().is_some()
}

fn operator(policy: &Canonical) -> Option<&str> {
    policy.at(&["grantControls", "operator"]).and_then(Value::as_str)
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
