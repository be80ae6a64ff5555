use serde_json::{Value, json};

use super::directory::Directory;
use super::{ID, now};
use crate::ca::{CaError, IP_LOCATIONS_MAX, POLICIES_MAX, check_delete_location, check_room_for, create_location, patch_location};

fn ip(cidr: &str) -> Value {
    let kind = if cidr.contains(':') { "#microsoft.graph.iPv6CidrRange" } else { "#microsoft.graph.iPv4CidrRange" };
    json!({
        "@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "HQ", "isTrusted": true,
        "ipRanges": [{ "@odata.type": kind, "cidrAddress": cidr }],
    })
}

fn country() -> Value {
    json!({ "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "Benelux", "countriesAndRegions": ["BE", "NL", "LU"] })
}

fn create(body: &Value) -> Result<Value, CaError> {
    create_location(body, &Directory::default(), ID, now())
}

#[test]
fn stored_locations_have_every_member() {
    let stored = create(&ip("12.34.221.11/22")).unwrap();
    let mut expected = ip("12.34.221.11/22");
    for (name, value) in [
        ("id", json!(ID.to_string())),
        ("createdDateTime", json!("2026-03-04T05:06:07.1234567Z")),
        ("modifiedDateTime", json!("2026-03-04T05:06:07.1234567Z")),
        ("deletedDateTime", Value::Null),
    ] {
        expected[name] = value;
    }
    assert_eq!(stored, expected);
    let stored = create(&country()).unwrap();
    assert_eq!((&stored["countryLookupMethod"], &stored["includeUnknownCountriesAndRegions"]), (&json!("clientIpAddress"), &json!(false)));
}

#[test]
fn bad_locations_are_refused() {
    let spoiled = |name: &str, value: Value| {
        let mut body = if name.starts_with('c') { country() } else { ip("10.0.0.0/9") };
        body[name] = value;
        body
    };
    for body in [
        spoiled("@odata.type", json!("#microsoft.graph.compliantNetworkNamedLocation")),
        spoiled("@odata.type", Value::Null),
        spoiled("displayName", json!("")),
        spoiled("isTrusted", json!("yes")),
        spoiled("ipRanges", json!([])),
        spoiled("note", json!("x")),
        spoiled("countriesAndRegions", json!(["Belgium"])),
        spoiled("countriesAndRegions", json!([])),
        spoiled("countriesAndRegions", json!(["BE", 4])),
        spoiled("countryLookupMethod", json!("crystalBall")),
        ip("10.0.0.0"),
        ip("not an address/12"),
        json!([]),
    ] {
        let error = create(&body).expect_err(&body.to_string());
        assert!(error.message.starts_with("1007: Incoming NamedLocation"), "{body}: {error}");
    }
}

#[test]
fn limits_of_locations() {
    assert!(create(&ip("10.0.0.0/8")).unwrap_err().message.contains("greater than /8"));
    assert!(create(&ip("2001:db8::/32")).is_ok());
    let mut wide = ip("10.0.0.0/24");
    wide["ipRanges"] = vec![wide["ipRanges"][0].clone(); 2001].into();
    assert!(create(&wide).unwrap_err().message.contains("at most 2000"));
    let full = Directory { locations: IP_LOCATIONS_MAX, ..Directory::default() };
    assert!(create_location(&ip("10.0.0.0/24"), &full, ID, now()).unwrap_err().message.contains("limit of 195"));
    assert!(create_location(&country(), &full, ID, now()).is_ok());
}

#[test]
fn patches_need_the_type_and_replace_ranges() {
    let directory = Directory::default();
    let stored = create(&ip("10.0.0.0/24")).unwrap();
    let later = now() + chrono::TimeDelta::seconds(5);
    let patched =
        patch_location(&stored, &json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "isTrusted": false }), &directory, later)
            .unwrap();
    assert_eq!((&patched["isTrusted"], &patched["ipRanges"], &patched["id"]), (&json!(false), &stored["ipRanges"], &stored["id"]));
    assert_eq!(patched["modifiedDateTime"], "2026-03-04T05:06:12.1234567Z");
    for body in [json!({ "isTrusted": false }), json!({ "@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "x" })] {
        assert!(patch_location(&stored, &body, &directory, later).unwrap_err().message.starts_with("1007: "), "{body}");
    }
}

#[test]
fn a_trusted_location_must_be_untrusted_first() {
    let directory = Directory::default();
    let stored = create(&ip("10.0.0.0/24")).unwrap();
    let error = check_delete_location(&stored, &directory).unwrap_err();
    assert_eq!(error.status, 400);
    assert!(error.message.contains(&ID.to_string()), "{error}");
    assert!(check_delete_location(&create(&country()).unwrap(), &directory).is_ok());
}

#[test]
fn a_location_that_a_policy_names_stays() {
    let stored = create(&country()).unwrap();
    let directory = Directory { referring: vec![(ID.to_string(), "the-policy".to_owned())], ..Directory::default() };
    let error = check_delete_location(&stored, &directory).unwrap_err();
    assert!(error.status == 400 && error.message.contains("the-policy"), "{error}");
    let other = Directory { referring: vec![("another".to_owned(), "the-policy".to_owned())], ..Directory::default() };
    assert!(check_delete_location(&stored, &other).is_ok());
}

#[test]
fn what_comes_back_needs_room() {
    let full = Directory { locations: IP_LOCATIONS_MAX, policies: POLICIES_MAX, ..Directory::default() };
    assert!(check_room_for(&create(&ip("10.0.0.0/24")).unwrap(), &full).unwrap_err().message.contains("limit of 195"));
    assert!(check_room_for(&create(&country()).unwrap(), &full).is_ok());
    assert!(check_room_for(&json!({ "displayName": "a policy" }), &full).unwrap_err().message.contains("limit of 240"));
    assert!(check_room_for(&json!({ "displayName": "a policy" }), &Directory::default()).is_ok());
}
