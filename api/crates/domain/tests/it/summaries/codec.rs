//! Adding up and encoding: nothing is lost, whatever the order; bytes that nobody wrote are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use domain::signin::{
    ClientApp, Device, DeviceAttributes, InsiderRisk, Place, Platform, Proofs, RiskLevel, Target, Traits, TransferMethod, TrustType,
    UserAction, UserKind,
};
use domain::summary::codec::{CodecError, decode, encode};
use domain::summary::fold::{Fold, merge};
use domain::summary::record::Record;
use domain::summary::{AccessStatus, AppliedResult, Asked, Chunk, Outcome, Person, Rows};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

fn member<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

fn texts() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set("[a-zé,]{0,12}", 0..4)
}

fn people() -> impl Strategy<Value = Person> {
    (0u128..4, any::<bool>(), "[a-z@.]{0,20}", option::of(member(UserKind::ALL)), option::of(0u128..3)).prop_map(
        |(id, workload, name, kind, home)| Person { id: Uuid::from_u128(id), workload, name, kind, home_tenant: home.map(Uuid::from_u128) },
    )
}

fn targets() -> impl Strategy<Value = Asked> {
    let target = prop_oneof!["[a-f0-9-]{0,10}".prop_map(Target::Resource), member(UserAction::ALL).prop_map(Target::Action)];
    (target, "[A-Z]{0,3}", "[a-f]{0,3}").prop_map(|(target, name, client_id)| Asked { target, name, client_id })
}

fn places() -> impl Strategy<Value = Place> {
    let ip = prop_oneof![
        any::<u32>().prop_map(|ip| IpAddr::V4(Ipv4Addr::from(ip))),
        any::<u128>().prop_map(|ip| IpAddr::V6(Ipv6Addr::from(ip)))
    ];
    let country = || option::of(option::of("[A-Z]{2}"));
    (option::of(ip), country(), country()).prop_map(|(ip, country, gps_country)| Place { ip, country, gps_country })
}

fn devices() -> impl Strategy<Value = Option<Device>> {
    let registered = (
        option::of("[a-z]{0,5}"),
        option::of(any::<bool>()),
        option::of(member(TrustType::ALL)),
        option::of(texts()),
        option::of(vec((1u8..16, "[a-z]{0,4}"), 0..3)),
        option::of(option::of("[A-Z]{3}")),
    )
        .prop_map(|(device_id, compliant, trust, physical_ids, extension_attributes, model)| {
            Device::Registered(Box::new(DeviceAttributes {
                device_id,
                compliant,
                trust,
                physical_ids,
                extension_attributes,
                model,
                ..Default::default()
            }))
        });
    option::of(prop_oneof![Just(Device::Unregistered), registered])
}

fn traits() -> impl Strategy<Value = Traits> {
    let proofs = (option::of(any::<bool>()), option::of(texts()), option::of(texts()), option::of(any::<bool>())).prop_map(
        |(mfa, combinations, accepted_terms, bound_token)| Proofs { mfa, combinations, accepted_terms, bound_token, ..Default::default() },
    );
    (
        option::of(member(ClientApp::ALL)),
        option::of(option::of(member(Platform::ALL))),
        option::of(texts()),
        option::of(member(RiskLevel::ALL)),
        option::of(option::of(member(InsiderRisk::ALL))),
        option::of(option::of(member(TransferMethod::ALL))),
        proofs,
    )
        .prop_map(|(client, platform, contexts, sign_in_risk, insider_risk, transfer, proofs)| Traits {
            client,
            platform,
            contexts,
            sign_in_risk,
            insider_risk,
            transfer,
            proofs,
            ..Default::default()
        })
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    let results = vec(((0u128..9).prop_map(Uuid::from_u128), member(AppliedResult::ALL)), 0..4);
    (any::<i32>(), member(AccessStatus::ALL), any::<bool>(), results).prop_map(|(error_code, status, told, results)| Outcome {
        error_code,
        status,
        told,
        results,
    })
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// Records of up to four days whose facts repeat, as a tenant's do.
fn records() -> impl Strategy<Value = Vec<Record>> {
    let pools =
        (vec(people(), 1..5), vec(targets(), 1..4), vec(places(), 1..4), vec(devices(), 1..4), vec(traits(), 1..4), vec(outcomes(), 1..4));
    (pools, vec((0i64..4 * 86_400, any::<[prop::sample::Index; 6]>()), 0..200)).prop_map(|(pools, drawn)| {
        let (people, targets, places, devices, traits, outcomes) = pools;
        drawn
            .into_iter()
            .enumerate()
            .map(|(number, (seconds, [a, b, c, d, e, f]))| Record {
                id: Uuid::from_u128(number as u128),
                at: start() + TimeDelta::seconds(seconds),
                person: a.get(&people).clone(),
                asked: b.get(&targets).clone(),
                client_name: String::new(),
                place: c.get(&places).clone(),
                device: d.get(&devices).clone(),
                traits: e.get(&traits).clone(),
                outcome: f.get(&outcomes).clone(),
            })
            .collect()
    })
}

fn fold(records: &[Record]) -> Vec<Chunk> {
    let mut fold = Fold::new();
    records.iter().cloned().for_each(|record| fold.add(record));
    fold.finish()
}

/// What a chunk says, spelt out: the oracle of adding up.
fn counts(chunks: &[Chunk]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for chunk in chunks {
        for row in 0..chunk.rows.sign_ins.len() {
            let at = |column: &[u32]| column[row] as usize;
            let rows = &chunk.rows;
            let key = format!(
                "{} {:?} {:?} {:?} {:?} {:?} {:?}",
                chunk.day,
                chunk.people[at(&rows.person)],
                chunk.targets[at(&rows.target)],
                chunk.places[at(&rows.place)],
                chunk.devices[at(&rows.device)],
                chunk.traits[at(&rows.traits)],
                chunk.outcomes[at(&rows.outcome)]
            );
            *counts.entry(key).or_default() += u64::from(rows.sign_ins[row]);
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_sign_in_is_counted_once(records in records()) {
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for Record { at, person, asked, place, device, traits, outcome, .. } in &records {
            *expected.entry(format!("{} {person:?} {asked:?} {place:?} {device:?} {traits:?} {outcome:?}", at.date_naive())).or_default() += 1;
        }
        let chunks = fold(&records);
        prop_assert_eq!(counts(&chunks), expected);
        let rows: usize = chunks.iter().map(|chunk| chunk.rows.sign_ins.len()).sum();
        prop_assert_eq!(rows, counts(&chunks).len(), "rows that are alike are one row");
    }

    #[test]
    fn neither_order_nor_parts_matter(records in records(), cut in any::<prop::sample::Index>()) {
        let whole = fold(&records);
        let mut backwards = records.clone();
        backwards.reverse();
        prop_assert_eq!(&fold(&backwards), &whole);
        let (first, second) = records.split_at(if records.is_empty() { 0 } else { cut.index(records.len()) });
        let mut by_day: BTreeMap<_, Vec<Chunk>> = BTreeMap::new();
        for chunk in fold(first).into_iter().chain(fold(second)) {
            by_day.entry(chunk.day).or_default().push(chunk);
        }
        let merged: Vec<Chunk> = by_day.into_values().filter_map(merge).collect();
        prop_assert_eq!(merged, whole);
    }

    #[test]
    fn a_chunk_survives_its_bytes(records in records()) {
        for chunk in fold(&records) {
            prop_assert_eq!(decode(&encode(&chunk).unwrap()).unwrap(), chunk);
        }
    }

    #[test]
    fn damaged_bytes_never_panic(records in records(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        for chunk in fold(&records) {
            let mut bytes = encode(&chunk).unwrap();
            prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err(), "cut off");
            *at.get_mut(&mut bytes) = byte;
            if let Ok(other) = decode(&bytes) {
                prop_assert!(encode(&other).is_ok(), "what is read holds together");
            }
        }
    }

    #[test]
    fn hostile_bodies_never_panic(body in vec(any::<u8>(), 0..300)) {
        let _ = decode(&body);
        let mut framed = vec![1];
        framed.extend_from_slice(&(body.len() as u32).to_le_bytes());
        framed.extend_from_slice(&lz4_flex::block::compress(&body));
        if let Ok(chunk) = decode(&framed) {
            prop_assert!(encode(&chunk).is_ok());
        }
    }
}

#[test]
fn parts_of_different_days_are_not_one() {
    let records: Vec<Chunk> = [0, 86_400].iter().map(|seconds| empty(start() + TimeDelta::seconds(*seconds))).collect();
    assert_eq!(merge(records), None);
    assert_eq!(merge(Vec::new()), None);
}

#[test]
fn what_does_not_hold_together_is_not_encoded() {
    let mut chunk = empty(start());
    chunk.rows.sign_ins.push(1);
    assert_eq!(encode(&chunk), Err(CodecError::Damaged("columns of different lengths")));
    chunk.rows =
        Rows { person: vec![0], target: vec![0], place: vec![0], device: vec![0], traits: vec![0], outcome: vec![0], sign_ins: vec![1] };
    assert_eq!(encode(&chunk), Err(CodecError::Damaged("an index points outside its dictionary")));
}

#[test]
fn a_stated_length_allocates_nothing() {
    assert_eq!(decode(&[1, 0xff, 0xff, 0xff, 0xff, 0]), Err(CodecError::TooLarge));
    assert_eq!(decode(&[1, 0, 0, 0, 7, 0]), Err(CodecError::Damaged("the body can't be that long")));
    assert_eq!(decode(&[2, 0, 0, 0, 0]), Err(CodecError::Version(2)));
    assert_eq!(decode(&[]), Err(CodecError::CutOff));
}

#[test]
fn wide_dictionaries_take_wide_columns() {
    let mut chunk = empty(start());
    let count = 70_000u32;
    chunk.people = vec![Person { id: Uuid::nil(), workload: false, name: String::new(), kind: None, home_tenant: None }];
    chunk.targets =
        (0..count).map(|n| Asked { target: Target::Resource(n.to_string()), name: String::new(), client_id: String::new() }).collect();
    chunk.places = (0..300u32).map(|n| Place { ip: Some(IpAddr::V4(n.into())), ..Default::default() }).collect();
    chunk.devices = vec![None];
    chunk.traits = vec![Traits::default()];
    chunk.outcomes = vec![Outcome { error_code: 0, status: AccessStatus::Success, told: true, results: Vec::new() }];
    let zeros = || vec![0; count as usize];
    chunk.rows = Rows {
        person: zeros(),
        target: (0..count).collect(),
        place: (0..count).map(|n| n % 300).collect(),
        device: zeros(),
        traits: zeros(),
        outcome: zeros(),
        sign_ins: vec![u32::MAX; count as usize],
    };
    assert_eq!(decode(&encode(&chunk).unwrap()).unwrap(), chunk);
}

fn empty(at: DateTime<Utc>) -> Chunk {
    Chunk {
        day: at.date_naive(),
        people: Vec::new(),
        targets: Vec::new(),
        places: Vec::new(),
        devices: Vec::new(),
        traits: Vec::new(),
        outcomes: Vec::new(),
        rows: Rows::default(),
    }
}
