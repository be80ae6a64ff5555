//! Places that named locations tell apart: one address of every stretch between two ends of ranges, with every country that a location names.

use std::collections::{BTreeSet, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::evaluate::{Location, Surroundings};
use crate::signin::Place;

/// The most places that are told apart.
const MAX_PLACES: usize = 4_096;
/// The most ranges of all locations together.
const MAX_RANGES: usize = 4_096;

/// `None`: there would be too many.
pub(super) fn atoms(surroundings: &Surroundings) -> Option<Vec<Place>> {
    let addresses = addresses(surroundings)?;
    let by_address = countries(surroundings, false);
    let by_gps = countries(surroundings, true);
    if addresses.len() * by_address.len() * by_gps.len() > MAX_PLACES {
        return None;
    }
    let mut places = Vec::with_capacity(addresses.len() * by_address.len() * by_gps.len());
    for ip in &addresses {
        for country in &by_address {
            for gps_country in &by_gps {
                places.push(Place { ip: Some(*ip), country: Some(country.clone()), gps_country: Some(gps_country.clone()) });
            }
        }
    }
    Some(places)
}

/// One address for each set of locations that an address can be in.
fn addresses(surroundings: &Surroundings) -> Option<Vec<IpAddr>> {
    let mut lists: Vec<&[IpNet]> = Vec::new();
    for location in surroundings.locations.values() {
        if let Location::Networks { ranges, .. } = location {
            lists.push(ranges);
        }
    }
    lists.extend(surroundings.mfa_trusted_ips.as_deref());
    if lists.iter().map(|ranges| ranges.len()).sum::<usize>() > MAX_RANGES {
        return None;
    }
    // Where a range begins, and where the address after its end is: between two such points nothing changes.
    let mut points = BTreeSet::from([IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)]);
    for range in lists.iter().flat_map(|ranges| ranges.iter()) {
        points.insert(range.network());
        points.extend(after(range.broadcast()));
    }
    let mut seen = HashSet::new();
    let held = |ip: IpAddr| -> Vec<usize> {
        let holding = lists.iter().enumerate().filter(|(_, ranges)| ranges.iter().any(|range| range.contains(&ip.to_canonical())));
        holding.map(|(at, _)| at).collect()
    };
    Some(points.into_iter().filter(|point| seen.insert(held(*point))).collect())
}

fn after(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(ip) => u32::from(ip).checked_add(1).map(|next| IpAddr::V4(next.into())),
        IpAddr::V6(ip) => u128::from(ip).checked_add(1).map(|next| IpAddr::V6(next.into())),
    }
}

/// One country for each set of locations that a country can be in, an address without a country, and a country that no location names.
fn countries(surroundings: &Surroundings, by_gps: bool) -> Vec<Option<String>> {
    let mut lists = Vec::new();
    for location in surroundings.locations.values() {
        if let Location::Countries { codes, unknown, gps } = location
            && *gps == by_gps
        {
            lists.push((codes, *unknown));
        }
    }
    let named: BTreeSet<&String> = lists.iter().flat_map(|(codes, _)| codes.iter()).collect();
    // No country has this code: ISO 3166-1 leaves it to its users.
    let all = [None, Some("ZZ".to_owned())].into_iter().chain(named.into_iter().cloned().map(Some));
    let mut seen = HashSet::new();
    let held = |country: &Option<String>| -> Vec<usize> {
        let holding =
            lists.iter().enumerate().filter(|(_, (codes, unknown))| country.as_ref().map_or(*unknown, |code| codes.contains(code)));
        holding.map(|(at, _)| at).collect()
    };
    all.filter(|country| seen.insert(held(country))).collect()
}
