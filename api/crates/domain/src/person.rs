//! Which members are one person. Two accounts of one human being are no two pairs of eyes (promise P15).

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::id::MemberId;
use crate::workspace::Member;

/// Who stands behind each of some members.
///
/// A service account counts as its owner, and that one as its own owner, to the end of the chain. An Entra principal (`tid/oid`) is the
/// same person whichever of Entra's issuers vouches for it.
#[derive(Clone, Debug, Default)]
pub struct Persons(HashMap<MemberId, Person>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Person {
    /// An Entra object: tenant and object id.
    Entra(Uuid, Uuid),
    /// A principal of another issuer.
    Principal { issuer: String, subject: String },
    /// A member of whom no more is known, such as an owner who has left.
    Member(MemberId),
}

impl Persons {
    /// From members and everybody who owns one of them. An owner that is missing stands for itself.
    pub fn of(members: &[Member]) -> Self {
        let by_id: HashMap<MemberId, &Member> = members.iter().map(|member| (member.id, member)).collect();
        Persons(members.iter().map(|member| (member.id, person(member, &by_id))).collect())
    }

    /// Whether the two are one person. A member that is not known is only itself.
    pub fn same(&self, a: MemberId, b: MemberId) -> bool {
        a == b || self.person(a) == self.person(b)
    }

    /// Whether the member is one person with any of the others.
    pub fn among(&self, member: MemberId, others: impl IntoIterator<Item = MemberId>) -> bool {
        others.into_iter().any(|other| self.same(member, other))
    }

    /// How many persons the members are.
    pub fn count(&self, members: impl IntoIterator<Item = MemberId>) -> usize {
        members.into_iter().map(|member| self.person(member)).collect::<BTreeSet<_>>().len()
    }

    fn person(&self, member: MemberId) -> Person {
        self.0.get(&member).cloned().unwrap_or(Person::Member(member))
    }
}

fn person(member: &Member, by_id: &HashMap<MemberId, &Member>) -> Person {
    let mut walked = BTreeSet::from([member.id]);
    let mut at = member;
    while let Some(owner) = at.owned_by {
        if !walked.insert(owner) {
            // Accounts that own each other are one person, whichever of them is asked about.
            return Person::Member(ring(owner, by_id));
        }
        match by_id.get(&owner) {
            Some(next) => at = next,
            None => return Person::Member(owner),
        }
    }
    match entra(&at.subject) {
        Some((tenant, object)) => Person::Entra(tenant, object),
        None => Person::Principal { issuer: at.issuer.clone(), subject: at.subject.clone() },
    }
}

/// The least id of a ring of owners.
fn ring(from: MemberId, by_id: &HashMap<MemberId, &Member>) -> MemberId {
    let mut seen = BTreeSet::new();
    let mut at = Some(from);
    while let Some(id) = at.filter(|id| seen.insert(*id)) {
        at = by_id.get(&id).and_then(|member| member.owned_by);
    }
    seen.into_iter().next().unwrap_or(from)
}

fn entra(subject: &str) -> Option<(Uuid, Uuid)> {
    let (tenant, object) = subject.split_once('/')?;
    Some((Uuid::parse_str(tenant).ok()?, Uuid::parse_str(object).ok()?))
}
