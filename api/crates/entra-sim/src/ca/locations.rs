//! Named locations: IP ranges and countries.

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::json::{at, text, texts};
use super::limits::{IP_RANGES_MAX, check_location_count};
use super::schema::spelled;
use super::vocabulary::{COUNTRIES, LOOKUP_METHODS};
use super::{CaError, DirectoryView, graph_time, merge};

const IP: &str = "#microsoft.graph.ipNamedLocation";
const COUNTRY: &str = "#microsoft.graph.countryNamedLocation";
const READ_ONLY: &[&str] = &["id", "createdDateTime", "modifiedDateTime", "deletedDateTime"];
const IP_MEMBERS: &[&str] = &["displayName", "isTrusted", "ipRanges"];
const COUNTRY_MEMBERS: &[&str] = &["displayName", "countriesAndRegions", "includeUnknownCountriesAndRegions", "countryLookupMethod"];

/// Checks a POST body and returns the named location as Graph stores it (`modifiedDateTime` equals `createdDateTime` at first).
///
/// # Errors
/// 1007 for a body that isn't an IP or country location, a plain 400 for ranges outside the limits.
pub fn create_location(body: &Value, dir: &dyn DirectoryView, id: Uuid, now: DateTime<Utc>) -> Result<Value, CaError> {
    let kind = kind_of(body)?;
    let location = complete(kind, &writable(kind, body)?)?;
    if kind == IP {
        check_location_count(dir)?;
    }
    Ok(sealed(location, id.to_string().into(), graph_time(now).into(), graph_time(now).into()))
}

/// Applies a PATCH body, which must carry the location's `@odata.type`.
///
/// # Errors
/// As for a POST; 1007 also when the type differs from the stored one.
pub fn patch_location(stored: &Value, body: &Value, _dir: &dyn DirectoryView, now: DateTime<Utc>) -> Result<Value, CaError> {
    let kind = kind_of(body)?;
    if text(stored, &["@odata.type"]) != Some(kind) || READ_ONLY.iter().any(|name| body.get(name).is_some()) {
        return Err(CaError::location_schema());
    }
    let location = complete(kind, &merge(&writable(kind, stored)?, &writable(kind, body)?))?;
    Ok(sealed(location, at(stored, &["id"]).clone(), at(stored, &["createdDateTime"]).clone(), graph_time(now).into()))
}

/// Whether a named location may be deleted: a trusted IP location must first be made untrusted, and no policy may refer to it.
///
/// # Errors
/// A plain 400 (decision: no source quotes numbers and texts; that references hinder is the stricter reading, under which a client that
/// doesn't look first is found out).
pub fn check_delete_location(stored: &Value, dir: &dyn DirectoryView) -> Result<(), CaError> {
    let id = text(stored, &["id"]).unwrap_or_default();
    if at(stored, &["isTrusted"]) == &Value::Bool(true) {
        let text = format!("NamedLocation with id {id} is marked as trusted and cannot be deleted. Set 'isTrusted' to false first.");
        return Err(CaError::plain(text));
    }
    let policies = dir.policies_referring_location(id);
    if policies.is_empty() {
        return Ok(());
    }
    let policies = policies.join(", ");
    Err(CaError::plain(format!(
        "NamedLocation with id {id} is referenced by conditional access policies and cannot be deleted: {policies}."
    )))
}

fn kind_of(body: &Value) -> Result<&'static str, CaError> {
    [IP, COUNTRY].into_iter().find(|kind| text(body, &["@odata.type"]) == Some(kind)).ok_or_else(CaError::location_schema)
}

/// The writable members of a body, types checked.
fn writable(kind: &str, body: &Value) -> Result<Value, CaError> {
    let members = if kind == IP { IP_MEMBERS } else { COUNTRY_MEMBERS };
    let mut kept = Map::new();
    for (name, value) in body.as_object().ok_or_else(CaError::location_schema)? {
        if name.contains('@') || name.starts_with('#') || READ_ONLY.contains(&name.as_str()) {
            continue;
        }
        let fits = members.contains(&name.as_str())
            && match name.as_str() {
                "displayName" | "countryLookupMethod" => value.is_string(),
                "isTrusted" | "includeUnknownCountriesAndRegions" => value.is_boolean(),
                _ => value.is_array(),
            };
        if !fits {
            return Err(CaError::location_schema());
        }
        kept.insert(name.clone(), value.clone());
    }
    Ok(Value::Object(kept))
}

/// Defaults and rules of the whole location.
fn complete(kind: &str, location: &Value) -> Result<Value, CaError> {
    let name = text(location, &["displayName"]).filter(|name| !name.trim().is_empty()).ok_or_else(CaError::location_schema)?;
    if kind == IP {
        return Ok(json!({
            "@odata.type": kind,
            "displayName": name,
            "isTrusted": at(location, &["isTrusted"]).as_bool().unwrap_or(false),
            "ipRanges": ranges(at(location, &["ipRanges"]))?,
        }));
    }
    let method = match text(location, &["countryLookupMethod"]) {
        Some(method) => spelled(method, LOOKUP_METHODS).ok_or_else(CaError::location_schema)?,
        None => LOOKUP_METHODS[0],
    };
    Ok(json!({
        "@odata.type": kind,
        "displayName": name,
        "countriesAndRegions": countries(location)?,
        "includeUnknownCountriesAndRegions": at(location, &["includeUnknownCountriesAndRegions"]).as_bool().unwrap_or(false),
        "countryLookupMethod": method,
    }))
}

fn ranges(sent: &Value) -> Result<Vec<Value>, CaError> {
    let sent = sent.as_array().filter(|ranges| !ranges.is_empty()).ok_or_else(CaError::location_schema)?;
    if sent.len() > IP_RANGES_MAX {
        return Err(CaError::plain(format!("A named location can hold at most {IP_RANGES_MAX} IP ranges.")));
    }
    sent.iter().map(range).collect()
}

fn range(sent: &Value) -> Result<Value, CaError> {
    let address = text(sent, &["cidrAddress"]).ok_or_else(CaError::location_schema)?;
    let network: IpNet = address.parse().map_err(|_| CaError::location_schema())?;
    let kind = match network {
        IpNet::V4(_) => "#microsoft.graph.iPv4CidrRange",
        IpNet::V6(_) => "#microsoft.graph.iPv6CidrRange",
    };
    let only = sent.as_object().is_some_and(|members| members.keys().all(|name| matches!(name.as_str(), "cidrAddress" | "@odata.type")));
    if text(sent, &["@odata.type"]) != Some(kind) || !only {
        return Err(CaError::location_schema());
    }
    if network.prefix_len() <= 8 {
        return Err(CaError::plain(format!("The mask of {address} is too wide: only masks greater than /8 are supported.")));
    }
    Ok(json!({ "@odata.type": kind, "cidrAddress": address }))
}

fn countries(location: &Value) -> Result<Vec<&str>, CaError> {
    let codes = texts(location, &["countriesAndRegions"]);
    let listed = at(location, &["countriesAndRegions"]).as_array().map_or(0, Vec::len);
    let known = |code: &&str| COUNTRIES.split(' ').any(|known| known == *code);
    if codes.is_empty() || codes.len() != listed || !codes.iter().all(known) { Err(CaError::location_schema()) } else { Ok(codes) }
}

fn sealed(mut location: Value, id: Value, created: Value, modified: Value) -> Value {
    location["id"] = id;
    location["createdDateTime"] = created;
    location["modifiedDateTime"] = modified;
    location["deletedDateTime"] = Value::Null;
    location
}
