//! The people of a tenant.

use std::collections::BTreeSet;

use rand::{Rng, RngExt};
use serde_json::{Value, json};

use super::ids::SeedIds;

/// What somebody is in the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Employee,
    /// A separate account for administration.
    Admin,
    Contractor,
    Guest,
    ServiceAccount,
    Emergency,
}

/// How many of each, and where they live (ISO 3166-1 alpha-2, the first country most often).
#[derive(Debug, Clone, Copy)]
pub(super) struct Headcount {
    pub employees: usize,
    pub admins: usize,
    pub contractors: usize,
    pub guests: usize,
    pub countries: &'static [&'static str],
    pub service_accounts: &'static [&'static str],
}

/// A user with what the groups are made by.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub id: String,
    pub part: Part,
    pub department: &'static str,
    pub user: Value,
}

/// Departments and the share of each in percent.
pub(super) const DEPARTMENTS: &[(&str, u32)] = &[
    ("Operations", 30),
    ("Sales", 20),
    ("Engineering", 18),
    ("Customer Care", 12),
    ("Finance", 8),
    ("Human Resources", 5),
    ("IT", 5),
    ("Executive Office", 2),
];

const GIVEN: &[&str] = &[
    "Amara", "Anders", "Bea", "Bram", "Carla", "Chidi", "Dana", "Diego", "Elif", "Emil", "Esther", "Farid", "Femke", "Gita", "Goran",
    "Hana", "Henk", "Ines", "Ivo", "Jana", "Jonas", "Kaja", "Kofi", "Lara", "Lars", "Leila", "Maarten", "Mei", "Milan", "Mira", "Nadia",
    "Nils", "Noor", "Olga", "Oscar", "Paula", "Pieter", "Priya", "Quinten", "Rana", "Ravi", "Rosa", "Ruben", "Sanne", "Selim", "Sofia",
    "Stijn", "Tara", "Teun", "Thea", "Tomas", "Uma", "Vera", "Viktor", "Wim", "Xenia", "Yara", "Youssef", "Zane", "Zofia",
];
const FAMILY: &[&str] = &[
    "Aalbers",
    "Achterberg",
    "Adeyemi",
    "Bakker",
    "Banerjee",
    "Boateng",
    "Brandt",
    "Carvalho",
    "Celik",
    "Claes",
    "Costa",
    "Dekker",
    "Delvaux",
    "Diallo",
    "Eklund",
    "Erkens",
    "Farkas",
    "Ferrari",
    "Gerrits",
    "Grau",
    "Haddad",
    "Hendriks",
    "Ibarra",
    "Iversen",
    "Jansen",
    "Jelinek",
    "Kaminski",
    "Keller",
    "Koch",
    "Kovacs",
    "Lambert",
    "Lemmens",
    "Lindqvist",
    "Maes",
    "Marchetti",
    "Meijer",
    "Mensah",
    "Moreau",
    "Nagy",
    "Novak",
    "Okafor",
    "Oliveira",
    "Peeters",
    "Petrov",
    "Quist",
    "Rahman",
    "Reuter",
    "Rossi",
    "Santos",
    "Schmit",
    "Silva",
    "Smeets",
    "Takeda",
    "Torres",
    "Ulrich",
    "Vermeulen",
    "Visser",
    "Weber",
    "Yilmaz",
    "Zeman",
];
const PARTNERS: &[&str] = &["fabricator-partner.example", "auditors-north.example", "freight-alliance.example", "studio-linden.example"];

/// Everybody, in a fixed order: employees, admins, contractors, guests, service accounts, the two emergency accounts.
pub(super) fn hire(ids: &SeedIds, domain: &str, count: &Headcount) -> Vec<Person> {
    let mut hiring = Hiring { ids, domain, countries: count.countries, names: BTreeSet::new(), chance: ids.chance("people") };
    let mut people = Vec::new();
    people.extend((0..count.employees).map(|_| hiring.employee()));
    people.extend((0..count.admins).map(|number| hiring.admin(number)));
    people.extend((0..count.contractors).map(|_| hiring.contractor()));
    people.extend((0..count.guests).map(|_| hiring.guest()));
    people.extend(count.service_accounts.iter().map(|name| hiring.service_account(name)));
    people.extend((1..=2).map(|number| hiring.emergency(number)));
    people
}

struct Hiring<'a, R> {
    ids: &'a SeedIds,
    domain: &'a str,
    countries: &'static [&'static str],
    names: BTreeSet<(&'static str, &'static str)>,
    chance: R,
}

impl<R: Rng> Hiring<'_, R> {
    /// A name that nobody else has. The lists hold 3,600, far more than a tenant needs.
    fn name(&mut self) -> (&'static str, &'static str) {
        loop {
            let name = (pick(&mut self.chance, GIVEN), pick(&mut self.chance, FAMILY));
            if self.names.insert(name) {
                return name;
            }
        }
    }

    fn country(&mut self) -> &'static str {
        if self.chance.random_bool(0.7) { self.countries[0] } else { pick(&mut self.chance, self.countries) }
    }

    fn department(&mut self) -> &'static str {
        let mut ticket = self.chance.random_range(0..100);
        for (name, share) in DEPARTMENTS {
            if ticket < *share {
                return name;
            }
            ticket -= share;
        }
        DEPARTMENTS[0].0
    }

    fn employee(&mut self) -> Person {
        let (given, family) = self.name();
        let department = self.department();
        let address = format!("{}.{}@{}", given.to_lowercase(), family.to_lowercase(), self.domain);
        let country = self.country();
        let mut person = self.person(Part::Employee, &address, &format!("{given} {family}"), department, country);
        person.user["givenName"] = given.into();
        person.user["surname"] = family.into();
        person.user["mail"] = address.into();
        person.user["onPremisesSyncEnabled"] = json!(self.chance.random_bool(0.6).then_some(true));
        // A few have left; their accounts are disabled.
        person.user["accountEnabled"] = json!(!self.chance.random_bool(0.02));
        person
    }

    fn admin(&mut self, number: usize) -> Person {
        let (given, family) = self.name();
        let address = format!("adm-{}.{}@{}", given.to_lowercase(), family.to_lowercase(), self.domain);
        let country = self.countries[0];
        let mut person = self.person(Part::Admin, &address, &format!("{given} {family} (admin)"), "IT", country);
        person.user["jobTitle"] = json!(if number < 2 { "Identity architect" } else { "Systems administrator" });
        person
    }

    fn contractor(&mut self) -> Person {
        let (given, family) = self.name();
        let address = format!("x-{}.{}@{}", given.to_lowercase(), family.to_lowercase(), self.domain);
        let country = self.country();
        let mut person = self.person(Part::Contractor, &address, &format!("{given} {family} (external)"), "Contractors", country);
        person.user["mail"] = address.into();
        person
    }

    fn guest(&mut self) -> Person {
        let (given, family) = self.name();
        let home = pick(&mut self.chance, PARTNERS);
        let mail = format!("{}.{}@{home}", given.to_lowercase(), family.to_lowercase());
        let address = format!("{}#EXT#@{}", mail.replace('@', "_"), self.domain);
        let country = pick(&mut self.chance, &["NL", "BE", "DE", "FR", "GB", "US"]);
        let mut person = self.person(Part::Guest, &address, &format!("{given} {family}"), "Partners", country);
        person.user["mail"] = mail.into();
        person.user["userType"] = "Guest".into();
        person.user["externalUserState"] = json!(if self.chance.random_bool(0.85) { "Accepted" } else { "PendingAcceptance" });
        person
    }

    fn service_account(&mut self, name: &str) -> Person {
        let country = self.countries[0];
        self.person(Part::ServiceAccount, &format!("{name}@{}", self.domain), name, "Service accounts", country)
    }

    fn emergency(&mut self, number: u8) -> Person {
        let country = self.countries[0];
        let address = format!("emergency-{number}@{}", self.domain);
        self.person(Part::Emergency, &address, &format!("Emergency access {number}"), "Emergency access", country)
    }

    fn person(&mut self, part: Part, address: &str, name: &str, department: &'static str, country: &str) -> Person {
        let id = self.ids.id(&format!("user/{address}")).to_string();
        let day = self.chance.random_range(1..=28);
        let month = self.chance.random_range(1..=12);
        let user = json!({
            "id": id, "accountEnabled": true, "userType": "Member", "userPrincipalName": address, "displayName": name, "givenName": null, "surname": null,
            "mail": null, "jobTitle": null, "department": department, "usageLocation": country, "country": country,
            "createdDateTime": format!("2024-{month:02}-{day:02}T08:00:00Z"), "onPremisesSyncEnabled": null, "externalUserState": null,
        });
        Person { id, part, department, user }
    }
}

pub(super) fn pick<'a, T: ?Sized>(chance: &mut impl Rng, items: &[&'a T]) -> &'a T {
    items[chance.random_range(0..items.len())]
}
