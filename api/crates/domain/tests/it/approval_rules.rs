//! When approval is needed, and why.

use domain::change::approval_rules::{ApprovalFacts, ApprovalReason as R, ApprovalRules, ApprovalRulesError};
use domain::change::plan::ImpactFacts;
use domain::change::warning::Severity;
use domain::policy::{Criticality, PolicyState};
use serde_json::{Value, json};

use crate::fixtures::{document, mfa_for_all, policy};
use crate::world::World;

fn rules(edit: impl FnOnce(&mut ApprovalRules)) -> ApprovalRules {
    let mut rules = ApprovalRules::default();
    edit(&mut rules);
    rules
}

#[test]
fn each_rule_holds_from_its_boundary_on() {
    let nothing = ApprovalFacts::default();
    let facts = |edit: fn(&mut ApprovalFacts)| {
        let mut facts = nothing;
        edit(&mut facts);
        facts
    };
    assert_eq!(
        ApprovalRules::default().reasons(&facts(|f| *f =
            ApprovalFacts { critical_policy: true, worst: Some(Severity::Critical), would_block: 9, enforcing: true, bulk_tenants: 9 })),
        []
    );
    let cases: [(ApprovalRules, R, ApprovalFacts, Option<ApprovalFacts>); 6] = [
        (rules(|r| r.always = true), R::Always, nothing, None),
        (rules(|r| r.critical_policy = true), R::CriticalPolicy, facts(|f| f.critical_policy = true), Some(nothing)),
        (
            rules(|r| r.severity = Some(Severity::Warning)),
            R::Severity,
            facts(|f| f.worst = Some(Severity::Warning)),
            Some(facts(|f| f.worst = Some(Severity::Info))),
        ),
        (rules(|r| r.would_block = Some(10)), R::WouldBlock, facts(|f| f.would_block = 10), Some(facts(|f| f.would_block = 9))),
        (rules(|r| r.enforcing = true), R::Enforcing, facts(|f| f.enforcing = true), Some(nothing)),
        (rules(|r| r.bulk_tenants = Some(3)), R::BulkTenants, facts(|f| f.bulk_tenants = 3), Some(facts(|f| f.bulk_tenants = 2))),
    ];
    for (rules, reason, holds, short) in cases {
        assert_eq!(rules.reasons(&holds), [reason]);
        if let Some(short) = short {
            assert_eq!(rules.reasons(&short), [], "{reason}");
        }
    }
    // A critical warning is more than a warning, and all reasons are given, in their order.
    let all = rules(|r| {
        *r = ApprovalRules {
            always: true,
            critical_policy: true,
            severity: Some(Severity::Warning),
            would_block: Some(1),
            enforcing: true,
            bulk_tenants: Some(1),
            quorum: 2,
        }
    });
    let everything =
        ApprovalFacts { critical_policy: true, worst: Some(Severity::Critical), would_block: 1, enforcing: true, bulk_tenants: 1 };
    assert_eq!(all.reasons(&everything), R::ALL);
}

#[test]
fn facts_come_from_the_plan() {
    let facts = |world: &World| {
        let plan = world.plan();
        let row = world.document.clone().map(document).as_ref().map(policy);
        ApprovalFacts::of(&plan.diff, &plan.warnings, row.as_ref(), world.impact, 0)
    };
    let enforcing = |world: &World| facts(world).enforcing;
    assert!(enforcing(&World::to(PolicyState::Enabled)));
    assert!(!enforcing(&World::to(PolicyState::Disabled).from("enabled")));
    assert!(!enforcing(&World::to(PolicyState::ReportOnly)), "and it changes nothing");
    assert!(enforcing(&World::create("enabled", mfa_for_all("disabled"))));
    assert!(!enforcing(&World::create("disabled", mfa_for_all("enabled"))));
    let exclude =
        |state: &str| World::of("policy.assignment_change", json!({ "excludeGroups": { "add": [uuid::Uuid::nil()] } })).from(state);
    assert!(enforcing(&exclude("enabled")), "what loosens an enforced policy needs eyes as well");
    assert!(!enforcing(&exclude("enabledForReportingButNotEnforced")));
    assert!(!enforcing(&World::of("policy.delete", json!({ "confirmDisplayName": "Require MFA" })).from("enabled")));

    let world = World::to(PolicyState::Enabled).with(|w| w.impact = Some(ImpactFacts { would_block: 12, would_interrupt: 0 }));
    assert_eq!((facts(&world).would_block, facts(&world).worst), (12, Some(Severity::Warning)));
    let mut row = policy(&document(mfa_for_all("enabled")));
    row.metadata.criticality = Some(Criticality::Critical);
    let given = ApprovalFacts::of(&[], &[], Some(&row), None, 7);
    assert_eq!(given, ApprovalFacts { critical_policy: true, worst: None, would_block: 0, enforcing: false, bulk_tenants: 7 });
}

#[test]
fn rules_that_cannot_be() {
    assert_eq!(ApprovalRules::default().validate(), Ok(()));
    for (edit, error) in [
        (json!({ "quorum": 0 }), ApprovalRulesError::Quorum),
        (json!({ "quorum": 4 }), ApprovalRulesError::Quorum),
        (json!({ "wouldBlock": 0 }), ApprovalRulesError::WouldBlock),
        (json!({ "bulkTenants": 0 }), ApprovalRulesError::BulkTenants),
    ] {
        let rules: ApprovalRules = serde_json::from_value(edit).unwrap();
        assert_eq!(rules.validate(), Err(error));
    }
    for quorum in 1..=3 {
        let rules: ApprovalRules = serde_json::from_value(json!({ "quorum": quorum, "wouldBlock": 1, "bulkTenants": 1 })).unwrap();
        assert_eq!(rules.validate(), Ok(()));
    }
    let stored: Value = serde_json::to_value(ApprovalRules::default()).unwrap();
    assert_eq!(serde_json::from_value::<ApprovalRules>(stored).unwrap(), ApprovalRules::default());
}
