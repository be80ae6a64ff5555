//! A tenant in the making, as the Conditional Access rules see it.

use serde_json::Value;

use super::TenantSeed;
use super::roles::role_definitions;
use crate::ca::DirectoryView;

impl DirectoryView for TenantSeed {
    fn licensed_p1(&self) -> bool {
        self.licences.p1
    }

    fn licensed_p2(&self) -> bool {
        self.licences.p2
    }

    fn licensed_workload(&self) -> bool {
        self.licences.workload
    }

    fn group_exists(&self, id: &str) -> bool {
        find(&self.groups, "id", id).is_some()
    }

    fn user_exists(&self, id: &str) -> bool {
        find(&self.users, "id", id).is_some()
    }

    fn role_template_exists(&self, id: &str) -> bool {
        find(&role_definitions(), "templateId", id).is_some()
    }

    fn service_principal_exists(&self, app_id: &str) -> bool {
        find(&self.service_principals, "appId", app_id).is_some()
    }

    fn service_principal_object_exists(&self, id: &str) -> bool {
        find(&self.service_principals, "id", id).is_some()
    }

    fn named_location(&self, id: &str) -> Option<Value> {
        find(&self.named_locations, "id", id).cloned()
    }

    fn auth_strength(&self, id: &str) -> Option<Value> {
        find(&self.auth_strengths, "id", id).cloned()
    }

    fn auth_context_exists(&self, id: &str) -> bool {
        find(&self.auth_contexts, "id", id).is_some()
    }

    fn terms_exists(&self, id: &str) -> bool {
        find(&self.terms, "id", id).is_some()
    }

    fn policy_count(&self) -> usize {
        self.policies.len()
    }

    fn security_defaults(&self) -> bool {
        self.security_defaults
    }

    fn policies_referring_location(&self, id: &str) -> Vec<String> {
        let names = |policy: &&Value| {
            ["includeLocations", "excludeLocations"]
                .iter()
                .any(|list| policy["conditions"]["locations"][list].as_array().is_some_and(|ids| ids.iter().any(|other| other == id)))
        };
        self.policies.iter().filter(names).filter_map(|policy| policy["id"].as_str().map(str::to_owned)).collect()
    }
}

fn find<'a>(objects: &'a [Value], member: &str, id: &str) -> Option<&'a Value> {
    objects.iter().find(|object| object[member].as_str().is_some_and(|other| other.eq_ignore_ascii_case(id)))
}
