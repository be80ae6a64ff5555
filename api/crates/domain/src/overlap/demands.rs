//! What a policy asks for, as far as two policies can be compared by it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Candidate;

/// Grant and session controls in their canonical form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Demands {
    grants: BTreeSet<Grant>,
    /// One of the grants is enough.
    one_is_enough: bool,
    session: Value,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grant {
    BuiltIn(String),
    Strength(String),
    Terms(String),
    Custom(String),
}

/// Built-in strengths: each of them is multifactor, and of two the later one is the stronger.
const BUILT_IN_STRENGTHS: [&str; 3] =
    ["00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000003", "00000000-0000-0000-0000-000000000004"];

impl Demands {
    pub(super) fn of(candidate: &Candidate<'_>) -> Self {
        let canonical = candidate.document.canonical();
        let grant = canonical.value().get("grantControls").cloned().unwrap_or_default();
        let texts = |name: &str| -> Vec<String> {
            let list = grant.get(name).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let mut grants: BTreeSet<Grant> = texts("builtInControls").into_iter().map(Grant::BuiltIn).collect();
        let strength = grant.pointer("/authenticationStrength/id").and_then(Value::as_str);
        grants.extend(strength.map(|id| Grant::Strength(id.to_lowercase())));
        grants.extend(texts("termsOfUse").into_iter().map(|id| Grant::Terms(id.to_lowercase())));
        grants.extend(texts("customAuthenticationFactors").into_iter().map(Grant::Custom));
        let one_is_enough = grants.len() > 1 && grant.get("operator").and_then(Value::as_str) == Some("OR");
        Demands { grants, one_is_enough, session: canonical.value().get("sessionControls").cloned().unwrap_or_default() }
    }

    pub(super) fn blocks(&self) -> bool {
        self.grants.contains(&Grant::BuiltIn("block".to_owned()))
    }

    /// Whether whoever meets these has met the other ones too. A block leaves nothing to meet.
    pub(super) fn imply(&self, other: &Demands) -> bool {
        if self.blocks() {
            return true;
        }
        if other.blocks() || !(other.session.is_null() || other.session == self.session) {
            return false;
        }
        let met = |asked: &Grant| self.grants.iter().any(|mine| mine.implies(asked));
        match (self.one_is_enough, other.one_is_enough) {
            (false, false) => other.grants.iter().all(met),
            (false, true) => other.grants.iter().any(met),
            // Whichever of ours is chosen must do.
            (true, false) => other.grants.iter().all(|asked| self.grants.iter().all(|mine| mine.implies(asked))),
            (true, true) => self.grants.iter().all(|mine| other.grants.iter().any(|asked| mine.implies(asked))),
        }
    }

    /// Whether these ask for what both others ask for together, and nothing else: all controls of either, each of them required, and each
    /// session control of either.
    pub(super) fn is_both(&self, a: &Demands, b: &Demands) -> bool {
        if [self, a, b].iter().any(|demands| demands.one_is_enough) {
            return false;
        }
        let grants = self.grants == a.grants.union(&b.grants).cloned().collect()
            // A block leaves nothing to ask for.
            || (self.blocks() && (a.blocks() || b.blocks()) && self.grants.len() == 1);
        let mut session = a.session.as_object().cloned().unwrap_or_default();
        for (name, control) in b.session.as_object().into_iter().flatten() {
            if session.insert(name.clone(), control.clone()).is_some_and(|other| other != *control) {
                return false;
            }
        }
        grants && self.session.as_object().cloned().unwrap_or_default() == session
    }

    /// Approved applications exist on phones and tablets, hybrid-joined devices are Windows: nobody has both (ca-semantics.md section 5).
    pub(super) fn impossible_with(&self, other: &Demands) -> bool {
        let must =
            |demands: &Demands, control: &str| !demands.one_is_enough && demands.grants.contains(&Grant::BuiltIn(control.to_owned()));
        let both = |a: &Demands, b: &Demands| must(a, "approvedApplication") && must(b, "domainJoinedDevice");
        both(self, other) || both(other, self)
    }

    /// One keeps the browser's session, the other one forbids to: which wins is documented nowhere (ca-semantics.md section 9).
    pub(super) fn session_conflict(&self, other: &Demands) -> bool {
        let mode = |demands: &Demands| {
            let browser = demands.session.get("persistentBrowser")?;
            let on = browser.get("isEnabled").and_then(Value::as_bool) != Some(false);
            browser.get("mode").and_then(Value::as_str).filter(|_| on).map(str::to_owned)
        };
        matches!((mode(self), mode(other)), (Some(a), Some(b)) if a != b)
    }
}

impl Grant {
    fn implies(&self, asked: &Grant) -> bool {
        let rank = |id: &str| BUILT_IN_STRENGTHS.iter().position(|known| *known == id);
        match (self, asked) {
            (Grant::Strength(id), Grant::BuiltIn(control)) if control == "mfa" => rank(id).is_some(),
            (Grant::BuiltIn(control), Grant::Strength(id)) if control == "mfa" => rank(id) == Some(0),
            (Grant::Strength(mine), Grant::Strength(theirs)) => {
                mine == theirs || rank(mine).zip(rank(theirs)).is_some_and(|(mine, theirs)| mine >= theirs)
            }
            _ => self == asked,
        }
    }
}
