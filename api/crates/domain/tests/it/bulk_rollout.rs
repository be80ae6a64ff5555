//! Rollouts across tenants: what follows from the tenants, and who goes next.

use chrono::{DateTime, Utc};
use domain::bulk::{BulkStrategy, BulkTarget, Exclusion, FailureTolerance, ItemFailure, NotStarted};
use domain::bulk_rollout::{
    BulkRollout, BulkRolloutCounts, BulkRolloutItem, BulkRolloutItemState as I, BulkRolloutStatus as S, ChildRollout, PlanPart,
    StartRefusal, StartedBy, WaveHold, bulk_rollout_digest, next_wave, status, wave_signal,
};
use domain::id::{BulkRolloutId, MemberId, RolloutId, TenantId, WorkspaceId};
use domain::rollout::{Guard, PauseReason, RolloutMode, RolloutStatus as R};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn tenant(number: u128) -> TenantId {
    TenantId(id(number))
}

fn bulk(started: bool) -> BulkRollout {
    let at = DateTime::UNIX_EPOCH;
    BulkRollout {
        id: BulkRolloutId(id(1)),
        workspace_id: WorkspaceId(id(2)),
        target: BulkTarget::Code("CA900".to_owned()),
        phases: None,
        mode: RolloutMode::Automatic,
        guard: Guard::default(),
        strategy: BulkStrategy { failure_tolerance: FailureTolerance::Count(5), ..BulkStrategy::default() },
        note: None,
        tenant_count: 3,
        created_by: MemberId(id(3)),
        released_phase: 1,
        plans_asked_at: at,
        started: started.then_some(StartedBy { by: MemberId(id(3)), at, confirm_forecast: false }),
        hold: None,
        held_by: Vec::new(),
        ended_at: None,
        revision: 1,
        created_at: at,
        updated_at: at,
    }
}

fn held() -> BulkRollout {
    let hold = WaveHold { by: MemberId(id(3)), at: DateTime::UNIX_EPOCH, reason: "the year's end".to_owned() };
    BulkRollout { hold: Some(hold), ..bulk(true) }
}

fn item(number: u128) -> BulkRolloutItem {
    BulkRolloutItem {
        bulk_id: BulkRolloutId(id(1)),
        workspace_id: WorkspaceId(id(2)),
        tenant_id: tenant(number),
        position: i64::try_from(number).unwrap(),
        rollout_id: Some(RolloutId(id(100 + number))),
        blocked: None,
        excluded: None,
        refused: None,
        not_started: None,
    }
}

fn child(status: R) -> ChildRollout {
    ChildRollout { status, pause: None, awaiting_approval: false, phase: u8::from(status != R::Planned) }
}

fn breached() -> ChildRollout {
    ChildRollout { pause: Some(PauseReason::GuardTripped), ..child(R::Paused) }
}

fn refused(passing: bool) -> Option<StartRefusal> {
    let at: DateTime<Utc> = DateTime::UNIX_EPOCH;
    Some(StartRefusal { failure: ItemFailure { code: "FROZEN".to_owned(), message: "later".to_owned(), at }, passing })
}

fn seen(bulk: &BulkRollout, states: &[I]) -> S {
    status(bulk, &BulkRolloutCounts::of(states.iter().copied()))
}

#[test]
fn a_tenant_stands_where_its_rollout_does() {
    let rows = [
        (child(R::Planned), false, I::Planned),
        (child(R::Planned), true, I::Waiting),
        (ChildRollout { awaiting_approval: true, ..child(R::Planned) }, false, I::AwaitingApproval),
        (child(R::Advancing), true, I::Running),
        (child(R::Running), true, I::Running),
        (child(R::Reverting), true, I::Running),
        (child(R::Paused), true, I::Paused),
        (breached(), true, I::Breached),
        (ChildRollout { status: R::Reverting, ..breached() }, true, I::Breached),
        (child(R::Completed), true, I::Completed),
        (child(R::Cancelled), true, I::Cancelled),
        (child(R::RolledBack), true, I::RolledBack),
    ];
    for (child, started, expected) in rows {
        assert_eq!(item(1).state(Some(&child), started), expected, "{child:?}");
    }
    assert_eq!(item(1).state(None, false), I::Pending);
    assert_eq!(BulkRolloutItem { refused: refused(false), ..item(1) }.state(Some(&child(R::Planned)), true), I::Refused);
    assert_eq!(BulkRolloutItem { refused: refused(true), ..item(1) }.state(Some(&child(R::Planned)), true), I::Waiting);
    assert_eq!(
        BulkRolloutItem { refused: refused(false), ..item(1) }.state(Some(&child(R::Running)), true),
        I::Running,
        "started by hand since"
    );
    let excluded = Exclusion { by: MemberId(id(3)), at: DateTime::UNIX_EPOCH, reason: "r".to_owned() };
    assert_eq!(BulkRolloutItem { excluded: Some(excluded), ..item(1) }.state(Some(&child(R::Cancelled)), true), I::Excluded);
    let left = BulkRolloutItem { not_started: Some(NotStarted::CanaryFailed), ..item(1) };
    assert_eq!(left.state(Some(&child(R::Cancelled)), true), I::NotStarted);
}

#[test]
fn the_whole_stands_where_its_tenants_do() {
    let new = bulk(false);
    assert_eq!(seen(&new, &[I::Pending, I::Blocked]), S::Planning);
    assert_eq!(seen(&new, &[I::Planned, I::Blocked]), S::Blocked);
    assert_eq!(seen(&new, &[I::Planned, I::AwaitingApproval]), S::AwaitingApproval);
    assert_eq!(seen(&new, &[I::Planned, I::Excluded]), S::Ready);
    assert_eq!(seen(&new, &[I::Excluded]), S::Cancelled, "nobody is left");
    assert_eq!(seen(&new, &[I::Running, I::Cancelled]), S::Running, "a tenant was started by hand");
    let begun = bulk(true);
    assert_eq!(seen(&begun, &[I::Waiting, I::Completed]), S::Running);
    assert_eq!(seen(&begun, &[I::Waiting, I::Breached]), S::Held);
    assert_eq!(seen(&held(), &[I::Running, I::Breached]), S::Paused);
    assert_eq!(seen(&held(), &[I::Completed]), S::Completed, "nothing is left to be held");
    assert_eq!(seen(&begun, &[I::Completed, I::Excluded]), S::Completed);
    assert_eq!(seen(&begun, &[I::Completed, I::NotStarted]), S::CompletedPartial);
    assert_eq!(seen(&begun, &[I::Completed, I::Refused]), S::CompletedPartial);
    assert_eq!(seen(&begun, &[I::RolledBack, I::NotStarted]), S::RolledBack);
    assert_eq!(seen(&begun, &[I::Cancelled, I::NotStarted]), S::Cancelled);
}

#[test]
fn nothing_starts_before_the_start_and_nothing_while_a_member_holds_it() {
    let items = [(item(1), Some(child(R::Planned))), (item(2), Some(child(R::Planned)))];
    assert_eq!(next_wave(&bulk(false), &items).start, []);
    assert_eq!(next_wave(&bulk(true), &items).start, [tenant(1), tenant(2)]);
    assert_eq!(next_wave(&held(), &items).start, []);
}

#[test]
fn who_cannot_start_gives_its_turn_to_the_next_one() {
    let one_at_a_time = BulkRollout { strategy: BulkStrategy { max_concurrent: 1, ..bulk(true).strategy }, ..bulk(true) };
    let waits = |passing| (BulkRolloutItem { refused: refused(passing), ..item(1) }, Some(child(R::Planned)));
    let next = (item(2), Some(child(R::Planned)));
    let wave = next_wave(&one_at_a_time, &[waits(true), next.clone()]);
    assert_eq!((wave.start, wave.again), (vec![tenant(2)], true));
    let wave = next_wave(&one_at_a_time, &[waits(true), (item(2), Some(child(R::Completed)))]);
    assert_eq!((wave.start, wave.again), (vec![tenant(1)], true), "it is tried again");
    let wave = next_wave(&one_at_a_time, &[waits(false), next.clone()]);
    assert_eq!((wave.start, wave.again), (vec![tenant(2)], false), "a member has to act on the first");
    let none =
        BulkRollout { strategy: BulkStrategy { failure_tolerance: FailureTolerance::Count(0), ..bulk(true).strategy }, ..bulk(true) };
    assert_eq!(next_wave(&none, &[waits(false), next]).leave, [(tenant(2), NotStarted::ToleranceExceeded)], "it counts as a failure");
    let canary = BulkRollout { strategy: BulkStrategy { canary_tenants: vec![tenant(1)], ..bulk(true).strategy }, ..bulk(true) };
    let wave = next_wave(&canary, &[waits(true), (item(2), Some(child(R::Planned)))]);
    assert_eq!(wave.start, [tenant(1)], "a canary is waited for");
}

#[test]
fn a_tenant_is_held_by_the_breach_of_another_and_by_what_was_not_released() {
    let own = wave_signal(&bulk(true), tenant(1), &[tenant(1)]);
    assert_eq!(own.holds(2), None, "its own breach has paused it already");
    let other = wave_signal(&bulk(true), tenant(1), &[tenant(2)]);
    assert!(other.holds(1).is_some_and(|text| text.contains("another tenant")));
    assert!(wave_signal(&held(), tenant(1), &[]).holds(1).is_some_and(|text| text.contains("the year's end")));
    let manual = BulkRollout { mode: RolloutMode::Manual, released_phase: 2, ..bulk(true) };
    let signal = wave_signal(&manual, tenant(1), &[]);
    assert_eq!((signal.holds(2), signal.holds(3).is_some()), (None, true));
    assert_eq!(wave_signal(&bulk(true), tenant(1), &[]).holds(9), None, "an automatic one releases all");
}

#[test]
fn the_digest_covers_every_plan_and_how_it_goes_through_the_tenants() {
    let part = |number: u128, digest: &str| PlanPart { tenant: tenant(number), digest: Some(digest.to_owned()) };
    let of = |bulk: &BulkRollout, parts: &[PlanPart]| bulk_rollout_digest(bulk, parts.to_vec());
    let whole = of(&bulk(false), &[part(1, "a"), part(2, "b")]);
    assert!(whole.is_some());
    assert_eq!(of(&bulk(false), &[part(2, "b"), part(1, "a")]), whole, "whatever their order");
    assert_eq!(of(&bulk(true), &[part(1, "a"), part(2, "b")]), whole, "where it stands is none of it");
    assert_ne!(of(&bulk(false), &[part(1, "a"), part(2, "c")]), whole);
    assert_ne!(of(&bulk(false), &[part(1, "a")]), whole);
    assert_ne!(of(&BulkRollout { mode: RolloutMode::Manual, ..bulk(false) }, &[part(1, "a"), part(2, "b")]), whole);
    assert_eq!(of(&bulk(false), &[part(1, "a"), PlanPart { tenant: tenant(2), digest: None }]), None);
    assert_eq!(of(&bulk(false), &[]), None);
}

proptest! {
    #[test]
    fn whoever_starts_has_waited_and_nobody_starts_beside_a_breach(
        statuses in vec(prop::sample::select(R::ALL), 1..20), breach in vec(prop::bool::weighted(0.1), 20), excluded in vec(prop::bool::weighted(0.1), 20)
    ) {
        let by = Exclusion { by: MemberId(id(3)), at: DateTime::UNIX_EPOCH, reason: "r".to_owned() };
        let items: Vec<_> = statuses.iter().zip(&breach).zip(&excluded).zip(1..).map(|(((status, breach), excluded), number)| {
            let child = if *breach { breached() } else { child(*status) };
            (BulkRolloutItem { excluded: excluded.then(|| by.clone()), ..item(number) }, Some(child))
        }).collect();
        let wave = next_wave(&bulk(true), &items);
        let of = |tenant: &TenantId| items.iter().find(|(item, _)| item.tenant_id == *tenant).unwrap();
        for tenant in &wave.start {
            let (item, child) = of(tenant);
            prop_assert!(item.excluded.is_none() && child.as_ref().unwrap().status == R::Planned);
        }
        let held = items.iter().any(|(item, child)| item.excluded.is_none() && child.as_ref().unwrap().breached());
        prop_assert_eq!(held, !wave.held_by.is_empty());
        prop_assert!(!held || wave.start.is_empty());
    }
}
