//! `deviceDetail`: what the log says of the device.

use super::wire::DeviceDetail;
use super::{MAX_NAME, MAX_TEXT, clip};
use crate::signin::{Device, DeviceAttributes, Fact, Platform, TrustType};

/// A device that Entra knows has an id, a trust type or a state; otherwise every attribute is null. `operatingSystem` of the log comes from
/// the user agent and is spelt otherwise than the attribute that filters test, which therefore stays unknown.
pub(super) fn device(detail: &DeviceDetail<'_>) -> Device {
    let known = !detail.device_id.text().is_empty()
        || !detail.trust_type.text().is_empty()
        || detail.is_compliant == Some(true)
        || detail.is_managed == Some(true);
    if !known {
        return Device::Unregistered;
    }
    let given = |text: &str, max| (!text.is_empty()).then(|| clip(text, max));
    Device::Registered(Box::new(DeviceAttributes {
        device_id: given(detail.device_id.text(), MAX_TEXT).map(|id| id.to_lowercase()),
        display_name: given(detail.display_name.text(), MAX_NAME),
        compliant: detail.is_compliant,
        managed: detail.is_managed,
        trust: trust(detail.trust_type.text()),
        ..DeviceAttributes::default()
    }))
}

/// The log spells it for people, and has done so in two generations ("Azure AD joined", "Microsoft Entra hybrid joined").
fn trust(text: &str) -> Fact<TrustType> {
    let text = text.to_ascii_lowercase();
    match () {
        () if text.contains("hybrid") || text == "serverad" => Some(TrustType::ServerAd),
        () if text.ends_with("registered") || text == "workplace" => Some(TrustType::Workplace),
        () if text.ends_with("joined") || text == "azuread" => Some(TrustType::AzureAd),
        () => None,
    }
}

/// The platform, from `operatingSystem` as the user agent tells it; an empty one is "none told", another name is unknown to us.
pub(super) fn platform(detail: &DeviceDetail<'_>) -> Fact<Option<Platform>> {
    let text = detail.operating_system.text().to_ascii_lowercase();
    let starts = |names: &[&str]| names.iter().any(|name| text.starts_with(name));
    match () {
        () if text.is_empty() => Some(None),
        () if starts(&["windows phone", "windowsphone"]) => Some(Some(Platform::WindowsPhone)),
        () if starts(&["windows"]) => Some(Some(Platform::Windows)),
        () if starts(&["macos", "mac os", "macintosh", "macmdm"]) => Some(Some(Platform::MacOs)),
        () if starts(&["ios", "ipados", "iphone", "ipad"]) => Some(Some(Platform::Ios)),
        () if starts(&["android"]) => Some(Some(Platform::Android)),
        () if starts(&["linux", "ubuntu"]) => Some(Some(Platform::Linux)),
        // A platform that policies have no name for.
        () if starts(&["chromeos", "chrome os", "cros"]) => Some(None),
        () => None,
    }
}
