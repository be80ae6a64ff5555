//! The directory as the Conditional Access rules see it. Always the truth: validation doesn't lag.

use serde_json::Value;

use super::{Kind, Tenant};
use crate::ca::DirectoryView;

/// A tenant behind [`DirectoryView`].
pub(crate) struct View<'a>(pub &'a Tenant);

impl DirectoryView for View<'_> {
    fn licensed_p1(&self) -> bool {
        self.0.licences.p1 || self.0.licences.p2
    }

    fn licensed_p2(&self) -> bool {
        self.0.licences.p2
    }

    fn licensed_workload(&self) -> bool {
        self.0.licences.workload
    }

    fn group_exists(&self, id: &str) -> bool {
        self.0.get(Kind::Group, id).is_some()
    }

    fn user_exists(&self, id: &str) -> bool {
        self.0.get(Kind::User, id).is_some()
    }

    fn role_template_exists(&self, id: &str) -> bool {
        crate::directory::role_definition(id).is_some()
    }

    fn service_principal_exists(&self, app_id: &str) -> bool {
        self.0.all(Kind::ServicePrincipal).any(|sp| sp["appId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(app_id)))
    }

    fn service_principal_object_exists(&self, id: &str) -> bool {
        self.0.get(Kind::ServicePrincipal, id).is_some()
    }

    fn named_location(&self, id: &str) -> Option<Value> {
        self.0.get(Kind::Location, id).cloned()
    }

    fn auth_strength(&self, id: &str) -> Option<Value> {
        self.0.get(Kind::Strength, id).cloned()
    }

    fn auth_context_exists(&self, id: &str) -> bool {
        self.0.get(Kind::Context, id).is_some()
    }

    fn terms_exists(&self, id: &str) -> bool {
        self.0.get(Kind::Terms, id).is_some()
    }

    fn policy_count(&self) -> usize {
        self.0.count(Kind::Policy)
    }

    fn security_defaults(&self) -> bool {
        self.0.security_defaults
    }

    fn ip_named_location_count(&self) -> usize {
        self.0.all(Kind::Location).filter(|location| location["@odata.type"] == "#microsoft.graph.ipNamedLocation").count()
    }

    fn policies_referring_location(&self, id: &str) -> Vec<String> {
        let refers = |policy: &&Value| {
            ["includeLocations", "excludeLocations"].iter().any(|side| {
                let named = policy["conditions"]["locations"][side].as_array();
                named.is_some_and(|ids| ids.iter().any(|each| each.as_str().is_some_and(|each| each.eq_ignore_ascii_case(id))))
            })
        };
        self.0.all(Kind::Policy).filter(refers).filter_map(|policy| policy["id"].as_str().map(str::to_owned)).collect()
    }
}
