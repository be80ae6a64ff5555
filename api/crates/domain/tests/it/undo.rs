//! Applying a change to a document and taking it back, as the product does it.

use domain::change::kind::ChangePayload;
use domain::change::plan::{Plan, PlanInput, plan};
use domain::change::refusal::Refusal;
use domain::change::request::ChangeRequest;
use domain::change::rollback::{Inverse, RollbackView, inverse};
use domain::change::status::ChangeStatus;
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use serde_json::Value;

use crate::fixtures::{change, now, policy, tenant};

pub fn planned(document: &PolicyDocument, payload: &ChangePayload) -> Plan {
    plan(&PlanInput {
        payload,
        tenant: &tenant(),
        policy: Some(&policy(document)),
        document: Some(document),
        location: None,
        policy_count: 1,
        referring: &[],
        names: &NameTable::default(),
        snapshot_taken_at: Some(now()),
        actor_entra: None,
        impact: None,
        waivers: &[],
        owned_by_rollout: false,
        now: now(),
    })
}

/// The document after the change.
pub fn applied(document: &PolicyDocument, payload: &ChangePayload) -> PolicyDocument {
    document.merged(&planned(document, payload).write)
}

/// An applied change with this payload.
pub fn request(payload: &ChangePayload) -> ChangeRequest {
    ChangeRequest { payload: payload.clone(), ..change(ChangeStatus::Applied) }
}

pub fn view<'a>(pre: Option<&'a Value>, post: Option<&'a Value>, live: Option<&'a Value>) -> RollbackView<'a> {
    RollbackView { pre, post, live, deleted_at: None, now: now() }
}

/// What takes the change back that led from `pre` to `post`.
pub fn undo(payload: &ChangePayload, pre: &PolicyDocument, post: &PolicyDocument, live: &PolicyDocument) -> Result<Inverse, Refusal> {
    inverse(&request(payload), &view(Some(pre.value()), Some(post.value()), Some(live.value())))
}
