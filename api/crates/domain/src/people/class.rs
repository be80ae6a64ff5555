//! People whom no policy can tell apart: a directory of half a million has a few hundred such classes, and a policy is evaluated once for each.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{Gap, Held, People, PersonFacts};
use crate::signin::{Fact, User, UserKind};

/// Users with the same kind, home tenant, groups and roles, none of whom is named one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleClass {
    /// One of them, with what all of them share.
    pub user: User,
    /// All of them, sorted; never empty.
    pub members: Vec<Uuid>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    kind: Fact<UserKind>,
    home_tenant: Fact<Uuid>,
    held: Held,
    named: Option<Uuid>,
}

impl People {
    /// The classes of the users for whom `wanted` holds; a user of `named` is a class alone. In the order of their first members.
    pub fn classes(&self, named: &BTreeSet<Uuid>, wanted: impl Fn(&PersonFacts) -> bool) -> Vec<PeopleClass> {
        let mut index = self.index();
        let mut of_key: HashMap<Key, usize> = HashMap::new();
        let mut classes: Vec<PeopleClass> = Vec::new();
        for (id, facts) in self.users.iter().filter(|(_, facts)| wanted(facts)) {
            let mut held = index.held.remove(id).unwrap_or_default();
            if self.gaps.contains(&Gap::Roles) {
                held.roles.clear();
            }
            let key = Key { kind: facts.kind, home_tenant: facts.home_tenant, held, named: named.get(id).copied() };
            match of_key.get(&key) {
                Some(at) => classes[*at].members.push(*id),
                None => {
                    let of = |all: &[Uuid], places: &[u32]| places.iter().map(|at| all[*at as usize]).collect();
                    let user = self.user_with(*id, || of(&index.groups, &key.held.groups), || of(&index.roles, &key.held.roles));
                    of_key.insert(key, classes.len());
                    classes.push(PeopleClass { user, members: vec![*id] });
                }
            }
        }
        classes
    }
}
