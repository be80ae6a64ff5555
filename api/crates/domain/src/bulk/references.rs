//! Ids of objects have no place in a bulk payload: what is one group in one tenant is nothing, or another one, in the next.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::change::kind::ChangePayload;
use crate::change::payload::SetDelta;
use crate::document::references::{entries, is_id, kind_at, stands_for_an_object};
use crate::tenant::DirectoryKind;

/// An id in a bulk payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BareId {
    /// Path in the document, such as `conditions.users.excludeGroups`.
    pub path: String,
    /// Kind of object.
    pub kind: DirectoryKind,
    /// The id.
    pub id: String,
}

/// The names of objects that a payload gives, each once.
pub fn given_names(payload: &ChangePayload) -> BTreeSet<(DirectoryKind, String)> {
    let given = given(payload).0.into_iter().filter(|given| !is_id(given.kind, &given.id));
    given.map(|given| (given.kind, given.id)).collect()
}

/// The ids of objects that a payload gives, in document order. What means the same in every tenant is none of them: built-in strengths, role
/// templates, applications by their app id, and authentication contexts.
pub fn bare_ids(payload: &ChangePayload) -> Vec<BareId> {
    let mut given = given(payload).0;
    given.retain(|given| is_id(given.kind, &given.id) && !means_the_same_everywhere(given.kind, &given.id));
    given
}

/// Every object that a payload gives, by its id or by a name.
fn given(payload: &ChangePayload) -> Found {
    let mut found = Found::default();
    match payload {
        ChangePayload::AssignmentChange(change) => {
            found.delta("conditions.users.includeUsers", &change.include_users);
            found.delta("conditions.users.excludeUsers", &change.exclude_users);
            found.delta("conditions.users.includeGroups", &change.include_groups);
            found.delta("conditions.users.excludeGroups", &change.exclude_groups);
            found.delta("conditions.users.includeRoles", &change.include_roles);
            found.delta("conditions.users.excludeRoles", &change.exclude_roles);
            found.delta("conditions.clientApplications.includeServicePrincipals", &change.include_service_principals);
            found.delta("conditions.clientApplications.excludeServicePrincipals", &change.exclude_service_principals);
        }
        ChangePayload::ConditionChange(change) => {
            if let Some(Some(locations)) = &change.locations {
                found.values("conditions.locations.includeLocations", locations.get("includeLocations"));
                found.values("conditions.locations.excludeLocations", locations.get("excludeLocations"));
            }
        }
        ChangePayload::GrantChange(change) => {
            if let Some(Some(id)) = &change.authentication_strength_id {
                found.text("grantControls.authenticationStrength.id", DirectoryKind::AuthenticationStrength, id);
            }
        }
        ChangePayload::TermsOfUseChange { terms_of_use, .. } => found.list("grantControls.termsOfUse", terms_of_use),
        ChangePayload::LocationUpdate(update) => found.text("locationId", DirectoryKind::NamedLocation, &update.location_id),
        ChangePayload::LocationDelete(delete) => found.text("locationId", DirectoryKind::NamedLocation, &delete.location_id),
        ChangePayload::Create(create) => {
            entries(&create.document).into_iter().for_each(|entry| found.text(&entry.path, entry.kind, &entry.text));
        }
        _ => {}
    }
    found
}

/// Ids of built-in strengths begin like this in every tenant (ca-semantics.md section 7).
const BUILT_IN_STRENGTHS: &str = "00000000-0000-0000-0000-";

#[derive(Default)]
struct Found(Vec<BareId>);

impl Found {
    fn delta(&mut self, path: &str, delta: &SetDelta) {
        self.list(path, &delta.add);
        self.list(path, &delta.remove);
    }

    fn list(&mut self, path: &str, texts: &[String]) {
        let Some(kind) = kind_at(path) else { return };
        texts.iter().for_each(|text| self.text(path, kind, text));
    }

    fn values(&mut self, path: &str, list: Option<&Value>) {
        let Some(kind) = kind_at(path) else { return };
        let texts = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        texts.for_each(|text| self.text(path, kind, text));
    }

    fn text(&mut self, path: &str, kind: DirectoryKind, text: &str) {
        let list = path.rsplit('.').next().unwrap_or_default();
        if stands_for_an_object(kind, list, text) {
            self.0.push(BareId { path: path.to_owned(), kind, id: text.to_owned() });
        }
    }
}

fn means_the_same_everywhere(kind: DirectoryKind, id: &str) -> bool {
    match kind {
        DirectoryKind::Role | DirectoryKind::Application | DirectoryKind::AuthenticationContext => true,
        DirectoryKind::AuthenticationStrength => id.starts_with(BUILT_IN_STRENGTHS),
        DirectoryKind::User
        | DirectoryKind::Group
        | DirectoryKind::ServicePrincipal
        | DirectoryKind::NamedLocation
        | DirectoryKind::TermsOfUse => false,
    }
}
