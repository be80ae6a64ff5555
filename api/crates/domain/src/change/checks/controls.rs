//! What the policy demands, and what it stops demanding.

use super::found::Found;
use super::{Checked, demands, has, lists};
use crate::change::warning::{Severity, WarningCode};
use crate::document::Canonical;

const BUILT_IN: Option<&str> = Some("grantControls.builtInControls");
const CONTROLS: [&str; 2] = ["grantControls", "builtInControls"];

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    if !checked.edits() || !checked.touches(&["grantControls"]) {
        return;
    }
    let (before, after) = (checked.base(), checked.desired());
    if has(before, &["grantControls"]) && !has(after, &["grantControls"]) {
        let message = "the last grant control goes, so the policy neither demands nor blocks anything: disable it instead";
        found.add(WarningCode::GrantRemovedAll, Severity::Critical, Some("grantControls"), message);
    }
    // Who blocks instead lets nobody in without the control.
    if !lists(after, &CONTROLS, "block") {
        if demands_mfa(before) && !demands_mfa(after) {
            let message = "multifactor authentication is not demanded any more: keep mfa, or an authentication strength in its place";
            found.add(WarningCode::GrantRemoveMfa, checked.by_criticality(), BUILT_IN, message);
        }
        if lists(before, &CONTROLS, "compliantDevice") && !lists(after, &CONTROLS, "compliantDevice") {
            let message = "a compliant device is not demanded any more: keep compliantDevice unless this is meant";
            found.add(WarningCode::GrantRemoveCompliantDevice, checked.by_criticality(), BUILT_IN, message);
        }
    }
    if demands::requires_all(before) && demands::requires_one(after) {
        let message = "one of the controls becomes enough where all of them were demanded: keep AND unless this is meant";
        found.add(WarningCode::GrantLoosenOperator, Severity::Warning, Some("grantControls.operator"), message);
    }
}

/// `mfa`, a strength, or risk remediation, which brings a strength of its own (ca-semantics.md section 7).
fn demands_mfa(policy: &Canonical) -> bool {
    ["mfa", "riskRemediation"].iter().any(|control| lists(policy, &CONTROLS, control))
        || has(policy, &["grantControls", "authenticationStrength"])
}
