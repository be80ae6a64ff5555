//! The warnings of a plan (domain.md section 2): the source document's codes and ours, for every kind of change.

mod applications;
mod assignment;
mod conditions;
mod controls;
mod demands;
mod emergency;
mod found;
mod locations;
mod prerequisites;
mod references;
mod rejections;
mod scope;
mod state;

pub(super) use self::demands::control_count;
pub use self::prerequisites::POLICIES_MAX;

use serde_json::Value;

use self::found::Found;
use crate::change::kind::{ChangeKind, TargetObject};
use crate::change::patch::Outcome;
use crate::change::plan::PlanInput;
use crate::change::warning::{Severity, Warning, WarningCode};
use crate::document::{Canonical, PolicyDocument};
use crate::policy::{Criticality, PolicyState};

/// What is checked.
pub(super) struct Checked<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) outcome: &'a Outcome,
    pub(super) changed: bool,
}

/// All warnings, most severe first, then by code; at most one for a code and a field.
pub(super) fn warnings(checked: &Checked<'_>) -> Vec<Warning> {
    let mut found = Found::default();
    prerequisites::always(checked, &mut found);
    references::check(checked, &mut found);
    if !checked.changed {
        let message = match checked.kind().target() {
            TargetObject::Policy => "the policy is already as proposed: nothing will be written",
            TargetObject::NamedLocation => "the named location is already as proposed: nothing will be written",
        };
        found.add(WarningCode::NoOp, Severity::Info, None, message);
    } else if checked.kind().target() == TargetObject::NamedLocation {
        locations::check(checked, &mut found);
    } else {
        state::check(checked, &mut found);
        assignment::check(checked, &mut found);
        applications::check(checked, &mut found);
        conditions::check(checked, &mut found);
        controls::check(checked, &mut found);
        emergency::check(checked, &mut found);
        prerequisites::check(checked, &mut found);
        rejections::check(checked, &mut found);
    }
    found.sorted()
}

impl Checked<'_> {
    fn kind(&self) -> ChangeKind {
        self.input.payload.kind()
    }

    fn before_state(&self) -> Option<PolicyState> {
        self.outcome.before.as_ref().and_then(PolicyDocument::state)
    }

    fn after_state(&self) -> Option<PolicyState> {
        self.outcome.after.as_ref().and_then(PolicyDocument::state)
    }

    fn base(&self) -> &Canonical {
        &self.outcome.base
    }

    fn desired(&self) -> &Canonical {
        &self.outcome.desired
    }

    /// A policy that is there becomes another one: neither a creation nor a restore nor a deletion.
    fn edits(&self) -> bool {
        self.outcome.before.is_some() && self.outcome.after.is_some()
    }

    /// There is a policy afterwards.
    fn stays(&self) -> bool {
        self.outcome.after.is_some()
    }

    fn becomes_enforced(&self) -> bool {
        self.after_state() == Some(PolicyState::Enabled) && self.before_state() != Some(PolicyState::Enabled)
    }

    /// Whether what is at the path differs.
    fn touches(&self, path: &[&str]) -> bool {
        self.base().at(path) != self.desired().at(path)
    }

    /// Whether anything differs that decides whom the policy reaches and what it demands: all but the texts for people.
    fn touches_more_than_texts(&self) -> bool {
        self.touches_beside(&["displayName", "description"])
    }

    /// Whether a member of the document beside these differs.
    fn touches_beside(&self, names: &[&str]) -> bool {
        let members = |form: &Canonical| -> Vec<String> {
            form.value().as_object().into_iter().flat_map(|members| members.keys().cloned()).collect()
        };
        let all = members(self.base()).into_iter().chain(members(self.desired()));
        all.filter(|name| !names.contains(&name.as_str())).any(|name| self.touches(&[&name]))
    }

    /// Elements that the list gains.
    fn gained(&self, path: &[&str]) -> Vec<&str> {
        lacking(self.desired(), self.base(), path)
    }

    /// Elements that the list loses.
    fn lost(&self, path: &[&str]) -> Vec<&str> {
        lacking(self.base(), self.desired(), path)
    }

    fn critical_policy(&self) -> bool {
        self.input.policy.is_some_and(|policy| policy.metadata.criticality == Some(Criticality::Critical))
    }

    /// The severity of what is critical on a policy that is marked Critical, and a warning on others.
    fn by_criticality(&self) -> Severity {
        if self.critical_policy() { Severity::Critical } else { Severity::Warning }
    }
}

fn lacking<'c>(form: &'c Canonical, other: &Canonical, path: &[&str]) -> Vec<&'c str> {
    let other: Vec<&str> = other.texts(path).collect();
    form.texts(path).filter(|item| !other.contains(item)).collect()
}

/// Whether a list at the path has this element.
fn lists(form: &Canonical, path: &[&str], item: &str) -> bool {
    form.texts(path).any(|listed| listed == item)
}

/// Whether there is something at the path: the canonical form keeps nothing that is empty.
fn has(form: &Canonical, path: &[&str]) -> bool {
    form.at(path).is_some_and(|value| !value.is_null() && *value != Value::Bool(false))
}
