//! `location.create`, `location.update` and `location.delete`. A body without its type is refused, in a PATCH too.

use serde_json::{Map, Value, json};

use super::Outcome;
use crate::change::kind::ChangePayload;
use crate::change::payload::{LocationBody, LocationCreate, LocationUpdate};
use crate::change::plan::PlanInput;
use crate::document::{Canonical, PolicyDocument, canonical_location};

const TYPE: &str = "@odata.type";
const IP: &str = "#microsoft.graph.ipNamedLocation";
const COUNTRY: &str = "#microsoft.graph.countryNamedLocation";

/// What Graph takes for a lookup method that is not given.
const BY_ADDRESS: &str = "clientIpAddress";

pub(super) fn outcome(input: &PlanInput<'_>) -> Result<Outcome, &'static str> {
    const MISSING: &str = "the named location is not in the most recent snapshot: resync the tenant first";
    let (base, desired, write) = match input.payload {
        ChangePayload::LocationCreate(create) => {
            let write = created(create);
            (Canonical::absent(), canonical_location(&write), write)
        }
        ChangePayload::LocationUpdate(update) => {
            let location = input.location.ok_or(MISSING)?;
            let write = updated(update, location);
            (canonical_location(location), canonical_location(&merged(location, &write)), write)
        }
        _ => (canonical_location(input.location.ok_or(MISSING)?), Canonical::absent(), json!({})),
    };
    Ok(Outcome {
        before: None,
        after: None,
        base_hash: base.hash(),
        desired_hash: desired.hash(),
        base,
        desired,
        write,
        references: Vec::new(),
    })
}

/// The POST body, with every default said.
pub(super) fn created(create: &LocationCreate) -> Value {
    match &create.location {
        LocationBody::Ip(ip) => json!({
            TYPE: IP, "displayName": create.display_name, "isTrusted": ip.is_trusted, "ipRanges": ranges(&ip.ip_ranges),
        }),
        LocationBody::Country(country) => json!({
            TYPE: COUNTRY,
            "displayName": create.display_name,
            "countriesAndRegions": country.countries_and_regions,
            "includeUnknownCountriesAndRegions": country.include_unknown_countries_and_regions,
            "countryLookupMethod": country.country_lookup_method.as_deref().unwrap_or(BY_ADDRESS),
        }),
    }
}

/// The PATCH body: the given fields, and the type that the location has.
fn updated(update: &LocationUpdate, location: &Value) -> Value {
    let mut body = Map::new();
    if let Some(of) = location.get(TYPE) {
        body.insert(TYPE.to_owned(), of.clone());
    }
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("displayName", update.display_name.clone().map(Value::from));
    set("ipRanges", update.ip_ranges.as_deref().map(ranges));
    set("isTrusted", update.is_trusted.map(Value::from));
    set("countriesAndRegions", update.countries_and_regions.clone().map(Value::from));
    set("includeUnknownCountriesAndRegions", update.include_unknown_countries_and_regions.map(Value::from));
    set("countryLookupMethod", update.country_lookup_method.clone().map(Value::from));
    body.into()
}

/// The location after a PATCH.
pub(super) fn merged(location: &Value, body: &Value) -> Value {
    PolicyDocument::from_value(location.clone()).map_or_else(|_| body.clone(), |location| location.merged(body).value().clone())
}

fn ranges(list: &[String]) -> Value {
    let range = |cidr: &String| {
        let of = if cidr.contains(':') { "#microsoft.graph.iPv6CidrRange" } else { "#microsoft.graph.iPv4CidrRange" };
        json!({ TYPE: of, "cidrAddress": cidr })
    };
    list.iter().map(range).collect()
}
