//! Named locations.

use serde::{Deserialize, Serialize};

/// A named location by IP ranges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IpLocation {
    /// 1 to 2,000 ranges in CIDR notation, IPv4 or IPv6, of more than 8 bits.
    pub ip_ranges: Vec<String>,
    /// Whether sign-ins from there count as trusted.
    #[serde(default)]
    pub is_trusted: bool,
}

/// A named location by country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountryLocation {
    /// 1 or more countries, ISO 3166-1 alpha-2.
    pub countries_and_regions: Vec<String>,
    /// Whether an address of unknown country counts.
    #[serde(default)]
    pub include_unknown_countries_and_regions: bool,
    /// `clientIpAddress` or `authenticatorAppGps`; Graph takes the first unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_lookup_method: Option<String>,
}

/// What a named location is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LocationBody {
    /// By IP ranges.
    Ip(IpLocation),
    /// By country.
    Country(CountryLocation),
}

/// `location.create`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocationCreate {
    /// 1 to 256 characters.
    pub display_name: String,
    /// Ranges or countries: `{"ip": {...}}` or `{"country": {...}}`.
    pub location: LocationBody,
}

/// `location.update`: only the given fields. The type cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocationUpdate {
    /// Graph's id.
    pub location_id: String,
    /// 1 to 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The whole list of ranges; IP locations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_ranges: Option<Vec<String>>,
    /// IP locations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_trusted: Option<bool>,
    /// The whole list; country locations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countries_and_regions: Option<Vec<String>>,
    /// Country locations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_unknown_countries_and_regions: Option<bool>,
    /// Country locations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_lookup_method: Option<String>,
}

/// `location.delete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LocationDelete {
    /// Graph's id.
    pub location_id: String,
    /// The location's display name, as a person has to type it.
    pub confirm_display_name: String,
}
