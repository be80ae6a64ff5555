//! The digest of a bulk change covers its strategy and every included item, and nothing else.

use domain::bulk::{BulkStrategy, DigestPart, FailureTolerance, bulk_digest, placeholder};
use domain::id::{BulkChangeId, TenantId};
use uuid::Uuid;

fn part(tenant: u128, step: u16, digest: &str) -> DigestPart {
    DigestPart { tenant: TenantId(Uuid::from_u128(tenant)), step, digest: Some(digest.to_owned()) }
}

fn parts() -> Vec<DigestPart> {
    vec![part(1, 1, "a"), part(1, 2, "b"), part(2, 1, "c")]
}

#[test]
fn the_order_of_the_items_is_nothing() {
    let strategy = BulkStrategy::default();
    let mut reversed = parts();
    reversed.reverse();
    assert_eq!(bulk_digest(&strategy, parts()), bulk_digest(&strategy, reversed));
    assert_eq!(bulk_digest(&strategy, parts()).unwrap().len(), 64);
}

#[test]
fn any_other_input_is_another_digest() {
    let strategy = BulkStrategy::default();
    let one = bulk_digest(&strategy, parts());
    let mut others = vec![bulk_digest(&strategy, parts()[..2].to_vec())];
    for place in 0..3 {
        let mut changed = parts();
        changed[place].digest = Some("z".to_owned());
        others.push(bulk_digest(&strategy, changed));
    }
    let tolerant = BulkStrategy { failure_tolerance: FailureTolerance::Count(3), ..strategy.clone() };
    let careful = BulkStrategy { canary_tenants: vec![TenantId(Uuid::from_u128(1))], ..strategy };
    others.extend([bulk_digest(&tolerant, parts()), bulk_digest(&careful, parts())]);
    assert!(others.iter().all(|other| other.is_some() && *other != one));
}

#[test]
fn there_is_none_while_an_item_is_not_planned() {
    let mut open = parts();
    open[1].digest = None;
    assert_eq!(bulk_digest(&BulkStrategy::default(), open), None);
    assert_eq!(bulk_digest(&BulkStrategy::default(), Vec::new()), None);
}

#[test]
fn a_stand_in_is_the_same_each_time_and_another_one_for_each_step() {
    let (bulk, tenant) = (BulkChangeId(Uuid::from_u128(7)), TenantId(Uuid::from_u128(8)));
    assert_eq!(placeholder(bulk, tenant, 1), placeholder(bulk, tenant, 1));
    assert_ne!(placeholder(bulk, tenant, 1), placeholder(bulk, tenant, 2));
    assert_ne!(placeholder(bulk, tenant, 1), placeholder(bulk, TenantId(Uuid::from_u128(9)), 1));
    assert_eq!(placeholder(bulk, tenant, 1).get_version_num(), 8);
}

#[test]
fn a_percentage_is_rounded_down() {
    let ten = FailureTolerance::Percent(10);
    assert_eq!([ten.of(9), ten.of(10), ten.of(19), ten.of(1_000)], [0, 1, 1, 100]);
    assert_eq!(FailureTolerance::Count(4).of(2), 4);
}
