//! When a policy applies: one row for each documented rule. Platforms, clients, flows, locations, devices and risks.

use domain::evaluate::Answer::{No, Unknown, Yes};
use domain::signin::{ClientApp, Device, InsiderRisk, Platform, RiskLevel, SignIn, TransferMethod};
use serde_json::{Value, json};

use super::rows::{OTHER, Row, check, from, with};
use super::world::{COMPLIANT_NETWORK, COUNTRY, GPS, OFFICE, sign_in};

#[test]
fn platforms_clients_and_flows() {
    let platforms = |members: Value| json!({ "platforms": members });
    let on = |platform: Option<Platform>| with(|sign_in| sign_in.traits.platform = Some(platform));
    let by = |client: ClientApp| with(|sign_in| sign_in.traits.client = Some(client));
    let clients = |types: Value| json!({ "clientAppTypes": types });
    let known = json!(["android", "iOS", "windows", "windowsPhone", "macOS", "linux"]);
    let flows = |methods: &str| json!({ "authenticationFlows": { "transferMethods": methods } });
    let handed = |method: Option<TransferMethod>| with(|sign_in| sign_in.traits.transfer = Some(method));
    let mut rows: Vec<Row> = Vec::new();
    for platform in Platform::ALL {
        rows.push(("a platform is itself", "5 Platforms", platforms(json!({ "includePlatforms": [platform] })), on(Some(*platform)), Yes));
        rows.push((
            "all but the known ones",
            "5 Platforms",
            platforms(json!({ "includePlatforms": ["all"], "excludePlatforms": known })),
            on(Some(*platform)),
            No,
        ));
    }
    for client in ClientApp::ALL {
        rows.push(("all is every type", "5 Client apps", clients(json!(["all"])), by(*client), Yes));
        rows.push(("a type is itself", "5 Client apps", clients(json!([client])), by(*client), Yes));
        let legacy = if client.legacy() { Yes } else { No };
        rows.push(("legacy authentication", "5 Client apps", clients(json!(["exchangeActiveSync", "other"])), by(*client), legacy));
    }
    rows.extend([
        (
            "all but the known ones is for a platform that hides",
            "5 Platforms",
            platforms(json!({ "includePlatforms": ["all"], "excludePlatforms": known })),
            on(None),
            Yes,
        ),
        ("another platform", "5 Platforms", platforms(json!({ "includePlatforms": ["macOS"] })), sign_in(), No),
        (
            "a platform that nobody told",
            "6 domain",
            platforms(json!({ "includePlatforms": ["macOS"] })),
            with(|sign_in| sign_in.traits.platform = None),
            Unknown,
        ),
        ("a new platform", "6 domain", platforms(json!({ "includePlatforms": ["tizen"] })), sign_in(), Unknown),
        (
            "exclusions alone say nothing of the rest",
            "5, undocumented",
            platforms(json!({ "excludePlatforms": ["macOS"] })),
            sign_in(),
            Unknown,
        ),
        ("exclusions alone exclude", "2.4", platforms(json!({ "excludePlatforms": ["windows"] })), sign_in(), No),
        ("easSupported is Exchange ActiveSync", "5 Client apps", clients(json!(["easSupported"])), by(ClientApp::ExchangeActiveSync), Yes),
        ("a client that nobody told", "6 domain", clients(json!(["browser"])), with(|sign_in| sign_in.traits.client = None), Unknown),
        ("all needs no client", "5 Client apps", clients(json!(["all"])), with(|sign_in| sign_in.traits.client = None), Yes),
        (
            "a flow",
            "5 Authentication flows",
            flows("deviceCodeFlow,authenticationTransfer"),
            handed(Some(TransferMethod::DeviceCodeFlow)),
            Yes,
        ),
        ("the other flow", "5 Authentication flows", flows("authenticationTransfer"), handed(Some(TransferMethod::DeviceCodeFlow)), No),
        ("no flow", "5 Authentication flows", flows("deviceCodeFlow"), handed(None), No),
        ("no condition", "2.3", flows("none"), handed(None), Yes),
        ("a flow that nobody told", "6 domain", flows("deviceCodeFlow"), with(|sign_in| sign_in.traits.transfer = None), Unknown),
    ]);
    check(rows);
}

#[test]
fn locations() {
    let at = |include: Value, exclude: Value| json!({ "locations": { "includeLocations": include, "excludeLocations": exclude } });
    let trusted = || at(json!(["All"]), json!(["AllTrusted"]));
    const MFA_IPS: &str = "00000000-0000-0000-0000-000000000000";
    let nowhere = with(|sign_in| sign_in.place = domain::signin::Place::default());
    check(vec![
        ("All is everywhere", "5 Locations", at(json!(["All"]), json!([])), from("198.51.100.1", None), Yes),
        ("an address in a range", "5 Locations", at(json!([OFFICE]), json!([])), sign_in(), Yes),
        ("the first address after it", "5 Locations", at(json!([OFFICE]), json!([])), from("203.0.113.64", Some("NL")), No),
        ("an IPv6 address in a range", "5 Locations", at(json!([OFFICE]), json!([])), from("2001:db8:1:ffff::9", Some("NL")), Yes),
        ("an IPv6 address outside", "5 Locations", at(json!([OFFICE]), json!([])), from("2001:db8:2::1", Some("NL")), No),
        ("an IPv4 address in IPv6 clothes", "5 Locations", at(json!([OFFICE]), json!([])), from("::ffff:203.0.113.7", Some("NL")), Yes),
        ("exclude beats include", "2.4", at(json!(["All"]), json!([OFFICE])), sign_in(), No),
        ("all trusted", "5 Locations", trusted(), sign_in(), No),
        ("not trusted", "5 Locations", trusted(), from("198.51.100.1", Some("NL")), Yes),
        ("a country by address", "5 Locations", at(json!([COUNTRY]), json!([])), from("198.51.100.1", Some("BE")), Yes),
        ("another country", "5 Locations", at(json!([COUNTRY]), json!([])), from("198.51.100.1", Some("RU")), No),
        (
            "an address of no country",
            "5 includeUnknownCountriesAndRegions",
            at(json!([COUNTRY]), json!([])),
            from("198.51.100.1", None),
            Yes,
        ),
        (
            "a country by GPS",
            "5 countryLookupMethod",
            at(json!([GPS]), json!([])),
            with(|sign_in| sign_in.place.country = Some(Some("RU".to_owned()))),
            Yes,
        ),
        (
            "nobody told the GPS",
            "5 countryLookupMethod",
            at(json!([GPS]), json!([])),
            with(|sign_in| sign_in.place.gps_country = None),
            Unknown,
        ),
        ("MFA trusted IPs are not told", "5 Locations", at(json!([MFA_IPS]), json!([])), from("198.51.100.1", Some("NL")), Unknown),
        ("MFA trusted IPs beside a location that decides", "5 Locations", at(json!(["All"]), json!([MFA_IPS, OFFICE])), sign_in(), No),
        ("a deleted location", "6 domain", at(json!([OTHER]), json!([])), sign_in(), Unknown),
        ("a compliant network", "5 Locations", at(json!(["All"]), json!([COMPLIANT_NETWORK])), sign_in(), Unknown),
        ("no address", "6 domain", at(json!([OFFICE]), json!([])), nowhere.clone(), Unknown),
        ("no address is needed for All", "2.3", at(json!(["All"]), json!([])), nowhere, Yes),
        ("exclusions alone exclude", "2.4", at(json!([]), json!([OFFICE])), sign_in(), No),
        (
            "exclusions alone say nothing of the rest",
            "5, undocumented",
            at(json!([]), json!([OFFICE])),
            from("198.51.100.1", None),
            Unknown,
        ),
        ("an empty condition is none", "2.3", at(json!([]), json!([])), sign_in(), Yes),
    ]);
}

#[test]
fn devices() {
    let filter = |mode: &str, rule: &str| json!({ "devices": { "deviceFilter": { "mode": mode, "rule": rule } } });
    let unregistered = with(|sign_in| sign_in.device = Some(Device::Unregistered));
    let untold = with(|sign_in| sign_in.device = None);
    const COMPLIANT: &str = "device.isCompliant -eq True";
    const NEITHER: &str = "device.isCompliant -ne True -and device.trustType -ne \"ServerAD\"";
    let all_but = |words: Value| json!({ "devices": { "includeDevices": ["All"], "excludeDevices": words } });
    let old = |words: Value| json!({ "deviceStates": { "includeStates": ["All"], "excludeStates": words } });
    check(vec![
        ("include what matches", "5 filters-for-devices", filter("include", COMPLIANT), sign_in(), Yes),
        ("exclude what matches", "5 filters-for-devices", filter("exclude", COMPLIANT), sign_in(), No),
        ("a positive operator on null never matches: include", "5", filter("include", COMPLIANT), unregistered.clone(), No),
        ("a positive operator on null never matches: exclude", "5", filter("exclude", COMPLIANT), unregistered.clone(), Yes),
        ("a negative operator on null matches: include", "5", filter("include", NEITHER), unregistered.clone(), Yes),
        ("a negative operator on null matches: exclude", "5", filter("exclude", NEITHER), unregistered.clone(), No),
        ("a device that nobody told", "6 domain", filter("include", COMPLIANT), untold.clone(), Unknown),
        ("a rule that can't be read", "6 domain", filter("exclude", "device.colour -eq \"red\""), sign_in(), Unknown),
        ("a mode that nobody knows", "6 domain", filter("sometimes", COMPLIANT), sign_in(), Unknown),
        ("all but compliant ones", "5 Legacy", all_but(json!(["Compliant"])), sign_in(), No),
        ("all but hybrid-joined ones", "5 Legacy", all_but(json!(["DomainJoined"])), unregistered.clone(), Yes),
        ("device states, the predecessor", "5 Legacy", old(json!(["Compliant", "DomainJoined"])), unregistered, Yes),
        ("device states that nobody told", "6 domain", old(json!(["Compliant"])), untold, Unknown),
        ("an unknown member", "6 domain", json!({ "devices": { "colour": "red" } }), sign_in(), Unknown),
    ]);
}

#[test]
fn risks_and_the_unknown() {
    let risk = |change: fn(&mut SignIn)| with(change);
    check(vec![
        (
            "a sign-in's risk",
            "5 Risk",
            json!({ "signInRiskLevels": ["medium", "high"] }),
            risk(|s| s.traits.sign_in_risk = Some(RiskLevel::High)),
            Yes,
        ),
        ("another level", "5 Risk", json!({ "signInRiskLevels": ["high"] }), risk(|s| s.traits.sign_in_risk = Some(RiskLevel::Low)), No),
        ("none is a level", "5 Risk", json!({ "signInRiskLevels": ["none"] }), sign_in(), Yes),
        ("a user's risk", "5 Risk", json!({ "userRiskLevels": ["high"] }), risk(|s| s.traits.user_risk = Some(RiskLevel::High)), Yes),
        (
            "risk hidden for want of a licence",
            "5 Risk",
            json!({ "userRiskLevels": ["high"] }),
            risk(|s| s.traits.user_risk = None),
            Unknown,
        ),
        (
            "insider risk",
            "5 Risk",
            json!({ "insiderRiskLevels": "moderate,elevated" }),
            risk(|s| s.traits.insider_risk = Some(Some(InsiderRisk::Elevated))),
            Yes,
        ),
        ("no insider risk", "5 Risk", json!({ "insiderRiskLevels": "elevated" }), sign_in(), No),
        (
            "insider risk that nobody told",
            "5 Risk",
            json!({ "insiderRiskLevels": "elevated" }),
            risk(|s| s.traits.insider_risk = None),
            Unknown,
        ),
        ("a condition that this version doesn't know", "6 domain", json!({ "moonPhases": ["full"] }), sign_in(), Unknown),
        ("what is null is not configured", "2.3, 5 times", json!({ "times": null, "clients": null }), sign_in(), Yes),
        ("times", "5 times", json!({ "times": { "includedRanges": ["x"] } }), sign_in(), Unknown),
        (
            "all assignments are ANDed",
            "2.3 policies",
            json!({ "platforms": { "includePlatforms": ["macOS"] }, "signInRiskLevels": ["none"], "moonPhases": ["full"] }),
            sign_in(),
            No,
        ),
    ]);
}
