//! References by id that the tenant's cache does not know.

use std::collections::BTreeSet;

use crate::change::dry_run::ResolvedReference;
use crate::document::PolicyDocument;
use crate::document::diff::NameTable;
use crate::document::references::{Entry, entries, is_id};
use crate::tenant::DirectoryKind;

/// The built-in strengths, the same in every tenant (ca-semantics.md section 7).
pub(super) const STRENGTHS: [(&str, &str); 3] = [
    ("00000000-0000-0000-0000-000000000002", "Multifactor authentication"),
    ("00000000-0000-0000-0000-000000000003", "Passwordless MFA"),
    ("00000000-0000-0000-0000-000000000004", "Phishing-resistant MFA"),
];

/// Kinds of which the cache may hold nothing because we were not allowed to read them: then an unknown id tells nothing, and Graph has the
/// last word. Where it holds some, an id that it lacks is not in the tenant.
const PERHAPS_UNREAD: [DirectoryKind; 4] =
    [DirectoryKind::Application, DirectoryKind::ServicePrincipal, DirectoryKind::TermsOfUse, DirectoryKind::Role];

/// Ids that `after` names and `before` did not, and that name nothing that we know. What a policy names already is not asked again: policies
/// keep the ids of deleted objects, and Graph lets them.
pub(super) fn unknown(before: Option<&PolicyDocument>, after: &PolicyDocument, names: &NameTable) -> Vec<ResolvedReference> {
    let key = |entry: &Entry| (entry.kind, entry.text.to_lowercase());
    let held: BTreeSet<_> = before.iter().flat_map(|before| entries(before.value())).map(|entry| key(&entry)).collect();
    let new = entries(after.value()).into_iter().filter(|entry| is_id(entry.kind, &entry.text) && !held.contains(&key(entry)));
    new.filter(|entry| !known(entry.kind, &entry.text, names))
        .map(|entry| ResolvedReference { path: entry.path, kind: entry.kind, given: entry.text, candidates: Vec::new() })
        .collect()
}

fn known(kind: DirectoryKind, id: &str, names: &NameTable) -> bool {
    names.find(kind, id).is_some()
        || (kind == DirectoryKind::AuthenticationStrength && STRENGTHS.iter().any(|(built_in, _)| *built_in == id))
        || (PERHAPS_UNREAD.contains(&kind) && !names.holds(kind))
}
