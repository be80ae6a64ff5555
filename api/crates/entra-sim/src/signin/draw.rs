//! What one person does in one hour.
//!
//! Each sign-in has a generator of its own, and draws id and time before anything that looks at the tenant's objects: they stay when the directory changes.

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::conduct;
use super::facts::TenantFacts;
use super::habits::{Habits, Kind, guid};
use super::places::{self, HOSTILE, TRAVEL};
use super::scene::{Client, Device, FirstFactor, Platform, Proof, Risk, Scene, Target};

/// Share of a working day's sign-ins by local hour, in thousandths.
const DAY: [u32; 24] = [1, 1, 1, 1, 2, 6, 20, 62, 140, 122, 92, 80, 60, 88, 90, 78, 60, 40, 20, 13, 11, 7, 3, 2];
/// Saturdays and Sundays against a working day.
const WEEKEND: f64 = 0.12;

const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
const TEAMS: &str = "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe";
const TEAMS_CLIENT: &str = "1fec8e78-bce4-4aaf-ab1b-5451cc387264";
const OFFICE_HOME: &str = "4765445b-32c6-49b0-83e6-1d93765276ca";
const OFFICE_CLIENT: &str = "d3590ed6-52b3-4102-aeff-aad2292ab01c";
const OUTLOOK_MOBILE: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
const AZURE_PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const AZURE_MANAGEMENT: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const M365_PORTAL: &str = "00000006-0000-0ff1-ce00-000000000000";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const GRAPH_CLI: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const YAMMER: &str = "00000005-0000-0ff1-ce00-000000000000";
const INTUNE_ENROLLMENT: &str = "d4ebce55-015a-49b5-a083-c84d1797ae8c";
const MY_SIGNINS: &str = "19db86c3-b2b9-44cc-b339-36da233a3be2";
const DEVICE_REGISTRATION: &str = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9";

/// The sign-ins of a person in an hour (hours since 1970).
pub(super) fn hour<'a>(facts: &'a TenantFacts, person: &Habits<'a>, hour: i64) -> Vec<Scene<'a>> {
    let Some(start) = DateTime::<Utc>::from_timestamp(hour * 3600, 0) else { return Vec::new() };
    let expected = person.rate * share(person, start, facts.conduct.around_the_clock);
    let mut chance = person.chance(hour);
    let mut left = expected + chance.random_range(0.0..1.0);
    let mut scenes = Vec::new();
    while left >= 1.0 {
        let scene = scene(facts, person, start, &mut ChaCha8Rng::from_seed(chance.random()));
        match person.failing {
            Some(retries) => scenes.extend(conduct::failed(scene, retries)),
            None => scenes.push(scene),
        }
        left -= 1.0;
    }
    scenes
}

fn share(person: &Habits<'_>, start: DateTime<Utc>, around_the_clock: bool) -> f64 {
    let local = start + TimeDelta::hours(person.home.utc_offset_h);
    let index = usize::try_from(local.timestamp().div_euclid(3600).rem_euclid(24)).unwrap_or_default();
    if around_the_clock || person.kind == Kind::Service {
        return 1.0 / 24.0;
    }
    let weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
    f64::from(DAY[index]) / 1000.0 * if weekend { WEEKEND } else { 1.0 }
}

fn scene<'a>(facts: &'a TenantFacts, person: &Habits<'a>, start: DateTime<Utc>, chance: &mut impl Rng) -> Scene<'a> {
    let id = guid(chance);
    let correlation_id = guid(chance);
    let at = start + TimeDelta::seconds(chance.random_range(0..3600));
    let hostile = person.kind != Kind::Emergency && chance.random_bool(0.012);
    let activity = if hostile { attack(chance) } else { activity(facts, person, chance) };
    let place = match () {
        () if hostile => places::in_country(pick(chance, HOSTILE)),
        () if person.kind != Kind::Service && chance.random_bool(0.02) => places::in_country(pick(chance, TRAVEL)),
        () => person.home,
    };
    let away = hostile || place != person.home;
    let (at_office, office, elsewhere) = (chance.random_bool(person.office), chance.random(), chance.random());
    let ip = match () {
        () if away => places::public(place, elsewhere),
        () if at_office && person.kind != Kind::Guest => places::office(office),
        () => places::public(place, person.home_number),
    };
    let risk = chance.random_range(0..1000);
    let first_factor = first_factor(chance, hostile);
    let proof = proof(chance, person, &activity, hostile);
    Scene {
        id,
        correlation_id,
        at,
        user: person.user,
        context: context(facts, &activity, chance),
        client_app: activity.client_app,
        target: activity.target,
        client: activity.client,
        platform: activity.platform,
        device: activity.device,
        ip,
        place,
        sign_in_risk: sign_in_risk(hostile, away, risk),
        user_risk: user_risk(person, at),
        flow: activity.flow,
        first_factor,
        proof,
        acceptance: person.acceptance,
    }
}

/// Client, resource and device of a sign-in.
struct Activity {
    client_app: String,
    target: Target,
    client: Client,
    platform: Platform,
    device: Device,
    flow: Option<&'static str>,
}

fn activity(facts: &TenantFacts, person: &Habits<'_>, chance: &mut impl Rng) -> Activity {
    let ticket = chance.random_range(0..1000);
    match person.kind {
        Kind::Service => service(person, ticket),
        Kind::Guest => guest(facts, person, ticket, chance),
        Kind::Admin if ticket < 550 => administration(person, ticket),
        Kind::Emergency => at_computer(person, AZURE_PORTAL, AZURE_MANAGEMENT, Client::Browser),
        Kind::Admin | Kind::Employee => office_work(facts, person, ticket, chance),
    }
}

fn office_work(facts: &TenantFacts, person: &Habits<'_>, ticket: u32, chance: &mut impl Rng) -> Activity {
    if person.legacy_mail && ticket < 350 {
        let client = if ticket < 200 { Client::Imap } else { Client::ActiveSync };
        return Activity { client, ..on_phone(person, EXCHANGE, EXCHANGE) };
    }
    match ticket {
        0..=179 => at_computer(person, OFFICE_CLIENT, EXCHANGE, Client::Modern),
        180..=329 => at_computer(person, TEAMS_CLIENT, TEAMS, Client::Modern),
        330..=479 => on_phone(person, OUTLOOK_MOBILE, EXCHANGE),
        480..=579 => on_phone(person, TEAMS_CLIENT, TEAMS),
        580..=719 => at_computer(person, OFFICE_HOME, SHAREPOINT, Client::Browser),
        720..=789 => at_computer(person, OFFICE_HOME, EXCHANGE, Client::Browser),
        790..=959 => match facts.own_apps.is_empty() {
            true => at_computer(person, OFFICE_HOME, SHAREPOINT, Client::Browser),
            false => own_app(facts, person, chance),
        },
        960..=974 => at_computer(person, YAMMER, YAMMER, Client::Browser),
        975..=979 => on_phone(person, INTUNE_ENROLLMENT, INTUNE_ENROLLMENT),
        980..=986 => Activity {
            target: Target::Action("urn:user:registersecurityinfo"),
            ..at_computer(person, MY_SIGNINS, MY_SIGNINS, Client::Browser)
        },
        987..=991 => Activity {
            target: Target::Action("urn:user:registerdevice"),
            ..at_computer(person, DEVICE_REGISTRATION, DEVICE_REGISTRATION, Client::Modern)
        },
        992..=995 => unmanaged(OFFICE_HOME, EXCHANGE, Client::Browser, Platform::Unknown),
        _ => Activity { flow: Some("deviceCodeFlow"), ..unmanaged(OFFICE_CLIENT, EXCHANGE, Client::Modern, Platform::Android) },
    }
}

fn own_app(facts: &TenantFacts, person: &Habits<'_>, chance: &mut impl Rng) -> Activity {
    let app = &facts.own_apps[chance.random_range(0..facts.own_apps.len())];
    at_computer(person, app, app, Client::Browser)
}

fn administration(person: &Habits<'_>, ticket: u32) -> Activity {
    match ticket {
        0..=219 => at_computer(person, AZURE_PORTAL, AZURE_MANAGEMENT, Client::Browser),
        220..=349 => at_computer(person, AZURE_PORTAL, AZURE_PORTAL, Client::Browser),
        350..=449 => at_computer(person, M365_PORTAL, M365_PORTAL, Client::Browser),
        450..=499 => at_computer(person, AZURE_CLI, AZURE_MANAGEMENT, Client::Modern),
        500..=529 => Activity { flow: Some("deviceCodeFlow"), ..at_computer(person, AZURE_CLI, AZURE_MANAGEMENT, Client::Modern) },
        _ => at_computer(person, GRAPH_CLI, GRAPH, Client::Modern),
    }
}

fn guest(facts: &TenantFacts, person: &Habits<'_>, ticket: u32, chance: &mut impl Rng) -> Activity {
    match ticket {
        0..=449 => at_computer(person, TEAMS_CLIENT, TEAMS, Client::Browser),
        450..=799 => at_computer(person, OFFICE_HOME, SHAREPOINT, Client::Browser),
        800..=979 if !facts.own_apps.is_empty() => own_app(facts, person, chance),
        _ => on_phone(person, TEAMS_CLIENT, TEAMS),
    }
}

fn service(person: &Habits<'_>, ticket: u32) -> Activity {
    match ticket {
        0..=399 => Activity { client: Client::Smtp, platform: Platform::Unknown, ..at_computer(person, EXCHANGE, EXCHANGE, Client::Smtp) },
        400..=599 => at_computer(person, AZURE_CLI, AZURE_MANAGEMENT, Client::Modern),
        _ => at_computer(person, OFFICE_CLIENT, EXCHANGE, Client::Modern),
    }
}

fn attack(chance: &mut impl Rng) -> Activity {
    let (client, platform) = match chance.random_range(0..10) {
        0..=2 => (Client::Imap, Platform::Unknown),
        3 => (Client::Pop, Platform::Unknown),
        4 => (Client::OtherLegacy, Platform::Unknown),
        5..=6 => (Client::Browser, Platform::Linux),
        _ => (Client::Browser, Platform::Windows),
    };
    unmanaged(if client.is_legacy() { EXCHANGE } else { OFFICE_HOME }, EXCHANGE, client, platform)
}

fn at_computer(person: &Habits<'_>, client_app: &str, resource: &str, client: Client) -> Activity {
    let device = Device { registration: person.computer.registration.clone(), protected_app: false };
    Activity { device, ..unmanaged(client_app, resource, client, person.computer.platform) }
}

fn on_phone(person: &Habits<'_>, client_app: &str, resource: &str) -> Activity {
    let device = Device { registration: person.phone.registration.clone(), protected_app: person.phone.protected_apps };
    Activity { device, ..unmanaged(client_app, resource, Client::Modern, person.phone.platform) }
}

fn unmanaged(client_app: &str, resource: &str, client: Client, platform: Platform) -> Activity {
    let device = Device { registration: None, protected_app: false };
    Activity { client_app: client_app.to_owned(), target: Target::Resource(resource.to_owned()), client, platform, device, flow: None }
}

/// Sites with confidential content ask for a context, where a policy knows it.
fn context(facts: &TenantFacts, activity: &Activity, chance: &mut impl Rng) -> Option<String> {
    let asked = chance.random_bool(0.05);
    let on_sharepoint = activity.target == Target::Resource(SHAREPOINT.to_owned());
    facts.contexts.first().filter(|_| asked && on_sharepoint).cloned()
}

fn first_factor(chance: &mut impl Rng, hostile: bool) -> FirstFactor {
    match (hostile, chance.random_range(0..1000)) {
        (true, 0..=859) | (false, 0..=21) => FirstFactor::WrongPassword,
        (true, 860..=909) | (false, 22) => FirstFactor::Locked,
        _ => FirstFactor::Accepted,
    }
}

fn proof(chance: &mut impl Rng, person: &Habits<'_>, activity: &Activity, hostile: bool) -> Proof {
    let remembered = chance.random_bool(if activity.platform.is_mobile() { 0.9 } else { 0.7 });
    let answers = chance.random_bool(0.97);
    let legacy = activity.client.is_legacy();
    let methods = if legacy { &[] } else { person.methods };
    let in_token = methods.first().copied().filter(|_| remembered && !hostile);
    Proof { methods, in_token, answers: answers && !hostile }
}

fn sign_in_risk(hostile: bool, away: bool, ticket: u32) -> Risk {
    match (hostile, away, ticket) {
        (true, _, 0..=399) => Risk::High,
        (true, ..) => Risk::Medium,
        (_, true, 0..=59) => Risk::Medium,
        (_, true, 60..=299) => Risk::Low,
        (.., 0..=1) => Risk::High,
        (.., 2..=5) => Risk::Medium,
        (.., 6..=14) => Risk::Low,
        _ => Risk::None,
    }
}

/// A leaked password stays a risk for a week.
fn user_risk(person: &Habits<'_>, at: DateTime<Utc>) -> Risk {
    let week = at.timestamp().div_euclid(7 * 86_400);
    // Weeks are small negative hours, so that their generators never meet those of an hour after 1970.
    match person.chance(-week).random_range(0..1000) {
        0..=3 => Risk::High,
        4..=11 => Risk::Medium,
        12..=24 => Risk::Low,
        _ => Risk::None,
    }
}

fn pick(chance: &mut impl Rng, items: &[&'static str]) -> &'static str {
    items[chance.random_range(0..items.len())]
}
