//! The inverse of an applied change.

use chrono::{DateTime, TimeDelta, Utc};

use crate::change::kind::ChangePayload;
use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::change::status::ChangeStatus;
use crate::change::transition::{ChangeEventKind, allowed_events};
use crate::document::PolicyDocument;

/// How long after the apply a rollback needs no second approval.
pub const WITHOUT_APPROVAL_FOR: TimeDelta = TimeDelta::hours(24);

/// A payload that restores the fields this change touched, from the document before it.
pub fn inverse(change: &ChangeRequest, pre: &PolicyDocument) -> Result<ChangePayload, Refusal> {
    if change.status != ChangeStatus::Applied {
        let from = change.status;
        return Err(Refusal::IllegalTransition { from, event: ChangeEventKind::RollBack, allowed: allowed_events(from) });
    }
    if let Some(by) = change.rolled_back_by {
        return Err(Refusal::RollbackExists(by));
    }
    let impossible = |why: &str| Err(Refusal::RollbackNotPossible(why.to_owned()));
    if change.pre_snapshot_id.is_none() || change.post_snapshot_id.is_none() {
        return impossible("the snapshots before and after the change are not both there");
    }
    if change.write_performed == Some(false) {
        return impossible("nothing was written when it was applied, so there is nothing to undo");
    }
    match &change.payload {
        ChangePayload::StateChange { .. } => match pre.state() {
            Some(to) => Ok(ChangePayload::StateChange { to }),
            None => impossible("the policy's state before the change is not one we know"),
        },
        ChangePayload::Rename { .. } => Ok(ChangePayload::Rename { display_name: pre.display_name().to_owned() }),
        _ => impossible("this kind cannot be rolled back yet"),
    }
}

/// A rollback needs no second approval while live still equals the post-change document and the apply is at most 24 hours old.
pub fn rollback_skips_approval(original: &ChangeRequest, live_is_post: bool, now: DateTime<Utc>) -> bool {
    live_is_post && original.applied_at.is_some_and(|applied| now - applied <= WITHOUT_APPROVAL_FOR)
}
