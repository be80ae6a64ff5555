//! `policy.application_change` and `policy.auth_context_change`: `conditions.applications`.

use serde_json::{Map, Value, json};

use super::assignment::changed_lists;
use super::sets;
use crate::change::payload::ApplicationChange;
use crate::document::PolicyDocument;
use crate::document::canonical::says_something;
use crate::document::fields::{is_annotation, spelled};

const APPLICATIONS: [&str; 2] = ["conditions", "applications"];
const INCLUDED: &str = "includeApplications";
const CONTEXTS: &str = "includeAuthenticationContextClassReferences";

/// Members of `conditions` to send for deltas of applications and user actions.
pub(super) fn body(change: &ApplicationChange, document: &PolicyDocument) -> Map<String, Value> {
    let lists = [
        (INCLUDED, &change.include_applications),
        ("excludeApplications", &change.exclude_applications),
        ("includeUserActions", &change.include_user_actions),
    ];
    let mut applications = changed_lists(&APPLICATIONS, &lists, document);
    if let Some(filter) = &change.application_filter {
        applications.insert("applicationFilter".to_owned(), filter.clone().unwrap_or_default());
    }
    in_applications(applications, document)
}

/// Members of `conditions` to send for another set of authentication contexts.
pub(super) fn contexts(contexts: &[String], document: &PolicyDocument) -> Map<String, Value> {
    let contexts: Vec<String> = contexts.iter().map(|context| spelled(CONTEXTS, context)).collect();
    in_applications(Map::from_iter([(CONTEXTS.to_owned(), contexts.into())]), document)
}

/// Graph refuses a policy about nothing (1011) and one that includes applications, even `None`, beside user actions or contexts (1012). So
/// when the last target goes, `None` comes, and it goes again when another kind of target comes. That is the one way from one kind of target
/// to another: to `None` by the first change, from it by the second.
fn in_applications(mut applications: Map<String, Value>, document: &PolicyDocument) -> Map<String, Value> {
    let before = document.at(&APPLICATIONS).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut after = before.clone();
    after.extend(applications.clone());
    let includes_none =
        sets::texts(document, &[APPLICATIONS[0], APPLICATIONS[1], INCLUDED]).iter().any(|text| spelled(INCLUDED, text) == "None");
    if targets(&before).next().is_some() && targets(&after).next().is_none() {
        applications.insert(INCLUDED.to_owned(), json!(["None"]));
    } else if includes_none && !beside_resources(&before) && beside_resources(&after) && !applications.contains_key(INCLUDED) {
        applications.insert(INCLUDED.to_owned(), json!([]));
    }
    if applications.is_empty() { Map::new() } else { Map::from_iter([("applications".to_owned(), applications.into())]) }
}

/// What the condition is about: every member that says something and excludes nothing, also those that we don't know.
fn targets(applications: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let names =
        applications.iter().filter(|(name, value)| !name.starts_with("exclude") && !is_annotation(name) && says_something(name, value));
    names.map(|(name, _)| name.as_str())
}

fn beside_resources(applications: &Map<String, Value>) -> bool {
    targets(applications).any(|name| name != INCLUDED && name != "applicationFilter")
}
