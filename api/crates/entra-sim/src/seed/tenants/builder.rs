//! What all three tenants have in common.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ca::{create_location, create_policy, graph_time};
use crate::seed::documents::{Placeholders, request};
use crate::seed::groups::Groups;
use crate::seed::ids::SeedIds;
use crate::seed::people::{Headcount, Part, Person, hire};
use crate::seed::roles::{DIRECTORY_SYNCHRONIZATION, GLOBAL_ADMINISTRATOR, GLOBAL_READER, WORKING_ROLES};
use crate::seed::sets::SourceFile;
use crate::seed::{AppRegistration, Licences, RefusedFile, TenantSeed, apps, strengths};

/// Permissions of the product's read-only registration (graph-api.md section 20: inventory and impact analysis).
const READ: &[&str] = &[
    "Policy.Read.All",
    "Application.Read.All",
    "RoleManagement.Read.Directory",
    "GroupMember.Read.All",
    "User.Read.All",
    "Organization.Read.All",
    "AuditLog.Read.All",
    "Directory.Read.All",
    "Agreement.Read.All",
];
/// What the product's own registration has on top (change management, contexts, rollout groups).
const WRITE: &[&str] =
    &["Policy.ReadWrite.ConditionalAccess", "AuthenticationContext.ReadWrite.All", "Group.Create", "GroupMember.ReadWrite.All"];

/// A company before its policies.
pub(super) struct Profile {
    /// Scope of the ids.
    pub key: &'static str,
    pub display_name: &'static str,
    pub domain: &'static str,
    pub licences: Licences,
    pub headcount: Headcount,
    /// Id and name of the group that the policies exclude for emergencies; without an id one is derived.
    pub emergency_group: (Option<&'static str>, &'static str),
    /// Line-of-business applications.
    pub applications: &'static [&'static str],
}

/// A tenant in the making.
pub(super) struct Builder {
    pub ids: SeedIds,
    pub people: Vec<Person>,
    pub groups: Groups,
    pub tenant: TenantSeed,
    refused: Vec<RefusedFile>,
    now: DateTime<Utc>,
}

impl Builder {
    pub(super) fn new(seed: u64, now: DateTime<Utc>, profile: &Profile) -> Self {
        let ids = SeedIds::new(seed, profile.key);
        let people = hire(&ids, profile.domain, &profile.headcount);
        let (emergency_id, emergency_name) = profile.emergency_group;
        let emergency_id = emergency_id.map_or_else(|| ids.id("group/emergency").to_string(), str::to_owned);
        let groups = Groups::company(&ids, &people, (&emergency_id, emergency_name));
        let tenant_id = ids.id("tenant");
        let mut service_principals = apps::first_party(&ids);
        let owner = tenant_id.to_string();
        let own_apps = profile.applications.iter().map(|name| {
            let app_id = ids.id(&format!("application/{name}")).to_string();
            apps::registered(&ids, &owner, &app_id, name)
        });
        service_principals.extend(own_apps);
        let registrations = registrations(&ids);
        service_principals
            .extend(registrations.iter().map(|app| apps::registered(&ids, &owner, &app.client_id.to_string(), &app.display_name)));
        let tenant = TenantSeed {
            tenant_id,
            display_name: profile.display_name.to_owned(),
            domain: profile.domain.to_owned(),
            licences: profile.licences,
            security_defaults: false,
            apps: registrations,
            users: people.iter().map(|person| person.user.clone()).collect(),
            groups: Vec::new(),
            memberships: Vec::new(),
            service_principals,
            role_assignments: role_assignments(&people),
            named_locations: Vec::new(),
            auth_strengths: strengths::built_in(),
            auth_contexts: contexts(),
            terms: Vec::new(),
            policies: Vec::new(),
        };
        Self { ids, people, groups, tenant, refused: Vec::new(), now }
    }

    /// A past instant, never in the future of the simulation.
    fn past(&self, text: &str) -> Option<DateTime<Utc>> {
        text.parse::<DateTime<Utc>>().ok().map(|at| at.min(self.now))
    }

    /// Creates a named location through the rules; the body is ours, so a refusal is a defect of this file.
    pub(super) fn location(&mut self, id: Uuid, body: &Value) {
        let at = self.past("2024-05-24T09:26:15.78Z").unwrap_or(self.now);
        let location = create_location(body, &self.tenant, id, at).expect("a seeded named location keeps the rules");
        self.tenant.named_locations.push(location);
    }

    /// An agreement under terms of use.
    pub(super) fn agreement(&mut self, id: &str, name: &str) {
        self.tenant.terms.push(json!({
            "id": id, "displayName": name, "isViewingBeforeAcceptanceRequired": true, "isPerDeviceAcceptanceRequired": false,
            "userReacceptRequiredFrequency": null, "termsExpiration": null,
        }));
    }

    /// Puts groups into the directory; policies may refer to them from here on.
    pub(super) fn publish_groups(&mut self) {
        self.tenant.groups = self.groups.groups.clone();
        self.tenant.memberships = self.groups.memberships.clone();
    }

    /// Creates the policies of a set. `first_day` dates the files that carry no date of their own, one a day.
    pub(super) fn policies(&mut self, files: &'static [SourceFile], placeholders: &Placeholders, first_day: &str) {
        for (number, file) in files.iter().enumerate() {
            let source = file.json();
            let dated = |name: &str| source[name].as_str().and_then(|text| self.past(text));
            let undated = self.past(first_day).unwrap_or(self.now) + TimeDelta::days(i64::try_from(number).unwrap_or_default());
            let created = dated("createdDateTime").unwrap_or(undated.min(self.now));
            let id = source["id"]
                .as_str()
                .and_then(|id| Uuid::parse_str(id).ok())
                .unwrap_or_else(|| self.ids.id(&format!("policy/{}", file.name)));
            match create_policy(&request(&source, placeholders), &self.tenant, id, created) {
                Ok(mut policy) => {
                    if let Some(modified) = dated("modifiedDateTime").filter(|at| *at >= created) {
                        policy["modifiedDateTime"] = Value::from(graph_time(modified));
                    }
                    self.tenant.policies.push(policy);
                }
                Err(error) => self.refused.push(RefusedFile { tenant: self.tenant.display_name.clone(), file: file.name, error }),
            }
        }
    }

    /// Creates Microsoft's own policy: as any other, then marked by its template id. Each tenant gets an id of its own for it.
    pub(super) fn managed_policies(&mut self, files: &'static [SourceFile]) {
        for file in files {
            let source = file.json();
            let created = source["createdDateTime"].as_str().and_then(|text| self.past(text)).unwrap_or(self.now);
            let id = self.ids.id(&format!("policy/{}", file.name));
            let mut policy = create_policy(&request(&source, &Placeholders::new()), &self.tenant, id, created)
                .expect("the managed policy keeps the rules");
            policy["templateId"] = source["templateId"].clone();
            self.tenant.policies.push(policy);
        }
    }

    pub(super) fn finish(self) -> (TenantSeed, Vec<RefusedFile>) {
        (self.tenant, self.refused)
    }
}

fn registrations(ids: &SeedIds) -> Vec<AppRegistration> {
    let registration = |name: &str, roles: Vec<&str>| AppRegistration {
        client_id: ids.id(&format!("registration/{name}")),
        secret: ids.secret(name),
        display_name: name.to_owned(),
        roles: roles.into_iter().map(str::to_owned).collect(),
    };
    vec![registration("Causeway", [READ, WRITE].concat()), registration("Causeway (read only)", READ.to_vec())]
}

/// The emergency accounts and the first administrator are Global Administrators; the others hold one or two working roles.
fn role_assignments(people: &[Person]) -> Vec<(String, String)> {
    let mut assignments = Vec::new();
    let mut assign = |role: &str, person: &Person| assignments.push((role.to_owned(), person.id.clone()));
    for person in people.iter().filter(|person| person.part == Part::Emergency) {
        assign(GLOBAL_ADMINISTRATOR, person);
    }
    for (number, person) in people.iter().filter(|person| person.part == Part::Admin).enumerate() {
        match number {
            0 => assign(GLOBAL_ADMINISTRATOR, person),
            _ => assign(WORKING_ROLES[number % WORKING_ROLES.len()], person),
        }
        if number % 3 == 1 {
            assign(GLOBAL_READER, person);
        }
    }
    for person in people.iter().filter(|person| person.user["displayName"].as_str().is_some_and(|name| name.starts_with("sync"))) {
        assign(DIRECTORY_SYNCHRONIZATION, person);
    }
    assignments
}

fn contexts() -> Vec<Value> {
    [
        ("c1", "Sensitive data", "Asked for by sites labelled Confidential.", true),
        ("c2", "Privileged role activation", "Asked for when a role is activated.", true),
        ("c3", "Payment release", "Prepared, not published yet.", false),
    ]
    .into_iter()
    .map(
        |(id, name, description, available)| json!({ "id": id, "displayName": name, "description": description, "isAvailable": available }),
    )
    .collect()
}
