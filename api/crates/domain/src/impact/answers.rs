//! What rules say of the entries of a chunk's dictionaries.

use uuid::Uuid;

use crate::evaluate::Answer;
use crate::signin::{Device, DeviceAttributes, Fact, Identity, Traits, UserKind};
use crate::summary::{Chunk, Person};

/// "May apply".
pub(super) const MAYBE: u8 = 0b10;
/// "Applies": the AND of the bits of all dimensions is the answer, because no beats unknown beats yes.
pub(super) const YES: u8 = 0b11;

/// The answer as bits.
pub(super) fn bits(answer: Answer) -> u8 {
    match answer {
        Answer::No => 0,
        Answer::Unknown => MAYBE,
        Answer::Yes => YES,
    }
}

/// What of a person of a summary decides who it is: names change, and the log's own words count for those whom the directory doesn't hold.
pub(super) type Who = (Uuid, bool, Fact<UserKind>, Fact<Uuid>);

/// The key of a person.
pub(super) fn who(person: &Person) -> Who {
    (person.id, person.workload, person.kind, person.home_tenant)
}

/// The kind of user that controls are asked about; a service principal has none.
pub(super) fn kind(identity: &Identity) -> Fact<UserKind> {
    match identity {
        Identity::User(user) => user.kind,
        Identity::Workload(_) => None,
    }
}

/// The device with nothing but what controls can test, so that few different ones remain: its compliance and its trust.
pub fn standing_device(device: Option<&Device>) -> Option<Device> {
    device.map(|device| match device {
        Device::Unregistered => Device::Unregistered,
        Device::Registered(attributes) => Device::Registered(Box::new(DeviceAttributes {
            compliant: attributes.compliant,
            trust: attributes.trust,
            ..DeviceAttributes::default()
        })),
    })
}

/// Which combinations of kind of user, device and traits the rows of a chunk need the standing of, and where each lies in a table.
pub(super) struct StandingPlan {
    kinds: Vec<Fact<UserKind>>,
    devices: Vec<Option<Device>>,
    /// For each person of the chunk, what its kind adds to the place.
    pub(super) person_part: Vec<u32>,
    /// For each device of the chunk, what it adds.
    pub(super) device_part: Vec<u32>,
    /// For each place, whether a row needs it.
    pub(super) needed: Vec<bool>,
}

impl StandingPlan {
    /// The plan for a chunk, of whose persons these are the kinds.
    pub(super) fn of(chunk: &Chunk, kinds: impl Iterator<Item = Fact<UserKind>>) -> Self {
        let (kind_numbers, kinds) = classes(kinds);
        let (device_numbers, devices) = classes(chunk.devices.iter().map(|device| standing_device(device.as_ref())));
        let traits = chunk.traits.len();
        let person_part: Vec<u32> = kind_numbers.iter().map(|kind| (kind * devices.len() * traits) as u32).collect();
        let device_part: Vec<u32> = device_numbers.iter().map(|device| (device * traits) as u32).collect();
        let mut needed = vec![false; kinds.len() * devices.len() * traits];
        let rows = &chunk.rows;
        for ((person, device), traits) in rows.person.iter().zip(&rows.device).zip(&rows.traits) {
            needed[(person_part[*person as usize] + device_part[*device as usize] + traits) as usize] = true;
        }
        StandingPlan { kinds, devices, person_part, device_part, needed }
    }

    /// The needed places, each with its combination.
    pub(super) fn wanted<'c>(&'c self, chunk: &'c Chunk) -> impl Iterator<Item = (usize, Fact<UserKind>, Option<&'c Device>, &'c Traits)> {
        let (devices, traits) = (self.devices.len(), chunk.traits.len());
        let places = self.needed.iter().enumerate().filter(|(_, needed)| **needed);
        places.map(move |(at, _)| {
            let (pair, trait_number) = (at / traits, at % traits);
            (at, self.kinds[pair / devices], self.devices[pair % devices].as_ref(), &chunk.traits[trait_number])
        })
    }
}

/// For each value the number of its first like, and the different values: few are expected.
fn classes<V: PartialEq>(values: impl Iterator<Item = V>) -> (Vec<usize>, Vec<V>) {
    let mut different: Vec<V> = Vec::new();
    let numbers = values.map(|value| {
        different.iter().position(|known| *known == value).unwrap_or_else(|| {
            different.push(value);
            different.len() - 1
        })
    });
    (numbers.collect(), different)
}
