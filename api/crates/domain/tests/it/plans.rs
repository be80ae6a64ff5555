//! Plans: the write, the check of a payload, and the conflict with somebody else's edit.

use chrono::TimeDelta;
use domain::change::dry_run::DryRun;
use domain::change::kind::ChangePayload;
use domain::change::plan::{live_conflict, validate_payload};
use domain::document::PolicyDocument;
use domain::document::diff::NameTable;
use domain::id::DryRunId;
use domain::policy::PolicyState::{Enabled, ReportOnly};
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::{BREAKGLASS, document, now};
use crate::world::World;

#[test]
fn a_plan_writes_only_its_own_field_and_nothing_for_a_no_op() {
    let plan = World::to(Enabled).plan();
    assert_eq!(plan.write, json!({ "state": "enabled" }));
    assert_eq!(plan.diff.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["state"]);
    assert_ne!(plan.base_hash, plan.desired_hash);
    assert_eq!(World::rename("x").plan().write, json!({ "displayName": "x" }));
    for nothing in [World::to(ReportOnly).plan(), World::to(Enabled).with(|w| w.document = None).plan()] {
        assert_eq!((nothing.write, nothing.diff), (json!({}), Vec::new()));
        assert_eq!(nothing.base_hash, nothing.desired_hash);
    }
}

#[test]
fn payloads_are_checked_before_there_is_a_draft() {
    let rename = |name: &str| ChangePayload::Rename { display_name: name.into() };
    for bad in ["", "   ", "a\u{7}", &"x".repeat(257)] {
        let error = validate_payload(&rename(bad)).unwrap_err();
        assert_eq!(error.path, ["rename", "displayName"]);
    }
    for good in ["a", &"é".repeat(256), &format!("  {}  ", "x".repeat(256))] {
        assert_eq!(validate_payload(&rename(good)), Ok(()));
    }
    assert_eq!(rename("  a b ").normalised(), rename("a b"));
    assert_eq!(validate_payload(&ChangePayload::StateChange { to: Enabled }), Ok(()));
}

#[test]
fn a_foreign_edit_is_a_conflict_and_a_new_dress_is_not() {
    let world = World::to(Enabled);
    let plan = world.plan();
    let base = document(world.document.clone().unwrap());
    let dry_run = DryRun::from_plan(DryRunId(Uuid::nil()), plan, "d".into(), now(), 1_800);
    assert_eq!(dry_run.expires_at, now() + TimeDelta::minutes(30));
    let conflict = |live: &PolicyDocument| live_conflict(&dry_run, live, &NameTable::default(), &base);

    assert_eq!(conflict(&base), None);
    let touched = base.merged(&json!({ "modifiedDateTime": "2026-06-01T12:00:01Z", "conditions": { "platforms": null } }));
    assert_eq!(conflict(&touched), None);
    let edited = base.merged(&json!({ "conditions": { "users": { "excludeUsers": [] } }, "aNewMember": true }));
    let diff = conflict(&edited).unwrap();
    assert_eq!(diff.iter().map(|field| field.path.as_str()).collect::<Vec<_>>(), ["conditions.users.excludeUsers", "aNewMember"]);
    assert_eq!(diff[0].removed[0].id, BREAKGLASS.to_string());
}
