//! Properties, and the operators and values that each takes (ca-semantics.md sections 4 and 5).

use std::fmt;

use super::{Dialect, Operator};
use crate::text_enum;

/// What a comparison looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// A property of the device.
    Device(DeviceProperty),
    /// `device.extensionAttribute1` to `15`.
    Extension(u8),
    /// A custom security attribute as `<set>_<name>`, in the case it was written in.
    Attribute(String),
}

text_enum! {
    /// Properties of a device.
    DeviceProperty {
        /// Device id.
        DeviceId = "deviceId",
        /// Name.
        DisplayName = "displayName",
        /// `Personal` or `Company`.
        DeviceOwnership = "deviceOwnership",
        /// Enrolment profile.
        EnrollmentProfileName = "enrollmentProfileName",
        /// Compliance.
        IsCompliant = "isCompliant",
        /// Manufacturer.
        Manufacturer = "manufacturer",
        /// Application id of the MDM.
        MdmAppId = "mdmAppId",
        /// Model.
        Model = "model",
        /// Operating system.
        OperatingSystem = "operatingSystem",
        /// Its version.
        OperatingSystemVersion = "operatingSystemVersion",
        /// A collection.
        PhysicalIds = "physicalIds",
        /// Such as `RegisteredDevice`.
        ProfileType = "profileType",
        /// A collection.
        SystemLabels = "systemLabels",
        /// `AzureAD`, `ServerAD` or `Workplace`.
        TrustType = "trustType",
    }
}

const EQUALITY: &[Operator] = &[Operator::Eq, Operator::Ne];
const MEMBERSHIP: &[Operator] = &[Operator::Eq, Operator::Ne, Operator::In, Operator::NotIn];
const COLLECTION: &[Operator] = &[Operator::Contains, Operator::NotContains];

/// What stands before the names of custom security attributes.
const ATTRIBUTE: &str = "CustomSecurityAttribute.";
const DEVICE: &str = "device.";
const EXTENSION: &str = "extensionAttribute";

impl Property {
    /// Reads a property as it is written, prefix and all, in any case.
    pub(super) fn read(word: &str, dialect: Dialect) -> Option<Self> {
        match dialect {
            Dialect::Attributes => {
                let name = strip_prefix(word, ATTRIBUTE)?;
                let named = name.split_once('_').is_some_and(|(set, attribute)| !set.is_empty() && !attribute.is_empty());
                named.then(|| Property::Attribute(name.to_owned()))
            }
            Dialect::Devices => {
                let name = strip_prefix(word, DEVICE)?;
                let device = DeviceProperty::ALL.iter().find(|property| property.as_str().eq_ignore_ascii_case(name));
                device.map(|property| Property::Device(*property)).or_else(|| Property::extension(name))
            }
        }
    }

    fn extension(name: &str) -> Option<Self> {
        let number = strip_prefix(name, EXTENSION).filter(|digits| !digits.starts_with(['0', '+']))?;
        number.parse().ok().filter(|number| (1..=15).contains(number)).map(Property::Extension)
    }

    /// The operators that it takes.
    pub(super) fn operators(&self) -> &'static [Operator] {
        use DeviceProperty::*;
        match self {
            Property::Device(DeviceId | MdmAppId) => MEMBERSHIP,
            Property::Device(DeviceOwnership | IsCompliant | ProfileType | TrustType) => EQUALITY,
            Property::Device(PhysicalIds | SystemLabels) => COLLECTION,
            Property::Device(_) | Property::Extension(_) | Property::Attribute(_) => Operator::ALL,
        }
    }

    /// Compared with `True` and `False`, which stand without quotes.
    pub(super) fn is_boolean(&self) -> bool {
        *self == Property::Device(DeviceProperty::IsCompliant)
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Property::Device(property) => write!(f, "{DEVICE}{property}"),
            Property::Extension(number) => write!(f, "{DEVICE}{EXTENSION}{number}"),
            Property::Attribute(name) => write!(f, "{ATTRIBUTE}{name}"),
        }
    }
}

fn strip_prefix<'w>(word: &'w str, prefix: &str) -> Option<&'w str> {
    let (head, tail) = word.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}
