//! What a bulk change may intend.

use std::collections::BTreeSet;

use domain::bulk::{BareId, BulkTarget, MAX_PREREQUISITES, bare_ids};
use domain::change::kind::{ChangeKind, ChangePayload, TargetObject, WriteOperation};
use domain::change::payload::{LocationDelete, LocationUpdate};
use uuid::Uuid;

use crate::changes::create::check_payload;
use crate::changes::intent::Intent;
use crate::error::{AppError, AppResult};

/// Ids that a refusal names.
const NAMED: usize = 5;

const LONGEST_TEXT: usize = 256;

/// Refuses kinds that are never done to many tenants at once, before anything is read.
pub(super) fn check_intent(intent: &Intent) -> AppResult<()> {
    let Intent::Payload(payload) = intent else { return Ok(()) };
    match payload.kind() {
        kind @ (ChangeKind::PolicyDelete | ChangeKind::PolicyRestore) => Err(AppError::invalid(
            &["input", "payload"],
            format!("{kind} is not done to many tenants at once: change each policy by itself"),
        )),
        _ => Ok(()),
    }
}

/// The payload in the form that is stored. It holds no ids that mean something else in the next tenant.
pub(super) fn checked_payload(payload: ChangePayload) -> AppResult<ChangePayload> {
    let payload = payload.normalised();
    // A named location goes by its name here; everything else of it keeps to the rules of a single change.
    check_payload(&with_location(&payload, &Uuid::nil().to_string()))?;
    if let Some(name) = payload.location_id() {
        checked_text(name, &["input", "payload", "locationId"], "the name of a named location")?;
    }
    let ids = bare_ids(&payload);
    if let Some(first) = ids.first() {
        return Err(bare(&["input", "payload"], first, &ids));
    }
    Ok(payload)
}

/// Named locations to create first.
pub(super) fn checked_prerequisites(payload: &ChangePayload, prerequisites: &[ChangePayload]) -> AppResult<Vec<ChangePayload>> {
    const AT: [&str; 2] = ["input", "prerequisites"];
    if prerequisites.len() > MAX_PREREQUISITES {
        return Err(AppError::invalid(&AT, format!("a bulk change creates at most {MAX_PREREQUISITES} named locations first")));
    }
    if !prerequisites.is_empty() && payload.kind().target() != TargetObject::Policy {
        return Err(AppError::invalid(&AT, "only a policy needs named locations first"));
    }
    let mut names = BTreeSet::new();
    let mut checked = Vec::with_capacity(prerequisites.len());
    for prerequisite in prerequisites {
        let ChangePayload::LocationCreate(create) = prerequisite.clone().normalised() else {
            return Err(AppError::invalid(&AT, "what comes first is a location.create"));
        };
        if !names.insert(create.display_name.to_lowercase()) {
            return Err(AppError::invalid(&AT, format!("two of them have the name {}", create.display_name)));
        }
        let payload = ChangePayload::LocationCreate(create);
        check_payload(&payload)?;
        checked.push(payload);
    }
    Ok(checked)
}

/// The target in the form that is stored: there is one exactly where the kind changes a policy.
pub(super) fn check_target(payload: &ChangePayload, target: Option<&BulkTarget>) -> AppResult<Option<BulkTarget>> {
    const AT: [&str; 2] = ["input", "target"];
    let kind = payload.kind();
    let of_policy = kind.target() == TargetObject::Policy && kind.operation() == WriteOperation::Update;
    match (of_policy, target) {
        (true, None) => Err(AppError::invalid(&AT, format!("{kind} is about a policy: say which of each tenant"))),
        (false, Some(_)) => Err(AppError::invalid(&AT, format!("{kind} is about no policy that is there: leave the target out"))),
        (false, None) => Ok(None),
        (true, Some(target)) => checked_target(target).map(Some),
    }
}

/// Refuses a target that can match nothing.
pub(crate) fn checked_target(target: &BulkTarget) -> AppResult<BulkTarget> {
    match target {
        BulkTarget::Code(code) => Ok(BulkTarget::Code(checked_text(code, &["input", "target", "code"], "a code")?)),
        BulkTarget::DisplayName(name) => {
            Ok(BulkTarget::DisplayName(checked_text(name, &["input", "target", "displayName"], "a display name")?))
        }
        target => Ok(target.clone()),
    }
}

/// The payload about the named location with this id; any other payload as it is.
pub(super) fn with_location(payload: &ChangePayload, location_id: &str) -> ChangePayload {
    let location_id = location_id.to_owned();
    match payload.clone() {
        ChangePayload::LocationUpdate(update) => ChangePayload::LocationUpdate(LocationUpdate { location_id, ..update }),
        ChangePayload::LocationDelete(delete) => ChangePayload::LocationDelete(LocationDelete { location_id, ..delete }),
        other => other,
    }
}

fn checked_text(text: &str, at: &[&str], what: &str) -> AppResult<String> {
    let text = text.trim();
    if (1..=LONGEST_TEXT).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(AppError::invalid(at, format!("{what} holds 1 to {LONGEST_TEXT} characters")))
}

fn bare(at: &[&str], first: &BareId, all: &[BareId]) -> AppError {
    let mut path: Vec<String> = at.iter().map(|part| (*part).to_owned()).collect();
    path.extend(first.path.split('.').map(str::to_owned));
    let some: Vec<String> = all.iter().take(NAMED).map(|id| format!("{} in {}", id.id, id.path)).collect();
    let more = if all.len() > NAMED { format!(" and {} more", all.len() - NAMED) } else { String::new() };
    let message = format!(
        "an object's id means something else in another tenant: give its name, and keep an alias where a tenant calls it otherwise ({}{more})",
        some.join("; ")
    );
    AppError::Invalid { path, message }
}
