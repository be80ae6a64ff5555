//! Where sign-ins come from. Addresses are from ranges that nobody owns: documentation (RFC 5737) and benchmarking (RFC 2544).

use std::net::{IpAddr, Ipv4Addr};

#[derive(Debug, PartialEq)]
pub(super) struct Place {
    /// ISO 3166-1 alpha-2; empty where the address tells no country.
    pub country: &'static str,
    pub city: &'static str,
    pub state: &'static str,
    pub latitude: f64,
    pub longitude: f64,
    /// Hours ahead of UTC, without daylight saving.
    pub utc_offset_h: i64,
}

const fn place(country: &'static str, city: &'static str, state: &'static str, latitude: f64, longitude: f64, utc_offset_h: i64) -> Place {
    Place { country, city, state, latitude, longitude, utc_offset_h }
}

static PLACES: &[Place] = &[
    place("NL", "Eindhoven", "Noord-Brabant", 51.44, 5.48, 1),
    place("BE", "Antwerpen", "Antwerpen", 51.22, 4.40, 1),
    place("LU", "Luxembourg", "Luxembourg", 49.61, 6.13, 1),
    place("DE", "Hamburg", "Hamburg", 53.55, 9.99, 1),
    place("FR", "Lille", "Nord", 50.63, 3.06, 1),
    place("ES", "Zaragoza", "Aragon", 41.65, -0.89, 1),
    place("PL", "Lodz", "Lodzkie", 51.77, 19.46, 1),
    place("MA", "Casablanca", "Casablanca-Settat", 33.57, -7.59, 1),
    place("GB", "Leeds", "England", 53.80, -1.55, 0),
    place("US", "Columbus", "Ohio", 39.96, -83.00, -5),
    place("SG", "Singapore", "Singapore", 1.35, 103.82, 8),
    place("BR", "Recife", "Pernambuco", -8.05, -34.88, -3),
    place("RU", "Samara", "Samara Oblast", 53.20, 50.15, 4),
    place("CN", "Wuhan", "Hubei", 30.59, 114.31, 8),
    place("NG", "Ibadan", "Oyo", 7.38, 3.95, 1),
    place("VN", "Da Nang", "Da Nang", 16.05, 108.20, 7),
    place("", "", "", 0.0, 0.0, 0),
];

/// Countries that password sprays come from, the unknown one among them.
pub(super) const HOSTILE: &[&str] = &["RU", "CN", "BR", "NG", "VN", ""];
/// Where people travel to.
pub(super) const TRAVEL: &[&str] = &["DE", "FR", "GB", "ES", "US", "PL", "SG"];

/// The place in a country; one that the table doesn't know reads as the first.
pub(super) fn in_country(code: &str) -> &'static Place {
    PLACES.iter().find(|place| place.country == code).unwrap_or(&PLACES[0])
}

/// An address of the company's offices: `203.0.113.1` to `.62`, which the seeded tenants trust.
pub(super) fn office(number: u8) -> IpAddr {
    Ipv4Addr::new(203, 0, 113, number % 62 + 1).into()
}

/// A public address in a country: 198.18.0.0/15, a block of 4,096 for each.
pub(super) fn public(place: &Place, number: u16) -> IpAddr {
    let block = PLACES.iter().position(|known| known == place).unwrap_or_default();
    let offset = block * 4096 + usize::from(number % 4094) + 1;
    let [high, low] = u16::try_from(offset % 65_536).unwrap_or_default().to_be_bytes();
    let second = if offset < 65_536 { 18 } else { 19 };
    Ipv4Addr::new(198, second, high, low).into()
}
