//! Named locations: what Graph refuses (ca-semantics.md sections 14 and 16). What policies would do with them is theirs to say.

use std::net::IpAddr;

use serde_json::Value;

use super::found::Found;
use super::rejections::reject;
use super::{Checked, has};
use crate::change::kind::WriteOperation;
use crate::change::plan::name_fault;
use crate::change::wording::{listed, shown};
use crate::document::Canonical;

/// Ranges that one location may hold.
const RANGES_MAX: usize = 2000;
/// A range has more fixed bits than this.
const WIDEST_PREFIX: u8 = 8;
/// How much of a message may be names.
const NAMES_CHARS: usize = 200;

const IP_MEMBERS: [&str; 2] = ["ipRanges", "isTrusted"];
const COUNTRY_MEMBERS: [&str; 3] = ["countriesAndRegions", "includeUnknownCountriesAndRegions", "countryLookupMethod"];

pub(super) fn check(checked: &Checked<'_>, found: &mut Found) {
    if checked.kind().operation() == WriteOperation::Delete {
        return deleted(checked, found);
    }
    if checked.touches(&["displayName"])
        && let Some(fault) = name_fault(checked.desired().at(&["displayName"]).and_then(Value::as_str).unwrap_or_default())
    {
        reject(found, "displayName", fault);
    }
    kept_type(checked, found);
    if checked.kind().operation() == WriteOperation::Create
        && ["ipRanges", "countriesAndRegions"].iter().all(|list| checked.desired().at(&[list]).is_none())
    {
        reject(found, "location", "a named location holds at least one range or country: add one");
    }
    if checked.touches(&["ipRanges"])
        && let Some(fault) = ranges_fault(checked.desired())
    {
        reject(found, "ipRanges", fault);
    }
    if checked.touches(&["countriesAndRegions"])
        && let Some(fault) = countries_fault(checked.desired())
    {
        reject(found, "countriesAndRegions", fault);
    }
    let method = checked.desired().at(&["countryLookupMethod"]).and_then(Value::as_str);
    if checked.touches(&["countryLookupMethod"])
        && method.is_some_and(|method| !["clientIpAddress", "authenticatorAppGps"].contains(&method))
    {
        reject(found, "countryLookupMethod", "countries are looked up by clientIpAddress or authenticatorAppGps: use one of them");
    }
}

fn deleted(checked: &Checked<'_>, found: &mut Found) {
    if has(checked.base(), &["isTrusted"]) {
        reject(found, "isTrusted", "Graph does not delete a trusted location: set isTrusted to false first");
    }
    if !checked.input.referring.is_empty() {
        let policies: Vec<String> = checked.input.referring.iter().map(|name| format!("'{}'", shown(name))).collect();
        let message = format!("policies refer to this location: take it out of {} first", listed(&policies, NAMES_CHARS));
        reject(found, "id", message);
    }
}

/// A location is one by ranges or one by countries, for good.
fn kept_type(checked: &Checked<'_>, found: &mut Found) {
    let any = |names: &[&str]| names.iter().any(|name| checked.desired().at(&[name]).is_some());
    if any(&IP_MEMBERS) && any(&COUNTRY_MEMBERS) {
        let message = "a named location holds ranges or countries, and its type cannot be changed: create another location";
        reject(found, "@odata.type", message);
    }
}

fn ranges_fault(location: &Canonical) -> Option<String> {
    let ranges: Vec<&Value> = location.at(&["ipRanges"]).and_then(Value::as_array).into_iter().flatten().collect();
    if !(1..=RANGES_MAX).contains(&ranges.len()) {
        return Some(format!("a named location holds 1 to {RANGES_MAX} ranges and this one would hold {}: split it", ranges.len()));
    }
    let wrong = ranges.iter().map(|range| range.get("cidrAddress").and_then(Value::as_str).unwrap_or_default()).find(|cidr| !fits(cidr))?;
    Some(format!("'{}' is no range in CIDR notation of more than {WIDEST_PREFIX} bits: correct it", shown(wrong)))
}

fn fits(cidr: &str) -> bool {
    let Some((address, bits)) = cidr.split_once('/') else { return false };
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits > WIDEST_PREFIX && bits <= longest)
}

fn countries_fault(location: &Canonical) -> Option<String> {
    let mut countries = location.texts(&["countriesAndRegions"]).peekable();
    if countries.peek().is_none() {
        return Some("a location by country holds at least one: add one, or delete the location".to_owned());
    }
    let wrong = countries.find(|code| code.len() != 2 || !code.chars().all(|c| c.is_ascii_uppercase()))?;
    Some(format!("'{}' is no country by ISO 3166-1 alpha-2: use two capital letters", shown(wrong)))
}
