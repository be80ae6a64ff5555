//! What speaks for and against a phased rollout of a policy, in sentences.

use super::eligibility::{Eligibility, EligibilityCode, EligibilityFacts, EligibilityReason};
use super::plan::USUAL_PHASES;

/// Whether a policy can be rolled out in phases. Every prerequisite is answered, met or not; what nobody knows is not met.
pub fn eligibility(facts: &EligibilityFacts) -> Eligibility {
    let reasons: Vec<_> = EligibilityCode::ALL.iter().map(|code| reason(*code, facts)).collect();
    Eligibility { eligible: reasons.iter().all(|reason| reason.met), reasons }
}

fn reason(code: EligibilityCode, facts: &EligibilityFacts) -> EligibilityReason {
    use EligibilityCode as C;
    let five = USUAL_PHASES as u32;
    let (met, text) = match code {
        C::AllUsers if facts.all_users => (true, "the policy includes all users".to_owned()),
        C::AllUsers => {
            (false, "the policy does not include all users: only one that is meant for everybody is rolled out in phases".to_owned())
        }
        C::ReportOnly if facts.report_only => (true, "the policy is in report-only mode".to_owned()),
        C::ReportOnly => (false, "the policy is not in report-only mode: put it there first, so that its effect is measured".to_owned()),
        C::PremiumLicence => match facts.premium_licence {
            Some(true) => (true, "the tenant has Entra ID P1".to_owned()),
            Some(false) => (false, "the tenant has no Entra ID P1: Conditional Access and sign-in logs need it".to_owned()),
            None => (false, "whether the tenant has Entra ID P1 is not known: resync it".to_owned()),
        },
        C::FiveGroups if facts.groups_used >= five => {
            (true, format!("{} groups are used in Conditional Access policies", facts.groups_used))
        }
        C::FiveGroups => {
            (false, format!("{} groups are used, or were, in Conditional Access policies, and a plan needs {five}", facts.groups_used))
        }
        C::UsableGroups if facts.groups_usable >= five => (true, format!("{} of them have members", facts.groups_usable)),
        C::UsableGroups => (
            false,
            format!("{} of the groups exist, have members that were read, and can be included; a plan needs {five}", facts.groups_usable),
        ),
        C::PolicyHeadroom => match facts.policy_headroom {
            Some(0) => (false, "the tenant has as many policies as Entra allows: delete one first".to_owned()),
            Some(free) => (true, format!("the tenant can have {free} policies more")),
            None => (false, "how many policies the tenant can still have is not known: resync it".to_owned()),
        },
        C::EmergencyAccounts if facts.emergency_accounts > 0 => {
            (true, format!("{} emergency accounts or groups are excluded from the twin", facts.emergency_accounts))
        }
        C::EmergencyAccounts => {
            (false, "no emergency account is configured for the tenant: name them first, so that nothing locks them out".to_owned())
        }
        C::EmergencyExcluded if facts.emergency_excluded => (true, "the policy excludes them, too".to_owned()),
        C::EmergencyExcluded => {
            let text =
                "the policy does not exclude every emergency account: exclude them first, because it is enabled for everybody at the end";
            (false, text.to_owned())
        }
        C::NoOtherRollout if !facts.other_rollout => (true, "no other rollout of the policy is under way".to_owned()),
        C::NoOtherRollout => (false, "a rollout of the policy is under way: end it first".to_owned()),
        C::TenantConnected if facts.tenant_connected => (true, "the tenant is connected and imported".to_owned()),
        C::TenantConnected => (false, "the tenant is not connected and imported: connect it first".to_owned()),
    };
    EligibilityReason { code, met, text }
}
