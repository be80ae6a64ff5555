//! Named locations (ca-semantics.md sections 5 and 16).

use std::net::IpAddr;

use super::fault::{At, Check, quoted};
use super::{guid, name};
use crate::change::payload::{LocationBody, LocationCreate, LocationUpdate};

/// Ranges that one location takes.
const MAX_RANGES: usize = 2_000;

/// Ranges have longer prefixes than this: Graph refuses wider ones.
const WIDEST_PREFIX: u8 = 8;

/// ISO 3166-1 alpha-2, and XK, which Entra lists for Kosovo.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC \
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM \
    GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR \
    LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH \
    PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN \
    TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

const LOOKUP_METHODS: [&str; 2] = ["clientIpAddress", "authenticatorAppGps"];

pub(super) fn create(at: &At, create: &LocationCreate) -> Check {
    name(&at.member("displayName"), &create.display_name)?;
    let at = at.member("location");
    match &create.location {
        LocationBody::Ip(ip) => ranges(&at.member("ip").member("ipRanges"), &ip.ip_ranges),
        LocationBody::Country(country) => {
            let at = at.member("country");
            countries(&at.member("countriesAndRegions"), &country.countries_and_regions)?;
            method(&at, country.country_lookup_method.as_deref())
        }
    }
}

pub(super) fn update(at: &At, update: &LocationUpdate) -> Check {
    guid(&at.member("locationId"), &update.location_id)?;
    let ip = update.ip_ranges.is_some() || update.is_trusted.is_some();
    let country = update.countries_and_regions.is_some()
        || update.include_unknown_countries_and_regions.is_some()
        || update.country_lookup_method.is_some();
    if ip && country {
        return at.fault("a named location is of ranges or of countries, and cannot change that: give fields of one of them");
    }
    if !ip && !country && update.display_name.is_none() {
        return at.fault("the change touches nothing: give at least one field");
    }
    if let Some(display_name) = &update.display_name {
        name(&at.member("displayName"), display_name)?;
    }
    if let Some(list) = &update.ip_ranges {
        ranges(&at.member("ipRanges"), list)?;
    }
    if let Some(list) = &update.countries_and_regions {
        countries(&at.member("countriesAndRegions"), list)?;
    }
    method(at, update.country_lookup_method.as_deref())
}

fn ranges(at: &At, list: &[String]) -> Check {
    if list.is_empty() {
        return at.fault("at least one range in CIDR notation, such as 192.0.2.0/24");
    }
    at.at_most(list.len(), MAX_RANGES, "ranges")?;
    list.iter().enumerate().try_for_each(|(index, range)| self::range(&at.item(index), range.trim()))
}

fn range(at: &At, text: &str) -> Check {
    let Some((address, prefix)) = text.split_once('/') else {
        return at.fault(format!("{} has no prefix: one address is written as 192.0.2.1/32, or 2001:db8::1/128", quoted(text)));
    };
    let longest = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return at.fault(format!("{} is no IPv4 or IPv6 range in CIDR notation", quoted(text))),
    };
    let digits = prefix.chars().all(|digit| digit.is_ascii_digit());
    match prefix.parse::<u8>().ok().filter(|prefix| digits && *prefix <= longest) {
        Some(prefix) if prefix > WIDEST_PREFIX => Ok(()),
        Some(_) => at.fault(format!("{} is too wide: Graph takes prefixes longer than /{WIDEST_PREFIX}", quoted(text))),
        None => at.fault(format!("the prefix of {} is a number from {} to {longest}", quoted(text), WIDEST_PREFIX + 1)),
    }
}

fn countries(at: &At, list: &[String]) -> Check {
    if list.is_empty() {
        return at.fault("at least one country, by its two letters of ISO 3166-1");
    }
    at.at_most(list.len(), COUNTRIES.len().div_ceil(3), "countries")?;
    let known = |code: &str| COUNTRIES.split_ascii_whitespace().any(|known| known.eq_ignore_ascii_case(code.trim()));
    match list.iter().position(|code| !known(code)) {
        Some(index) => at.item(index).fault(format!("{} is no country of ISO 3166-1 alpha-2, such as DE", quoted(&list[index]))),
        None => Ok(()),
    }
}

fn method(at: &At, method: Option<&str>) -> Check {
    method.map_or(Ok(()), |method| at.member("countryLookupMethod").word(method, &LOOKUP_METHODS))
}
