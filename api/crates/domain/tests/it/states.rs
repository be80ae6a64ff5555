//! Every (state, event) pair of the state machine (domain.md section 2).

use domain::change::approval_rules::ApprovalReason;
use domain::change::dry_run::DryRun;
use domain::change::failure::FailureCode;
use domain::change::kind::ChangePayload;
use domain::change::refusal::Refusal;
use domain::change::request::{ApprovalState, ChangeRequest, CloseReason, OutcomeDecision, OutcomeResolution};
use domain::change::status::ChangeStatus;
use domain::change::transition::{ChangeCommand, ChangeEventKind, allowed_events, open_events, transition};
use domain::change::warning::{Severity, Waiver, Warning, WarningCode};
use domain::event::{EventKind, SubjectKind};
use domain::id::{ApprovalId, ChangeId, SnapshotId};
use domain::policy::PolicyState;
use uuid::Uuid;

use crate::fixtures::{APPROVER, CREATOR, change, dry_run, failure, now, permit, persons, warning};

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
const TABLE: [(&str, [&str; 9]); 22] = [
    //                    draft               dry_run_complete    dry_run_blocked     awaiting_approval   applying   applied        failed              rolled_back  cancelled
    ("dry-run, same",    ["dry_run_complete", "dry_run_complete", "dry_run_complete", "awaiting_approval", "-",       "-",           "dry_run_complete", "-",         "-"]),
    ("dry-run, other",   ["dry_run_complete", "dry_run_complete", "dry_run_complete", "dry_run_complete",  "-",       "-",           "dry_run_complete", "-",         "-"]),
    ("dry-run, blocked", ["dry_run_blocked",  "dry_run_blocked",  "dry_run_blocked",  "dry_run_blocked",   "-",       "-",           "dry_run_blocked",  "-",         "-"]),
    ("edit",             ["draft",            "draft",            "draft",            "draft",             "-",       "-",           "draft",            "-",         "-"]),
    ("request approval", ["-",                "awaiting_approval", "-",               "-",                 "-",       "-",           "-",                "-",         "-"]),
    ("approve",          ["-",                "-",                "-",                "dry_run_complete",  "-",       "-",           "-",                "-",         "-"]),
    ("reject",           ["-",                "-",                "-",                "cancelled",         "-",       "-",           "-",                "-",         "-"]),
    ("approve, 1 of 2",  ["-",                "-",                "-",                "awaiting_approval", "-",       "-",           "-",                "-",         "-"]),
    ("withdraw",         ["-",                "-",                "-",                "dry_run_complete",  "-",       "-",           "-",                "-",         "-"]),
    ("expire",           ["-",                "-",                "-",                "dry_run_complete",  "-",       "-",           "-",                "-",         "-"]),
    ("waive",            ["-",                "-",                "dry_run_complete", "-",                 "-",       "-",           "-",                "-",         "-"]),
    ("waive one of two", ["-",                "-",                "dry_run_blocked",  "-",                 "-",       "-",           "-",                "-",         "-"]),
    ("apply",            ["-",                "applying",         "-",                "-",                 "-",       "-",           "-",                "-",         "-"]),
    ("applied",          ["-",                "-",                "-",                "-",                 "applied", "-",           "-",                "-",         "-"]),
    ("failed",           ["-",                "-",                "-",                "-",                 "failed",  "-",           "-",                "-",         "-"]),
    ("stop",             ["-",                "-",                "-",                "-",                 "failed",  "-",           "-",                "-",         "-"]),
    ("adopt",            ["-",                "-",                "-",                "-",                 "-",       "-",           "applied",          "-",         "-"]),
    ("declare",          ["-",                "-",                "-",                "-",                 "-",       "-",           "failed",           "-",         "-"]),
    ("rolled back",      ["-",                "-",                "-",                "-",                 "-",       "rolled_back", "-",                "-",         "-"]),
    ("cancel",           ["cancelled",        "cancelled",        "cancelled",        "cancelled",         "-",       "-",           "cancelled",        "-",         "-"]),
    ("base moved",       ["-",                "draft",            "draft",            "draft",             "-",       "-",           "-",                "-",         "-"]),
    ("void approval",    ["-",                "dry_run_complete", "-",                "dry_run_complete",  "-",       "-",           "-",                "-",         "-"]),
];

fn command(event: &str) -> ChangeCommand {
    match event {
        "dry-run, same" => ChangeCommand::DryRun(dry_run("reviewed", Vec::new())),
        "dry-run, other" => ChangeCommand::DryRun(dry_run("other", Vec::new())),
        "dry-run, blocked" => ChangeCommand::DryRun(dry_run("blocked", vec![warning(Severity::Critical)])),
        "edit" => ChangeCommand::EditPayload(ChangePayload::Rename { display_name: "Edited".into() }),
        "request approval" => ChangeCommand::RequestApproval { id: ApprovalId(Uuid::from_u128(71)), digest: "reviewed".into() },
        "approve" | "approve, 1 of 2" => ChangeCommand::Approve { digest: "reviewed".into(), comment: None, persons: persons() },
        "reject" => ChangeCommand::Reject { digest: "reviewed".into(), comment: "not now".into(), persons: persons() },
        "withdraw" => ChangeCommand::WithdrawApproval,
        "expire" => ChangeCommand::ExpireApproval,
        "waive" => waive(Vec::new()),
        "waive one of two" => waive(vec![warning(Severity::Critical)]),
        "stop" => ChangeCommand::Stop { pre: Some(SnapshotId(Uuid::from_u128(1))) },
        "adopt" => ChangeCommand::AdoptOutcome {
            decision: decision(OutcomeResolution::AdoptLiveAsApplied),
            policy_id: None,
            target_graph_id: None,
            pre: Some(SnapshotId(Uuid::from_u128(1))),
            post: SnapshotId(Uuid::from_u128(2)),
        },
        "declare" => ChangeCommand::DeclareNotApplied { decision: decision(OutcomeResolution::DeclareNotApplied) },
        "apply" => ChangeCommand::Apply(permit()),
        "applied" => ChangeCommand::OutcomeApplied {
            pre: Some(SnapshotId(Uuid::from_u128(1))),
            post: Some(SnapshotId(Uuid::from_u128(2))),
            write_performed: true,
        },
        "failed" => ChangeCommand::OutcomeFailed { failure: failure(), pre: None, write_performed: Some(false) },
        "rolled back" => ChangeCommand::RolledBack { by: ChangeId(Uuid::from_u128(90)) },
        "cancel" => ChangeCommand::Cancel,
        "base moved" => ChangeCommand::BaseMoved,
        "void approval" => ChangeCommand::VoidApproval,
        other => panic!("no such event: {other}"),
    }
}

fn waive(left: Vec<Warning>) -> ChangeCommand {
    let waiver = Waiver { code: WarningCode::CriticalPolicyDisable, reason: "planned".into(), by: APPROVER, at: now() };
    ChangeCommand::WaiveWarning { waiver, dry_run: dry_run("waived", left) }
}

fn decision(resolution: OutcomeResolution) -> OutcomeDecision {
    OutcomeDecision { resolution, reason: "looked at it".into(), by: APPROVER, at: now() }
}

fn at(status: ChangeStatus, event: &str) -> ChangeRequest {
    let mut change = change(status);
    change.requires_approval |= event == "request approval";
    match event {
        "approve, 1 of 2" => change.approvals.iter_mut().for_each(|approval| approval.quorum = 2),
        "expire" => change.approvals.iter_mut().for_each(|approval| approval.expires_at = now()),
        "waive" | "waive one of two" => change.dry_run.iter_mut().flat_map(|dry_run| &mut dry_run.warnings).for_each(|warning| {
            warning.code = WarningCode::CriticalPolicyDisable;
        }),
        "adopt" | "declare" => change.failure.iter_mut().for_each(|failure| failure.outcome_unknown = true),
        _ => {}
    }
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
    assert_eq!(after.change.payload, ChangePayload::Rename { display_name: "Edited".into() });
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
    assert!(matches!(refusal, Refusal::NotEditable(_)), "{refusal}");
}

#[test]
fn an_edit_stays_the_same_kind_and_voids_waivers() {
    let other = ChangeCommand::EditPayload(ChangePayload::StateChange { to: PolicyState::Disabled });
    let refusal = transition(change(ChangeStatus::DryRunComplete), other, Some(CREATOR), now()).unwrap_err();
    assert!(matches!(refusal, Refusal::NotEditable(_)), "{refusal}");
    let waived = transition(at(ChangeStatus::DryRunBlocked, "waive"), command("waive"), Some(APPROVER), now()).unwrap().change;
    assert_eq!(waived.waivers.len(), 1);
    let mut waived = waived;
    waived.requires_approval = true;
    let edited = transition(waived, command("edit"), Some(CREATOR), now()).unwrap().change;
    assert!(edited.waivers.is_empty());
    assert!(!edited.requires_approval, "until the next dry-run says");
}

#[test]
fn of_an_unknown_outcome_only_its_resolution_is_taken() {
    let unknown = at(ChangeStatus::Failed, "adopt");
    assert_eq!(open_events(&unknown), [ChangeEventKind::AdoptOutcome, ChangeEventKind::DeclareNotApplied]);
    for event in ["dry-run, same", "edit", "cancel"] {
        assert_eq!(transition(unknown.clone(), command(event), Some(CREATOR), now()).unwrap_err(), Refusal::OutcomeUnknown, "{event}");
    }
    let known = change(ChangeStatus::Failed);
    assert_eq!(open_events(&known), [ChangeEventKind::DryRun, ChangeEventKind::EditPayload, ChangeEventKind::Cancel]);
    for event in ["adopt", "declare"] {
        let refusal = transition(known.clone(), command(event), Some(CREATOR), now()).unwrap_err();
        assert!(matches!(refusal, Refusal::ResolutionNotPossible(_)), "{event}: {refusal}");
    }
    let declared = transition(unknown.clone(), command("declare"), Some(CREATOR), now()).unwrap().change;
    assert_eq!((declared.write_performed, declared.failure.as_ref().map(|failure| failure.outcome_unknown)), (Some(false), Some(false)));
    assert!(transition(declared, command("dry-run, same"), Some(CREATOR), now()).is_ok(), "a known failure can be tried again");
    let adopted = transition(unknown, command("adopt"), Some(CREATOR), now()).unwrap().change;
    assert_eq!((adopted.write_performed, adopted.failure, adopted.applied_at), (Some(true), None, Some(now())));
    assert_eq!(adopted.resolution, Some(decision(OutcomeResolution::AdoptLiveAsApplied)));
}

#[test]
fn a_stopped_apply_says_that_nothing_was_sent() {
    let stopped = transition(change(ChangeStatus::Applying), command("stop"), Some(APPROVER), now()).unwrap().change;
    let failure = stopped.failure.unwrap();
    assert_eq!((failure.code, failure.outcome_unknown, stopped.write_performed), (FailureCode::GateClosed, false, Some(false)));
    assert!(failure.message.contains("stopped before the write"));
}

#[test]
fn only_a_critical_warning_that_is_there_and_not_hard_is_waived() {
    let refused = |change: ChangeRequest, code| {
        let waiver = Waiver { code, reason: "planned".into(), by: APPROVER, at: now() };
        let command = ChangeCommand::WaiveWarning { waiver, dry_run: dry_run("waived", Vec::new()) };
        matches!(transition(change, command, Some(APPROVER), now()), Err(Refusal::NotWaivable { .. }))
    };
    for code in WarningCode::ALL {
        let mut blocked = change(ChangeStatus::DryRunBlocked);
        blocked.dry_run.iter_mut().flat_map(|dry_run| &mut dry_run.warnings).for_each(|warning| warning.code = *code);
        assert_eq!(refused(blocked, *code), !code.waivable(), "{code}");
    }
    assert!(refused(at(ChangeStatus::DryRunBlocked, "waive"), WarningCode::LicenseMissingP1), "not in the dry-run");
    let mut done = at(ChangeStatus::DryRunBlocked, "waive");
    done.dry_run.as_mut().unwrap().warnings[0].waived = true;
    assert!(refused(done, WarningCode::CriticalPolicyDisable), "waived already");
}

#[test]
fn the_rules_are_asked_again_at_each_dry_run() {
    let needs = |change: ChangeRequest, reasons: Vec<ApprovalReason>| {
        let plan = DryRun { approval_reasons: reasons, ..dry_run("other", Vec::new()) };
        transition(change, ChangeCommand::DryRun(plan), Some(CREATOR), now()).unwrap().change.requires_approval
    };
    let draft = || change(ChangeStatus::Draft);
    assert!(!needs(draft(), Vec::new()));
    assert!(needs(draft(), vec![ApprovalReason::Severity]));
    let mut trapped = draft();
    trapped.requires_approval = true;
    assert!(!needs(trapped, Vec::new()), "what no rule asks for any more is free");
    let mut always = draft();
    always.approval_rules.always = true;
    assert!(needs(always, Vec::new()));
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

#[test]
fn an_edit_outside_causeway_voids_the_dry_run_and_every_approval() {
    let mut before = change(ChangeStatus::AwaitingApproval);
    let mut granted = crate::fixtures::approval(ApprovalState::Approved);
    granted.id = ApprovalId(Uuid::from_u128(72));
    before.approvals.insert(0, granted);
    let payload = before.payload.clone();
    let after = transition(before, command("base moved"), None, now()).unwrap();
    assert_eq!((after.change.status, after.change.dry_run), (ChangeStatus::Draft, None));
    assert!(after.change.approvals.iter().all(|approval| approval.state == ApprovalState::Voided));
    assert_eq!(after.change.payload, payload, "what is intended stays");
    assert_eq!(after.events.iter().filter(|event| event.kind == EventKind::ApprovalChanged).count(), 2);
    assert_eq!(after.events.last().unwrap().data["event"], "BASE_MOVED");
}
