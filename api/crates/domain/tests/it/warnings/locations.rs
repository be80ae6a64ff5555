//! Named locations: what Graph refuses, and that nothing else is said of them.

use domain::change::warning::Severity::{Critical, Info};
use domain::change::warning::WarningCode as C;
use serde_json::{Value, json};

use super::Case;
use crate::world::World;

const CODE: C = C::GraphWouldReject;
const ID: &str = "10cca000-0000-4000-8000-000000000001";

pub fn cases() -> Vec<Case> {
    let refused = |what, world| (CODE, Some(Critical), what, world);
    let taken = |what, world| (CODE, None, what, world);
    let ranges = |count: usize| -> Vec<String> { (0..count).map(|n| format!("10.{}.{}.0/24", n / 256, n % 256)).collect() };
    vec![
        refused("deleting a trusted one", delete(true, &[])),
        refused("deleting a referenced one", delete(false, &["Block elsewhere"])),
        taken("deleting another", delete(false, &[])),
        refused("2001 ranges", update(json!({ "ipRanges": ranges(2001) }))),
        taken("2000 ranges", update(json!({ "ipRanges": ranges(2000) }))),
        refused("no range", update(json!({ "ipRanges": [] }))),
        refused("half of IPv4", update(json!({ "ipRanges": ["0.0.0.0/8"] }))),
        taken("a wide one", update(json!({ "ipRanges": ["10.0.0.0/9", "2001:db8::/32"] }))),
        refused("33 bits", update(json!({ "ipRanges": ["10.0.0.0/33"] }))),
        refused("no name", update(json!({ "displayName": " " }))),
        taken("another name", update(json!({ "displayName": "Branch" }))),
        refused("countries of a location by ranges", update(json!({ "countriesAndRegions": ["DE"] }))),
        taken("trusting a referenced one", update(json!({ "isTrusted": true })).with(|w| w.referring = vec!["Block elsewhere".into()])),
        refused("no country", create(json!({ "country": { "countriesAndRegions": [] } }))),
        refused("a country that is none", create(json!({ "country": { "countriesAndRegions": ["Germany"] } }))),
        taken("countries", create(json!({ "country": { "countriesAndRegions": ["DE", "AT"] } }))),
        taken("ranges", create(json!({ "ip": { "ipRanges": ["192.0.2.0/24"], "isTrusted": true } }))),
        (C::NoOp, Some(Info), "a location as it is", update(json!({ "displayName": "Headquarters" }))),
        (
            C::PolicyNotFound,
            Some(Critical),
            "a location that is not there",
            update(json!({ "isTrusted": true })).with(|w| w.location = None),
        ),
        (C::BreakglassNotExcluded, None, "a location reaches nobody", update(json!({ "isTrusted": true }))),
        (C::IncludesNothing, None, "a location includes nobody", create(json!({ "ip": { "ipRanges": ["192.0.2.0/24"] } }))),
        (
            C::PolicyLimitReached,
            None,
            "a location is no policy",
            create(json!({ "ip": { "ipRanges": ["192.0.2.0/24"] } })).with(|w| w.policy_count = 240),
        ),
    ]
}

fn stored(trusted: bool) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "id": ID,
        "displayName": "Headquarters",
        "isTrusted": trusted,
        "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24" }],
    })
}

fn of(kind: &str, members: Value) -> World {
    World::of(kind, members).with(|w| w.document = None)
}

pub fn create(location: Value) -> World {
    of("location.create", json!({ "displayName": "New", "location": location }))
}

pub fn update(mut members: Value) -> World {
    members["locationId"] = ID.into();
    of("location.update", members).with(|w| w.location = Some(stored(false)))
}

pub fn delete(trusted: bool, referring: &[&str]) -> World {
    of("location.delete", json!({ "locationId": ID, "confirmDisplayName": "Headquarters" })).with(|w| {
        w.location = Some(stored(trusted));
        w.referring = referring.iter().map(|name| (*name).to_owned()).collect();
    })
}

#[test]
fn a_location_that_is_used_says_by_whom() {
    let names: Vec<String> = (0..20).map(|number| format!("Policy number {number} with a name that is long enough")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let warnings = delete(true, &names).plan().warnings;
    let paths: Vec<_> = warnings.iter().map(|warning| (warning.code, warning.path.as_deref().unwrap())).collect();
    assert_eq!(paths, [(CODE, "id"), (CODE, "isTrusted")]);
    assert!(warnings[0].message.contains("'Policy number 0 with a name that is long enough'"), "{}", warnings[0].message);
    assert!(warnings[0].message.contains("and 17 more first"), "{}", warnings[0].message);
}
