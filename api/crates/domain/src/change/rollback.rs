//! The inverse of an applied change.

use chrono::{DateTime, TimeDelta, Utc};

use crate::change::kind::ChangePayload;
use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::document::PolicyDocument;

/// How long after the apply a rollback needs no second approval.
pub const WITHOUT_APPROVAL_FOR: TimeDelta = TimeDelta::hours(24);

/// A payload that restores the fields this change touched, from the document before it.
pub fn inverse(change: &ChangeRequest, pre: &PolicyDocument) -> Result<ChangePayload, Refusal> {
    match &change.payload {
        ChangePayload::StateChange { .. } => pre
            .state()
            .map(|to| ChangePayload::StateChange { to })
            .ok_or_else(|| Refusal::RollbackNotPossible("the policy's state before the change is not one we know".to_owned())),
        ChangePayload::Rename { .. } => Ok(ChangePayload::Rename { display_name: pre.display_name().to_owned() }),
    }
}

/// A rollback needs no second approval while live still equals the post-change document and the apply is at most 24 hours old.
pub fn rollback_skips_approval(original: &ChangeRequest, live_is_post: bool, now: DateTime<Utc>) -> bool {
    live_is_post && original.applied_at.is_some_and(|applied| now - applied <= WITHOUT_APPROVAL_FOR)
}
