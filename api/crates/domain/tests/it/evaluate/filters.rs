//! The filter language: every property and operator of section 5, precedence, null, errors with their place.

use domain::evaluate::Answer::{self, No, Unknown, Yes};
use domain::filter::{Dialect, Filter};
use domain::signin::{Device, DeviceAttributes, TrustType};

use super::world::laptop;

fn on(device: &Device, rule: &str) -> Answer {
    let filter = Filter::parse(rule, Dialect::Devices).unwrap_or_else(|error| panic!("{rule}: {error}"));
    let printed = filter.to_string();
    assert_eq!(Filter::parse(&printed, Dialect::Devices).as_ref(), Ok(&filter), "{printed}");
    filter.of_device(device)
}

#[test]
fn rules_on_a_laptop() {
    let laptop = Device::Registered(Box::new(laptop()));
    for (rule, expected) in [
        ("device.deviceId -eq \"DDDDDDDD-0000-0000-0000-000000000001\"", Yes),
        ("device.deviceId -in [\"x\", \"dddddddd-0000-0000-0000-000000000001\"]", Yes),
        ("device.deviceId -notIn [\"x\"]", Yes),
        ("device.displayName -startsWith \"pc-\"", Yes),
        ("device.displayName -notStartsWith \"pc-\"", No),
        ("device.displayName -endsWith \"12\"", Yes),
        ("device.displayName -notEndsWith \"12\"", No),
        ("device.displayName -contains \"c-1\"", Yes),
        ("device.displayName -notContains \"c-1\"", No),
        ("device.enrollmentProfileName -eq \"Shared\"", No),
        ("device.enrollmentProfileName -ne \"Shared\"", Yes),
        ("device.manufacturer -eq \"contoso\"", Yes),
        ("device.model -in [\"Book 8\",\"Book 9\"]", Yes),
        ("device.operatingSystem -ne \"Linux\"", Yes),
        ("device.operatingSystemVersion -startsWith \"10.0.\"", Yes),
        ("device.deviceOwnership -eq \"Company\"", Yes),
        ("device.isCompliant -eq True", Yes),
        ("device.isCompliant -ne true", No),
        ("device.mdmAppId -notIn [\"0000000a-0000-0000-c000-000000000000\"]", No),
        ("device.physicalIds -contains \"[OrderID]:12\"", Yes),
        // Elements are compared as a whole.
        ("device.systemLabels -contains \"M365\"", No),
        ("device.systemLabels -notContains \"M365\"", Yes),
        ("device.systemLabels -contains \"m365managed\"", Yes),
        ("device.profileType -eq \"RegisteredDevice\"", Yes),
        ("device.trustType -ne \"ServerAD\"", No),
        ("device.extensionAttribute1 -eq \"contoso-it\"", Yes),
        ("device.extensionAttribute15 -eq \"x\"", No),
        ("device.extensionAttribute15 -ne \"x\"", Yes),
        // -not before -and before -or.
        ("device.isCompliant -eq True -or device.isCompliant -eq True -and device.isCompliant -eq False", Yes),
        ("(device.isCompliant -eq True -or device.isCompliant -eq True) -and device.isCompliant -eq False", No),
        ("-not device.isCompliant -eq False -and device.trustType -eq \"ServerAD\"", Yes),
        ("-not (device.isCompliant -eq False -or device.trustType -eq \"ServerAD\")", No),
        ("DEVICE.ISCOMPLIANT -EQ TRUE -AND Device.TrustType -Eq \"serverad\"", Yes),
        ("device.displayName -eq \"a `\"quoted`\" name\"", No),
    ] {
        assert_eq!(on(&laptop, rule), expected, "{rule}");
    }
}

/// An unregistered device has only nulls: positive operators never match, negative ones do, in both modes of a filter.
#[test]
fn rules_on_an_unregistered_device() {
    for (positive, negative) in [
        ("device.isCompliant -eq False", "device.isCompliant -ne False"),
        ("device.displayName -startsWith \"\"", "device.displayName -notStartsWith \"\""),
        ("device.displayName -endsWith \"x\"", "device.displayName -notEndsWith \"x\""),
        ("device.model -contains \"x\"", "device.model -notContains \"x\""),
        ("device.deviceId -in [\"x\"]", "device.deviceId -notIn [\"x\"]"),
        ("device.systemLabels -contains \"x\"", "device.systemLabels -notContains \"x\""),
        ("device.extensionAttribute3 -eq \"x\"", "device.extensionAttribute3 -ne \"x\""),
    ] {
        assert_eq!((on(&Device::Unregistered, positive), on(&Device::Unregistered, negative)), (No, Yes), "{positive}");
    }
}

#[test]
fn what_nobody_told_decides_only_where_it_matters() {
    let bare = Device::Registered(Box::default());
    assert_eq!(on(&bare, "device.isCompliant -eq True"), Unknown);
    assert_eq!(on(&bare, "device.isCompliant -ne True"), Unknown);
    let compliant = Device::Registered(Box::new(DeviceAttributes { compliant: Some(true), ..DeviceAttributes::default() }));
    assert_eq!(on(&compliant, "device.isCompliant -eq True -or device.model -eq \"x\""), Yes);
    assert_eq!(on(&compliant, "device.isCompliant -ne True -and device.model -eq \"x\""), No);
    assert_eq!(on(&compliant, "device.isCompliant -eq True -and device.model -eq \"x\""), Unknown);
}

/// Extension attributes count for managed, compliant and hybrid-joined devices only.
#[test]
fn extension_attributes_need_a_managed_device() {
    let rule = "device.extensionAttribute1 -eq \"CONTOSO-IT\"";
    let device =
        |managed, compliant, trust| Device::Registered(Box::new(DeviceAttributes { managed, compliant, trust: Some(trust), ..laptop() }));
    assert_eq!(on(&device(Some(false), Some(false), TrustType::Workplace), rule), No);
    assert_eq!(on(&device(Some(true), Some(false), TrustType::Workplace), rule), Yes);
    assert_eq!(on(&device(Some(false), Some(true), TrustType::Workplace), rule), Yes);
    assert_eq!(on(&device(Some(false), Some(false), TrustType::ServerAd), rule), Yes);
    assert_eq!(on(&device(None, Some(false), TrustType::Workplace), rule), Unknown);
}

#[test]
fn attributes_of_applications() {
    let attributes = [("engineering_project".to_owned(), vec!["Baker".to_owned(), "Cascade".to_owned()])];
    for (rule, expected) in [
        ("CustomSecurityAttribute.Engineering_Project -contains \"Baker\"", Yes),
        ("CustomSecurityAttribute.Engineering_Project -eq \"cascade\"", Yes),
        ("CustomSecurityAttribute.Engineering_Project -notContains \"Delta\"", Yes),
        ("CustomSecurityAttribute.Engineering_Project -in [\"Delta\"]", No),
        // A part of a text, or no element of a collection: the log doesn't tell which it is.
        ("CustomSecurityAttribute.Engineering_Project -contains \"Bak\"", Unknown),
        ("CustomSecurityAttribute.Engineering_Other -eq \"x\"", No),
        ("CustomSecurityAttribute.Engineering_Other -ne \"x\"", Yes),
    ] {
        let filter = Filter::parse(rule, Dialect::Attributes).unwrap();
        assert_eq!(filter.of_attributes(&attributes), expected, "{rule}");
        assert_eq!(Filter::parse(&filter.to_string(), Dialect::Attributes), Ok(filter));
    }
}

#[test]
fn mistakes_have_a_place_and_say_what_was_expected() {
    for (rule, place, expected) in [
        ("", (0, 1, 1), "found the end"),
        ("device.isCompliant", (18, 1, 19), "expected an operator that device.isCompliant takes (-eq, -ne), found the end"),
        ("device.isCompliant -contains True", (19, 1, 20), "found -contains"),
        ("device.isCompliant -eq Maybe", (23, 1, 24), "expected True or False, found Maybe"),
        ("device.displayName -eq PC", (23, 1, 24), "a text in double quotes"),
        ("device.displayName -in \"PC\"", (23, 1, 24), "a list"),
        ("device.displayName -in [\"PC\" \"x\"]", (29, 1, 30), "',' or ']'"),
        ("device.displayName -eq \"PC", (23, 1, 24), "closing"),
        ("device.colour -eq \"red\"", (0, 1, 1), "found device.colour"),
        ("user.department -eq \"IT\"", (0, 1, 1), "a property of the device"),
        ("device.trustType -startsWith \"S\"", (17, 1, 18), "an operator"),
        ("device.extensionAttribute16 -eq \"x\"", (0, 1, 1), "a property"),
        ("(device.isCompliant -eq True", (28, 1, 29), "')', found the end"),
        ("device.isCompliant -eq True)", (27, 1, 28), "found )"),
        ("device.isCompliant -eq True\n  -and é", (35, 2, 8), "found é"),
        ("device.isCompliant -eq True device.isCompliant -eq True", (28, 1, 29), "-and, -or or the end"),
    ] {
        let error = Filter::parse(rule, Dialect::Devices).unwrap_err();
        assert_eq!((error.offset, error.line, error.column), place, "{rule}: {error}");
        assert!(error.message.contains(expected), "{rule}: {error}");
    }
    let deep = format!("{}device.isCompliant -eq True{}", "(".repeat(60), ")".repeat(60));
    assert!(Filter::parse(&deep, Dialect::Devices).unwrap_err().message.contains("deep"));
    let nots = "-not ".repeat(60) + "device.isCompliant -eq True";
    assert!(Filter::parse(&nots, Dialect::Devices).unwrap_err().message.contains("deep"));
    let long = format!("device.displayName -eq \"{}\"", "é".repeat(3_100));
    assert_eq!(Filter::parse(&long, Dialect::Devices).unwrap_err().column, 3_073);
}
