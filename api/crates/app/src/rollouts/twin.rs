//! The twin: the enforced copy of the original that takes the phases' groups.

use domain::baseline::clean;
use domain::change::payload::{CreatePolicy, CreateSource};
use domain::document::PolicyDocument;
use domain::policy::{Policy, PolicyState};
use domain::tenant::{DirectoryKind, EmergencyAccess};
use serde_json::{Value, json};

use crate::error::{AppError, AppResult};

/// What the twin's name ends with.
const SUFFIX: &str = " (phased rollout)";

/// The longest display name that Graph takes, in characters.
const LONGEST_NAME: usize = 256;

/// The payload that creates the twin: report-only, for the groups of phase 1 and nobody else, with every exclusion of the original and the
/// tenant's emergency accounts and groups excluded as well. Roles and guests that the original names beside "all users" are left out: they
/// would reach people of later phases.
pub(super) fn create_twin(
    original: &Policy,
    document: &PolicyDocument,
    groups: &[String],
    emergency: &EmergencyAccess,
) -> AppResult<CreatePolicy> {
    let cleaned = clean(document.value()).map_err(|unusable| AppError::invalid(&["input", "policyId"], unusable.to_string()))?;
    let mut document = cleaned.document.value().clone();
    document["state"] = PolicyState::ReportOnly.as_str().into();
    document["displayName"] = name(&original.display_name).into();
    let users = &mut document["conditions"]["users"];
    users["includeUsers"] = json!([]);
    users["includeGroups"] = json!(groups);
    users["includeRoles"] = json!([]);
    if let Some(users) = users.as_object_mut() {
        users.remove("includeGuestsOrExternalUsers");
    }
    for principal in &emergency.principals {
        let list = match principal.kind {
            DirectoryKind::User => "excludeUsers",
            DirectoryKind::Group => "excludeGroups",
            _ => continue,
        };
        exclude(&mut users[list], principal.object_id.to_string());
    }
    Ok(CreatePolicy { document, state: PolicyState::ReportOnly, source: CreateSource::Copy, source_id: Some(original.id.0) })
}

fn exclude(list: &mut Value, id: String) {
    match list.as_array_mut() {
        Some(ids) if ids.iter().any(|known| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(&id))) => {}
        Some(ids) => ids.push(id.into()),
        None => *list = json!([id]),
    }
}

fn name(original: &str) -> String {
    let kept: String = original.chars().take(LONGEST_NAME - SUFFIX.chars().count()).collect();
    format!("{kept}{SUFFIX}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_still_fits() {
        assert_eq!(name("MFA for all"), "MFA for all (phased rollout)");
        assert_eq!(name(&"ä".repeat(300)).chars().count(), LONGEST_NAME);
    }

    #[test]
    fn an_exclusion_is_added_once() {
        let mut list = json!(["AB"]);
        exclude(&mut list, "ab".to_owned());
        exclude(&mut list, "cd".to_owned());
        assert_eq!(list, json!(["AB", "cd"]));
        let mut none = Value::Null;
        exclude(&mut none, "ab".to_owned());
        assert_eq!(none, json!(["ab"]));
    }
}
