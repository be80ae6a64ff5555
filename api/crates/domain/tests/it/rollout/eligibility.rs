//! The prerequisites of a phased rollout, each with what to do where it is not met.

use domain::rollout::{EligibilityCode as C, EligibilityFacts, eligibility};

fn fit() -> EligibilityFacts {
    EligibilityFacts {
        all_users: true,
        report_only: true,
        premium_licence: Some(true),
        groups_used: 5,
        groups_usable: 5,
        policy_headroom: Some(1),
        emergency_accounts: 1,
        emergency_excluded: true,
        other_rollout: false,
        tenant_connected: true,
    }
}

#[test]
fn each_prerequisite_alone_makes_it_ineligible_and_says_so() {
    assert!(eligibility(&fit()).eligible);
    let table: Vec<(C, EligibilityFacts)> = vec![
        (C::AllUsers, EligibilityFacts { all_users: false, ..fit() }),
        (C::ReportOnly, EligibilityFacts { report_only: false, ..fit() }),
        (C::PremiumLicence, EligibilityFacts { premium_licence: Some(false), ..fit() }),
        (C::PremiumLicence, EligibilityFacts { premium_licence: None, ..fit() }),
        (C::FiveGroups, EligibilityFacts { groups_used: 4, ..fit() }),
        (C::UsableGroups, EligibilityFacts { groups_usable: 4, ..fit() }),
        (C::PolicyHeadroom, EligibilityFacts { policy_headroom: Some(0), ..fit() }),
        (C::PolicyHeadroom, EligibilityFacts { policy_headroom: None, ..fit() }),
        (C::EmergencyAccounts, EligibilityFacts { emergency_accounts: 0, ..fit() }),
        (C::EmergencyExcluded, EligibilityFacts { emergency_excluded: false, ..fit() }),
        (C::NoOtherRollout, EligibilityFacts { other_rollout: true, ..fit() }),
        (C::TenantConnected, EligibilityFacts { tenant_connected: false, ..fit() }),
    ];
    for (code, facts) in table {
        let answer = eligibility(&facts);
        let unmet: Vec<_> = answer.reasons.iter().filter(|reason| !reason.met).collect();
        assert!(!answer.eligible);
        assert_eq!(unmet.iter().map(|reason| reason.code).collect::<Vec<_>>(), [code]);
        assert!(unmet[0].text.contains(':') || unmet[0].text.contains("a plan needs 5"), "{}", unmet[0].text);
        assert_eq!(answer.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), C::ALL);
    }
}
