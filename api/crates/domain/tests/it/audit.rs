//! The audit chain: whatever is done to it afterwards shows.

use chrono::TimeDelta;
use domain::audit::{AuditEntry, AuditOutcome, GENESIS, NewAuditEntry, seal, verify};
use domain::event::SubjectKind;
use domain::id::{AuditId, MemberId, TenantId, WorkspaceId};
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::now;

fn chain(length: i64) -> Vec<AuditEntry> {
    let workspace = WorkspaceId(Uuid::from_u128(1));
    let mut prev = GENESIS.to_owned();
    (1..=length)
        .map(|seq| {
            let at = now() + TimeDelta::seconds(seq);
            let entry = NewAuditEntry {
                actor: Some(MemberId(Uuid::from_u128(2))),
                action: "applyChange".into(),
                tenant_id: Some(TenantId(Uuid::from_u128(3))),
                subject_kind: SubjectKind::ChangeRequest,
                subject_id: Uuid::from_u128(4),
                outcome: AuditOutcome::Done,
                detail: json!({ "seq": seq, "a": { "z": 1, "b": [1, 2] } }),
            };
            let hash = seal(&prev, workspace, seq, at, &entry);
            let prev_hash = std::mem::replace(&mut prev, hash.clone());
            AuditEntry { id: AuditId(Uuid::from_u128(seq as u128)), workspace_id: workspace, seq, at, entry, prev_hash, hash }
        })
        .collect()
}

#[test]
fn an_untouched_chain_holds_from_its_start_and_from_its_middle() {
    let entries = chain(6);
    verify(GENESIS, &entries).unwrap();
    verify(&entries[2].hash, &entries[3..]).unwrap();
    verify(GENESIS, &[]).unwrap();
}

#[test]
fn every_edit_of_an_entry_shows_at_that_entry() {
    let edits: [fn(&mut AuditEntry); 9] = [
        |entry| entry.entry.actor = None,
        |entry| entry.entry.action.push('!'),
        |entry| entry.entry.tenant_id = None,
        |entry| entry.entry.subject_kind = SubjectKind::Policy,
        |entry| entry.entry.subject_id = Uuid::from_u128(5),
        |entry| entry.entry.outcome = AuditOutcome::Refused,
        |entry| entry.entry.detail = json!({}),
        |entry| entry.at += TimeDelta::microseconds(1),
        |entry| entry.workspace_id = WorkspaceId(Uuid::from_u128(9)),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut entries = chain(5);
        edit(&mut entries[2]);
        assert_eq!(verify(GENESIS, &entries).unwrap_err().seq, 3, "edit {number}");
    }
}

#[test]
fn dropping_moving_and_adding_show() {
    let mut dropped = chain(5);
    dropped.remove(1);
    assert_eq!(verify(GENESIS, &dropped).unwrap_err().seq, 3);
    let beheaded = chain(5).split_off(1);
    assert_eq!(verify(GENESIS, &beheaded).unwrap_err().seq, 2);
    // The first entry taken away and the second sealed as if nothing had been before it.
    let mut rebased = chain(2).split_off(1);
    rebased[0].prev_hash = GENESIS.to_owned();
    rebased[0].hash = seal(GENESIS, rebased[0].workspace_id, 2, rebased[0].at, &rebased[0].entry);
    assert_eq!(verify(GENESIS, &rebased).unwrap_err().seq, 2);
    let mut moved = chain(5);
    moved.swap(1, 2);
    assert_eq!(verify(GENESIS, &moved).unwrap_err().seq, 3);
    let mut added = chain(5);
    added.insert(2, added[1].clone());
    assert!(verify(GENESIS, &added).is_err());
    // Edited, and sealed again by somebody who knows how: the next entry does not follow any more.
    let mut resealed = chain(5);
    resealed[2].entry.action = "read".into();
    resealed[2].hash = seal(&resealed[2].prev_hash, resealed[2].workspace_id, 3, resealed[2].at, &resealed[2].entry);
    assert_eq!(verify(GENESIS, &resealed).unwrap_err().seq, 4);
}
