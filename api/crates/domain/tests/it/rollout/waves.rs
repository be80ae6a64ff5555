//! Rollouts across tenants: waves of tenants around phases of groups.

use domain::bulk::{BulkStrategy, FailureTolerance, NotStarted};
use domain::id::TenantId;
use domain::rollout::RolloutStatus as S;
use domain::rollout::{PauseReason, TenantRollout, tenant_wave};
use proptest::collection::vec;
use proptest::prelude::*;

use super::given::id;

fn tenant(number: u128) -> TenantId {
    TenantId(id(number))
}

fn of(number: u128, status: S) -> TenantRollout {
    TenantRollout { tenant: tenant(number), status, pause: None }
}

fn paused(number: u128, reason: PauseReason) -> TenantRollout {
    TenantRollout { pause: Some(reason), ..of(number, S::Paused) }
}

fn strategy(max_concurrent: u16, tolerance: u32, canaries: &[u128]) -> BulkStrategy {
    BulkStrategy {
        canary_tenants: canaries.iter().map(|number| tenant(*number)).collect(),
        max_concurrent,
        failure_tolerance: FailureTolerance::Count(tolerance),
        ..BulkStrategy::default()
    }
}

#[test]
fn canaries_complete_before_any_other_tenant_starts() {
    let pace = strategy(8, 5, &[2]);
    let wave = tenant_wave(&pace, &[of(1, S::Planned), of(2, S::Planned), of(3, S::Planned)]);
    assert_eq!(wave.start, [tenant(2)]);
    let wave = tenant_wave(&pace, &[of(1, S::Planned), of(2, S::Running), of(3, S::Planned)]);
    assert_eq!((wave.start, wave.may_advance), (vec![], vec![tenant(2)]));
    let wave = tenant_wave(&pace, &[of(1, S::Planned), of(2, S::Completed), of(3, S::Planned)]);
    assert_eq!(wave.start, [tenant(1), tenant(3)]);
}

#[test]
fn a_breach_in_one_tenant_holds_all() {
    let pace = strategy(8, 5, &[]);
    for reason in [PauseReason::GuardTripped, PauseReason::EmergencyAccessBlocked] {
        let wave = tenant_wave(&pace, &[of(1, S::Running), paused(2, reason), of(3, S::Planned)]);
        assert_eq!((wave.start, wave.may_advance, wave.held_by), (vec![], vec![], vec![tenant(2)]));
        assert!(!wave.over);
    }
    let wave = tenant_wave(&pace, &[of(1, S::Running), paused(2, PauseReason::Asked), of(3, S::Planned)]);
    assert_eq!((wave.start, wave.may_advance), (vec![tenant(3)], vec![tenant(1)]), "a pause that somebody asked for holds nobody else");
}

#[test]
fn a_breach_that_is_resumed_lets_the_wave_go_on_and_one_that_ends_counts_as_a_failure() {
    let pace = strategy(8, 1, &[]);
    let resumed = tenant_wave(&pace, &[of(1, S::Running), of(2, S::Running), of(3, S::Planned)]);
    assert_eq!(resumed.start, [] as [TenantId; 0], "no more at risk than may fail, and one");
    assert_eq!(resumed.may_advance, [tenant(1), tenant(2)]);
    let ended = tenant_wave(&pace, &[of(1, S::Completed), of(2, S::RolledBack), of(3, S::Planned), of(4, S::Planned)]);
    assert_eq!(ended.start, [tenant(3)]);
    let over = tenant_wave(&pace, &[of(1, S::Cancelled), of(2, S::RolledBack), of(3, S::Planned)]);
    assert_eq!((over.leave, over.over), (vec![(tenant(3), NotStarted::ToleranceExceeded)], true));
}

#[test]
fn a_canary_that_failed_ends_the_wave() {
    let wave = tenant_wave(&strategy(8, 5, &[1]), &[of(1, S::RolledBack), of(2, S::Planned)]);
    assert_eq!((wave.leave, wave.over), (vec![(tenant(2), NotStarted::CanaryFailed)], true));
}

proptest! {
    #[test]
    fn nobody_starts_or_goes_on_beside_a_breach_and_no_more_run_than_may(
        statuses in vec(prop::sample::select(S::ALL), 1..30), breached in vec(prop::bool::weighted(0.05), 30), most in 1u16..8, tolerance in 0u32..5
    ) {
        let tenants: Vec<TenantRollout> = statuses.iter().zip(&breached).zip(1..).map(|((status, breached), number)| {
            if *breached { paused(number, PauseReason::GuardTripped) } else { of(number, *status) }
        }).collect();
        let wave = tenant_wave(&strategy(most, tolerance, &[]), &tenants);
        if tenants.iter().any(TenantRollout::breached) {
            prop_assert!(wave.start.is_empty() && wave.may_advance.is_empty() && !wave.held_by.is_empty());
        }
        let status = |tenant: &TenantId| tenants.iter().find(|one| one.tenant == *tenant).unwrap().status;
        prop_assert!(wave.start.iter().all(|tenant| status(tenant) == S::Planned));
        prop_assert!(wave.may_advance.iter().all(|tenant| status(tenant) == S::Running));
        let running = tenants.iter().filter(|tenant| matches!(tenant.status, S::Advancing | S::Running | S::Paused | S::Reverting)).count();
        prop_assert!(wave.start.is_empty() || running + wave.start.len() <= usize::from(most));
    }
}
