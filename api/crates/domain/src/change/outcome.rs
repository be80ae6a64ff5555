//! How an apply ends where no saga can say: stopped before its write, or of unknown outcome until a person has looked.

use crate::change::failure::{ChangeFailure, FailureCode, FailureStage};
use crate::change::refusal::Refusal;
use crate::change::request::{ChangeRequest, OutcomeDecision};
use crate::change::status::ChangeStatus;
use crate::change::transition::ChangeEventKind;
use crate::id::SnapshotId;

/// Whether the change waits for a person to find out what became of its write.
pub fn unknown(change: &ChangeRequest) -> bool {
    change.status == ChangeStatus::Failed && change.failure.as_ref().is_some_and(|failure| failure.outcome_unknown)
}

/// Whether the event says what became of it.
pub(super) fn resolves(event: ChangeEventKind) -> bool {
    matches!(event, ChangeEventKind::AdoptOutcome | ChangeEventKind::DeclareNotApplied)
}

/// Until its outcome is known a change takes nothing else: another attempt could double the write, and giving it up would hide it.
pub(super) fn check(change: &ChangeRequest, event: ChangeEventKind) -> Result<(), Refusal> {
    match (unknown(change), resolves(event)) {
        (true, false) => Err(Refusal::OutcomeUnknown),
        (false, true) => Err(Refusal::ResolutionNotPossible("its outcome is known".to_owned())),
        _ => Ok(()),
    }
}

pub(super) fn stop(change: &mut ChangeRequest, pre: Option<SnapshotId>) {
    change.status = ChangeStatus::Failed;
    change.pre_snapshot_id = pre;
    change.write_performed = Some(false);
    change.failure = Some(ChangeFailure {
        stage: FailureStage::Preflight,
        code: FailureCode::GateClosed,
        message: "stopped before the write: nothing was sent to Graph".to_owned(),
        graph_status: None,
        graph_code: None,
        graph_request_id: None,
        retryable: true,
        outcome_unknown: false,
        live_diff: Vec::new(),
    });
}

pub(super) fn adopt(change: &mut ChangeRequest, decision: OutcomeDecision) {
    change.status = ChangeStatus::Applied;
    change.write_performed = Some(true);
    change.failure = None;
    change.resolution = Some(decision);
}

pub(super) fn declare(change: &mut ChangeRequest, decision: OutcomeDecision) {
    change.write_performed = Some(false);
    if let Some(failure) = &mut change.failure {
        failure.outcome_unknown = false;
        failure.retryable = true;
    }
    change.resolution = Some(decision);
}
