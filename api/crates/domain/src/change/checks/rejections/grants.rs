//! Grant controls that do not go together (ca-semantics.md sections 6, 7 and 15: 1032).

use super::{Fault, Rule};
use crate::change::checks::demands::{control_count, requires_one};
use crate::change::checks::{has, lists};
use crate::document::Canonical;

pub(super) const RULES: [Rule; 8] =
    [block_alone, mfa_or_strength, something, workload_block, password_change, password_change_scope, remediation, device_registration];

const GRANT: &str = "grantControls";
const BUILT_IN: &str = "grantControls.builtInControls";

fn demands(policy: &Canonical, control: &str) -> bool {
    lists(policy, &["grantControls", "builtInControls"], control)
}

fn strength(policy: &Canonical) -> bool {
    has(policy, &["grantControls", "authenticationStrength"])
}

fn block_alone(policy: &Canonical) -> Option<Fault> {
    let message = "Graph refuses block beside any other grant control: keep one of them";
    (demands(policy, "block") && control_count(policy) > 1).then_some(Fault { path: GRANT, message })
}

fn mfa_or_strength(policy: &Canonical) -> Option<Fault> {
    let message = "Graph refuses mfa beside an authentication strength: keep one of them";
    (demands(policy, "mfa") && strength(policy)).then_some(Fault { path: GRANT, message })
}

fn something(policy: &Canonical) -> Option<Fault> {
    let message = "Graph refuses a policy without any grant or session control: demand something, or disable the policy";
    (control_count(policy) == 0 && !has(policy, &["sessionControls"])).then_some(Fault { path: GRANT, message })
}

fn workload_block(policy: &Canonical) -> Option<Fault> {
    let message = "a policy for workload identities can only block: make block its one grant control";
    (has(policy, &["conditions", "clientApplications"]) && !demands(policy, "block")).then_some(Fault { path: BUILT_IN, message })
}

/// With MFA or a strength, all of them, and nothing else.
fn password_change(policy: &Canonical) -> Option<Fault> {
    let message =
        "Graph takes passwordChange only together with mfa or a strength, by AND, and with no other control: demand both, and nothing else";
    let paired = (demands(policy, "mfa") || strength(policy)) && control_count(policy) == 2 && !requires_one(policy);
    (demands(policy, "passwordChange") && !paired).then_some(Fault { path: BUILT_IN, message })
}

/// For all resources, by user risk alone.
fn password_change_scope(policy: &Canonical) -> Option<Fault> {
    let message = "Graph takes passwordChange only for all resources and with user risk as the only condition: drop the other conditions";
    let all = policy.texts(&["conditions", "applications", "includeApplications"]).eq(["All"]);
    let others = ["signInRiskLevels", "platforms", "locations", "devices", "authenticationFlows"];
    let alone = has(policy, &["conditions", "userRiskLevels"])
        && !others.iter().any(|condition| has(policy, &["conditions", condition]))
        && policy.texts(&["conditions", "clientAppTypes"]).eq(["all"]);
    (demands(policy, "passwordChange") && !(all && alone)).then_some(Fault { path: "conditions", message })
}

fn remediation(policy: &Canonical) -> Option<Fault> {
    let message = "riskRemediation goes with user risk, with no other built-in control, and not for guests: adjust the policy's conditions";
    let guests = has(policy, &["conditions", "users", "includeGuestsOrExternalUsers"])
        || lists(policy, &["conditions", "users", "includeUsers"], "GuestsOrExternalUsers");
    let alone = policy.texts(&["grantControls", "builtInControls"]).count() == 1;
    let fits = alone && !guests && has(policy, &["conditions", "userRiskLevels"]);
    (demands(policy, "riskRemediation") && !fits).then_some(Fault { path: BUILT_IN, message })
}

/// Registering or joining a device (ca-semantics.md section 4).
fn device_registration(policy: &Canonical) -> Option<Fault> {
    let message = "registering devices can only ask for mfa or a strength, and knows no client app or device condition: drop the others";
    let built_in = policy.texts(&["grantControls", "builtInControls"]).all(|control| control == "mfa");
    let fits = built_in
        && !has(policy, &["grantControls", "termsOfUse"])
        && control_count(policy) > 0
        && policy.texts(&["conditions", "clientAppTypes"]).eq(["all"])
        && !has(policy, &["conditions", "devices"]);
    let registers = lists(policy, &["conditions", "applications", "includeUserActions"], "urn:user:registerdevice");
    (registers && !fits).then_some(Fault { path: BUILT_IN, message })
}
