//! The device filter, and its predecessors that some documents still hold (ca-semantics.md section 5).

use serde_json::{Map, Value};

use super::Answer;
use super::finding::{Condition, Entry, Finding, Hit, Why, anything, sides};
use super::read::{object, strange, texts};
use super::rule_filter::RuleFilter;
use crate::filter::Dialect;
use crate::signin::{Device, TrustType};

/// With which devices a policy applies.
#[derive(Clone, Debug)]
pub(super) struct Devices {
    filter: Option<RuleFilter>,
    /// `devices.includeDevices` and `deviceStates`: words such as `Compliant`.
    states: Vec<States>,
    /// Members that this version doesn't know, with their path.
    strange: Vec<String>,
}

#[derive(Clone, Debug)]
struct States {
    include: &'static str,
    exclude: &'static str,
    included: Vec<String>,
    excluded: Vec<String>,
}

const PATH: &str = "conditions.devices";
const RULE: &str = "conditions.devices.deviceFilter.rule";

impl Devices {
    pub(super) fn new(conditions: &Value) -> Self {
        let empty = Map::new();
        let devices = object(conditions, "devices").unwrap_or(&empty);
        let old = object(conditions, "deviceStates").unwrap_or(&empty);
        let words = |parent: &Map<String, Value>, name: &str| texts(parent, name).map(str::to_owned).collect::<Vec<_>>();
        let states = [
            States {
                include: "conditions.devices.includeDevices",
                exclude: "conditions.devices.excludeDevices",
                included: words(devices, "includeDevices"),
                excluded: words(devices, "excludeDevices"),
            },
            States {
                include: "conditions.devices.includeDeviceStates",
                exclude: "conditions.devices.excludeDeviceStates",
                included: words(devices, "includeDeviceStates"),
                excluded: words(devices, "excludeDeviceStates"),
            },
            States {
                include: "conditions.deviceStates.includeStates",
                exclude: "conditions.deviceStates.excludeStates",
                included: words(old, "includeStates"),
                excluded: words(old, "excludeStates"),
            },
        ];
        let mut strange =
            strange(devices, PATH, &["deviceFilter", "includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates"]);
        strange.extend(super::read::strange(old, "conditions.deviceStates", &["includeStates", "excludeStates"]));
        Devices {
            filter: devices.get("deviceFilter").map(|filter| RuleFilter::new(filter, Dialect::Devices)),
            states: states.into_iter().filter(|states| !states.included.is_empty() || !states.excluded.is_empty()).collect(),
            strange,
        }
    }

    pub(super) fn of(&self, device: Option<&Device>) -> Finding<'_> {
        let filter = self.filter.as_ref().map(|filter| filtered(filter, device));
        let states = self.states.iter().map(|states| states.of(device));
        let strange = self.strange.iter().map(|path| Finding {
            answer: Answer::Unknown,
            why: Why::NotUnderstood,
            ..anything(Condition::Devices, path)
        });
        // All must hold; the first of the worst tells why not.
        filter.into_iter().chain(states).chain(strange).min_by_key(|finding| finding.answer).unwrap_or(anything(Condition::Devices, PATH))
    }
}

fn filtered<'r>(filter: &'r RuleFilter, device: Option<&Device>) -> Finding<'r> {
    let hit = match filter.of_device(device) {
        Answer::Yes => Hit::yes(RULE, Entry::Text(filter.rule())),
        Answer::No => Hit { entry: Entry::Text(filter.rule()), ..Hit::none(RULE) },
        Answer::Unknown => Hit::unknown(filter.unknown_why(), RULE, Entry::Text(filter.rule())),
    };
    if filter.includes() {
        sides(Condition::Devices, hit, Hit::none(RULE))
    } else {
        sides(Condition::Devices, Hit::yes(RULE, hit.entry), hit)
    }
}

impl States {
    fn of(&self, device: Option<&Device>) -> Finding<'_> {
        let included = match self.included.is_empty() {
            // Exclusions alone: no source says what they leave.
            true => Hit::unknown(Why::NotUnderstood, self.include, Entry::None),
            false => any(&self.included, self.include, device),
        };
        sides(Condition::Devices, included, any(&self.excluded, self.exclude, device))
    }
}

fn any<'r>(words: &'r [String], path: &'r str, device: Option<&Device>) -> Hit<'r> {
    words.iter().fold(Hit::none(path), |hit, word| {
        hit.or(|| {
            let (answer, why) = state(word, device);
            match answer {
                Answer::Yes => Hit::yes(path, Entry::Text(word)),
                Answer::No => Hit::none(path),
                Answer::Unknown => Hit::unknown(why, path, Entry::Text(word)),
            }
        })
    })
}

fn state(word: &str, device: Option<&Device>) -> (Answer, Why) {
    let registered = match device {
        Some(Device::Registered(attributes)) => Some(Some(attributes)),
        Some(Device::Unregistered) => Some(None),
        None => None,
    };
    let fact = match word.to_lowercase().as_str() {
        "all" => Some(true),
        "compliant" => registered.and_then(|known| known.map_or(Some(false), |attributes| attributes.compliant)),
        "domainjoined" => {
            registered.and_then(|known| known.map_or(Some(false), |device| device.trust.map(|trust| trust == TrustType::ServerAd)))
        }
        _ => return (Answer::Unknown, Why::NotUnderstood),
    };
    (Answer::of_fact(fact), Why::FactMissing)
}
