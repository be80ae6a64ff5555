//! The inverse of an applied change (domain.md section 3, promise 6; change-promises.md P19).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::change::kind::{ChangeKind, ChangePayload, TargetObject};
use crate::change::payload::{
    CountryLocation, CreatePolicy, CreateSource, DeletePolicy, IpLocation, LocationBody, LocationCreate, LocationDelete,
};
use crate::change::refusal::Refusal;
use crate::change::request::ChangeRequest;
use crate::change::status::ChangeStatus;
use crate::change::three_way;
use crate::change::transition::{ChangeEventKind, allowed_events};
use crate::document::diff::{NameTable, diff};
use crate::document::{Canonical, PolicyDocument, canonical_location};

/// How long after the apply a rollback needs no second approval.
pub const WITHOUT_APPROVAL_FOR: TimeDelta = TimeDelta::hours(24);

/// How long Entra's recycle bin keeps what was deleted (ca-semantics.md section 16).
pub const IN_RECYCLE_BIN_FOR: TimeDelta = TimeDelta::days(30);

/// The object of a change at three moments, each as Graph gave it; `None` where it was not there.
#[derive(Clone, Copy, Debug)]
pub struct RollbackView<'a> {
    /// In the snapshot before the change.
    pub pre: Option<&'a Value>,
    /// In the snapshot after the change.
    pub post: Option<&'a Value>,
    /// As last seen.
    pub live: Option<&'a Value>,
    /// When it was deleted, for an object that is not there any more.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What undoes a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Inverse {
    /// The payload. Its target is the object of the change, unless it creates one.
    pub payload: ChangePayload,
    /// What a person should know about it, as one sentence; `None` when it restores all there was.
    pub notice: Option<&'static str>,
}

/// A field that the change touched and somebody edited since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreeWayField {
    /// Path in Graph's own names.
    pub path: String,
    /// Canonical value before the change; `None` when absent.
    pub before: Option<Value>,
    /// Canonical value that the change made; `None` when absent.
    pub after: Option<Value>,
    /// Canonical value as last seen; `None` when absent.
    pub live: Option<Value>,
}

/// A payload that restores what this change touched and nothing else. Edits of other fields since stay. Of a set, what the change added goes
/// and what it removed comes back; any other field that was edited since refuses with all three values.
pub fn inverse(change: &ChangeRequest, view: &RollbackView<'_>) -> Result<Inverse, Refusal> {
    may_be_undone(change)?;
    let kind = change.payload.kind();
    match kind {
        ChangeKind::PolicyCreate | ChangeKind::PolicyRestore | ChangeKind::LocationCreate => undo_arrival(change, view),
        ChangeKind::PolicyDelete => undo_deletion(view),
        ChangeKind::LocationDelete => recreate_location(view),
        _ => undo_update(change, view),
    }
}

/// A rollback needs no second approval while live still equals the post-change document and the apply is at most 24 hours old.
pub fn rollback_skips_approval(original: &ChangeRequest, live_is_post: bool, now: DateTime<Utc>) -> bool {
    live_is_post && original.applied_at.is_some_and(|applied| now - applied <= WITHOUT_APPROVAL_FOR)
}

fn may_be_undone(change: &ChangeRequest) -> Result<(), Refusal> {
    if change.status != ChangeStatus::Applied {
        let from = change.status;
        return Err(Refusal::IllegalTransition { from, event: ChangeEventKind::RollBack, allowed: allowed_events(from) });
    }
    if let Some(by) = change.rolled_back_by {
        return Err(Refusal::RollbackExists(by));
    }
    if change.pre_snapshot_id.is_none() || change.post_snapshot_id.is_none() {
        return impossible("the snapshots before and after the change are not both there");
    }
    if change.write_performed == Some(false) {
        return impossible("nothing was written when it was applied, so there is nothing to undo");
    }
    Ok(())
}

fn undo_update(change: &ChangeRequest, view: &RollbackView<'_>) -> Result<Inverse, Refusal> {
    let (Some(pre), Some(post)) = (view.pre, view.post) else {
        return impossible("the object is not in both snapshots, before and after the change");
    };
    let Some(live) = view.live else { return impossible("the object is not in the tenant any more: restore it first") };
    let kind = change.payload.kind();
    let forms = [pre, post, live].map(|value| canonical(kind.target(), value));
    let [pre, post, live] = &forms;
    let location_id = change.payload.location_id().unwrap_or_default();
    let payload = three_way::undo(kind, location_id, &three_way::Forms { pre, post, live })?;
    Ok(Inverse { payload, notice: None })
}

/// What came goes again, unless somebody edited it since: their work would go with it.
fn undo_arrival(change: &ChangeRequest, view: &RollbackView<'_>) -> Result<Inverse, Refusal> {
    let kind = change.payload.kind();
    let Some(post) = view.post else { return impossible("the object is not in the snapshot after the change") };
    let Some(live) = view.live else { return impossible("the object is not in the tenant any more, so there is nothing to undo") };
    let (post, live_form) = (canonical(kind.target(), post), canonical(kind.target(), live));
    let edited = diff(&post, &live_form, &NameTable::default());
    if !edited.is_empty() {
        let fields =
            edited.into_iter().map(|field| ThreeWayField { path: field.path, before: None, after: field.before, live: field.after });
        return Err(Refusal::RollbackConflict(fields.collect()));
    }
    let confirm_display_name = text(live, "displayName").unwrap_or_default();
    let payload = match kind.target() {
        TargetObject::Policy => ChangePayload::Delete(DeletePolicy { confirm_display_name }),
        TargetObject::NamedLocation => {
            let Some(location_id) = text(live, "id") else { return impossible("the named location has no id") };
            ChangePayload::LocationDelete(LocationDelete { location_id, confirm_display_name })
        }
    };
    Ok(Inverse { payload, notice: None })
}

fn undo_deletion(view: &RollbackView<'_>) -> Result<Inverse, Refusal> {
    if view.live.is_some() {
        return impossible("the policy is in the tenant again, so there is nothing to undo");
    }
    let Some(pre) = view.pre else { return impossible("the policy is not in the snapshot before the change") };
    if view.deleted_at.is_some_and(|deleted| view.now - deleted < IN_RECYCLE_BIN_FOR) {
        return Ok(Inverse { payload: ChangePayload::Restore {}, notice: None });
    }
    let Some(state) = text(pre, "state").and_then(|state| state.parse().ok()) else {
        return impossible("the policy's state before the change is not one we know");
    };
    let payload = ChangePayload::Create(CreatePolicy { document: pre.clone(), state, source: CreateSource::Deleted, source_id: None });
    let notice = "Entra's recycle bin does not hold the policy any more: a new policy is created from its last document, with another id";
    Ok(Inverse { payload, notice: Some(notice) })
}

fn recreate_location(view: &RollbackView<'_>) -> Result<Inverse, Refusal> {
    if view.live.is_some() {
        return impossible("the named location is in the tenant again, so there is nothing to undo");
    }
    let Some(pre) = view.pre else { return impossible("the named location is not in the snapshot before the change") };
    let Some(location) = location_body(pre) else {
        return impossible("the named location was of a type that cannot be created here");
    };
    let display_name = text(pre, "displayName").unwrap_or_default();
    let notice = "A new named location is created, with another id: no policy refers to it";
    Ok(Inverse { payload: ChangePayload::LocationCreate(LocationCreate { display_name, location }), notice: Some(notice) })
}

fn location_body(location: &Value) -> Option<LocationBody> {
    let list = |name: &str| location.get(name).and_then(Value::as_array).map(|list| list.as_slice()).unwrap_or_default();
    let flag = |name: &str| location.get(name).and_then(Value::as_bool).unwrap_or_default();
    match location.get("@odata.type").and_then(Value::as_str)? {
        "#microsoft.graph.ipNamedLocation" => Some(LocationBody::Ip(IpLocation {
            ip_ranges: list("ipRanges").iter().filter_map(|range| text(range, "cidrAddress")).collect(),
            is_trusted: flag("isTrusted"),
        })),
        "#microsoft.graph.countryNamedLocation" => Some(LocationBody::Country(CountryLocation {
            countries_and_regions: list("countriesAndRegions").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            include_unknown_countries_and_regions: flag("includeUnknownCountriesAndRegions"),
            country_lookup_method: text(location, "countryLookupMethod"),
        })),
        _ => None,
    }
}

fn canonical(target: TargetObject, value: &Value) -> Canonical {
    match target {
        TargetObject::Policy => {
            PolicyDocument::from_value(value.clone()).map_or_else(|_| Canonical::absent(), |document| document.canonical())
        }
        TargetObject::NamedLocation => canonical_location(value),
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn impossible<T>(why: &str) -> Result<T, Refusal> {
    Err(Refusal::RollbackNotPossible(why.to_owned()))
}
