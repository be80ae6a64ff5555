//! Every (state, event) pair of the state machine (domain.md section 2).

use domain::change::kind::ChangePayload;
use domain::change::refusal::Refusal;
use domain::change::request::{ApprovalState, ChangeRequest, CloseReason};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, transition};
use domain::change::warning::Severity;
use domain::event::{EventKind, SubjectKind};
use domain::id::{ApprovalId, ChangeId, SnapshotId};
use domain::policy::PolicyState;
use uuid::Uuid;

use crate::fixtures::{APPROVER, CREATOR, change, dry_run, failure, now, permit, warning};

/// Rows are events, columns are statuses in this order; a cell is the status after, `-` an illegal transition.
const COLUMNS: [ChangeStatus; 9] = [
    ChangeStatus::Draft,
    ChangeStatus::DryRunComplete,
    ChangeStatus::DryRunBlocked,
    ChangeStatus::AwaitingApproval,
    ChangeStatus::Applying,
    ChangeStatus::Applied,
    ChangeStatus::Failed,
    ChangeStatus::RolledBack,
    ChangeStatus::Cancelled,
];

#[rustfmt::skip]
const TABLE: [(&str, [&str; 9]); 12] = [
    //                    draft               dry_run_complete    dry_run_blocked     awaiting_approval   applying   applied        failed              rolled_back  cancelled
    ("dry-run, same",    ["dry_run_complete", "dry_run_complete", "dry_run_complete", "awaiting_approval", "-",       "-",           "dry_run_complete", "-",         "-"]),
    ("dry-run, other",   ["dry_run_complete", "dry_run_complete", "dry_run_complete", "dry_run_complete",  "-",       "-",           "dry_run_complete", "-",         "-"]),
    ("dry-run, blocked", ["dry_run_blocked",  "dry_run_blocked",  "dry_run_blocked",  "dry_run_blocked",   "-",       "-",           "dry_run_blocked",  "-",         "-"]),
    ("edit",             ["draft",            "draft",            "draft",            "draft",             "-",       "-",           "draft",            "-",         "-"]),
    ("request approval", ["-",                "awaiting_approval", "-",               "-",                 "-",       "-",           "-",                "-",         "-"]),
    ("approve",          ["-",                "-",                "-",                "dry_run_complete",  "-",       "-",           "-",                "-",         "-"]),
    ("reject",           ["-",                "-",                "-",                "cancelled",         "-",       "-",           "-",                "-",         "-"]),
    ("apply",            ["-",                "applying",         "-",                "-",                 "-",       "-",           "-",                "-",         "-"]),
    ("applied",          ["-",                "-",                "-",                "-",                 "applied", "-",           "-",                "-",         "-"]),
    ("failed",           ["-",                "-",                "-",                "-",                 "failed",  "-",           "-",                "-",         "-"]),
    ("rolled back",      ["-",                "-",                "-",                "-",                 "-",       "rolled_back", "-",                "-",         "-"]),
    ("cancel",           ["cancelled",        "cancelled",        "cancelled",        "cancelled",         "-",       "-",           "cancelled",        "-",         "-"]),
];

fn command(event: &str) -> ChangeCommand {
    match event {
        "dry-run, same" => ChangeCommand::DryRun(dry_run("reviewed", Vec::new())),
        "dry-run, other" => ChangeCommand::DryRun(dry_run("other", Vec::new())),
        "dry-run, blocked" => ChangeCommand::DryRun(dry_run("blocked", vec![warning(Severity::Critical)])),
        "edit" => ChangeCommand::EditPayload(ChangePayload::StateChange { to: PolicyState::Disabled }),
        "request approval" => ChangeCommand::RequestApproval { id: ApprovalId(Uuid::from_u128(71)), digest: "reviewed".into() },
        "approve" => ChangeCommand::Approve { digest: "reviewed".into(), comment: None },
        "reject" => ChangeCommand::Reject { digest: "reviewed".into(), comment: "not now".into() },
        "apply" => ChangeCommand::Apply(permit()),
        "applied" => ChangeCommand::OutcomeApplied {
            pre: Some(SnapshotId(Uuid::from_u128(1))),
            post: Some(SnapshotId(Uuid::from_u128(2))),
            write_performed: true,
        },
        "failed" => ChangeCommand::OutcomeFailed { failure: failure(), pre: None, write_performed: Some(false) },
        "rolled back" => ChangeCommand::RolledBack { by: ChangeId(Uuid::from_u128(90)) },
        "cancel" => ChangeCommand::Cancel,
        other => panic!("no such event: {other}"),
    }
}

fn at(status: ChangeStatus, event: &str) -> ChangeRequest {
    let mut change = change(status);
    change.requires_approval |= event == "request approval";
    change
}

#[test]
fn every_pair_does_what_the_table_says() {
    for (event, row) in TABLE {
        for (status, expected) in COLUMNS.into_iter().zip(row) {
            let before = at(status, event);
            let kind = command(event).kind();
            match transition(before.clone(), command(event), Some(APPROVER), now()) {
                Ok(after) => {
                    assert_eq!(after.change.status.as_str(), expected, "{status} + {event}");
                    assert_eq!(after.change.revision, before.revision + 1, "{status} + {event}");
                    assert!(allowed_events(status).contains(&kind), "{status} + {event} is not announced");
                    let moved = after.events.last().unwrap();
                    assert_eq!(
                        (moved.kind, moved.subject_kind, moved.subject_id),
                        (EventKind::ChangeStatusChanged, SubjectKind::ChangeRequest, before.id.0)
                    );
                    assert_eq!((moved.data["from"].as_str(), moved.data["to"].as_str()), (Some(status.as_str()), Some(expected)));
                    assert_eq!((moved.actor, moved.tenant_id), (Some(APPROVER), Some(before.tenant_id)));
                }
                Err(refusal) => {
                    assert_eq!("-", expected, "{status} + {event}: {refusal}");
                    assert_eq!(
                        refusal,
                        Refusal::IllegalTransition { from: status, event: kind, allowed: allowed_events(status) },
                        "{status} + {event}"
                    );
                    assert!(!allowed_events(status).contains(&kind));
                }
            }
        }
    }
}

#[test]
fn the_table_covers_every_status_and_event() {
    let statuses: std::collections::BTreeSet<_> = COLUMNS.into_iter().collect();
    assert_eq!(statuses.len(), ChangeStatus::ALL.len());
    for kind in ChangeEventKind::ALL {
        assert!(TABLE.iter().any(|(event, _)| command(event).kind() == *kind), "{kind} has no row");
    }
}

#[test]
fn an_edit_voids_the_dry_run_and_every_approval_and_remembers_the_editor() {
    let mut before = change(ChangeStatus::AwaitingApproval);
    let mut granted = crate::fixtures::approval(ApprovalState::Approved);
    granted.id = ApprovalId(Uuid::from_u128(72));
    before.approvals.insert(0, granted);
    let after = transition(before, command("edit"), Some(APPROVER), now()).unwrap();
    assert_eq!(after.change.dry_run, None);
    assert!(after.change.approvals.iter().all(|approval| approval.state == ApprovalState::Voided));
    assert_eq!(after.change.editors, [crate::fixtures::EDITOR, APPROVER]);
    assert_eq!(after.change.payload, ChangePayload::StateChange { to: PolicyState::Disabled });
    assert_eq!(after.events.iter().filter(|event| event.kind == EventKind::ApprovalChanged).count(), 2);

    let again = transition(after.change, command("edit"), Some(APPROVER), now()).unwrap().change;
    assert_eq!(again.editors, [crate::fixtures::EDITOR, APPROVER], "an editor is noted once");
    let by_creator = transition(again, command("edit"), Some(CREATOR), now()).unwrap().change;
    assert!(!by_creator.editors.contains(&CREATOR));
}

#[test]
fn a_rollback_cannot_be_edited_into_something_else() {
    let mut rollback = change(ChangeStatus::DryRunComplete);
    rollback.rollback_of = Some(ChangeId(Uuid::from_u128(5)));
    let refusal = transition(rollback, command("edit"), Some(CREATOR), now()).unwrap_err();
    assert!(matches!(refusal, Refusal::RollbackNotPossible(_)), "{refusal}");
}

#[test]
fn a_dry_run_after_a_failure_forgets_the_attempt() {
    let mut failed = change(ChangeStatus::Failed);
    failed.pre_snapshot_id = Some(SnapshotId(Uuid::from_u128(3)));
    failed.write_performed = Some(false);
    let after = transition(failed, command("dry-run, same"), Some(CREATOR), now()).unwrap().change;
    assert_eq!((after.failure, after.pre_snapshot_id, after.write_performed, after.applied_by), (None, None, None, None));
}

#[test]
fn outcomes_are_recorded() {
    let applied = transition(change(ChangeStatus::Applying), command("applied"), None, now()).unwrap().change;
    assert_eq!((applied.applied_at, applied.write_performed), (Some(now()), Some(true)));
    assert_eq!(applied.post_snapshot_id, Some(SnapshotId(Uuid::from_u128(2))));
    let failed = transition(change(ChangeStatus::Applying), command("failed"), None, now()).unwrap().change;
    assert_eq!((failed.failure, failed.write_performed, failed.applied_at), (Some(failure()), Some(false), None));
}

#[test]
fn a_change_is_rolled_back_by_the_one_that_was_reserved_for_it() {
    let mut applied = change(ChangeStatus::Applied);
    applied.rolled_back_by = Some(ChangeId(Uuid::from_u128(90)));
    let done = transition(applied.clone(), command("rolled back"), None, now()).unwrap().change;
    assert_eq!(done.rolled_back_by, Some(ChangeId(Uuid::from_u128(90))));
    applied.rolled_back_by = Some(ChangeId(Uuid::from_u128(91)));
    let refusal = transition(applied, command("rolled back"), None, now()).unwrap_err();
    assert_eq!(refusal, Refusal::RollbackExists(ChangeId(Uuid::from_u128(91))));
}

#[test]
fn a_cancelled_change_says_why_and_withdraws_its_approval() {
    let cancelled = transition(change(ChangeStatus::AwaitingApproval), command("cancel"), Some(CREATOR), now()).unwrap().change;
    assert_eq!(cancelled.close_reason, Some(CloseReason::Cancelled));
    assert_eq!(cancelled.approvals[0].state, ApprovalState::Withdrawn);
    let rejected = transition(change(ChangeStatus::AwaitingApproval), command("reject"), Some(APPROVER), now()).unwrap().change;
    assert_eq!(rejected.close_reason, Some(CloseReason::Rejected));
    assert_eq!(rejected.approvals[0].comment.as_deref(), Some("not now"));
}
