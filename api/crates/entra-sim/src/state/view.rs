//! The directory as the Conditional Access rules see it: the truth, unless a test wants references to lag.

use serde_json::Value;

use super::{Kind, Reader, Tenant};
use crate::ca::DirectoryView;

/// A tenant behind [`DirectoryView`].
pub(crate) struct View<'a> {
    tenant: &'a Tenant,
    /// Where named locations are looked up instead, when that lags.
    replica: Option<Reader<'a>>,
}

impl<'a> View<'a> {
    /// Everything as it is.
    pub(crate) fn truth(tenant: &'a Tenant) -> Self {
        View { tenant, replica: None }
    }

    /// Named locations as readers see them (right after a creation Graph answers 1040; ca-semantics.md section 13).
    pub(crate) fn through(reader: Reader<'a>) -> Self {
        View { tenant: reader.tenant, replica: Some(reader) }
    }
}

impl DirectoryView for View<'_> {
    fn licensed_p1(&self) -> bool {
        self.tenant.licences.p1 || self.tenant.licences.p2
    }

    fn licensed_p2(&self) -> bool {
        self.tenant.licences.p2
    }

    fn licensed_workload(&self) -> bool {
        self.tenant.licences.workload
    }

    fn group_exists(&self, id: &str) -> bool {
        self.tenant.get(Kind::Group, id).is_some()
    }

    fn user_exists(&self, id: &str) -> bool {
        self.tenant.get(Kind::User, id).is_some()
    }

    fn role_template_exists(&self, id: &str) -> bool {
        crate::directory::role_definition(id).is_some()
    }

    fn service_principal_exists(&self, app_id: &str) -> bool {
        self.tenant.all(Kind::ServicePrincipal).any(|sp| sp["appId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(app_id)))
    }

    fn service_principal_object_exists(&self, id: &str) -> bool {
        self.tenant.get(Kind::ServicePrincipal, id).is_some()
    }

    fn named_location(&self, id: &str) -> Option<Value> {
        match &self.replica {
            Some(reader) => reader.get(Kind::Location, id),
            None => self.tenant.get(Kind::Location, id).cloned(),
        }
    }

    fn auth_strength(&self, id: &str) -> Option<Value> {
        self.tenant.get(Kind::Strength, id).cloned()
    }

    fn auth_context_exists(&self, id: &str) -> bool {
        self.tenant.get(Kind::Context, id).is_some()
    }

    fn terms_exists(&self, id: &str) -> bool {
        self.tenant.get(Kind::Terms, id).is_some()
    }

    fn policy_count(&self) -> usize {
        self.tenant.count(Kind::Policy)
    }

    fn security_defaults(&self) -> bool {
        self.tenant.security_defaults
    }

    fn ip_named_location_count(&self) -> usize {
        self.tenant.all(Kind::Location).filter(|location| location["@odata.type"] == "#microsoft.graph.ipNamedLocation").count()
    }

    fn policies_referring_location(&self, id: &str) -> Vec<String> {
        let refers = |policy: &&Value| {
            ["includeLocations", "excludeLocations"].iter().any(|side| {
                let named = policy["conditions"]["locations"][side].as_array();
                named.is_some_and(|ids| ids.iter().any(|each| each.as_str().is_some_and(|each| each.eq_ignore_ascii_case(id))))
            })
        };
        self.tenant.all(Kind::Policy).filter(refers).filter_map(|policy| policy["id"].as_str().map(str::to_owned)).collect()
    }
}
