//! The report on what the names of a payload stand for in a tenant.

use domain::bulk::{Blocked, BulkItem, ItemReference, ReferenceSource, Resolution, placeholder};
use domain::change::dry_run::{DryRun, ResolvedReference};
use domain::document::diff::NameTable;
use domain::policy::Policy;
use domain::tenant::DirectoryKind;

/// Objects that a message names.
const NAMED: usize = 5;

/// The report of an item whose change has this dry-run.
pub(super) fn report(item: &BulkItem, policy: Option<&Policy>, dry_run: &DryRun, names: &NameTable) -> Resolution {
    Resolution {
        policy_id: policy.map(|policy| policy.id),
        policy_name: policy.map(|policy| policy.display_name.clone()),
        references: dry_run.references.iter().map(|reference| line(item, reference, names)).collect(),
    }
}

fn line(item: &BulkItem, reference: &ResolvedReference, names: &NameTable) -> ItemReference {
    let ResolvedReference { path, kind, given, candidates } = reference.clone();
    let mut line = ItemReference {
        path,
        kind,
        given,
        source: ReferenceSource::Unresolved,
        object_id: None,
        display_name: None,
        candidates: Vec::new(),
    };
    match candidates.as_slice() {
        [only] => {
            line.source = source(item, kind, &line.given, &only.id, names);
            line.object_id = Some(only.id.clone());
            line.display_name = only.display_name.clone();
        }
        _ => line.candidates = candidates,
    }
    line
}

fn source(item: &BulkItem, kind: DirectoryKind, given: &str, id: &str, names: &NameTable) -> ReferenceSource {
    let created = (1..item.step).any(|step| placeholder(item.bulk_id, item.tenant_id, step).to_string() == id);
    if created {
        ReferenceSource::Prerequisite
    } else if names.has_alias(kind, given) {
        ReferenceSource::Alias
    } else if names.find(kind, id).is_none() {
        ReferenceSource::BuiltIn
    } else {
        ReferenceSource::Name
    }
}

/// The id of the only named location that goes by a name, or why there is none.
pub(super) fn location(names: &NameTable, name: &str) -> Result<(String, ReferenceSource, String), Blocked> {
    let called = names.called(DirectoryKind::NamedLocation, name, NAMED);
    match called.as_slice() {
        [only] => {
            let source = if names.has_alias(DirectoryKind::NamedLocation, name) { ReferenceSource::Alias } else { ReferenceSource::Name };
            Ok((only.object_id.to_lowercase(), source, only.display_name.clone()))
        }
        [] => Err(Blocked {
            code: "REFERENCE_UNRESOLVED".to_owned(),
            message: format!("no named location of the tenant is called {name}: resync the tenant, keep an alias, or leave the tenant out"),
        }),
        several => Err(ambiguous(name, several.len())),
    }
}

/// More than one named location goes by a name.
pub(super) fn ambiguous(name: &str, count: usize) -> Blocked {
    Blocked {
        code: "REFERENCE_AMBIGUOUS".to_owned(),
        message: format!(
            "{count} named locations of the tenant are called {name}: keep an alias for the one that is meant, or leave the tenant out"
        ),
    }
}
