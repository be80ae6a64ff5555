//! What a policy refers to and doesn't hold itself: named locations, authentication strengths, applications' attributes.

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;
use serde_json::Value;

use crate::signin::Fact;

/// What the policies of one tenant refer to. What is missing here is unknown, not absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Named locations by id, in lower case.
    pub locations: HashMap<String, Location>,
    /// The "MFA trusted IPs" of the legacy portal, which Graph doesn't show. `Some` of nothing: the tenant is taken to have none, so that `AllTrusted`
    /// is told by named locations alone; a policy that names them is not told even then.
    pub mfa_trusted_ips: Fact<Vec<IpNet>>,
    /// Authentication strengths by id, in lower case; the three built-in ones need not be here.
    pub strengths: HashMap<String, Strength>,
    /// Custom security attributes of applications by application id, in lower case; an application that is not in the map has none. `None`: nobody read
    /// them.
    pub app_attributes: Fact<HashMap<String, Attributes>>,
    /// Whether claims about devices in a guest's home tenant count here (cross-tenant access settings).
    pub trusts_guest_devices: Fact<bool>,
}

/// Custom security attributes of an object: `<set>_<name>` in lower case, with the values.
pub type Attributes = Vec<(String, Vec<String>)>;

/// A named location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// Addresses.
    Networks {
        /// Marked as trusted.
        trusted: bool,
        /// CIDR ranges, IPv4 and IPv6.
        ranges: Vec<IpNet>,
    },
    /// Countries.
    Countries {
        /// ISO 3166-1 alpha-2, in upper case.
        codes: BTreeSet<String>,
        /// Addresses of no country belong to it.
        unknown: bool,
        /// Told by the authenticator's GPS, not by the address.
        gps: bool,
    },
    /// A kind that sign-ins tell nothing about, such as a compliant network.
    Other,
}

/// An authentication strength.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strength {
    /// Combinations that satisfy it, in Graph's spelling.
    pub combinations: BTreeSet<String>,
    /// Those of them that must meet more, such as keys of certain makers: they prove nothing by themselves.
    pub restricted: BTreeSet<String>,
}

/// Combinations of the built-in strength "Multifactor authentication" (Microsoft's example of `conditionalAccessRoot: evaluate`).
const MFA: [&str; 19] = [
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "password,x509CertificateSingleFactor",
    "password,x509CertificateMultiFactor",
    "password,sms",
    "password,voice",
    "federatedMultiFactor",
    "microsoftAuthenticatorPush,federatedSingleFactor",
    "softwareOath,federatedSingleFactor",
    "hardwareOath,federatedSingleFactor",
    "sms,federatedSingleFactor",
    "voice,federatedSingleFactor",
];
/// The same of "Passwordless MFA".
const PASSWORDLESS: [&str; 4] = ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"];
/// The same of "Phishing-resistant MFA".
const PHISHING_RESISTANT: [&str; 3] = ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];

/// The built-in strength that the control `mfa` is equal to.
pub(super) const MFA_STRENGTH: &str = "00000000-0000-0000-0000-000000000002";

impl Strength {
    /// A built-in strength by its fixed id (ca-semantics.md section 7).
    pub fn built_in(id: &str) -> Option<Self> {
        let combinations: &[&str] = match id {
            MFA_STRENGTH => &MFA,
            "00000000-0000-0000-0000-000000000003" => &PASSWORDLESS,
            "00000000-0000-0000-0000-000000000004" => &PHISHING_RESISTANT,
            _ => return None,
        };
        Some(Strength { combinations: combinations.iter().map(|text| (*text).to_owned()).collect(), restricted: BTreeSet::new() })
    }

    /// Graph's `authenticationStrengthPolicy`, as policies carry it; `None` where it is not expanded.
    pub fn of_graph(strength: &Value) -> Option<Self> {
        let texts = |value: &Value| -> BTreeSet<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let combinations = texts(strength.get("allowedCombinations")?);
        let configured = strength.get("combinationConfigurations").and_then(Value::as_array).into_iter().flatten();
        let restricted = configured.filter_map(|configuration| configuration.get("appliesToCombinations")).flat_map(texts).collect();
        (!combinations.is_empty()).then_some(Strength { combinations, restricted })
    }
}

impl Location {
    /// Graph's `namedLocation`. Ranges that are no CIDR make it [`Location::Other`]: what it holds can't be told.
    pub fn of_graph(location: &Value) -> Self {
        let texts = |name: &str| location.get(name).and_then(Value::as_array);
        let flag = |name: &str| location.get(name).and_then(Value::as_bool).unwrap_or(false);
        match location.get("@odata.type").and_then(Value::as_str) {
            Some("#microsoft.graph.countryNamedLocation") => Location::Countries {
                codes: texts("countriesAndRegions").into_iter().flatten().filter_map(Value::as_str).map(str::to_uppercase).collect(),
                unknown: flag("includeUnknownCountriesAndRegions"),
                gps: location.get("countryLookupMethod").and_then(Value::as_str) == Some("authenticatorAppGps"),
            },
            Some("#microsoft.graph.ipNamedLocation") => {
                let ranges = texts("ipRanges").into_iter().flatten();
                let parsed: Option<Vec<IpNet>> =
                    ranges.map(|range| range.get("cidrAddress").and_then(Value::as_str)?.parse().ok()).collect();
                parsed.map_or(Location::Other, |ranges| Location::Networks { trusted: flag("isTrusted"), ranges })
            }
            _ => Location::Other,
        }
    }

    /// Whether it is marked as trusted.
    pub fn trusted(&self) -> bool {
        matches!(self, Location::Networks { trusted: true, .. })
    }
}

impl Surroundings {
    /// Named locations of Graph.
    pub fn locations_of_graph<'v>(locations: impl IntoIterator<Item = &'v Value>) -> HashMap<String, Location> {
        let id = |location: &Value| location.get("id").and_then(Value::as_str).map(str::to_lowercase);
        locations.into_iter().filter_map(|location| Some((id(location)?, Location::of_graph(location)))).collect()
    }

    /// Strengths that policies carry expanded.
    pub fn strengths_of_graph<'v>(policies: impl IntoIterator<Item = &'v Value>) -> HashMap<String, Strength> {
        let strengths = policies.into_iter().filter_map(|policy| policy.pointer("/grantControls/authenticationStrength"));
        strengths.filter_map(|strength| Some((strength.get("id")?.as_str()?.to_lowercase(), Strength::of_graph(strength)?))).collect()
    }
}
