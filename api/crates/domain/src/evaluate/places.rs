//! Named locations (ca-semantics.md section 5): addresses and countries, one by one or all that are trusted.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

use super::Answer;
use super::finding::{Condition, Entry, Finding, Hit, Why, anything, sides};
use super::read::{object, strange, texts};
use super::surroundings::{Location, Surroundings};
use crate::signin::{Fact, Place};

/// Where a policy applies.
#[derive(Clone, Debug)]
pub(super) struct Places(Option<Box<Sides>>);

#[derive(Clone, Debug)]
struct Sides {
    included: Side,
    excluded: Side,
    /// Members that this version doesn't know, with their path.
    strange: Vec<String>,
}

/// One side. Locations are kept one by one to tell which decided, and together to decide fast.
#[derive(Clone, Debug)]
struct Side {
    path: &'static str,
    all: bool,
    networks: Ranges,
    countries: Countries,
    gps: Countries,
    members: Vec<(String, Location)>,
    /// Entries of which nobody read what they hold.
    unread: Option<String>,
}

/// Countries of several locations, and whether addresses of no country are among them.
#[derive(Clone, Debug, Default)]
struct Countries {
    codes: HashSet<String>,
    unknown: bool,
}

/// Addresses as sorted, disjoint ranges.
#[derive(Clone, Debug, Default)]
struct Ranges {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
}

const PATH: &str = "conditions.locations";
const INCLUDE: &str = "conditions.locations.includeLocations";
const EXCLUDE: &str = "conditions.locations.excludeLocations";

/// Stands for the "MFA trusted IPs" of the legacy portal.
const MFA_TRUSTED_IPS: &str = "00000000-0000-0000-0000-000000000000";

impl Places {
    pub(super) fn new(conditions: &Value, surroundings: &Surroundings) -> Self {
        Places(object(conditions, "locations").map(|clause| {
            Box::new(Sides {
                included: Side::new(clause, "includeLocations", INCLUDE, surroundings),
                excluded: Side::new(clause, "excludeLocations", EXCLUDE, surroundings),
                strange: strange(clause, PATH, &["includeLocations", "excludeLocations"]),
            })
        }))
    }

    /// Decides without telling which location it was.
    pub(super) fn answer(&self, place: &Place) -> Answer {
        let Some(both) = &self.0 else { return Answer::Yes };
        let strange = if both.strange.is_empty() { Answer::No } else { Answer::Unknown };
        let included = both.included_or_open(both.included.answer(place)).max(strange);
        included.min(!both.excluded.answer(place).max(strange))
    }

    pub(super) fn of(&self, place: &Place) -> Finding<'_> {
        let Some(both) = &self.0 else { return anything(Condition::Location, PATH) };
        let strange = || both.strange.first().map_or(Hit::none(PATH), |path| Hit::unknown(Why::NotUnderstood, path, Entry::None));
        let included = both.included.of(place).or(strange);
        let included = match both.included_or_open(included.answer) {
            open if open == included.answer => included,
            _ => Hit::unknown(Why::NotUnderstood, INCLUDE, Entry::None),
        };
        sides(Condition::Location, included, both.excluded.of(place).or(strange))
    }
}

impl Sides {
    /// Exclusions without an inclusion: no source says whether that means everywhere else or nowhere.
    fn included_or_open(&self, answer: Answer) -> Answer {
        if self.included.is_empty() { answer.max(Answer::Unknown) } else { answer }
    }
}

impl Side {
    fn new(clause: &Map<String, Value>, name: &str, path: &'static str, surroundings: &Surroundings) -> Self {
        let mut side = Side {
            path,
            all: false,
            networks: Ranges::default(),
            countries: Countries::default(),
            gps: Countries::default(),
            members: Vec::new(),
            unread: None,
        };
        for text in texts(clause, name) {
            match (text, surroundings.locations.get(&text.to_lowercase())) {
                ("All", _) => side.all = true,
                ("AllTrusted", _) => side.add_trusted(surroundings),
                (MFA_TRUSTED_IPS, _) => match surroundings.mfa_trusted_ips.as_deref() {
                    Some(ranges) if !ranges.is_empty() => side.add_mfa_trusted(ranges),
                    _ => side.unread = Some(text.to_owned()),
                },
                (_, Some(Location::Other) | None) => side.unread = Some(text.to_owned()),
                (id, Some(location)) => side.add(id, location.clone()),
            }
        }
        side.networks.settle();
        side
    }

    fn is_empty(&self) -> bool {
        !self.all && self.members.is_empty() && self.unread.is_none()
    }

    /// Every location that is marked as trusted, and the MFA trusted IPs.
    fn add_trusted(&mut self, surroundings: &Surroundings) {
        let mut trusted: Vec<_> = surroundings.locations.values().filter(|location| location.trusted()).cloned().collect();
        trusted.sort_by_key(|location| format!("{location:?}"));
        // An entry of its own, so that the side counts as configured where nothing is trusted.
        self.add("AllTrusted", Location::Networks { trusted: true, ranges: Vec::new() });
        for location in trusted {
            self.add("AllTrusted", location);
        }
        match surroundings.mfa_trusted_ips.as_deref() {
            Some(ranges) => self.add_mfa_trusted(ranges),
            None => self.unread = Some("AllTrusted".to_owned()),
        }
    }

    fn add_mfa_trusted(&mut self, ranges: &[IpNet]) {
        self.add(MFA_TRUSTED_IPS, Location::Networks { trusted: true, ranges: ranges.to_vec() });
    }

    fn add(&mut self, name: &str, location: Location) {
        match &location {
            Location::Networks { ranges, .. } => ranges.iter().for_each(|range| self.networks.add(range)),
            Location::Countries { codes, unknown, gps } => {
                let countries = if *gps { &mut self.gps } else { &mut self.countries };
                countries.codes.extend(codes.iter().cloned());
                countries.unknown |= unknown;
            }
            Location::Other => {}
        }
        self.members.push((name.to_owned(), location));
    }

    fn answer(&self, place: &Place) -> Answer {
        if self.all {
            return Answer::Yes;
        }
        let unread = if self.unread.is_some() { Answer::Unknown } else { Answer::No };
        self.networks.answer(place.ip).max(self.countries.answer(&place.country)).max(self.gps.answer(&place.gps_country)).max(unread)
    }

    fn of(&self, place: &Place) -> Hit<'_> {
        if self.all {
            return Hit::yes(self.path, Entry::Text("All"));
        }
        let unread = self.unread.as_deref();
        let unread = unread.map_or(Hit::none(self.path), |id| Hit::unknown(Why::NotRead, self.path, Entry::Text(id)));
        self.members.iter().fold(Hit::none(self.path), |hit, (name, location)| hit.or(|| self.member(name, location, place))).or(|| unread)
    }

    fn member<'r>(&'r self, name: &'r str, location: &Location, place: &Place) -> Hit<'r> {
        let answer = match location {
            Location::Networks { ranges, .. } if ranges.is_empty() => Answer::No,
            Location::Networks { ranges, .. } => {
                Answer::of_fact(place.ip.map(|ip| ranges.iter().any(|range| range.contains(&ip.to_canonical()))))
            }
            Location::Countries { codes, unknown, gps } => {
                let country = if *gps { &place.gps_country } else { &place.country };
                Answer::of_fact(country.as_ref().map(|country| country.as_ref().map_or(*unknown, |code| codes.contains(code))))
            }
            Location::Other => Answer::Unknown,
        };
        match answer {
            Answer::Yes => Hit::yes(self.path, Entry::Text(name)),
            Answer::No => Hit::none(self.path),
            Answer::Unknown => Hit::unknown(Why::FactMissing, self.path, Entry::Text(name)),
        }
    }
}

impl Countries {
    fn answer(&self, country: &Fact<Option<String>>) -> Answer {
        match country {
            _ if self.codes.is_empty() && !self.unknown => Answer::No,
            None => Answer::Unknown,
            Some(None) => Answer::of(self.unknown),
            Some(Some(code)) => Answer::of(self.codes.contains(code)),
        }
    }
}

impl Ranges {
    fn add(&mut self, range: &IpNet) {
        let ends = (number(range.network()), number(range.broadcast()));
        match range {
            IpNet::V4(_) => self.v4.push(ends),
            IpNet::V6(_) => self.v6.push(ends),
        }
    }

    /// Sorts and merges what was added.
    fn settle(&mut self) {
        for ranges in [&mut self.v4, &mut self.v6] {
            ranges.sort_unstable();
            let mut merged: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
            for (first, last) in ranges.drain(..) {
                match merged.last_mut() {
                    Some(before) if first <= before.1 => before.1 = before.1.max(last),
                    _ => merged.push((first, last)),
                }
            }
            *ranges = merged;
        }
    }

    fn answer(&self, ip: Fact<IpAddr>) -> Answer {
        let Some(ip) = ip.map(|ip| ip.to_canonical()) else {
            return if self.v4.is_empty() && self.v6.is_empty() { Answer::No } else { Answer::Unknown };
        };
        let (ranges, ip) = (if ip.is_ipv4() { &self.v4 } else { &self.v6 }, number(ip));
        let after = ranges.partition_point(|(first, _)| *first <= ip);
        Answer::of(after > 0 && ip <= ranges[after - 1].1)
    }
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u32::from(ip).into(),
        IpAddr::V6(ip) => ip.into(),
    }
}
