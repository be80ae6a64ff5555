//! Sign-ins and policies that the tables are made of.

use std::collections::BTreeSet;

use domain::document::PolicyDocument;
use domain::evaluate::{Rule, Surroundings};
use domain::signin::{
    ClientApp, Device, DeviceAttributes, Identity, Place, Platform, Proofs, RiskLevel, SignIn, Target, Traits, TrustType, User, UserKind,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A member.
pub const USER: Uuid = Uuid::from_u128(0x11111111_0000_0000_0000_000000000001);
/// A group that holds it.
pub const GROUP: Uuid = Uuid::from_u128(0x22222222_0000_0000_0000_000000000001);
/// A role that it holds: Global Administrator.
pub const ROLE: Uuid = Uuid::from_u128(0x62e90394_69f5_4237_9190_012177145e10);
pub const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// Trusted addresses, 203.0.113.0/26 and 2001:db8:1::/48.
pub const OFFICE: &str = "55555555-0000-0000-0000-000000000001";
/// NL, BE, and addresses of no country.
pub const COUNTRY: &str = "55555555-0000-0000-0000-000000000002";
/// NL by GPS.
pub const GPS: &str = "55555555-0000-0000-0000-000000000003";
/// A compliant network.
pub const COMPLIANT_NETWORK: &str = "55555555-0000-0000-0000-000000000004";
/// An application with the attribute `Area_Team` = `Finance`.
pub const TAGGED_APP: &str = "aaaaaaaa-0000-0000-0000-000000000001";

/// A browser on a compliant, hybrid-joined company laptop in the office; no second factor yet, every fact known.
pub fn sign_in() -> SignIn {
    SignIn {
        identity: Identity::User(user()),
        target: Target::Resource(EXCHANGE.to_owned()),
        traits: Traits {
            client: Some(ClientApp::Browser),
            platform: Some(Some(Platform::Windows)),
            contexts: Some(BTreeSet::new()),
            sign_in_risk: Some(RiskLevel::None),
            user_risk: Some(RiskLevel::None),
            service_principal_risk: Some(RiskLevel::None),
            insider_risk: Some(None),
            transfer: Some(None),
            proofs: Proofs {
                mfa: Some(false),
                combinations: Some(BTreeSet::new()),
                registered: Some(["password,sms".to_owned()].into()),
                approved_app: Some(false),
                protected_app: Some(false),
                accepted_terms: Some(BTreeSet::new()),
                remediated: Some(false),
                bound_token: Some(false),
            },
        },
        place: Place {
            ip: Some("203.0.113.7".parse().unwrap()),
            country: Some(Some("NL".to_owned())),
            gps_country: Some(Some("NL".to_owned())),
        },
        device: Some(Device::Registered(Box::new(laptop()))),
    }
}

pub fn user() -> User {
    User {
        id: USER,
        kind: Some(UserKind::Member),
        home_tenant: None,
        groups: Some([GROUP].into()),
        unread: BTreeSet::new(),
        roles: Some([ROLE].into()),
    }
}

pub fn laptop() -> DeviceAttributes {
    DeviceAttributes {
        device_id: Some("dddddddd-0000-0000-0000-000000000001".to_owned()),
        display_name: Some("PC-12".to_owned()),
        ownership: Some(Some("Company".to_owned())),
        enrollment_profile: Some(None),
        compliant: Some(true),
        managed: Some(true),
        manufacturer: Some(Some("Contoso".to_owned())),
        mdm_app_id: Some(Some("0000000a-0000-0000-c000-000000000000".to_owned())),
        model: Some(Some("Book 9".to_owned())),
        operating_system: Some("Windows".to_owned()),
        operating_system_version: Some(Some("10.0.22631".to_owned())),
        physical_ids: Some(["[OrderID]:12".to_owned()].into()),
        profile_type: Some(Some("RegisteredDevice".to_owned())),
        system_labels: Some(["M365Managed".to_owned()].into()),
        trust: Some(TrustType::ServerAd),
        extension_attributes: Some(vec![(1, "CONTOSO-IT".to_owned())]),
    }
}

pub fn surroundings() -> Surroundings {
    Surroundings {
        locations: Surroundings::locations_of_graph(&[
            json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": OFFICE, "isTrusted": true,
                "ipRanges": [{ "cidrAddress": "203.0.113.0/26" }, { "cidrAddress": "2001:db8:1::/48" }] }),
            json!({ "@odata.type": "#microsoft.graph.countryNamedLocation", "id": COUNTRY, "countriesAndRegions": ["NL", "BE"],
                "includeUnknownCountriesAndRegions": true, "countryLookupMethod": "clientIpAddress" }),
            json!({ "@odata.type": "#microsoft.graph.countryNamedLocation", "id": GPS, "countriesAndRegions": ["NL"],
                "includeUnknownCountriesAndRegions": false, "countryLookupMethod": "authenticatorAppGps" }),
            json!({ "@odata.type": "#microsoft.graph.compliantNetworkNamedLocation", "id": COMPLIANT_NETWORK }),
        ]),
        mfa_trusted_ips: Some(Vec::new()),
        app_attributes: Some([(TAGGED_APP.to_owned(), vec![("area_team".to_owned(), vec!["Finance".to_owned()])])].into()),
        trusts_guest_devices: Some(false),
        ..Surroundings::default()
    }
}

/// An enforced policy for everybody and everything that asks for MFA, with these members merged over it.
pub fn policy(over: Value) -> PolicyDocument {
    let document = json!({
        "id": "99999999-0000-0000-0000-000000000001",
        "displayName": "p",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "users": { "includeUsers": ["All"] },
            "applications": { "includeApplications": ["All"] },
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] },
    });
    PolicyDocument::from_value(document).unwrap().merged(&over)
}

pub fn rule(over: Value) -> Rule {
    Rule::new(&policy(over), &surroundings())
}
