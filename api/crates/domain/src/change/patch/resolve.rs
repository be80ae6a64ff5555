//! References by name: each becomes an id where exactly one object of the tenant goes by the name.

use serde_json::Value;

use super::references::STRENGTHS;
use super::sets;
use crate::change::dry_run::{NamedRef, ResolvedReference};
use crate::change::kind::ChangePayload;
use crate::change::payload::SetDelta;
use crate::document::PolicyDocument;
use crate::document::diff::NameTable;
use crate::document::references::{STRENGTH, is_id, lists, stands_for_an_object};
use crate::tenant::DirectoryKind;

/// Candidates that are kept of an ambiguous name.
const MOST_CANDIDATES: usize = 10;

/// The payload with ids where it gave names, and what became of the names. A text that the policy itself holds is no name: it is to be
/// found there, whatever it is.
pub(super) fn payload(given: &ChangePayload, document: &PolicyDocument, names: &NameTable) -> (ChangePayload, Vec<ResolvedReference>) {
    let mut payload = given.clone();
    let mut resolver = Resolver { document: Some(document), names, found: Vec::new() };
    match &mut payload {
        ChangePayload::AssignmentChange(change) => {
            resolver.delta("conditions.users.includeUsers", &mut change.include_users);
            resolver.delta("conditions.users.excludeUsers", &mut change.exclude_users);
            resolver.delta("conditions.users.includeGroups", &mut change.include_groups);
            resolver.delta("conditions.users.excludeGroups", &mut change.exclude_groups);
            resolver.delta("conditions.users.includeRoles", &mut change.include_roles);
            resolver.delta("conditions.users.excludeRoles", &mut change.exclude_roles);
            resolver.delta("conditions.clientApplications.includeServicePrincipals", &mut change.include_service_principals);
            resolver.delta("conditions.clientApplications.excludeServicePrincipals", &mut change.exclude_service_principals);
        }
        ChangePayload::ApplicationChange(change) => {
            resolver.delta("conditions.applications.includeApplications", &mut change.include_applications);
            resolver.delta("conditions.applications.excludeApplications", &mut change.exclude_applications);
        }
        ChangePayload::ConditionChange(change) => {
            if let Some(Some(locations)) = &mut change.locations {
                resolver.value_list("conditions.locations.includeLocations", locations.get_mut("includeLocations"));
                resolver.value_list("conditions.locations.excludeLocations", locations.get_mut("excludeLocations"));
            }
        }
        ChangePayload::GrantChange(change) => {
            if let Some(Some(id)) = &mut change.authentication_strength_id {
                resolver.text(STRENGTH, DirectoryKind::AuthenticationStrength, id);
            }
        }
        ChangePayload::TermsOfUseChange { terms_of_use, .. } => resolver.list("grantControls.termsOfUse", terms_of_use),
        ChangePayload::AuthContextChange { include_authentication_context_class_references: contexts } => {
            resolver.list("conditions.applications.includeAuthenticationContextClassReferences", contexts);
        }
        _ => {}
    }
    (payload, resolver.found)
}

/// Puts ids into a document that gives names, and says what became of the names.
pub(super) fn document(document: &mut Value, names: &NameTable) -> Vec<ResolvedReference> {
    let mut resolver = Resolver { document: None, names, found: Vec::new() };
    for (path, _) in lists() {
        let list = path.iter().try_fold(&mut *document, |value, name| value.get_mut(*name));
        resolver.value_list(&path.join("."), list);
    }
    if let Some(Value::String(id)) = document.pointer_mut("/grantControls/authenticationStrength/id") {
        resolver.text(STRENGTH, DirectoryKind::AuthenticationStrength, id);
    }
    resolver.found
}

struct Resolver<'a> {
    document: Option<&'a PolicyDocument>,
    names: &'a NameTable,
    found: Vec<ResolvedReference>,
}

impl Resolver<'_> {
    fn delta(&mut self, path: &str, delta: &mut SetDelta) {
        self.list(path, &mut delta.add);
        self.list(path, &mut delta.remove);
    }

    fn list(&mut self, path: &str, texts: &mut Vec<String>) {
        let Some(kind) = kind_of(path) else { return };
        texts.iter_mut().for_each(|text| self.text(path, kind, text));
        let mut seen = Vec::new();
        texts.retain(|text| {
            !sets::contains("", &seen, text) && {
                seen.push(text.clone());
                true
            }
        });
    }

    fn value_list(&mut self, path: &str, list: Option<&mut Value>) {
        let (Some(kind), Some(Value::Array(items))) = (kind_of(path), list) else { return };
        for item in items.iter_mut() {
            if let Value::String(text) = item {
                self.text(path, kind, text);
            }
        }
    }

    fn text(&mut self, path: &str, kind: DirectoryKind, text: &mut String) {
        let steps: Vec<&str> = path.split('.').collect();
        let list = steps.last().copied().unwrap_or_default();
        let held = |document: &PolicyDocument| sets::contains(list, &sets::texts(document, &steps), text);
        if !stands_for_an_object(kind, list, text) || is_id(kind, text) || self.document.is_some_and(held) {
            return;
        }
        let candidates = self.candidates(kind, text);
        let given = std::mem::take(text);
        *text = match candidates.as_slice() {
            [one] => one.id.clone(),
            _ => given.clone(),
        };
        self.found.push(ResolvedReference { path: path.to_owned(), kind, given, candidates });
    }

    fn candidates(&self, kind: DirectoryKind, name: &str) -> Vec<NamedRef> {
        let called = self.names.called(kind, name.trim(), MOST_CANDIDATES);
        if !called.is_empty() || self.names.kept(kind, name).is_some() {
            return called.into_iter().map(|object| named(&object.object_id.to_lowercase(), &object.display_name)).collect();
        }
        let built_in =
            STRENGTHS.iter().filter(|(_, built_in)| kind == DirectoryKind::AuthenticationStrength && built_in.eq_ignore_ascii_case(name));
        built_in.map(|(id, name)| named(id, name)).collect()
    }
}

fn named(id: &str, name: &str) -> NamedRef {
    NamedRef { id: id.to_owned(), display_name: Some(name.to_owned()) }
}

fn kind_of(path: &str) -> Option<DirectoryKind> {
    lists().iter().find(|(list, _)| list.iter().copied().eq(path.split('.'))).map(|(_, kind)| *kind)
}
