use serde_json::Value;

use crate::ca::json::{at, filled, texts};
use crate::ca::{CaError, DirectoryView};

/// 1039 and 1150, and the two refusals that concern the tenant as a whole.
pub(super) fn check(draft: &Value, dir: &dyn DirectoryView, stored: Option<&Value>) -> Result<(), CaError> {
    if !dir.licensed_p1() {
        // Decision: no source quotes the answer of a tenant without Entra ID P1.
        return Err(CaError::denied("Your tenant is not licensed for this feature. Conditional Access needs Microsoft Entra ID P1."));
    }
    let risk = filled(draft, &["conditions", "userRiskLevels"])
        || filled(draft, &["conditions", "signInRiskLevels"])
        || texts(draft, &["grantControls", "builtInControls"]).contains(&"riskRemediation");
    if risk && !dir.licensed_p2() {
        return Err(CaError::rule(
            1039,
            "Cannot create or update policies with premium P2 features. Upgrade to a premium P2 license and try again.",
        ));
    }
    let workload =
        !at(draft, &["conditions", "clientApplications"]).is_null() || filled(draft, &["conditions", "servicePrincipalRiskLevels"]);
    if workload && !dir.licensed_workload() {
        return Err(CaError::rule(
            1150,
            "Cannot create or update policies with workload identity premium features. Upgrade to a workload identity premium P1 or P2 license and try again",
        ));
    }
    // Decision: the portal's refusal holds for the API too, for a policy that becomes enabled.
    let enabled = |policy: &Value| policy["state"] == "enabled";
    if dir.security_defaults() && enabled(draft) && !stored.is_some_and(enabled) {
        return Err(CaError::plain("You must first disable Security defaults before enabling a Conditional Access policy."));
    }
    Ok(())
}
