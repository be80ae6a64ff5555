//! Named locations.

use async_graphql::{InputObject, OneofObject};
use domain::change::kind::ChangePayload;
use domain::change::payload::{CountryLocation, IpLocation, LocationBody, LocationCreate, LocationDelete, LocationUpdate};

use super::write::{At, PREREQUISITES};
use crate::enums::CountryLookupMethod;
use crate::user_error::Refused;

/// Ranges of one location (ca-semantics.md section 16).
const MAX_RANGES: usize = 2_000;
/// More than there are countries.
const MAX_COUNTRIES: usize = 300;

/// `location.create`: creates a named location.
#[derive(InputObject)]
pub struct LocationCreateInput {
    /// 1 to 256 characters.
    display_name: String,
    /// Ranges or countries.
    location: NamedLocationBodyInput,
}

/// What a named location is made of: exactly one.
#[derive(OneofObject)]
pub enum NamedLocationBodyInput {
    /// By IP ranges.
    Ip(IpLocationInput),
    /// By country.
    Country(CountryLocationInput),
}

/// A named location by IP ranges.
#[derive(InputObject)]
pub struct IpLocationInput {
    /// At most 2,000 ranges in CIDR notation, IPv4 or IPv6, of more than 8 bits.
    ip_ranges: Vec<String>,
    /// Whether sign-ins from there count as trusted.
    #[graphql(default)]
    is_trusted: bool,
}

/// A named location by country.
#[derive(InputObject)]
pub struct CountryLocationInput {
    /// 1 or more countries, ISO 3166-1 alpha-2. At most 300.
    countries_and_regions: Vec<String>,
    /// Whether an address of unknown country counts.
    #[graphql(default)]
    include_unknown_countries_and_regions: bool,
    /// How the country is found; by the IP address unless given.
    country_lookup_method: Option<CountryLookupMethod>,
}

impl LocationCreateInput {
    /// As a step before a policy.
    pub fn prerequisite(self) -> Result<ChangePayload, Refused> {
        Ok(ChangePayload::LocationCreate(self.domain(&At(PREREQUISITES))?))
    }

    pub(super) fn domain(self, at: &At) -> Result<LocationCreate, Refused> {
        let location = match self.location {
            NamedLocationBodyInput::Ip(ip) => LocationBody::Ip(IpLocation {
                ip_ranges: at.bounded("location.ip.ipRanges", ip.ip_ranges, MAX_RANGES)?,
                is_trusted: ip.is_trusted,
            }),
            NamedLocationBodyInput::Country(country) => LocationBody::Country(CountryLocation {
                countries_and_regions: at.bounded("location.country.countriesAndRegions", country.countries_and_regions, MAX_COUNTRIES)?,
                include_unknown_countries_and_regions: country.include_unknown_countries_and_regions,
                country_lookup_method: lookup(at, "location.country.countryLookupMethod", country.country_lookup_method)?,
            }),
        };
        Ok(LocationCreate { display_name: self.display_name, location })
    }
}

/// `location.update`: changes a named location, only the given fields. Its type cannot be changed.
#[derive(InputObject)]
pub struct LocationUpdateInput {
    /// The named location, by Graph id.
    location_id: String,
    /// 1 to 256 characters.
    display_name: Option<String>,
    /// The whole list of ranges, at most 2,000; IP locations only.
    ip_ranges: Option<Vec<String>>,
    /// Whether sign-ins from there count as trusted; IP locations only.
    is_trusted: Option<bool>,
    /// The whole list of countries, at most 300; country locations only.
    countries_and_regions: Option<Vec<String>>,
    /// Whether an address of unknown country counts; country locations only.
    include_unknown_countries_and_regions: Option<bool>,
    /// How the country is found; country locations only.
    country_lookup_method: Option<CountryLookupMethod>,
}

impl LocationUpdateInput {
    pub(super) fn domain(self, at: &At) -> Result<LocationUpdate, Refused> {
        let bounded = |field, items: Option<Vec<String>>, max| items.map(|items| at.bounded(field, items, max)).transpose();
        Ok(LocationUpdate {
            location_id: self.location_id,
            display_name: self.display_name,
            ip_ranges: bounded("ipRanges", self.ip_ranges, MAX_RANGES)?,
            is_trusted: self.is_trusted,
            countries_and_regions: bounded("countriesAndRegions", self.countries_and_regions, MAX_COUNTRIES)?,
            include_unknown_countries_and_regions: self.include_unknown_countries_and_regions,
            country_lookup_method: lookup(at, "countryLookupMethod", self.country_lookup_method)?,
        })
    }
}

/// `location.delete`: removes a named location. A trusted one, or one that a policy refers to, cannot be removed.
#[derive(InputObject)]
pub struct LocationDeleteInput {
    /// The named location, by Graph id.
    location_id: String,
    /// Its display name, typed to confirm.
    confirm_display_name: String,
}

impl LocationDeleteInput {
    pub(super) fn domain(self) -> LocationDelete {
        LocationDelete { location_id: self.location_id, confirm_display_name: self.confirm_display_name }
    }
}

fn lookup(at: &At, field: &str, method: Option<CountryLookupMethod>) -> Result<Option<String>, Refused> {
    method.map(|method| at.word(field, method).map(str::to_owned)).transpose()
}
