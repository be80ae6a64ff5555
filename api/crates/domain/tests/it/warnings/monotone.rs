//! Who tightens more hears no more about loosening, and no less about locking out.

use std::collections::BTreeSet;

use domain::change::warning::{Severity, WarningCode as C};
use domain::policy::Criticality;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use crate::fixtures::breakglass;
use crate::generated::{policies, user, users};
use crate::world::{World, ids};

/// Said of what is given up.
const LOOSENING: [C; 8] = [
    C::CriticalPolicyDisable,
    C::LargeExcludeAdd,
    C::GrantRemoveMfa,
    C::GrantRemoveCompliantDevice,
    C::GrantLoosenOperator,
    C::GrantRemovedAll,
    C::AppRemoveAdminPortals,
    C::CriticalAssignmentEmpty,
];

/// Said of who may be shut out.
const LOCKING_OUT: [C; 2] = [C::BreakglassNotExcluded, C::ActorLocksSelfOut];

fn said(world: &World, codes: &[C]) -> BTreeSet<(C, Severity)> {
    let warnings = world.plan().warnings;
    warnings.iter().filter(|warning| codes.contains(&warning.code)).map(|warning| (warning.code, warning.severity)).collect()
}

/// The same change twice, the second time tighter.
fn compare(policy: &Value, critical: bool, looser: Value, tighter: Value) -> Result<(), TestCaseError> {
    let world = |payload| {
        let mut world = World { document: Some(policy.clone()), ..World::change(payload) };
        world.criticality = critical.then_some(Criticality::Critical);
        world.actor_entra = Some(user(1));
        let mut emergency = breakglass();
        emergency.object_id = user(0);
        world.tenant.emergency_access.principals = vec![emergency];
        world
    };
    let (looser, tighter) = (world(looser), world(tighter));
    let (less, more) = (said(&tighter, &LOOSENING), said(&looser, &LOOSENING));
    prop_assert!(less.is_subset(&more), "tighter: {less:?}, looser: {more:?}");
    // A change that is none at all reaches nobody anew; only two that write are compared.
    if looser.plan().write != json!({}) && tighter.plan().write != json!({}) {
        let (more, less) = (said(&tighter, &LOCKING_OUT), said(&looser, &LOCKING_OUT));
        let codes = |said: &BTreeSet<(C, Severity)>| -> BTreeSet<C> { said.iter().map(|(code, _)| *code).collect() };
        prop_assert!(codes(&less).is_subset(&codes(&more)), "tighter: {more:?}, looser: {less:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_of_more_controls(
        policy in policies(), critical in any::<bool>(), some in subsequence(vec!["mfa", "compliantDevice", "domainJoinedDevice"], 1..=3),
        more in subsequence(vec!["mfa", "compliantDevice", "domainJoinedDevice"], 0..=3),
    ) {
        let all: BTreeSet<_> = some.iter().chain(&more).collect();
        let change = |controls: Value| json!({
            "kind": "policy.grant_change", "operator": "AND", "builtInControls": controls, "authenticationStrengthId": null,
        });
        compare(&policy, critical, change(json!(some)), change(json!(all)))?;
    }

    #[test]
    fn fewer_exclusions(policy in policies(), critical in any::<bool>(), some in 1_usize..14, more in 0_usize..14) {
        let excluding = |count: usize| json!({ "kind": "policy.assignment_change", "excludeUsers": { "add": &ids(14)[..count] } });
        compare(&policy, critical, excluding((some + more).min(14)), excluding(some))?;
    }

    #[test]
    fn more_applications(
        policy in policies(), critical in any::<bool>(),
        removed in subsequence(vec!["All", "MicrosoftAdminPortals", "Office365"], 1..=3), kept in subsequence(vec![0_usize, 1, 2], 0..=3),
    ) {
        let fewer: Vec<_> = removed.iter().enumerate().filter(|(index, _)| !kept.contains(index)).map(|(_, item)| *item).collect();
        let without = |gone: &[&str]| json!({ "kind": "policy.application_change", "includeApplications": { "add": ids(1), "remove": gone } });
        compare(&policy, critical, without(&removed), without(&fewer))?;
    }

    #[test]
    fn from_off_over_report_only_to_enforced(policy in policies(), critical in any::<bool>()) {
        let to = |state: &str| json!({ "kind": "policy.state_change", "to": state });
        compare(&policy, critical, to("disabled"), to("enabledForReportingButNotEnforced"))?;
        compare(&policy, critical, to("enabledForReportingButNotEnforced"), to("enabled"))?;
    }

    #[test]
    fn created_for_more(policy in policies(), scope in users()) {
        let mut wider = policy.clone();
        wider["conditions"]["users"] = scope.clone();
        wider["conditions"]["users"]["includeUsers"] = json!(["All"]);
        let mut narrower = policy.clone();
        narrower["conditions"]["users"] = scope;
        let create = |document: &Value| json!({ "kind": "policy.create", "document": document, "state": "enabled" });
        compare(&policy, false, create(&narrower), create(&wider))?;
    }
}
