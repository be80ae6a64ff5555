//! Which objects a document names.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::diff::NameTable;
use super::fields::is_keyword;
use crate::tenant::DirectoryKind;

/// One object that a document refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// What it is.
    pub kind: DirectoryKind,
    /// Graph's id, in lower case.
    pub id: String,
}

/// Lists of ids by their path; keywords in them are left out.
const LISTS: [(&[&str], DirectoryKind); 16] = [
    (&["conditions", "users", "includeUsers"], DirectoryKind::User),
    (&["conditions", "users", "excludeUsers"], DirectoryKind::User),
    (&["conditions", "users", "includeGroups"], DirectoryKind::Group),
    (&["conditions", "users", "excludeGroups"], DirectoryKind::Group),
    (&["conditions", "users", "includeRoles"], DirectoryKind::Role),
    (&["conditions", "users", "excludeRoles"], DirectoryKind::Role),
    (&["conditions", "applications", "includeApplications"], DirectoryKind::Application),
    (&["conditions", "applications", "excludeApplications"], DirectoryKind::Application),
    (&["conditions", "applications", "includeAuthenticationContextClassReferences"], DirectoryKind::AuthenticationContext),
    (&["conditions", "locations", "includeLocations"], DirectoryKind::NamedLocation),
    (&["conditions", "locations", "excludeLocations"], DirectoryKind::NamedLocation),
    (&["conditions", "clientApplications", "includeServicePrincipals"], DirectoryKind::ServicePrincipal),
    (&["conditions", "clientApplications", "excludeServicePrincipals"], DirectoryKind::ServicePrincipal),
    (&["conditions", "clientApplications", "includeAgentIdServicePrincipals"], DirectoryKind::ServicePrincipal),
    (&["conditions", "clientApplications", "excludeAgentIdServicePrincipals"], DirectoryKind::ServicePrincipal),
    (&["grantControls", "termsOfUse"], DirectoryKind::TermsOfUse),
];

pub(super) fn references(document: &Map<String, Value>) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    for (path, kind) in LISTS {
        let list = path[1..].iter().try_fold(document.get(path[0]), |value, name| Some(value?.get(name))).flatten();
        for id in list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if names_an_object(kind, id) {
                found.insert(Reference { kind, id: id.to_lowercase() });
            }
        }
    }
    let strength = document.get("grantControls").and_then(|grant| grant.pointer("/authenticationStrength/id")).and_then(Value::as_str);
    found.extend(strength.map(|id| Reference { kind: DirectoryKind::AuthenticationStrength, id: id.to_lowercase() }));
    found
}

/// The document with the names of objects where their ids were, for another tenant: built-in roles, well-known applications and built-in
/// strengths have the same ids everywhere and keep them, and so does what has no name.
pub(super) fn named(document: &Map<String, Value>, names: &NameTable) -> Value {
    let mut named = Value::Object(document.clone());
    for (path, kind) in LISTS {
        if matches!(kind, DirectoryKind::Role | DirectoryKind::Application | DirectoryKind::AuthenticationContext) {
            continue;
        }
        let list = path.iter().try_fold(&mut named, |value, name| value.get_mut(*name)).and_then(Value::as_array_mut);
        for item in list.into_iter().flatten() {
            let name = item.as_str().filter(|id| names_an_object(kind, id)).and_then(|id| names.name(kind, id)).map(str::to_owned);
            if let Some(name) = name {
                *item = name.into();
            }
        }
    }
    if let Some(id) = named.pointer_mut("/grantControls/authenticationStrength/id")
        && let Some(text) = id.as_str().filter(|text| !text.starts_with(BUILT_IN_STRENGTHS))
        && let Some(name) = names.name(DirectoryKind::AuthenticationStrength, text).map(str::to_owned)
    {
        *id = name.into();
    }
    named
}

/// Ids of built-in strengths begin like this in every tenant (ca-semantics.md section 7).
const BUILT_IN_STRENGTHS: &str = "00000000-0000-0000-0000-";

/// One entry of a document that stands for an object: its id, or a name that is still to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Path in Graph's names, such as `conditions.users.excludeGroups`.
    pub(crate) path: String,
    /// What it stands for.
    pub(crate) kind: DirectoryKind,
    /// As it is written.
    pub(crate) text: String,
}

/// Every entry that stands for an object, keywords left out, in document order.
pub(crate) fn entries(document: &Value) -> Vec<Entry> {
    let mut found = Vec::new();
    for (path, kind) in LISTS {
        let list = path.iter().try_fold(document, |value, name| value.get(*name)).and_then(Value::as_array);
        for text in list.into_iter().flatten().filter_map(Value::as_str) {
            if stands_for_an_object(kind, path[path.len() - 1], text) {
                found.push(Entry { path: path.join("."), kind, text: text.to_owned() });
            }
        }
    }
    let strength = document.pointer("/grantControls/authenticationStrength/id").and_then(Value::as_str);
    found.extend(strength.map(|text| Entry {
        path: STRENGTH.to_owned(),
        kind: DirectoryKind::AuthenticationStrength,
        text: text.to_owned(),
    }));
    found
}

/// Lists of ids: their path in Graph's names and what they hold.
pub(crate) fn lists() -> &'static [(&'static [&'static str], DirectoryKind)] {
    &LISTS
}

/// Where the one reference stands that is no list.
pub(crate) const STRENGTH: &str = "grantControls.authenticationStrength.id";

/// Whether a text in a list of ids means an object, by id or by name, and not a keyword.
pub(crate) fn stands_for_an_object(kind: DirectoryKind, list: &str, text: &str) -> bool {
    let trusted_ips = kind == DirectoryKind::NamedLocation && text == MFA_TRUSTED_IPS;
    !is_keyword(list, text) && !trusted_ips
}

/// Whether a text has the form of an id of this kind: a GUID, or `c1` to `c99` for authentication contexts.
pub fn is_id(kind: DirectoryKind, text: &str) -> bool {
    match kind {
        DirectoryKind::AuthenticationContext => is_context(text),
        _ => text.len() == 36 && uuid::Uuid::parse_str(text).is_ok(),
    }
}

/// `c1` to `c99` (ca-semantics.md section 4).
pub(crate) fn is_context(text: &str) -> bool {
    let digits = text.strip_prefix('c').filter(|digits| !digits.starts_with(['0', '+']));
    digits.and_then(|digits| digits.parse::<u8>().ok()).is_some_and(|number| (1..=99).contains(&number))
}

/// The kind of object that the ids at this path of the canonical form stand for.
pub(crate) fn kind_at(path: &str) -> Option<DirectoryKind> {
    if path == STRENGTH {
        return Some(DirectoryKind::AuthenticationStrength);
    }
    LISTS.iter().find(|(list, _)| list.iter().copied().eq(path.split('.'))).map(|(_, kind)| *kind)
}

/// Stands for the "MFA trusted IPs" of the legacy portal: no object that Graph would answer with (ca-semantics.md section 5).
const MFA_TRUSTED_IPS: &str = "00000000-0000-0000-0000-000000000000";

fn names_an_object(kind: DirectoryKind, id: &str) -> bool {
    match kind {
        DirectoryKind::AuthenticationContext => id.strip_prefix('c').is_some_and(|number| number.parse::<u8>().is_ok()),
        _ => id != MFA_TRUSTED_IPS && uuid::Uuid::parse_str(id).is_ok(),
    }
}
