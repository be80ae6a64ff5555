//! The device of a described sign-in.

use async_graphql::{Enum, InputObject, MaybeUndefined, OneofObject, Result};
use domain::signin::{self, Device, DeviceAttributes, Fact};

use super::what_if::at_most;
use crate::fault::bad_input;

/// Collections of a device.
const MAX_ENTRIES: usize = 200;

/// A device: exactly one.
#[derive(OneofObject)]
pub enum SignInDeviceInput {
    /// `true`: Entra doesn't know it, every attribute is null.
    Unregistered(bool),
    /// Entra knows it.
    Registered(Box<SignInDeviceAttributesInput>),
}

/// Attributes of a registered device, as filters for devices name them. What is left out is unknown, `null` is null.
#[derive(InputObject)]
pub struct SignInDeviceAttributesInput {
    /// `deviceId`
    device_id: Option<String>,
    /// `displayName`
    display_name: Option<String>,
    /// `deviceOwnership`: `Personal` or `Company`.
    device_ownership: MaybeUndefined<String>,
    /// `enrollmentProfileName`
    enrollment_profile_name: MaybeUndefined<String>,
    /// `isCompliant`
    is_compliant: Option<bool>,
    /// Managed by an MDM: extension attributes count only then, or on a compliant or hybrid-joined device.
    is_managed: Option<bool>,
    /// `manufacturer`
    manufacturer: MaybeUndefined<String>,
    /// `mdmAppId`
    mdm_app_id: MaybeUndefined<String>,
    /// `model`
    model: MaybeUndefined<String>,
    /// `operatingSystem`
    operating_system: Option<String>,
    /// `operatingSystemVersion`
    operating_system_version: MaybeUndefined<String>,
    /// `physicalIds`. At most 200.
    physical_ids: Option<Vec<String>>,
    /// `profileType`, such as `RegisteredDevice`.
    profile_type: MaybeUndefined<String>,
    /// `systemLabels`. At most 200.
    system_labels: Option<Vec<String>>,
    /// `trustType`
    trust_type: Option<DeviceTrustType>,
    /// `extensionAttribute1` to `15`; those left out of a list are null. At most 15.
    extension_attributes: Option<Vec<SignInExtensionAttributeInput>>,
}

/// An extension attribute of a device.
#[derive(InputObject)]
pub struct SignInExtensionAttributeInput {
    /// 1 to 15.
    number: i32,
    /// Its value.
    value: String,
}

/// How a device is joined.
#[derive(Enum, Copy, Clone, PartialEq, Eq)]
#[graphql(remote = "signin::TrustType")]
pub enum DeviceTrustType {
    /// Entra joined: `AzureAD`.
    AzureAd,
    /// Hybrid joined: `ServerAD`.
    ServerAd,
    /// Registered: `Workplace`.
    Workplace,
}

impl SignInDeviceInput {
    /// As facts.
    pub fn facts(self) -> Result<Device> {
        match self {
            SignInDeviceInput::Unregistered(true) => Ok(Device::Unregistered),
            SignInDeviceInput::Unregistered(false) => {
                Err(bad_input("signIn.device.unregistered is true or left out: describe a registered device instead."))
            }
            SignInDeviceInput::Registered(attributes) => attributes.facts().map(|facts| Device::Registered(Box::new(facts))),
        }
    }
}

impl SignInDeviceAttributesInput {
    fn facts(self) -> Result<DeviceAttributes> {
        let path = "signIn.device.registered";
        let set = |name: &str, texts: Option<Vec<String>>| -> Result<_> {
            let Some(texts) = texts else { return Ok(None) };
            at_most(&format!("{path}.{name}"), texts.len(), MAX_ENTRIES)?;
            Ok(Some(texts.into_iter().collect()))
        };
        let numbered = |attribute: SignInExtensionAttributeInput| {
            let number = u8::try_from(attribute.number).ok().filter(|number| (1..=15).contains(number));
            let number = number.ok_or_else(|| bad_input(format!("{path}.extensionAttributes are numbered 1 to 15.")))?;
            Ok((number, attribute.value))
        };
        let extensions = self.extension_attributes.map(|all| all.into_iter().map(numbered).collect::<Result<Vec<_>>>()).transpose()?;
        at_most(&format!("{path}.extensionAttributes"), extensions.as_ref().map_or(0, Vec::len), 15)?;
        Ok(DeviceAttributes {
            device_id: self.device_id.map(|id| id.to_lowercase()),
            display_name: self.display_name,
            ownership: nullable(self.device_ownership),
            enrollment_profile: nullable(self.enrollment_profile_name),
            compliant: self.is_compliant,
            managed: self.is_managed,
            manufacturer: nullable(self.manufacturer),
            mdm_app_id: nullable(self.mdm_app_id),
            model: nullable(self.model),
            operating_system: self.operating_system,
            operating_system_version: nullable(self.operating_system_version),
            physical_ids: set("physicalIds", self.physical_ids)?,
            profile_type: nullable(self.profile_type),
            system_labels: set("systemLabels", self.system_labels)?,
            trust: self.trust_type.map(Into::into),
            extension_attributes: extensions,
        })
    }
}

/// Left out is unknown, `null` is null.
fn nullable(value: MaybeUndefined<String>) -> Fact<Option<String>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(text) => Some(Some(text)),
    }
}
