//! From one document to another by narrow changes: how drift is taken back.

use crate::change::kind::{ChangeKind, ChangePayload};
use crate::change::narrow::{Narrow, at};
use crate::change::patch;
use crate::change::payload::GrantOperator;
use crate::change::touched::owned_paths;
use crate::document::canonical::control_count;
use crate::document::diff::{NameTable, diff};
use crate::document::{Canonical, PolicyDocument};

/// Narrow changes that lead from one document to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Towards {
    /// The changes in the order in which they have to be applied, at most one of each kind.
    pub payloads: Vec<ChangePayload>,
    /// Paths that no kind of change can bring to what is wanted; the rest is reached.
    pub unreachable: Vec<String>,
}

/// Splits what lies between two documents into changes of one kind each. Applied in their order to `current`, they give the canonical form of
/// `wanted` but for what is unreachable.
pub fn towards(current: &PolicyDocument, wanted: &PolicyDocument) -> Towards {
    let to = wanted.canonical();
    let (mut reached, mut payloads) = (current.clone(), Vec::new());
    for kind in order(&to) {
        let from = reached.canonical();
        let paths: Vec<&'static str> = owned_paths(kind).iter().copied().filter(|path| at(&from, path) != at(&to, path)).collect();
        if paths.is_empty() {
            continue;
        }
        let narrow = Narrow { paths: &paths, from: &from, to: &to, operator: operator(&to) };
        let Some(payload) = narrow.payload(kind, "") else { continue };
        let next = reached.merged(&patch::body(&payload, &reached));
        if next.canonical() != from {
            payloads.push(payload);
            reached = next;
        }
    }
    let left = diff(&reached.canonical(), &to, &NameTable::default());
    Towards { payloads, unreachable: left.into_iter().map(|field| field.path).collect() }
}

/// What has to be gone before something else can come, comes later: Graph refuses a policy without any control, and more than one kind of
/// target (ca-semantics.md section 15).
fn order(to: &Canonical) -> Vec<ChangeKind> {
    let mut kinds = vec![
        ChangeKind::PolicyRename,
        ChangeKind::PolicyAssignmentChange,
        ChangeKind::PolicyConditionChange,
        ChangeKind::PolicyRiskConditionChange,
        ChangeKind::PolicyDeviceFilterChange,
    ];
    let targets = [ChangeKind::PolicyApplicationChange, ChangeKind::PolicyAuthContextChange];
    let contexts = at(to, "conditions.applications.includeAuthenticationContextClassReferences").is_some();
    kinds.extend(if contexts { targets } else { [targets[1], targets[0]] });
    if at(to, "sessionControls").is_some() {
        kinds.push(ChangeKind::PolicySessionChange);
        kinds.extend([ChangeKind::PolicyGrantChange, ChangeKind::PolicyTermsOfUseChange]);
    } else {
        kinds.extend([ChangeKind::PolicyGrantChange, ChangeKind::PolicyTermsOfUseChange]);
        kinds.push(ChangeKind::PolicySessionChange);
    }
    // The state last: what becomes enforced is then complete.
    kinds.push(ChangeKind::PolicyStateChange);
    kinds
}

/// The operator of the grant controls, where there are several for it to combine.
pub(super) fn operator(form: &Canonical) -> Option<GrantOperator> {
    let grant = form.at(&["grantControls"])?.as_object()?;
    (control_count(grant) > 1).then_some(())?;
    grant.get("operator")?.as_str()?.parse().ok()
}
