//! Overlaps: pairs of policies that meet in the same sign-ins, and what comes of it: doubles, policies that add nothing, policies that another one's
//! block leaves no room, demands that can't be met together.
//!
//! Set reasoning, dimension by dimension: each is cut into atoms that no policy tells apart further, the evaluator says of each atom whether a policy
//! takes it in, and two policies meet where they share an atom in every dimension. What an answer leaves open is kept apart: a pair meets for sure, or
//! perhaps; and one policy lies in another only where that is sure. Device filters are compared as texts.
//!
//! Disabled policies are left out. At most [`MAX_POLICIES`] are compared, which is what a tenant can have: 28,680 pairs.

mod atoms;
mod demands;
mod places;
mod scope;
mod union;
mod words;

use std::collections::BTreeMap;

use crate::document::PolicyDocument;
use crate::evaluate::{Rule, Surroundings};
use crate::people::People;
use crate::policy::PolicyState;
use crate::signin::ClientApp;
use crate::text_enum;

use atoms::Atoms;
use demands::Demands;
use scope::Scope;

pub use union::{Merge, proved};

text_enum! {
    /// What comes of two policies that meet; the more it calls for a person, the earlier.
    OverlapKind {
        /// Both ask for what no sign-in can give at once.
        Impossible = "IMPOSSIBLE",
        /// One blocks everything that the other is for: the other never has an effect.
        Blocked = "BLOCKED",
        /// Their session controls contradict each other.
        SessionConflict = "SESSION_CONFLICT",
        /// The same scope and the same demands.
        Duplicate = "DUPLICATE",
        /// One lies in the other, which asks for as much: it adds nothing.
        Redundant = "REDUNDANT",
        /// They meet, and both count.
        Overlap = "OVERLAP",
    }
}

/// A policy to compare: enabled or report-only.
pub struct Candidate<'p> {
    /// Its document.
    pub document: &'p PolicyDocument,
    /// The same, compiled.
    pub rule: &'p Rule,
}

/// Two policies that meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// What comes of it.
    pub kind: OverlapKind,
    /// Place of one among the candidates; of [`OverlapKind::Redundant`] and [`OverlapKind::Blocked`] the one without effect.
    pub first: usize,
    /// Place of the other.
    pub second: usize,
    /// Whether they meet for sure; otherwise a fact that would decide is not known.
    pub certain: bool,
    /// Users whom both are for.
    pub users: u64,
    /// Client types that both are for.
    pub clients: Vec<ClientApp>,
    /// Applications that both are for, among those that are known; `None`: every application.
    pub apps: Option<Vec<String>>,
    /// Applications in all; [`Overlap::apps`] names at most [`MAX_APPS`].
    pub app_count: u64,
    /// A plain sentence.
    pub sentence: String,
}

/// Every pair that meets, the gravest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlaps {
    /// The pairs.
    pub pairs: Vec<Overlap>,
    /// How many of each kind.
    pub counts: BTreeMap<OverlapKind, u64>,
    /// Policies that were compared.
    pub policies: u64,
    /// Policies beyond [`MAX_POLICIES`].
    pub left_out: u64,
}

/// The most policies that are compared: what Entra allows a tenant.
pub const MAX_POLICIES: usize = 240;
/// The most applications that are named of one pair.
pub const MAX_APPS: usize = 10;

/// Compares every pair. `apps` are applications that are known beside those that the policies name, such as those of the sign-in log.
pub fn overlaps(candidates: &[Candidate<'_>], people: &People, surroundings: &Surroundings, apps: &[String]) -> Overlaps {
    let compared = &candidates[..candidates.len().min(MAX_POLICIES)];
    let atoms = Atoms::of(compared, people, surroundings, apps);
    let scopes: Vec<Scope> = compared.iter().map(|candidate| Scope::of(candidate, &atoms)).collect();
    let demands: Vec<Demands> = compared.iter().map(Demands::of).collect();
    let mut found =
        Overlaps { policies: compared.len() as u64, left_out: (candidates.len() - compared.len()) as u64, ..Overlaps::default() };
    for second in 0..compared.len() {
        for first in 0..second {
            let both = [first, second].map(|at| Side { at, candidate: &compared[at], scope: &scopes[at], demands: &demands[at] });
            if let Some(pair) = compare(&both, &atoms) {
                *found.counts.entry(pair.kind).or_default() += 1;
                found.pairs.push(pair);
            }
        }
    }
    found.pairs.sort_by_key(|pair| (pair.kind, !pair.certain, std::cmp::Reverse(pair.users), pair.first, pair.second));
    found
}

/// One of two.
struct Side<'a> {
    at: usize,
    candidate: &'a Candidate<'a>,
    scope: &'a Scope,
    demands: &'a Demands,
}

impl Side<'_> {
    fn enforced(&self) -> bool {
        self.candidate.rule.state() == Some(PolicyState::Enabled)
    }

    fn name(&self) -> &str {
        self.candidate.rule.name()
    }
}

fn compare(both: &[Side<'_>; 2], atoms: &Atoms) -> Option<Overlap> {
    let [a, b] = both;
    let meeting = a.scope.meets(b.scope)?;
    let inside = a.scope.lies_in(b.scope);
    let around = b.scope.lies_in(a.scope);
    // A report-only policy takes nothing from an enforced one.
    let (kind, first, second) = match () {
        () if meeting.certain && a.demands.impossible_with(b.demands) => (OverlapKind::Impossible, a, b),
        () if inside && around && a.demands == b.demands => (OverlapKind::Duplicate, a, b),
        () if inside && b.demands.blocks() && !a.demands.blocks() && b.enforced() >= a.enforced() => (OverlapKind::Blocked, a, b),
        () if around && a.demands.blocks() && !b.demands.blocks() && a.enforced() >= b.enforced() => (OverlapKind::Blocked, b, a),
        () if inside && b.demands.imply(a.demands) && b.enforced() >= a.enforced() => (OverlapKind::Redundant, a, b),
        () if around && a.demands.imply(b.demands) && a.enforced() >= b.enforced() => (OverlapKind::Redundant, b, a),
        () if meeting.certain && a.demands.session_conflict(b.demands) => (OverlapKind::SessionConflict, a, b),
        () => (OverlapKind::Overlap, a, b),
    };
    let (app_count, apps) = atoms.apps_in(&meeting);
    let pair = Overlap {
        kind,
        first: first.at,
        second: second.at,
        certain: meeting.certain,
        users: atoms.users_in(&meeting),
        clients: atoms.clients_in(&meeting),
        apps,
        app_count,
        sentence: String::new(),
    };
    let sentence = words::sentence(&pair, first, second);
    Some(Overlap { sentence, ..pair })
}
