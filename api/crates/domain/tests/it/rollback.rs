//! What undoes an applied change, and when it needs no second approval (domain.md section 3, promise 6).

use chrono::TimeDelta;
use domain::change::kind::ChangePayload;
use domain::change::refusal::Refusal;
use domain::change::rollback::{inverse, rollback_skips_approval};
use domain::change::status::ChangeStatus;
use domain::id::ChangeId;
use domain::policy::PolicyState;
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::{change, document, mfa_for_all, now};

#[test]
fn the_touched_field_gets_its_old_value_to_the_letter() {
    let mut applied = change(ChangeStatus::Applied);
    let mut pre = mfa_for_all("enabledForReportingButNotEnforced");
    pre["displayName"] = json!(" CA001 - old name ");
    let pre = document(pre);
    assert_eq!(inverse(&applied, &pre), Ok(ChangePayload::Rename { display_name: " CA001 - old name ".into() }));
    applied.payload = ChangePayload::StateChange { to: PolicyState::Enabled };
    assert_eq!(inverse(&applied, &pre), Ok(ChangePayload::StateChange { to: PolicyState::ReportOnly }));
}

#[test]
fn only_an_applied_change_with_both_snapshots_and_a_write_has_one() {
    let pre = document(mfa_for_all("enabled"));
    for status in ChangeStatus::ALL.iter().filter(|status| **status != ChangeStatus::Applied) {
        assert!(matches!(inverse(&change(*status), &pre), Err(Refusal::IllegalTransition { .. })), "{status}");
    }
    let impossible = |edit: fn(&mut domain::change::request::ChangeRequest)| {
        let mut applied = change(ChangeStatus::Applied);
        edit(&mut applied);
        assert!(matches!(inverse(&applied, &pre), Err(Refusal::RollbackNotPossible(_))));
    };
    impossible(|applied| applied.pre_snapshot_id = None);
    impossible(|applied| applied.post_snapshot_id = None);
    impossible(|applied| applied.write_performed = Some(false));
    let mut state = change(ChangeStatus::Applied);
    state.payload = ChangePayload::StateChange { to: PolicyState::Enabled };
    let odd = document(json!({ "state": "unknownFutureValue" }));
    assert!(matches!(inverse(&state, &odd), Err(Refusal::RollbackNotPossible(_))));
}

#[test]
fn there_is_one_rollback_per_change() {
    let mut applied = change(ChangeStatus::Applied);
    applied.rolled_back_by = Some(ChangeId(Uuid::from_u128(5)));
    assert_eq!(inverse(&applied, &document(mfa_for_all("enabled"))), Err(Refusal::RollbackExists(ChangeId(Uuid::from_u128(5)))));
}

#[test]
fn approval_is_skipped_for_a_day_while_live_is_as_it_was_left() {
    let applied = change(ChangeStatus::Applied);
    let day = now() + TimeDelta::hours(24);
    assert!(rollback_skips_approval(&applied, true, now()));
    assert!(rollback_skips_approval(&applied, true, day));
    assert!(!rollback_skips_approval(&applied, true, day + TimeDelta::microseconds(1)));
    assert!(!rollback_skips_approval(&applied, false, now()));
    assert!(!rollback_skips_approval(&change(ChangeStatus::Applying), true, now()));
}
