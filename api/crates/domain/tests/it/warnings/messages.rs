//! Messages: one sentence, what and what to do, with names.

use std::collections::BTreeSet;

use domain::tenant::{DirectoryKind, DirectoryObject};
use serde_json::json;
use uuid::Uuid;

use super::cases;
use crate::breakglass::for_all;
use crate::world::World;

const GROUP: Uuid = Uuid::from_u128(0x600);

#[test]
fn a_message_names_who_is_reached() {
    let warnings = for_all(json!({ "builtInControls": ["block"] })).plan().warnings;
    let reached = warnings.iter().find(|warning| warning.code.as_str() == "breakglass_not_excluded").unwrap();
    assert!(reached.message.contains("Break glass 1"), "{}", reached.message);
    assert_eq!(reached.path.as_deref(), Some("conditions.users"));
}

#[test]
fn a_name_cannot_flood_a_message() {
    let world = for_all(json!({ "builtInControls": ["block"] })).with(|w| {
        let one = w.tenant.emergency_access.principals[0].clone();
        w.tenant.emergency_access.principals = (0..50).map(|_| one.clone()).collect();
        for principal in &mut w.tenant.emergency_access.principals {
            principal.display_name = Some("x\n<script>".repeat(40));
        }
    });
    for warning in world.plan().warnings {
        assert!(warning.message.chars().count() <= 350 && !warning.message.contains('\n'), "{}", warning.message);
    }
}

#[test]
fn every_message_is_one_short_sentence_and_no_field_is_said_twice() {
    let mut all = 0;
    for (_, _, what, world) in cases() {
        let warnings = world.plan().warnings;
        let fields: BTreeSet<_> = warnings.iter().map(|warning| (warning.code, warning.path.clone())).collect();
        assert_eq!(fields.len(), warnings.len(), "{what}: {warnings:?}");
        for warning in warnings {
            all += 1;
            let message = &warning.message;
            assert!((20..=350).contains(&message.chars().count()), "{what}: {message}");
            assert!(!message.ends_with('.') && !message.contains(['\n', '{', '}']), "{what}: {message}");
        }
    }
    assert!(all > 200, "{all}");
}

#[test]
fn a_change_without_a_fault_says_nothing() {
    let mut quiet = World::of("policy.assignment_change", json!({ "excludeGroups": { "add": [GROUP] } }));
    quiet.objects = vec![DirectoryObject {
        kind: DirectoryKind::Group,
        object_id: GROUP.to_string(),
        display_name: "Contractors".into(),
        member_count: None,
    }];
    assert_eq!(quiet.plan().warnings, []);
}
