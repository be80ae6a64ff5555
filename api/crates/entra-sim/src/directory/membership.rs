//! Who is in what, directly and through nested groups.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::{roles, typed};
use crate::state::{Kind, Tenant};

/// A user, group or service principal by object id, with its type.
pub(super) fn object(tenant: &Tenant, id: &str) -> Option<Value> {
    [(Kind::User, "user"), (Kind::Group, "group"), (Kind::ServicePrincipal, "servicePrincipal")]
        .into_iter()
        .find_map(|(kind, name)| tenant.get(kind, id).map(|object| typed(object, name)))
}

/// Direct members of a group.
pub(super) fn members(tenant: &Tenant, group: &str) -> Vec<Value> {
    tenant.members.get(group).into_iter().flatten().filter_map(|id| object(tenant, id)).collect()
}

/// Members of a group and of the groups in it, each once. Cycles end where they close.
pub(super) fn transitive_members(tenant: &Tenant, group: &str) -> Vec<Value> {
    let mut seen = BTreeSet::from([group.to_owned()]);
    let mut queue = VecDeque::from([group.to_owned()]);
    let mut found: BTreeSet<&str> = BTreeSet::new();
    while let Some(next) = queue.pop_front() {
        for member in tenant.members.get(&next).into_iter().flatten() {
            found.insert(member);
            if tenant.members.contains_key(member) && seen.insert(member.clone()) {
                queue.push_back(member.clone());
            }
        }
    }
    found.remove(group);
    found.into_iter().filter_map(|id| object(tenant, id)).collect()
}

/// Ids of the groups a principal is in.
pub(super) fn groups_of(tenant: &Tenant, principal: &str, transitive: bool) -> BTreeSet<String> {
    let mut parents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (group, members) in &tenant.members {
        members.iter().for_each(|member| parents.entry(member).or_default().push(group));
    }
    let mut found = BTreeSet::new();
    let mut queue = VecDeque::from([principal]);
    while let Some(next) = queue.pop_front() {
        for group in parents.get(next).into_iter().flatten() {
            if found.insert((*group).to_owned()) && transitive {
                queue.push_back(group);
            }
        }
    }
    found.retain(|group| tenant.get(Kind::Group, group).is_some());
    found
}

/// Groups and activated directory roles of a principal. Roles that a role-assignable group holds count as transitive.
pub(super) fn member_of(tenant: &Tenant, principal: &str, transitive: bool) -> Vec<Value> {
    let groups = groups_of(tenant, principal, transitive);
    let holders: BTreeSet<&str> =
        if transitive { groups.iter().map(String::as_str).chain([principal]).collect() } else { BTreeSet::from([principal]) };
    let held: BTreeSet<&str> = tenant
        .role_assignments
        .iter()
        .filter(|given| holders.contains(given.principal.as_str()))
        .map(|given| given.role.as_str())
        .collect();
    let groups = groups.iter().filter_map(|id| object(tenant, id));
    let roles = held.into_iter().filter_map(|role| roles::directory_role(tenant, role)).map(|role| typed(&role, "directoryRole"));
    groups.chain(roles).collect()
}

/// What a caller sees of an object it may not read: that it exists (Graph's "limited information").
pub(super) fn limited(object: &Value) -> Value {
    let mut limited = json!({});
    for (name, value) in object.as_object().into_iter().flatten() {
        limited[name] = if name == "id" || name.starts_with('@') { value.clone() } else { Value::Null };
    }
    limited
}
