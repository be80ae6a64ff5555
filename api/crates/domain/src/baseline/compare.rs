//! How a tenant differs from its baseline.

use std::collections::HashMap;

use serde_json::Value;

use super::{BaselinePolicy, code_of};
use crate::change::warning::Severity;
use crate::document::PolicyDocument;
use crate::document::diff::NameTable;
use crate::document::references::{entries, is_id, lists, stands_for_an_object};
use crate::drift::{DriftKind, severity};
use crate::policy::{Policy, PolicyState};
use crate::tenant::DirectoryKind;

/// A policy that the tenant should have.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its row.
    pub policy: &'a BaselinePolicy,
    /// Its document, as it was imported.
    pub document: &'a PolicyDocument,
}

/// A policy that the tenant has.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// Its row.
    pub policy: &'a Policy,
    /// Its document.
    pub document: &'a PolicyDocument,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding<'a> {
    /// `MISSING`, `EXTRA` or `MODIFIED`.
    pub kind: DriftKind,
    /// How much it matters.
    pub severity: Severity,
    /// The baseline's policy; `None` for an extra one.
    pub wanted: Option<&'a BaselinePolicy>,
    /// The tenant's policy; `None` for a missing one.
    pub live: Option<&'a Policy>,
    /// What the baseline wants, with the tenant's ids where the baseline has names.
    pub expected: Option<PolicyDocument>,
    /// Names of policies of which one may be meant, but which can't be told: at most 10. Such a policy counts as missing.
    pub ambiguous: Vec<String>,
}

/// The most names of an ambiguous match.
const MOST_NAMES: usize = 10;

/// Every difference: policies of the baseline in their order, then the tenant's extra ones.
///
/// A policy of the tenant stands for one of the baseline by its code (ours, or the one in its name) where the baseline has the code once,
/// else by its display name ignoring case, and only if exactly one does. A state that is stricter than the baseline's, and a description that
/// the baseline doesn't give, are no difference.
pub fn compare<'a>(wanted: &[Wanted<'a>], live: &[Live<'a>], names: &NameTable) -> Vec<Finding<'a>> {
    let matches = Matches::new(wanted, live);
    let mut taken = vec![false; live.len()];
    let mut found = Vec::new();
    for item in wanted {
        let candidates = matches.of(item);
        candidates.iter().for_each(|at| taken[*at] = true);
        if let [at] = candidates.as_slice() {
            found.extend(modified(item, &live[*at], names));
        } else {
            found.push(Finding {
                kind: DriftKind::Missing,
                severity: item.policy.severity,
                wanted: Some(item.policy),
                live: None,
                expected: Some(expected(item, None, names)),
                ambiguous: candidates.iter().take(MOST_NAMES).map(|at| live[*at].policy.display_name.clone()).collect(),
            });
        }
    }
    let extra = live.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(live, _)| Finding {
        kind: DriftKind::Extra,
        severity: Severity::Info,
        wanted: None,
        live: Some(live.policy),
        expected: None,
        ambiguous: Vec::new(),
    });
    found.extend(extra);
    found
}

/// The objects that a document refers to, by id or by name, keywords left out.
pub fn references(document: &PolicyDocument) -> Vec<(DirectoryKind, String)> {
    entries(document.value()).into_iter().map(|entry| (entry.kind, entry.text)).collect()
}

fn modified<'a>(wanted: &Wanted<'a>, live: &Live<'a>, names: &NameTable) -> Option<Finding<'a>> {
    let expected = expected(wanted, Some(live.document), names);
    if expected.canonical() == live.document.canonical() {
        return None;
    }
    Some(Finding {
        kind: DriftKind::Modified,
        severity: severity::of_policy(Some(&expected), Some(live.document)),
        wanted: Some(wanted.policy),
        live: Some(live.policy),
        expected: Some(expected),
        ambiguous: Vec::new(),
    })
}

/// The baseline's document for this tenant, next to the live one where there is one.
fn expected(wanted: &Wanted<'_>, live: Option<&PolicyDocument>, names: &NameTable) -> PolicyDocument {
    let mut value = wanted.document.value().clone();
    resolve(&mut value, names);
    if let Some(live) = live {
        if rank(live.state()) >= rank(wanted.document.state()) {
            put(&mut value, "state", live.value().get("state"));
        }
        if wanted.document.value().get("description").is_none() {
            put(&mut value, "description", live.value().get("description"));
        }
    }
    PolicyDocument::from_value(value).unwrap_or_else(|_| wanted.document.clone())
}

fn put(value: &mut Value, name: &str, with: Option<&Value>) {
    if let (Some(members), Some(with)) = (value.as_object_mut(), with) {
        members.insert(name.to_owned(), with.clone());
    }
}

/// How much a state enforces.
fn rank(state: Option<PolicyState>) -> u8 {
    match state {
        Some(PolicyState::Enabled) => 2,
        Some(PolicyState::ReportOnly) => 1,
        Some(PolicyState::Disabled) | None => 0,
    }
}

/// Ids where the document has names that exactly one object goes by.
fn resolve(document: &mut Value, names: &NameTable) {
    for (path, kind) in lists() {
        let list = path.iter().try_fold(&mut *document, |value, name| value.get_mut(*name)).and_then(Value::as_array_mut);
        for item in list.into_iter().flatten() {
            resolve_one(item, *kind, path.last().copied().unwrap_or_default(), names);
        }
    }
    if let Some(id) = document.pointer_mut("/grantControls/authenticationStrength/id") {
        resolve_one(id, DirectoryKind::AuthenticationStrength, "id", names);
    }
}

fn resolve_one(item: &mut Value, kind: DirectoryKind, list: &str, names: &NameTable) {
    let name = item.as_str().filter(|text| stands_for_an_object(kind, list, text) && !is_id(kind, text));
    if let Some([only]) = name.map(|name| names.called(kind, name.trim(), 2)).as_deref() {
        *item = only.object_id.to_lowercase().into();
    }
}

/// Who stands for whom.
struct Matches {
    /// How many policies of the baseline have the code.
    codes: HashMap<String, usize>,
    by_code: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Matches {
    fn new(wanted: &[Wanted<'_>], live: &[Live<'_>]) -> Self {
        let mut matches = Matches { codes: HashMap::new(), by_code: HashMap::new(), by_name: HashMap::new() };
        for code in wanted.iter().filter_map(|item| item.policy.code.as_ref()) {
            *matches.codes.entry(code.to_uppercase()).or_default() += 1;
        }
        for (at, item) in live.iter().enumerate() {
            let own = item.policy.metadata.code.as_ref().map(|code| code.to_uppercase());
            if let Some(code) = own.or_else(|| code_of(&item.policy.display_name)) {
                matches.by_code.entry(code).or_default().push(at);
            }
            matches.by_name.entry(item.policy.display_name.trim().to_lowercase()).or_default().push(at);
        }
        matches
    }

    /// The policies that may stand for it: none, one, or several that can't be told apart.
    fn of(&self, item: &Wanted<'_>) -> Vec<usize> {
        let named = self.by_name.get(&item.policy.display_name.trim().to_lowercase()).cloned().unwrap_or_default();
        let code = item.policy.code.as_ref().map(|code| code.to_uppercase()).filter(|code| self.codes.get(code) == Some(&1));
        let Some(coded) = code.and_then(|code| self.by_code.get(&code)).filter(|coded| !coded.is_empty()) else { return named };
        let both: Vec<usize> = coded.iter().copied().filter(|at| named.contains(at)).collect();
        if coded.len() > 1 && both.len() == 1 { both } else { coded.clone() }
    }
}
