//! Whether one policy can stand for two: the set argument of a merge.

use super::atoms::Atoms;
use super::demands::Demands;
use super::scope::Scope;
use super::{Candidate, MAX_POLICIES};
use crate::evaluate::Surroundings;
use crate::people::People;

/// Two policies and the one that would stand for them, by their places among the candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The one.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// The policy that would stand for both.
    pub merged: usize,
}

/// Of each merge, whether sets prove that it changes nothing, whoever signs in to whatever. One of these holds:
///
/// - the merged policy is for exactly what either is for, and all three ask for the same;
/// - all three are for the same, and the merged one asks for what both ask for together;
/// - it is one of the two: the other one lies in it, and it asks for as much.
///
/// At most [`MAX_POLICIES`] candidates are compared; a merge of one beyond is not proved. `apps` as for [`super::overlaps`].
pub fn proved(candidates: &[Candidate<'_>], merges: &[Merge], people: &People, surroundings: &Surroundings, apps: &[String]) -> Vec<bool> {
    let compared = &candidates[..candidates.len().min(MAX_POLICIES)];
    let atoms = Atoms::of(compared, people, surroundings, apps);
    let scopes: Vec<Scope> = compared.iter().map(|candidate| Scope::of(candidate, &atoms)).collect();
    let demands: Vec<Demands> = compared.iter().map(Demands::of).collect();
    let holds = |merge: &Merge| {
        let all = [merge.first, merge.second, merge.merged];
        if all.iter().any(|at| *at >= compared.len()) {
            return false;
        }
        let [a, b, merged] = all.map(|at| (&scopes[at], &demands[at]));
        let same_demands = a.1 == b.1 && a.1 == merged.1;
        let same_scopes = merged.0.equals(a.0) && merged.0.equals(b.0);
        let stands_for = |outer: (&Scope, &Demands), inner: (&Scope, &Demands)| {
            merged.0.equals(outer.0) && merged.1 == outer.1 && inner.0.lies_in(outer.0) && outer.1.imply(inner.1)
        };
        (same_demands && merged.0.is_union_of(a.0, b.0))
            || (same_scopes && merged.1.is_both(a.1, b.1))
            || stands_for(a, b)
            || stands_for(b, a)
    };
    merges.iter().map(holds).collect()
}
