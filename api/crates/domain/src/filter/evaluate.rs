//! What a rule says of a device, or of an application's attributes.

use std::borrow::Cow;

use super::{DeviceProperty, Filter, Operator, Property, Test, Value};
use crate::evaluate::Answer;
use crate::signin::{Device, DeviceAttributes, Fact, TrustType};

/// What an object holds under a property.
enum Held<'o> {
    /// Nobody told.
    Unknown,
    /// Null: positive operators fail and negative ones hold, in both modes of a filter (ca-semantics.md section 5).
    Null,
    One(Cow<'o, str>),
    /// A collection: every operator compares whole elements.
    Elements(Vec<&'o str>),
    /// Values of a custom security attribute, of which nobody tells whether it is a collection.
    Values(&'o [String]),
}

impl Filter {
    /// Whether a device matches.
    pub fn of_device(&self, device: &Device) -> Answer {
        self.holds(&|property| match (property, device) {
            (_, Device::Unregistered) => Held::Null,
            (Property::Device(property), Device::Registered(device)) => held(*property, device),
            (Property::Extension(number), Device::Registered(device)) => extension(*number, device),
            (Property::Attribute(_), _) => Held::Null,
        })
    }

    /// Whether an application or a service principal with these attributes matches.
    pub fn of_attributes(&self, attributes: &[(String, Vec<String>)]) -> Answer {
        self.holds(&|property| match property {
            Property::Attribute(name) => {
                let found = attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.filter(|(_, values)| !values.is_empty()).map_or(Held::Null, |(_, values)| Held::Values(values))
            }
            _ => Held::Null,
        })
    }

    fn holds<'o>(&self, look: &impl Fn(&Property) -> Held<'o>) -> Answer {
        match self {
            Filter::Any(parts) => parts.iter().map(|part| part.holds(look)).max().unwrap_or(Answer::No),
            Filter::All(parts) => parts.iter().map(|part| part.holds(look)).min().unwrap_or(Answer::Yes),
            Filter::Not(inner) => !inner.holds(look),
            Filter::Test(test) => test.holds(&look(&test.property)),
        }
    }
}

impl Test {
    fn holds(&self, held: &Held<'_>) -> Answer {
        let (operator, negative) = self.operator.positive();
        let answer = match held {
            Held::Unknown => return Answer::Unknown,
            Held::Null => Answer::No,
            Held::One(held) => Answer::of(self.compares(held, operator)),
            Held::Elements(elements) => Answer::of(elements.iter().any(|element| self.compares(element, Operator::Eq))),
            // For a single text "contains" would mean a part of it, for a collection a whole element.
            Held::Values(values) if operator == Operator::Contains => {
                let any = |operator| values.iter().any(|value| self.compares(value, operator));
                if any(Operator::Eq) { Answer::Yes } else { Answer::of(any(Operator::Contains)).min(Answer::Unknown) }
            }
            Held::Values(values) => Answer::of(values.iter().any(|value| self.compares(value, operator))),
        };
        if negative { !answer } else { answer }
    }

    fn compares(&self, held: &str, operator: Operator) -> bool {
        let held = held.to_lowercase();
        let one = |value: &str| {
            let value = value.to_lowercase();
            match operator {
                Operator::StartsWith => held.starts_with(&value),
                Operator::EndsWith => held.ends_with(&value),
                Operator::Contains => held.contains(&value),
                _ => held == value,
            }
        };
        match &self.value {
            Value::Text(text) => one(text),
            Value::Boolean(value) => one(if *value { "true" } else { "false" }),
            Value::List(texts) => texts.iter().any(|text| one(text)),
        }
    }
}

fn held(property: DeviceProperty, device: &DeviceAttributes) -> Held<'_> {
    match property {
        DeviceProperty::DeviceId => told(device.device_id.as_deref()),
        DeviceProperty::DisplayName => told(device.display_name.as_deref()),
        DeviceProperty::DeviceOwnership => nullable(&device.ownership),
        DeviceProperty::EnrollmentProfileName => nullable(&device.enrollment_profile),
        DeviceProperty::IsCompliant => told(device.compliant.map(|compliant| if compliant { "True" } else { "False" })),
        DeviceProperty::Manufacturer => nullable(&device.manufacturer),
        DeviceProperty::MdmAppId => nullable(&device.mdm_app_id),
        DeviceProperty::Model => nullable(&device.model),
        DeviceProperty::OperatingSystem => told(device.operating_system.as_deref()),
        DeviceProperty::OperatingSystemVersion => nullable(&device.operating_system_version),
        DeviceProperty::PhysicalIds => elements(&device.physical_ids),
        DeviceProperty::ProfileType => nullable(&device.profile_type),
        DeviceProperty::SystemLabels => elements(&device.system_labels),
        DeviceProperty::TrustType => told(device.trust.map(TrustType::as_str)),
    }
}

/// An empty text is as good as null.
fn told(fact: Fact<&str>) -> Held<'_> {
    match fact {
        None => Held::Unknown,
        Some("") => Held::Null,
        Some(text) => Held::One(Cow::Borrowed(text)),
    }
}

fn nullable(fact: &Fact<Option<String>>) -> Held<'_> {
    told(fact.as_ref().map(|text| text.as_deref().unwrap_or_default()))
}

fn elements(fact: &Fact<std::collections::BTreeSet<String>>) -> Held<'_> {
    fact.as_ref().map_or(Held::Unknown, |elements| Held::Elements(elements.iter().map(String::as_str).collect()))
}

/// Extension attributes count only for devices that are managed, compliant or hybrid-joined (ca-semantics.md section 5).
fn extension(number: u8, device: &DeviceAttributes) -> Held<'_> {
    let hybrid = device.trust.map(|trust| trust == TrustType::ServerAd);
    let counts = [device.managed, device.compliant, hybrid].map(Answer::of_fact).into_iter().max().unwrap_or(Answer::Unknown);
    let text =
        device.extension_attributes.as_ref().map(|all| all.iter().find(|(known, _)| *known == number).map(|(_, text)| text.as_str()));
    match (counts, text) {
        (Answer::No, _) | (_, Some(None)) => Held::Null,
        (Answer::Unknown, _) | (_, None) => Held::Unknown,
        (Answer::Yes, Some(text)) => told(text),
    }
}
