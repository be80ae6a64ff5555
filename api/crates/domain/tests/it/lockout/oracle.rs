//! Whom a policy reaches, the long way round: every account of a small directory is put into its groups and roles, and each is asked.
//!
//! On purpose nothing of this is shared with the product: it reads Graph's own JSON, expands the directory to a fixed point, and knows no
//! canonical form. It follows ca-semantics.md sections 2 and 3.

use std::collections::BTreeSet;

use serde_json::Value;

/// Who is in what. Everything by id, in lower case.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub users: BTreeSet<String>,
    /// Member (a user or a group) and the group it is in.
    pub memberships: BTreeSet<(String, String)>,
    /// Holder (a user or a group) and the role.
    pub roles: BTreeSet<(String, String)>,
}

impl Directory {
    /// Every group that the object is in, over any number of others.
    pub fn groups_of(&self, object: &str) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        loop {
            let more: BTreeSet<String> = self
                .memberships
                .iter()
                .filter(|(member, group)| (member == object || known.contains(member)) && !known.contains(group))
                .map(|(_, group)| group.clone())
                .collect();
            if more.is_empty() {
                return known;
            }
            known.extend(more);
        }
    }

    /// Every role that the object holds, itself or by a group.
    pub fn roles_of(&self, object: &str) -> BTreeSet<String> {
        let groups = self.groups_of(object);
        self.roles.iter().filter(|(holder, _)| holder == object || groups.contains(holder)).map(|(_, role)| role.clone()).collect()
    }

    /// The users in a group, over any number of others.
    pub fn users_in(&self, group: &str) -> BTreeSet<String> {
        self.users.iter().filter(|user| self.groups_of(user).contains(group)).cloned().collect()
    }
}

fn listed(policy: &Value, list: &str) -> BTreeSet<String> {
    let items = policy["conditions"]["users"][list].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_lowercase).collect()
}

/// The member accounts in the policy's scope; no guests, who are nobody's emergency accounts.
pub fn in_scope(policy: &Value, directory: &Directory) -> BTreeSet<String> {
    let side = |side: &str, user: &String| {
        let users = listed(policy, &format!("{side}Users"));
        users.contains(user)
            || (side == "include" && users.contains("all"))
            || !directory.groups_of(user).is_disjoint(&listed(policy, &format!("{side}Groups")))
            || !directory.roles_of(user).is_disjoint(&listed(policy, &format!("{side}Roles")))
    };
    directory.users.iter().filter(|user| side("include", user) && !side("exclude", user)).cloned().collect()
}

/// Whether the policy is on and stands in somebody's way: blocks, or asks for a factor or a device.
pub fn stands_in_the_way(policy: &Value) -> bool {
    let grant = &policy["grantControls"];
    let filled = |list: &str| grant[list].as_array().is_some_and(|items| !items.is_empty());
    policy["state"] == "enabled"
        && (filled("builtInControls")
            || filled("customAuthenticationFactors")
            || grant["authenticationStrength"].is_object()
            || policy["sessionControls"]["secureSignInSession"]["isEnabled"] == true)
}

/// Graph's PATCH: objects merge, everything else is replaced.
pub fn patched(stored: &Value, patch: &Value) -> Value {
    match (stored, patch) {
        (Value::Object(stored), Value::Object(patch)) => {
            let mut whole = stored.clone();
            for (name, value) in patch {
                let member = whole.get(name).map_or_else(|| value.clone(), |old| patched(old, value));
                whole.insert(name.clone(), member);
            }
            Value::Object(whole)
        }
        _ => patch.clone(),
    }
}
