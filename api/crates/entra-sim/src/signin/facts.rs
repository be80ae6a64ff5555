//! What the generator and the evaluator need to know of a tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::conduct::Conduct;
use crate::ca::json::{at, text, texts};

/// The tenant's objects as the server holds them, in Graph's shape.
#[derive(Debug, Clone)]
pub struct Directory<'a> {
    /// Tenant id.
    pub tenant_id: Uuid,
    /// Entra ID P1 or P2: otherwise the log is short.
    pub premium: bool,
    /// Entra ID P2: otherwise risk levels read `hidden`.
    pub p2: bool,
    /// Users.
    pub users: Vec<&'a Value>,
    /// Service principals.
    pub service_principals: Vec<&'a Value>,
    /// Named locations.
    pub named_locations: Vec<&'a Value>,
    /// Conditional Access policies that are not deleted.
    pub policies: Vec<&'a Value>,
    /// Direct memberships: group id, member id.
    pub memberships: Vec<(&'a str, &'a str)>,
    /// Tenant-wide role assignments: role template id, principal id.
    pub role_assignments: Vec<(&'a str, &'a str)>,
}

/// The same, digested: transitive groups, roles, networks.
#[derive(Debug, Clone)]
pub struct TenantFacts {
    pub(super) tenant_id: Uuid,
    pub(super) premium: bool,
    pub(super) p2: bool,
    pub(super) users: Vec<User>,
    /// Names of applications by lower-case application id.
    pub(super) apps: BTreeMap<String, App>,
    /// Application ids of the tenant's own applications.
    pub(super) own_apps: Vec<String>,
    pub(super) locations: BTreeMap<String, Location>,
    pub(super) policies: Vec<Policy>,
    /// Authentication contexts that some policy asks for.
    pub(super) contexts: BTreeSet<String>,
    pub(super) conduct: Conduct,
}

#[derive(Debug, Clone)]
pub(super) struct User {
    pub id: String,
    pub display_name: String,
    pub principal_name: String,
    pub country: String,
    pub department: String,
    pub enabled: bool,
    /// The guest type in Graph's spelling; none for a member with a local account.
    pub guest_type: Option<&'static str>,
    /// Home tenant of an account from elsewhere: follows from the domain in its principal name.
    pub home_tenant: Option<Uuid>,
    pub groups: BTreeSet<String>,
    pub roles: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct App {
    pub name: String,
    /// Custom security attributes as `<set>_<name>`.
    pub attributes: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone)]
pub(super) enum Location {
    Networks { trusted: bool, ranges: Vec<IpNet> },
    Countries { codes: BTreeSet<String>, unknown: bool },
}

impl Location {
    pub(super) fn holds(&self, ip: IpAddr, country: Option<&str>) -> bool {
        match self {
            Location::Networks { ranges, .. } => ranges.iter().any(|range| range.contains(&ip)),
            Location::Countries { codes, unknown } => country.map_or(*unknown, |code| codes.contains(code)),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub id: String,
    pub display_name: String,
    pub state: State,
    pub document: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Enabled,
    ReportOnly,
    Disabled,
}

impl TenantFacts {
    /// Digests a directory. Objects without an id are left out.
    #[must_use]
    pub fn new(directory: &Directory<'_>) -> Self {
        let above = Containment::new(&directory.memberships);
        let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (role, principal) in &directory.role_assignments {
            roles.entry(principal.to_lowercase()).or_default().insert(role.to_lowercase());
        }
        let own = directory.tenant_id.to_string();
        let is_own = |principal: &&&Value| {
            text(principal, &["appOwnerOrganizationId"]) == Some(own.as_str())
                && !text(principal, &["displayName"]).is_some_and(|name| name.starts_with("Causeway"))
        };
        let policies: Vec<Policy> = directory.policies.iter().filter_map(|policy| Policy::of(policy)).collect();
        let contexts = policies
            .iter()
            .flat_map(|policy| texts(&policy.document, &["conditions", "applications", "includeAuthenticationContextClassReferences"]))
            .map(str::to_owned)
            .collect();
        Self {
            tenant_id: directory.tenant_id,
            premium: directory.premium,
            p2: directory.p2,
            users: directory.users.iter().filter_map(|user| User::of(user, &above, &roles)).collect(),
            apps: directory.service_principals.iter().filter_map(|principal| App::of(principal)).collect(),
            own_apps: directory.service_principals.iter().filter(is_own).filter_map(|app| lower(app, "appId")).collect(),
            locations: directory.named_locations.iter().filter_map(|location| Location::of(location)).collect(),
            policies,
            contexts,
            conduct: Conduct::default(),
        }
    }

    /// The same people, who behave like this.
    #[must_use]
    pub fn behaving(mut self, conduct: Conduct) -> Self {
        self.conduct = conduct;
        self
    }

    pub(super) fn app_name<'a>(&'a self, app_id: &'a str) -> &'a str {
        self.apps.get(app_id).map_or(app_id, |app| app.name.as_str())
    }
}

/// Which groups hold which members.
struct Containment(BTreeMap<String, Vec<String>>);

impl Containment {
    fn new(memberships: &[(&str, &str)]) -> Self {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (group, member) in memberships {
            groups.entry(member.to_lowercase()).or_default().push(group.to_lowercase());
        }
        Self(groups)
    }

    /// All groups around a member; a cycle ends by itself.
    fn around(&self, member: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![member.to_owned()];
        while let Some(next) = open.pop() {
            for group in self.0.get(&next).into_iter().flatten() {
                if found.insert(group.clone()) {
                    open.push(group.clone());
                }
            }
        }
        found
    }
}

impl User {
    fn of(user: &Value, above: &Containment, roles: &BTreeMap<String, BTreeSet<String>>) -> Option<Self> {
        let id = lower(user, "id")?;
        let groups = above.around(&id);
        // A role held by a role-assignable group counts for its members.
        let held = std::iter::once(&id).chain(&groups).filter_map(|principal| roles.get(principal)).flatten().cloned().collect();
        let string = |name: &str| text(user, &[name]).unwrap_or_default().to_owned();
        let principal_name = string("userPrincipalName");
        Some(Self {
            display_name: string("displayName"),
            country: string("usageLocation"),
            department: string("department"),
            enabled: at(user, &["accountEnabled"]).as_bool().unwrap_or(true)
                && text(user, &["externalUserState"]) != Some("PendingAcceptance"),
            guest_type: guest_type(text(user, &["userType"]) == Some("Guest"), principal_name.contains("#EXT#")),
            home_tenant: home_tenant(&principal_name),
            principal_name,
            groups,
            roles: held,
            id,
        })
    }
}

/// `name_domain.example#EXT#@tenant` is from the tenant of `domain.example`.
fn home_tenant(principal_name: &str) -> Option<Uuid> {
    let (outside, _) = principal_name.split_once("#EXT#")?;
    let domain = outside.rsplit_once('_').map_or(outside, |(_, domain)| domain);
    let digest = Sha256::digest(domain.to_lowercase().as_bytes());
    Some(uuid::Builder::from_custom_bytes(std::array::from_fn(|index| digest[index])).into_uuid())
}

fn guest_type(guest: bool, external: bool) -> Option<&'static str> {
    match (guest, external) {
        (true, true) => Some("b2bCollaborationGuest"),
        (false, true) => Some("b2bCollaborationMember"),
        (true, false) => Some("internalGuest"),
        (false, false) => None,
    }
}

impl App {
    fn of(principal: &Value) -> Option<(String, Self)> {
        let mut attributes = BTreeMap::new();
        for (set, members) in at(principal, &["customSecurityAttributes"]).as_object().into_iter().flatten() {
            for (name, value) in members.as_object().into_iter().flatten() {
                let values = match value {
                    Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                    Value::String(text) => vec![text.clone()],
                    _ => continue,
                };
                attributes.insert(format!("{set}_{name}").to_lowercase(), values);
            }
        }
        let name = text(principal, &["displayName"]).unwrap_or_default().to_owned();
        Some((lower(principal, "appId")?, Self { name, attributes }))
    }
}

impl Location {
    fn of(location: &Value) -> Option<(String, Self)> {
        let digested = if text(location, &["@odata.type"]) == Some("#microsoft.graph.countryNamedLocation") {
            Location::Countries {
                codes: texts(location, &["countriesAndRegions"]).into_iter().map(str::to_owned).collect(),
                unknown: at(location, &["includeUnknownCountriesAndRegions"]).as_bool().unwrap_or(false),
            }
        } else {
            let ranges = at(location, &["ipRanges"]).as_array().into_iter().flatten();
            Location::Networks {
                trusted: at(location, &["isTrusted"]).as_bool().unwrap_or(false),
                ranges: ranges.filter_map(|range| text(range, &["cidrAddress"])?.parse().ok()).collect(),
            }
        };
        Some((lower(location, "id")?, digested))
    }
}

impl Policy {
    pub(super) fn of(policy: &Value) -> Option<Self> {
        let state = match text(policy, &["state"]) {
            Some("enabled") => State::Enabled,
            Some("enabledForReportingButNotEnforced") => State::ReportOnly,
            _ => State::Disabled,
        };
        let display_name = text(policy, &["displayName"]).unwrap_or_default().to_owned();
        Some(Self { id: text(policy, &["id"])?.to_owned(), display_name, state, document: policy.clone() })
    }
}

fn lower(object: &Value, member: &str) -> Option<String> {
    text(object, &[member]).map(str::to_lowercase)
}
