//! P14: critical warnings block and others don't, and no code is ever less severe than it was shipped.

use domain::change::dry_run::DryRun;
use domain::change::gate::may_apply;
use domain::change::refusal::Refusal;
use domain::change::status::ChangeStatus;
use domain::change::warning::Severity::{self, Critical, Info, Warning};
use domain::change::warning::{Waiver, WarningCode};
use domain::id::DryRunId;
use domain::policy::Criticality;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::cases;
use crate::fixtures::{CREATOR, change, now, open_gate, tenant};
use crate::generated::{changes, policies, world};

/// The least severity of each code, and the most.
const fn shipped(code: WarningCode) -> (Severity, Severity) {
    use WarningCode as C;
    match code {
        C::NoOp | C::ReportOnlyNotMeaningful => (Info, Info),
        C::PolicyNotFound
        | C::CriticalPolicyDisable
        | C::CriticalAssignmentEmpty
        | C::AppRemoveAdminPortals
        | C::BreakglassExclusionRemoved
        | C::IncludesNothing
        | C::GrantRemovedAll
        | C::ReferenceUnresolved
        | C::ReferenceAmbiguous
        | C::PolicyLimitReached
        | C::RolloutOwnsPolicy
        | C::GraphWouldReject
        | C::LicenseMissingP1
        | C::LicenseMissingP2
        | C::SecurityDefaultsEnabled => (Critical, Critical),
        C::ReportonlyToEnforced
        | C::LargeExcludeAdd
        | C::ExcludeWithoutInclude
        | C::GrantLoosenOperator
        | C::ImpactNotRun
        | C::ScopeWidenedToAll
        | C::WouldBlockSignins
        | C::SnapshotStale => (Warning, Warning),
        C::GrantRemoveMfa | C::GrantRemoveCompliantDevice | C::BreakglassNotExcluded | C::ActorLocksSelfOut => (Warning, Critical),
    }
}

fn as_shipped(warning: &domain::change::warning::Warning) -> bool {
    let (least, most) = shipped(warning.code);
    (least..=most).contains(&warning.severity)
}

#[test]
fn every_case_is_as_severe_as_shipped() {
    for (_, _, what, world) in cases() {
        for warning in world.plan().warnings {
            assert!(as_shipped(&warning), "{what}: {warning:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn critical_warnings_block_and_others_do_not(
        policy in policies(), change_of in changes(), criticality in option::of(select(Criticality::ALL)), p2 in any::<bool>(),
        waived in option::of(select(WarningCode::ALL)),
    ) {
        let mut world = world(&policy, &change_of);
        world.criticality = criticality;
        world.tenant.licences.p2 = p2;
        world.waivers = waived.map(|code| Waiver { code, reason: "known".into(), by: CREATOR, at: now() }).into_iter().collect();
        let plan = world.plan();
        prop_assert!(plan.warnings.iter().all(as_shipped), "{:?}", plan.warnings);
        for warning in &plan.warnings {
            let lets_pass = Some(warning.code) == waived && warning.code.waivable() && warning.severity == Critical;
            prop_assert_eq!(warning.waived, lets_pass);
        }
        let critical = plan.warnings.iter().any(|warning| warning.severity == Critical && !warning.waived);

        let dry_run = DryRun::from_plan(DryRunId(Uuid::nil()), plan, "reviewed".into(), now(), 1_800);
        prop_assert_eq!(dry_run.blocked(), critical);
        let mut change = change(if critical { ChangeStatus::DryRunBlocked } else { ChangeStatus::DryRunComplete });
        change.dry_run = Some(dry_run);
        let tenant = tenant();
        let refused = matches!(may_apply(&change, &open_gate(&tenant), now()), Err(Refusal::BlockedByWarning(_)));
        prop_assert_eq!(refused, critical);
        prop_assert_eq!(may_apply(&change, &open_gate(&tenant), now()).is_ok(), !critical);
    }
}
