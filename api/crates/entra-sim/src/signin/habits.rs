//! What is typical of a person: devices, methods, how often and from where. Follows from the seed and the user id, never from the policies.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::facts::{TenantFacts, User};
use super::places::{self, Place};
use super::scene::{Platform, Registration, Trust};

#[derive(Debug, Clone)]
pub(super) struct Habits<'a> {
    pub user: &'a User,
    /// Key of this user's generators.
    key: [u8; 32],
    pub kind: Kind,
    pub home: &'static Place,
    pub home_number: u16,
    /// Sign-ins on a working day.
    pub rate: f64,
    /// Chance to be in the office.
    pub office: f64,
    pub computer: Computer,
    pub phone: Phone,
    pub methods: &'static [&'static str],
    /// Still uses a mail client with basic authentication.
    pub legacy_mail: bool,
    /// Number that decides which terms the user has accepted.
    pub acceptance: u64,
    /// Can satisfy no demand beyond the first factor now, and tries so often again.
    pub failing: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Employee,
    Admin,
    Guest,
    Service,
    Emergency,
}

#[derive(Debug, Clone)]
pub(super) struct Computer {
    pub platform: Platform,
    pub registration: Option<Registration>,
}

#[derive(Debug, Clone)]
pub(super) struct Phone {
    pub platform: Platform,
    pub registration: Option<Registration>,
    pub protected_apps: bool,
}

impl Habits<'_> {
    /// The generator of one hour (hours since 1970).
    pub(super) fn chance(&self, hour: i64) -> ChaCha8Rng {
        let mut seed = self.key;
        for (byte, part) in seed.iter_mut().zip(hour.to_le_bytes()) {
            *byte ^= part;
        }
        ChaCha8Rng::from_seed(seed)
    }
}

/// The habits of every user who can sign in.
pub(super) fn of(facts: &TenantFacts, seed: u64) -> Vec<Habits<'_>> {
    facts.users.iter().filter(|user| user.enabled).map(|user| habits(facts, user, seed)).collect()
}

fn habits<'a>(facts: &TenantFacts, user: &'a User, seed: u64) -> Habits<'a> {
    let tenant = facts.tenant_id;
    let key: [u8; 32] =
        Sha256::new().chain_update(seed.to_le_bytes()).chain_update(tenant.as_bytes()).chain_update(user.id.as_bytes()).finalize().into();
    let mut chance = ChaCha8Rng::from_seed(key);
    let kind = kind(user);
    let name = user.principal_name.split('@').next().unwrap_or_default().replace('.', "-");
    Habits {
        user,
        key,
        kind,
        home: places::in_country(&user.country),
        home_number: chance.random(),
        rate: match kind {
            Kind::Employee => chance.random_range(3.0..8.0),
            Kind::Admin => chance.random_range(5.0..8.0),
            Kind::Guest => chance.random_range(0.5..2.5),
            Kind::Service => chance.random_range(3.0..6.0),
            Kind::Emergency => 0.02,
        } * facts.conduct.traffic(),
        office: if kind == Kind::Service { 0.9 } else { chance.random_range(0.2..0.9) },
        computer: computer(&mut chance, kind, &name),
        phone: phone(&mut chance, kind, &name),
        methods: methods(&mut chance, kind),
        legacy_mail: kind == Kind::Employee && chance.random_bool(0.05),
        acceptance: chance.random(),
        failing: facts.conduct.retries_of(user),
    }
}

/// Told by what the directory shows, so that it works for tenants that were never seeded.
fn kind(user: &User) -> Kind {
    match () {
        () if user.guest_type.is_some() => Kind::Guest,
        () if user.department == "Emergency access" => Kind::Emergency,
        () if user.department == "Service accounts" => Kind::Service,
        () if !user.roles.is_empty() => Kind::Admin,
        () => Kind::Employee,
    }
}

fn computer(chance: &mut ChaCha8Rng, kind: Kind, name: &str) -> Computer {
    let platform = match chance.random_range(0..100) {
        0..=83 => Platform::Windows,
        84..=96 => Platform::MacOs,
        _ => Platform::Linux,
    };
    let ticket = chance.random_range(0..100);
    let managed = match kind {
        Kind::Employee => ticket < 88,
        Kind::Admin => ticket < 97,
        Kind::Service => ticket < 50,
        Kind::Guest | Kind::Emergency => false,
    } && platform != Platform::Linux;
    let trust = if platform == Platform::Windows && chance.random_bool(0.55) { Trust::Hybrid } else { Trust::Joined };
    let compliant = chance.random_bool(0.93);
    let id = guid(chance);
    let registration =
        managed.then(|| Registration { id, name: format!("PC-{}", name.to_uppercase()), trust, company: true, managed: true, compliant });
    Computer { platform, registration }
}

fn phone(chance: &mut ChaCha8Rng, kind: Kind, name: &str) -> Phone {
    let platform = if chance.random_bool(0.6) { Platform::Ios } else { Platform::Android };
    let managed = chance.random_bool(0.4);
    let registered = matches!(kind, Kind::Employee | Kind::Admin) && chance.random_bool(0.7);
    let compliant = managed && chance.random_bool(0.95);
    let id = guid(chance);
    let registration = registered.then(|| Registration {
        id,
        name: format!("{name}-phone"),
        trust: Trust::Registered,
        company: managed,
        managed,
        compliant,
    });
    let protected_apps = registered && chance.random_bool(0.8);
    Phone { platform, registration, protected_apps }
}

fn methods(chance: &mut ChaCha8Rng, kind: Kind) -> &'static [&'static str] {
    match (kind, chance.random_range(0..100)) {
        (Kind::Service, _) | (_, 97..) => &[],
        (Kind::Emergency, _) => &["fido2"],
        (Kind::Admin, 0..=59) => &["fido2", "password,microsoftAuthenticatorPush"],
        (_, 0..=17) => &["windowsHelloForBusiness", "password,microsoftAuthenticatorPush"],
        (_, 18..=25) => &["fido2", "password,microsoftAuthenticatorPush"],
        (_, 26..=79) => &["password,microsoftAuthenticatorPush"],
        (_, 80..=88) => &["password,softwareOath"],
        _ => &["password,sms"],
    }
}

pub(super) fn guid(chance: &mut impl Rng) -> Uuid {
    Builder::from_random_bytes(chance.random()).into_uuid()
}
