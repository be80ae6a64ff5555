//! Users, groups, roles, guests and workload identities (ca-semantics.md sections 3 and 6).

use std::collections::HashSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::Answer;
use super::finding::{Condition, Entry, Finding, Hit, Why, anything, sides};
use super::read::{ids, object, strange, texts};
use super::workloads::Workloads;
use crate::signin::{Fact, Identity, User, UserKind};

/// Whom a policy is for.
#[derive(Clone, Debug)]
pub(super) struct People {
    included: Side,
    excluded: Side,
    workloads: Option<Workloads>,
    /// `servicePrincipalRiskLevels` is for service principals alone.
    only_workloads: bool,
}

/// One side: a user is in it who is in any of its clauses.
#[derive(Clone, Debug)]
struct Side {
    paths: [&'static str; 4],
    all: bool,
    any_guest: bool,
    users: HashSet<Uuid>,
    groups: HashSet<Uuid>,
    roles: HashSet<Uuid>,
    guests: Option<Guests>,
    /// Entries and members that can't be read, with their path: whom they mean is unknown.
    strange: Vec<(String, String)>,
}

/// `guestsOrExternalUsers`.
#[derive(Clone, Debug)]
struct Guests {
    kinds: Vec<UserKind>,
    tenants: Tenants,
    /// A type that this version doesn't know.
    strange: Option<String>,
}

#[derive(Clone, Debug)]
enum Tenants {
    All,
    These(HashSet<Uuid>),
    Strange,
}

const INCLUDE: [&str; 4] = ["includeUsers", "includeGroups", "includeRoles", "includeGuestsOrExternalUsers"];
const EXCLUDE: [&str; 4] = ["excludeUsers", "excludeGroups", "excludeRoles", "excludeGuestsOrExternalUsers"];
const INCLUDE_PATHS: [&str; 4] = [
    "conditions.users.includeUsers",
    "conditions.users.includeGroups",
    "conditions.users.includeRoles",
    "conditions.users.includeGuestsOrExternalUsers",
];
const EXCLUDE_PATHS: [&str; 4] = [
    "conditions.users.excludeUsers",
    "conditions.users.excludeGroups",
    "conditions.users.excludeRoles",
    "conditions.users.excludeGuestsOrExternalUsers",
];

impl People {
    pub(super) fn new(conditions: &Value) -> Self {
        let empty = Map::new();
        let users = object(conditions, "users").unwrap_or(&empty);
        let mut people = People {
            included: Side::new(users, INCLUDE, INCLUDE_PATHS),
            excluded: Side::new(users, EXCLUDE, EXCLUDE_PATHS),
            workloads: object(conditions, "clientApplications").map(Workloads::new),
            only_workloads: conditions.get("servicePrincipalRiskLevels").is_some(),
        };
        // What a member does that nobody knows is unknown, except that its name begins with the side that it belongs to.
        let known: Vec<&str> = INCLUDE.into_iter().chain(EXCLUDE).collect();
        for path in strange(users, "conditions.users", &known) {
            let excludes = path.starts_with("conditions.users.exclude");
            if !excludes {
                people.included.strange.push((path.clone(), String::new()));
            }
            if !path.starts_with("conditions.users.include") {
                people.excluded.strange.push((path, String::new()));
            }
        }
        people
    }

    pub(super) fn of(&self, identity: &Identity) -> Finding<'_> {
        match (identity, &self.workloads) {
            // A policy for workload identities never meets a user, nor one for users a workload identity.
            (Identity::User(_), Some(_)) => not_for(Condition::WorkloadIdentities, "conditions.clientApplications"),
            (Identity::User(_), None) if self.only_workloads => {
                not_for(Condition::WorkloadIdentities, "conditions.servicePrincipalRiskLevels")
            }
            (Identity::User(user), None) => sides(Condition::Users, self.included.of(user), self.excluded.of(user)),
            (Identity::Workload(workload), Some(workloads)) => workloads.of(workload),
            (Identity::Workload(_), None) => not_for(Condition::WorkloadIdentities, "conditions.clientApplications"),
        }
    }
}

fn not_for(condition: Condition, path: &str) -> Finding<'_> {
    Finding { answer: Answer::No, why: Why::NotIncluded, ..anything(condition, path) }
}

impl Side {
    fn new(users: &Map<String, Value>, names: [&str; 4], paths: [&'static str; 4]) -> Self {
        let mut strange = Vec::new();
        let (mut all, mut any_guest) = (false, false);
        let listed = ids(users, names[0], |text| match text {
            "All" => all = true,
            "None" => {}
            "GuestsOrExternalUsers" => any_guest = true,
            // Whether an account is an agent's is told by no sign-in.
            other => strange.push((paths[0].to_owned(), other.to_owned())),
        });
        let groups = ids(users, names[1], |text| strange.push((paths[1].to_owned(), text.to_owned())));
        let roles = ids(users, names[2], |text| strange.push((paths[2].to_owned(), text.to_owned())));
        let guests = users.get(names[3]).and_then(Value::as_object).map(Guests::new);
        Side { paths, all, any_guest, users: listed, groups, roles, guests, strange }
    }

    fn of(&self, user: &User) -> Hit<'_> {
        let [users, groups, roles, guests] = self.paths;
        if self.all {
            return Hit::yes(users, Entry::Text("All"));
        }
        if self.users.contains(&user.id) {
            return Hit::yes(users, Entry::Id(user.id));
        }
        Hit::none(users)
            .or(|| self.guest_token(user))
            .or(|| held(&self.groups, user.groups.as_ref(), groups))
            .or(|| match user.unread.iter().find(|group| self.groups.contains(group)) {
                Some(unread) => Hit::unknown(Why::NotRead, groups, Entry::Id(*unread)),
                None => Hit::none(groups),
            })
            .or(|| held(&self.roles, user.roles.as_ref(), roles))
            .or(|| self.guests.as_ref().map_or(Hit::none(guests), |clause| clause.of(user, guests)))
            .or(|| match self.strange.first() {
                Some((path, entry)) => Hit::unknown(Why::NotUnderstood, path, Entry::Text(entry)),
                None => Hit::none(users),
            })
    }

    /// The token is every kind of guest.
    fn guest_token(&self, user: &User) -> Hit<'_> {
        const TOKEN: Entry<'static> = Entry::Text("GuestsOrExternalUsers");
        match user.kind {
            _ if !self.any_guest => Hit::none(self.paths[0]),
            None => Hit::unknown(Why::FactMissing, self.paths[0], TOKEN),
            Some(UserKind::Member) => Hit::none(self.paths[0]),
            Some(_) => Hit::yes(self.paths[0], TOKEN),
        }
    }
}

/// Whether a user is in any of these groups, or holds any of these roles.
fn held<'r>(listed: &HashSet<Uuid>, of_user: Fact<&std::collections::BTreeSet<Uuid>>, path: &'static str) -> Hit<'r> {
    if listed.is_empty() {
        return Hit::none(path);
    }
    let Some(of_user) = of_user else { return Hit::unknown(Why::FactMissing, path, Entry::None) };
    // The shorter of the two is walked.
    let found = if of_user.len() <= listed.len() {
        of_user.iter().find(|id| listed.contains(id))
    } else {
        listed.iter().filter(|id| of_user.contains(id)).min()
    };
    found.map_or(Hit::none(path), |id| Hit::yes(path, Entry::Id(*id)))
}

impl Guests {
    fn new(clause: &Map<String, Value>) -> Self {
        let mut strange = strange(clause, "guestsOrExternalUsers", &["guestOrExternalUserTypes", "externalTenants"]).into_iter().next();
        let mut kinds = Vec::new();
        for text in texts(clause, "guestOrExternalUserTypes").filter(|text| *text != "none") {
            match text.parse() {
                Ok(kind) => kinds.push(kind),
                Err(_) => strange = Some(text.to_owned()),
            }
        }
        let tenants = clause.get("externalTenants").and_then(Value::as_object);
        let tenants = match tenants.and_then(|tenants| tenants.get("membershipKind")).and_then(Value::as_str) {
            _ if tenants.is_none() => Tenants::All,
            Some("all") => Tenants::All,
            Some("enumerated") => tenants.map_or(Tenants::Strange, |tenants| {
                let mut readable = true;
                let listed = ids(tenants, "members", |_| readable = false);
                if readable { Tenants::These(listed) } else { Tenants::Strange }
            }),
            _ => Tenants::Strange,
        };
        Guests { kinds, tenants, strange }
    }

    fn of<'r>(&'r self, user: &User, path: &'r str) -> Hit<'r> {
        let Some(kind) = user.kind else { return Hit::unknown(Why::FactMissing, path, Entry::None) };
        match (kind, &self.tenants) {
            (UserKind::Member, _) => Hit::none(path),
            _ if !self.kinds.contains(&kind) => match &self.strange {
                Some(strange) => Hit::unknown(Why::NotUnderstood, path, Entry::Text(strange)),
                None => Hit::none(path),
            },
            // A guest with a local account has no home tenant to choose by.
            (UserKind::InternalGuest, _) | (_, Tenants::All) => Hit::yes(path, Entry::Text(kind.as_str())),
            (_, Tenants::Strange) => Hit::unknown(Why::NotUnderstood, path, Entry::Text("externalTenants")),
            (_, Tenants::These(listed)) => match user.home_tenant {
                None => Hit::unknown(Why::FactMissing, path, Entry::Text(kind.as_str())),
                Some(tenant) if listed.contains(&tenant) => Hit::yes(path, Entry::Id(tenant)),
                Some(_) => Hit::none(path),
            },
        }
    }
}
