//! Groups: what a company has anyway, and what its policies refer to.

use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::ids::SeedIds;
use super::people::{DEPARTMENTS, Part, Person};

/// Who belongs to a group that policies refer to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who {
    /// The group of administrators (nested).
    Admins,
    /// The group of all employees (nested).
    Employees,
    /// The contractors (nested).
    Contractors,
    /// The guests (nested).
    Guests,
    /// Service accounts whose name starts like this.
    ServiceAccounts(&'static str),
    /// Some guests who administer.
    GuestAdmins,
    /// The pilot ring (nested).
    Pilot,
    /// Up to three people, often none: the usual content of an exclusion group.
    Exceptions,
    /// The emergency group (nested).
    EmergencyGroup,
}

/// Groups and memberships in the making.
#[derive(Debug)]
pub(super) struct Groups {
    ids: SeedIds,
    pub groups: Vec<Value>,
    /// Group id, member id.
    pub memberships: Vec<(String, String)>,
    pub emergency: String,
    employees: String,
    admins: String,
    contractors: String,
    guests: String,
    pilot: String,
}

impl Groups {
    /// The company's own groups; `emergency` is the id and name of the group that its policies exclude for emergencies.
    pub(super) fn company(ids: &SeedIds, people: &[Person], emergency: (&str, &str)) -> Self {
        let mut groups = Groups {
            ids: ids.clone(),
            groups: Vec::new(),
            memberships: Vec::new(),
            emergency: emergency.0.to_owned(),
            employees: String::new(),
            admins: String::new(),
            contractors: String::new(),
            guests: String::new(),
            pilot: String::new(),
        };
        groups.add_as(emergency.0, emergency.1, "Accounts that no policy may lock out.");
        groups.join(emergency.0, people, |person| person.part == Part::Emergency);
        groups.employees = groups.add("All Employees", "Everybody with a contract; holds one group a department.");
        for (department, _) in DEPARTMENTS {
            let id = groups.add(&format!("Department {department}"), "Synchronised from the personnel system.");
            groups.join(&id, people, |person| person.part == Part::Employee && person.department == *department);
            groups.nest(&groups.employees.clone(), &id);
        }
        groups.admins = groups.add("IT Administrators", "Separate accounts for administration.");
        groups.join(&groups.admins.clone(), people, |person| person.part == Part::Admin);
        groups.contractors = groups.add("External Staff", "Contractors with an account of ours.");
        groups.join(&groups.contractors.clone(), people, |person| person.part == Part::Contractor);
        groups.guests = groups.add("Partner Guests", "Invited from partner companies.");
        groups.join(&groups.guests.clone(), people, |person| person.part == Part::Guest);
        let first = groups.add("Rollout Ring 0", "First to get a change: the identity team.");
        groups.join(&first, people, |person| person.part == Part::Employee && person.department == "IT");
        groups.pilot = groups.add("Rollout Ring 1", "Pilot users; contains ring 0.");
        groups.nest(&groups.pilot.clone(), &first);
        groups.sample(&groups.pilot.clone(), people, 12);
        groups
    }

    /// Adds a group that policies refer to; one that exists already stays as it is.
    pub(super) fn refer(&mut self, id: &str, name: &str, who: Who, people: &[Person]) {
        if self.groups.iter().any(|group| group["id"] == id) {
            return;
        }
        self.add_as(id, name, "Used by Conditional Access.");
        match who {
            Who::EmergencyGroup => self.nest(id, &self.emergency.clone()),
            Who::Admins => self.nest(id, &self.admins.clone()),
            Who::Employees => self.nest(id, &self.employees.clone()),
            Who::Contractors => self.nest(id, &self.contractors.clone()),
            Who::Guests => self.nest(id, &self.guests.clone()),
            Who::Pilot => self.nest(id, &self.pilot.clone()),
            Who::ServiceAccounts(prefix) => self.join(id, people, |person| {
                person.part == Part::ServiceAccount && person.user["displayName"].as_str().is_some_and(|name| name.starts_with(prefix))
            }),
            Who::GuestAdmins => {
                let guests = people.iter().filter(|person| person.part == Part::Guest).take(3);
                self.memberships.extend(guests.map(|person| (id.to_owned(), person.id.clone())));
            }
            Who::Exceptions => {
                let count = self.ids.chance(&format!("exceptions/{id}")).random_range(0..4_usize).saturating_sub(1);
                self.sample(id, people, count);
            }
        }
    }

    fn add(&mut self, name: &str, description: &str) -> String {
        let id = self.ids.id(&format!("group/{name}")).to_string();
        self.add_as(&id, name, description);
        id
    }

    fn add_as(&mut self, id: &str, name: &str, description: &str) {
        let nickname: String = name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        self.groups.push(json!({
            "id": id, "displayName": name, "description": description, "mailEnabled": false, "mailNickname": nickname, "securityEnabled": true,
            "groupTypes": [], "membershipRule": null, "isAssignableToRole": false, "visibility": null, "createdDateTime": "2024-05-24T09:26:12Z",
        }));
    }

    fn nest(&mut self, group: &str, member: &str) {
        self.memberships.push((group.to_owned(), member.to_owned()));
    }

    fn join(&mut self, group: &str, people: &[Person], belongs: impl Fn(&Person) -> bool) {
        self.memberships.extend(people.iter().filter(|person| belongs(person)).map(|person| (group.to_owned(), person.id.clone())));
    }

    fn sample(&mut self, group: &str, people: &[Person], count: usize) {
        let employees: Vec<&Person> = people.iter().filter(|person| person.part == Part::Employee).collect();
        let mut chance = self.ids.chance(&format!("members/{group}"));
        let chosen: Vec<String> = employees.sample(&mut chance, count).map(|person| person.id.clone()).collect();
        for member in chosen {
            if !self.memberships.iter().any(|(other, held)| other == group && *held == member) {
                self.memberships.push((group.to_owned(), member));
            }
        }
    }
}
