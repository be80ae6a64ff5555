//! References by name: exactly one object, or the change stops.

use domain::change::warning::Severity::Critical;
use domain::change::warning::WarningCode as C;
use domain::tenant::{DirectoryKind, DirectoryObject};
use serde_json::json;

use super::Case;
use crate::fixtures::mfa_for_all;
use crate::world::{World, ids};

pub fn cases() -> Vec<Case> {
    vec![
        (C::ReferenceUnresolved, Some(Critical), "no such group", excluding("Contractors", &["Employees"])),
        (C::ReferenceUnresolved, None, "one such group", excluding("Contractors", &["Employees", "Contractors"])),
        (C::ReferenceUnresolved, None, "two such groups", excluding("Contractors", &["Contractors", "Contractors"])),
        (C::ReferenceAmbiguous, Some(Critical), "two such groups", excluding("Contractors", &["Contractors", "Contractors"])),
        (C::ReferenceAmbiguous, None, "one such group", excluding("Contractors", &["Contractors"])),
        (C::ReferenceAmbiguous, None, "no such group", excluding("Contractors", &[])),
    ]
}

/// A policy by name of a group that it excludes, in a tenant with these groups.
pub fn excluding(name: &str, groups: &[&str]) -> World {
    let mut document = mfa_for_all("enabled");
    document["conditions"]["users"]["excludeGroups"] = json!([name]);
    World::create("enabledForReportingButNotEnforced", document).with(|world| {
        world.objects = groups
            .iter()
            .zip(ids(10))
            .map(|(name, id)| DirectoryObject {
                kind: DirectoryKind::Group,
                object_id: id.to_string(),
                display_name: (*name).to_owned(),
                member_count: None,
            })
            .collect();
    })
}

#[test]
fn a_name_that_is_nobodys_is_said_once_for_a_field() {
    let mut world = excluding("Contractors", &[]);
    let domain::change::kind::ChangePayload::Create(create) = &mut world.payload else { panic!("a creation") };
    create.document["conditions"]["users"]["excludeGroups"] = json!(["Contractors", "Visitors"]);
    let warnings = world.plan().warnings;
    let found: Vec<_> = warnings.iter().filter(|warning| warning.code == C::ReferenceUnresolved).collect();
    assert_eq!(found.len(), 1, "{warnings:?}");
    assert_eq!(found[0].path.as_deref(), Some("conditions.users.excludeGroups"));
    assert!(found[0].message.contains("Contractors, Visitors"), "{}", found[0].message);
}
