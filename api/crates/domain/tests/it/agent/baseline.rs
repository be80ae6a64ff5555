//! A tenant that follows Microsoft's baseline, and what is missing where one policy of it is.

use domain::agent::{SkipReason, SuggestionKind};
use domain::tenant::Licences;

use super::world::{kinds, material, microsofts_baseline, report_only, run};

const GAPS: [SuggestionKind; 7] = [
    SuggestionKind::MfaGap,
    SuggestionKind::DeviceControls,
    SuggestionKind::LegacyAuthentication,
    SuggestionKind::DeviceCodeFlow,
    SuggestionKind::RiskyUsers,
    SuggestionKind::RiskySignIns,
    SuggestionKind::AdminProtection,
];

#[test]
fn microsofts_baseline_to_the_letter_has_no_gap() {
    let (_, analysis, _) = run(&material(&microsofts_baseline()), &[]);
    assert!(analysis.findings.is_empty(), "{:#?}", analysis.findings);
}

#[test]
fn an_empty_tenant_has_every_gap() {
    let (_, analysis, _) = run(&material(&[]), &[]);
    assert_eq!(kinds(&analysis), GAPS.into());
}

#[test]
fn each_policy_of_the_baseline_closes_its_own_gap() {
    use SuggestionKind::*;
    // Where a policy for everybody asks for a second factor, legacy clients are refused as well, and administrators are covered.
    for (left_out, missing) in [
        (0, vec![MfaGap]),
        (1, vec![]),
        (2, vec![DeviceCodeFlow]),
        (3, vec![RiskyUsers]),
        (4, vec![RiskySignIns]),
        (5, vec![DeviceControls]),
        (6, vec![]),
    ] {
        let mut policies = microsofts_baseline();
        let name = policies.remove(left_out)["displayName"].clone();
        let (_, analysis, _) = run(&material(&policies), &[]);
        let mut found = kinds(&analysis);
        // Without MFA for all, the administrators of other roles are open too.
        if left_out == 0 {
            assert!(found.remove(&AdminProtection), "{analysis:#?}");
        }
        assert_eq!(found, missing.into_iter().collect(), "{name}");
    }
}

#[test]
fn a_report_only_policy_that_would_close_a_gap_is_named_instead_of_a_new_one() {
    for (at, kind) in [(2, SuggestionKind::DeviceCodeFlow), (3, SuggestionKind::RiskyUsers), (5, SuggestionKind::DeviceControls)] {
        let mut policies = microsofts_baseline();
        policies[at] = report_only(policies[at].clone());
        let (_, analysis, _) = run(&material(&policies), &[]);
        assert!(!kinds(&analysis).contains(&kind), "{analysis:#?}");
        let skip = analysis.skipped.iter().find(|skip| skip.kind == kind).unwrap();
        assert_eq!(skip.reason, SkipReason::ReportOnlyExists);
        assert!(skip.text.contains(policies[at]["displayName"].as_str().unwrap()), "{}", skip.text);
    }
}

#[test]
fn what_needs_a_licence_is_skipped_with_the_reason() {
    let mut material = material(&[]);
    material.licences = Licences { p1: true, p2: false, intune: false };
    let (_, analysis, _) = run(&material, &[]);
    for kind in [SuggestionKind::RiskyUsers, SuggestionKind::RiskySignIns, SuggestionKind::DeviceControls] {
        assert!(!kinds(&analysis).contains(&kind));
        let skip = analysis.skipped.iter().find(|skip| skip.kind == kind).unwrap();
        assert_eq!(skip.reason, SkipReason::LicenceMissing, "{kind}");
        assert!(skip.text.contains("lacks"), "{}", skip.text);
    }
}
