use serde_json::{Value, json};

use crate::ca::DirectoryView;

pub(super) const USER: &str = "11111111-0000-0000-0000-000000000001";
pub(super) const GROUP: &str = "22222222-0000-0000-0000-000000000001";
pub(super) const ROLE: &str = "62e90394-69f5-4237-9190-012177145e10";
pub(super) const APP: &str = "33333333-0000-0000-0000-000000000001";
pub(super) const WORKLOAD: &str = "44444444-0000-0000-0000-000000000001";
pub(super) const LOCATION: &str = "55555555-0000-0000-0000-000000000001";
pub(super) const TERMS: &str = "66666666-0000-0000-0000-000000000001";
pub(super) const STRENGTH: &str = "00000000-0000-0000-0000-000000000004";

/// A directory with one object of each kind and every licence.
pub(super) struct Directory {
    pub p1: bool,
    pub p2: bool,
    pub workload: bool,
    pub defaults: bool,
    pub policies: usize,
    pub locations: usize,
    pub empty: bool,
    /// Location and policy.
    pub referring: Vec<(String, String)>,
}

impl Default for Directory {
    fn default() -> Self {
        Self { p1: true, p2: true, workload: true, defaults: false, policies: 0, locations: 0, empty: false, referring: Vec::new() }
    }
}

impl Directory {
    fn holds(&self, id: &str, known: &str) -> bool {
        !self.empty && id == known
    }
}

impl DirectoryView for Directory {
    fn licensed_p1(&self) -> bool {
        self.p1
    }
    fn licensed_p2(&self) -> bool {
        self.p2
    }
    fn licensed_workload(&self) -> bool {
        self.workload
    }
    fn group_exists(&self, id: &str) -> bool {
        self.holds(id, GROUP)
    }
    fn user_exists(&self, id: &str) -> bool {
        self.holds(id, USER)
    }
    fn role_template_exists(&self, id: &str) -> bool {
        self.holds(id, ROLE)
    }
    fn service_principal_exists(&self, app_id: &str) -> bool {
        self.holds(app_id, APP)
    }
    fn service_principal_object_exists(&self, id: &str) -> bool {
        self.holds(id, WORKLOAD)
    }
    fn named_location(&self, id: &str) -> Option<Value> {
        self.holds(id, LOCATION).then(|| json!({ "id": id, "displayName": "HQ" }))
    }
    fn auth_strength(&self, id: &str) -> Option<Value> {
        self.holds(id, STRENGTH).then(|| json!({ "id": id, "displayName": "Phishing-resistant MFA", "allowedCombinations": ["fido2"] }))
    }
    fn auth_context_exists(&self, id: &str) -> bool {
        self.holds(id, "c1")
    }
    fn terms_exists(&self, id: &str) -> bool {
        self.holds(id, TERMS)
    }
    fn policy_count(&self) -> usize {
        self.policies
    }
    fn security_defaults(&self) -> bool {
        self.defaults
    }
    fn policies_referring_location(&self, id: &str) -> Vec<String> {
        self.referring.iter().filter(|(location, _)| location == id).map(|(_, policy)| policy.clone()).collect()
    }
    fn ip_named_location_count(&self) -> usize {
        self.locations
    }
}
