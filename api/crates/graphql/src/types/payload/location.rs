//! Named locations.

use async_graphql::{SimpleObject, Union};
use domain::change::payload::{self, LocationBody};

use crate::enums::{CountryLookupMethod, Word};

/// `location.create`: creates a named location.
#[derive(SimpleObject)]
pub struct LocationCreate {
    /// The name wanted.
    display_name: String,
    /// Ranges or countries.
    location: NamedLocationBody,
}

/// What a named location is made of. Expect new members.
#[derive(Union)]
pub enum NamedLocationBody {
    /// By IP ranges.
    Ip(IpLocationBody),
    /// By country.
    Country(CountryLocationBody),
}

/// A named location by IP ranges.
#[derive(SimpleObject)]
pub struct IpLocationBody {
    /// Ranges in CIDR notation, IPv4 or IPv6. At most 2,000.
    ip_ranges: Vec<String>,
    /// Whether sign-ins from there count as trusted.
    is_trusted: bool,
}

/// A named location by country.
#[derive(SimpleObject)]
pub struct CountryLocationBody {
    /// Countries, ISO 3166-1 alpha-2. At most 300.
    countries_and_regions: Vec<String>,
    /// Whether an address of unknown country counts.
    include_unknown_countries_and_regions: bool,
    /// How the country is found; `null`: by the IP address.
    country_lookup_method: Option<CountryLookupMethod>,
}

impl From<&payload::LocationCreate> for LocationCreate {
    fn from(create: &payload::LocationCreate) -> Self {
        let location = match &create.location {
            LocationBody::Ip(ip) => NamedLocationBody::Ip(IpLocationBody { ip_ranges: ip.ip_ranges.clone(), is_trusted: ip.is_trusted }),
            LocationBody::Country(country) => NamedLocationBody::Country(CountryLocationBody {
                countries_and_regions: country.countries_and_regions.clone(),
                include_unknown_countries_and_regions: country.include_unknown_countries_and_regions,
                country_lookup_method: lookup(&country.country_lookup_method),
            }),
        };
        LocationCreate { display_name: create.display_name.clone(), location }
    }
}

/// `location.update`: changes a named location. What is `null` is untouched.
#[derive(SimpleObject)]
pub struct LocationUpdate {
    /// The named location, by Graph id.
    location_id: String,
    /// The name wanted.
    display_name: Option<String>,
    /// The whole list of ranges. At most 2,000.
    ip_ranges: Option<Vec<String>>,
    /// Whether sign-ins from there count as trusted.
    is_trusted: Option<bool>,
    /// The whole list of countries. At most 300.
    countries_and_regions: Option<Vec<String>>,
    /// Whether an address of unknown country counts.
    include_unknown_countries_and_regions: Option<bool>,
    /// How the country is found.
    country_lookup_method: Option<CountryLookupMethod>,
}

impl From<&payload::LocationUpdate> for LocationUpdate {
    fn from(update: &payload::LocationUpdate) -> Self {
        LocationUpdate {
            location_id: update.location_id.clone(),
            display_name: update.display_name.clone(),
            ip_ranges: update.ip_ranges.clone(),
            is_trusted: update.is_trusted,
            countries_and_regions: update.countries_and_regions.clone(),
            include_unknown_countries_and_regions: update.include_unknown_countries_and_regions,
            country_lookup_method: lookup(&update.country_lookup_method),
        }
    }
}

/// `location.delete`: removes a named location.
#[derive(SimpleObject)]
pub struct LocationDelete {
    /// The named location, by Graph id.
    location_id: String,
    /// Its display name, as a person typed it.
    confirm_display_name: String,
}

impl From<&payload::LocationDelete> for LocationDelete {
    fn from(delete: &payload::LocationDelete) -> Self {
        LocationDelete { location_id: delete.location_id.clone(), confirm_display_name: delete.confirm_display_name.clone() }
    }
}

fn lookup(method: &Option<String>) -> Option<CountryLookupMethod> {
    method.as_deref().map(CountryLookupMethod::read)
}
