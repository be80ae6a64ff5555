//! Documents of the policies that are suggested: Microsoft's templates, in report-only mode, with emergency access excluded.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::agent::{AgentInput, Proposal, Step, SuggestionKind, named};
use crate::change::kind::ChangePayload;
use crate::change::payload::{CreatePolicy, CreateSource};
use crate::policy::PolicyState;

/// A new policy in report-only mode. `conditions` are put over all users, all applications and all clients. One that answers to risk asks at every
/// sign-in, as Microsoft's templates for it do: what was proven before the risk proves nothing.
pub(super) fn new_policy(input: &AgentInput, kind: SuggestionKind, title: &str, conditions: Value, grant: Value) -> Proposal {
    let mut all =
        json!({ "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] }, "clientAppTypes": ["all"] });
    for (name, value) in conditions.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    let (users, groups) = excluded(input, kind);
    for (list, entries) in [("excludeUsers", users), ("excludeGroups", groups)] {
        if !entries.is_empty() {
            all["users"][list] = json!(entries);
        }
    }
    let name = named(&input.settings.naming_pattern, kind, title);
    let mut document = json!({ "displayName": name, "state": PolicyState::ReportOnly, "conditions": all, "grantControls": grant });
    if matches!(kind, SuggestionKind::RiskyUsers | SuggestionKind::RiskySignIns) {
        let every_time =
            json!({ "isEnabled": true, "frequencyInterval": "everyTime", "authenticationType": "primaryAndSecondaryAuthentication" });
        document["sessionControls"] = json!({ "signInFrequency": every_time });
    }
    let create = CreatePolicy { document, state: PolicyState::ReportOnly, source: CreateSource::Document, source_id: None };
    let text = format!("Create \"{name}\" in report-only mode");
    Proposal::Changes { steps: vec![Step { policy_id: None, payload: ChangePayload::Create(create), text }] }
}

/// Whom policies of a kind exclude: emergency access, whom settings leave out, and whom instructions name.
pub(super) fn excluded(input: &AgentInput, kind: SuggestionKind) -> (Vec<String>, Vec<String>) {
    let settings = &input.settings;
    let about = || settings.instructions.iter().filter(|instruction| instruction.about(kind));
    let users =
        input.emergency_users.iter().chain(&settings.left_out_users).chain(about().flat_map(|instruction| &instruction.exclude_users));
    let groups =
        input.emergency_groups.iter().chain(&settings.left_out_groups).chain(about().flat_map(|instruction| &instruction.exclude_groups));
    let texts = |ids: BTreeSet<String>| ids.into_iter().collect();
    (texts(users.map(ToString::to_string).collect()), texts(groups.map(ToString::to_string).collect()))
}

/// One or several built-in controls; of several, each alone will do.
pub(super) fn controls(controls: &[&str]) -> Value {
    json!({ "operator": "OR", "builtInControls": controls })
}
