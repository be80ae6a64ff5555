//! Who is in a tenant, in which groups and with which roles, as of one reading: what turns the ids in policies and sign-ins into facts.
//!
//! Memberships are kept per group and role, because a policy names few of them; a [`PeopleIndex`] turns them around for a whole directory.

pub mod class;
pub mod codec;
mod kind;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::signin::{Fact, User, UserKind};
use crate::text_enum;

pub use kind::{KindClues, user_kind};

/// The people of a tenant at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    /// When the reading began: what changed later is not in it.
    pub as_of: DateTime<Utc>,
    /// Users of the directory, guests among them, by object id.
    pub users: BTreeMap<Uuid, PersonFacts>,
    /// Transitive user members of the groups that were read, sorted. A group that doesn't exist any more was read, and holds nobody.
    pub groups: BTreeMap<Uuid, Arc<[Uuid]>>,
    /// Users who hold a directory role (by template id) at tenant scope, actively, in person or through a role-assignable group; sorted. A role
    /// that is missing here is held by nobody, unless [`Gap::Roles`] says that roles could not be read.
    pub roles: BTreeMap<Uuid, Arc<[Uuid]>>,
    /// Groups that somebody asked about and whose members are not known.
    pub unread: BTreeSet<Uuid>,
    /// What the reading had to leave out.
    pub gaps: BTreeSet<Gap>,
}

/// What the directory says of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFacts {
    /// Member or which kind of guest; `None`: the directory's facts contradict each other or are missing.
    pub kind: Fact<UserKind>,
    /// Home tenant of somebody from outside; Graph doesn't tell it with the user, so most often `None`.
    pub home_tenant: Fact<Uuid>,
    /// Whether the account may sign in.
    pub enabled: Fact<bool>,
    /// Display name.
    pub name: String,
    /// User principal name.
    pub principal_name: String,
}

text_enum! {
    /// What a reading had to leave out.
    Gap {
        /// The tenant has more users than may be kept: those beyond the limit are unknown.
        Users = "USERS",
        /// Directory roles could not be read: who holds which is unknown.
        Roles = "ROLES",
        /// The members of some groups could not be read, or are more than may be kept.
        Groups = "GROUPS",
    }
}

impl People {
    /// A user with groups and roles as a policy tests them. Somebody whom the directory doesn't hold is unknown in everything but the id.
    ///
    /// For one user or a few; a whole directory goes through [`People::index`].
    pub fn user(&self, id: Uuid) -> User {
        let holding = |held: &BTreeMap<Uuid, Arc<[Uuid]>>| {
            held.iter().filter(|(_, members)| members.binary_search(&id).is_ok()).map(|(holder, _)| *holder).collect()
        };
        self.user_with(id, || holding(&self.groups), || holding(&self.roles))
    }

    /// Every membership turned around, for many look-ups.
    pub fn index(&self) -> PeopleIndex<'_> {
        let mut held: HashMap<Uuid, Held> = HashMap::with_capacity(self.users.len());
        for (at, members) in self.groups.values().enumerate() {
            members.iter().for_each(|member| held.entry(*member).or_default().groups.push(at as u32));
        }
        for (at, holders) in self.roles.values().enumerate() {
            holders.iter().for_each(|holder| held.entry(*holder).or_default().roles.push(at as u32));
        }
        PeopleIndex { people: self, groups: self.groups.keys().copied().collect(), roles: self.roles.keys().copied().collect(), held }
    }

    /// Says that policies ask about these groups: those that were not read become [`People::unread`], so that "not in it" is never said of a
    /// group that nobody read.
    pub fn ask_about(&mut self, groups: impl IntoIterator<Item = Uuid>) {
        self.unread.extend(groups.into_iter().filter(|group| !self.groups.contains_key(group)));
    }

    /// Guests and other people from outside.
    pub fn guests(&self) -> usize {
        self.users.values().filter(|user| user.kind.is_some_and(|kind| kind != UserKind::Member)).count()
    }

    fn user_with(&self, id: Uuid, groups: impl FnOnce() -> BTreeSet<Uuid>, roles: impl FnOnce() -> BTreeSet<Uuid>) -> User {
        let Some(facts) = self.users.get(&id) else {
            return User { id, kind: None, home_tenant: None, groups: None, unread: self.unread.clone(), roles: None };
        };
        let roles = (!self.gaps.contains(&Gap::Roles)).then(roles);
        User { id, kind: facts.kind, home_tenant: facts.home_tenant, groups: Some(groups()), unread: self.unread.clone(), roles }
    }
}

/// People with their memberships turned around.
#[derive(Clone, Debug)]
pub struct PeopleIndex<'a> {
    people: &'a People,
    groups: Vec<Uuid>,
    roles: Vec<Uuid>,
    held: HashMap<Uuid, Held>,
}

/// Places in the lists of groups and roles, rising.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Held {
    groups: Vec<u32>,
    roles: Vec<u32>,
}

impl PeopleIndex<'_> {
    /// As [`People::user`].
    pub fn user(&self, id: Uuid) -> User {
        let nothing = Held::default();
        let held = self.held.get(&id).unwrap_or(&nothing);
        let of = |all: &[Uuid], places: &[u32]| places.iter().map(|at| all[*at as usize]).collect();
        self.people.user_with(id, || of(&self.groups, &held.groups), || of(&self.roles, &held.roles))
    }
}
