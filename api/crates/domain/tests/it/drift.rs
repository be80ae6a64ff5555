//! Drift: what is critical, what goes back, and how long an acceptance lasts (domain.md section 11).

use chrono::TimeDelta;
use domain::change::warning::Severity;
use domain::document::PolicyDocument;
use domain::document::undo::undone;
use domain::drift::accept::{AcceptError, LONGEST, accept};
use domain::drift::severity::{of_location, of_policy};
use domain::drift::{ActorSource, Drift, DriftActor, DriftKind, DriftSource, DriftStatus};
use domain::id::{DriftId, MemberId, TenantId, WorkspaceId};
use domain::snapshot::ItemKind;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::now;

const A: &str = "aaaaaaaa-0000-0000-0000-000000000000";
const B: &str = "bbbbbbbb-0000-0000-0000-000000000000";
const C: &str = "cccccccc-0000-0000-0000-000000000000";

fn base() -> Value {
    json!({
        "id": A, "displayName": "CA001", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "users": {"includeUsers": ["All"], "excludeGroups": [B]},
            "applications": {"includeApplications": ["All"]},
            "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
        },
        "grantControls": {"operator": "AND", "builtInControls": ["mfa", "compliantDevice"]},
        "sessionControls": {"signInFrequency": {"value": 4, "type": "hours", "isEnabled": true}},
    })
}

fn document(value: Value) -> PolicyDocument {
    PolicyDocument::from_value(value).unwrap()
}

fn edited(pointer: &str, to: Value) -> PolicyDocument {
    let mut value = base();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[name] = to;
    document(value)
}

fn loosens(before: &PolicyDocument, after: &PolicyDocument) -> bool {
    of_policy(Some(before), Some(after)) == Severity::Critical
}

#[test]
fn loosening_is_told_from_tightening() {
    let table: [(&str, Value, bool); 24] = [
        ("/displayName", json!("Other"), false),
        ("/description", json!("Other"), false),
        ("/state", json!("disabled"), true),
        ("/state", json!("enabledForReportingButNotEnforced"), true),
        ("/conditions/users/includeUsers", json!([C]), true),
        ("/conditions/users/includeUsers", json!(["None"]), true),
        ("/conditions/users/includeGroups", json!([C]), false),
        ("/conditions/users/excludeUsers", json!([C]), true),
        ("/conditions/users/excludeGroups", json!([B, C]), true),
        ("/conditions/users/excludeGroups", json!([C]), true),
        ("/conditions/users/excludeGroups", json!([]), false),
        ("/conditions/applications/includeApplications", json!([C]), true),
        ("/conditions/applications/excludeApplications", json!([C]), true),
        ("/conditions/clientAppTypes", json!(["browser"]), true),
        ("/conditions/signInRiskLevels", json!(["high"]), true),
        ("/conditions/platforms", json!({"includePlatforms": ["iOS"]}), true),
        ("/conditions/locations/excludeLocations", json!([]), false),
        ("/conditions/devices", json!({"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}), true),
        ("/grantControls", json!({"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}), true),
        ("/grantControls", json!({"operator": "OR", "builtInControls": ["mfa"]}), true),
        ("/grantControls", json!({"operator": "AND", "builtInControls": ["mfa", "compliantDevice", "passwordChange"]}), false),
        ("/grantControls", json!({"operator": "OR", "builtInControls": ["block"]}), false),
        ("/sessionControls", Value::Null, true),
        ("/sessionControls/persistentBrowser", json!({"mode": "never", "isEnabled": true}), false),
    ];
    for (pointer, to, expected) in table {
        let after = edited(pointer, to.clone());
        assert_eq!(loosens(&document(base()), &after), expected, "{pointer} = {to}");
    }
    let or = |controls: Value| edited("/grantControls", json!({"operator": "OR", "builtInControls": controls}));
    assert!(!loosens(&or(json!(["mfa", "compliantDevice"])), &or(json!(["mfa"]))), "one way in less");
    assert!(loosens(&or(json!(["mfa"])), &or(json!(["mfa", "compliantDevice"]))), "one way in more");
    assert!(loosens(&or(json!(["block"])), &or(json!(["mfa"]))));
}

#[test]
fn severity_follows_what_is_enforced() {
    let before = document(base());
    let loosened = edited("/conditions/users/excludeUsers", json!([C]));
    assert_eq!(of_policy(Some(&before), Some(&loosened)), Severity::Critical);
    assert_eq!(of_policy(Some(&loosened), Some(&before)), Severity::Warning, "a tightening");
    assert_eq!(of_policy(Some(&before), None), Severity::Critical);
    assert_eq!(of_policy(None, Some(&before)), Severity::Warning);
    assert_eq!(of_policy(Some(&before), Some(&edited("/displayName", json!("Other")))), Severity::Info);
    let off = |mut document: Value| {
        document["state"] = json!("disabled");
        self::document(document)
    };
    let mut loosened_off = base();
    loosened_off["conditions"]["users"]["excludeUsers"] = json!([C]);
    assert_eq!(of_policy(Some(&off(base())), Some(&off(loosened_off))), Severity::Warning, "nothing is enforced");
    assert_eq!(of_policy(Some(&off(base())), None), Severity::Warning);

    let office = json!({"id": A, "displayName": "Office", "isTrusted": false, "ipRanges": [{"cidrAddress": "192.0.2.0/24"}]});
    let mut wider = office.clone();
    wider["isTrusted"] = json!(true);
    let mut renamed = office.clone();
    renamed["displayName"] = json!("HQ");
    assert_eq!(of_location(Some(&office), Some(&wider)), Severity::Warning);
    assert_eq!(of_location(Some(&office), Some(&renamed)), Severity::Info);
    assert_eq!(of_location(Some(&office), None), Severity::Warning);
    assert_eq!(of_location(None, Some(&office)), Severity::Info);
}

#[test]
fn an_edit_is_taken_back_whole_when_nothing_came_after_it() {
    let edits = [
        ("/displayName", json!("Other")),
        ("/state", json!("disabled")),
        ("/conditions/users", json!({"includeGroups": [C]})),
        ("/conditions/authenticationFlows", json!({"transferMethods": "deviceCodeFlow,authenticationTransfer"})),
        ("/conditions/platforms", json!({"includePlatforms": ["all"], "excludePlatforms": ["iOS"]})),
        ("/conditions/locations", Value::Null),
        ("/grantControls", json!({"operator": "OR", "builtInControls": ["block"]})),
        ("/grantControls", Value::Null),
        ("/sessionControls", json!({"persistentBrowser": {"mode": "never", "isEnabled": true}})),
        ("/unknownMember", json!({"a": [1, 2]})),
    ];
    let before = document(base());
    for (pointer, to) in edits {
        let after = edited(pointer, to);
        let back = undone(&before, &after, &after);
        assert_eq!((back.document.canonical(), &*back.conflicts), (before.canonical(), &[] as &[String]), "{pointer}");
        let again = undone(&after, &before, &before);
        assert_eq!((again.document.canonical(), &*again.conflicts), (after.canonical(), &[] as &[String]), "{pointer} again");
    }
}

#[test]
fn what_came_after_the_edit_stays() {
    let before = document(base());
    let mut value = base();
    value["conditions"]["users"]["excludeGroups"] = json!([C]);
    value["displayName"] = json!("Theirs");
    value["state"] = json!("disabled");
    let after = document(value.clone());
    // Since then: one more exclusion, another name.
    value["conditions"]["users"]["excludeGroups"] = json!([C, A]);
    value["displayName"] = json!("Ours");
    let back = undone(&before, &after, &document(value));
    assert_eq!(back.conflicts, ["displayName"]);
    let wanted = back.document.canonical();
    assert_eq!(wanted.at(&["conditions", "users", "excludeGroups"]), Some(&json!([A, B])));
    assert_eq!(back.document.display_name(), "Ours");
    assert_eq!(back.document.state(), before.state());
}

fn item() -> Drift {
    Drift {
        id: DriftId(Uuid::from_u128(1)),
        workspace_id: WorkspaceId(Uuid::from_u128(2)),
        tenant_id: TenantId(Uuid::from_u128(3)),
        source: DriftSource::PortalEdit,
        kind: DriftKind::Modified,
        object_kind: ItemKind::Policy,
        object_id: A.to_owned(),
        display_name: "CA001".to_owned(),
        policy_id: None,
        baseline_policy_id: None,
        severity: Severity::Warning,
        before: None,
        after: None,
        before_snapshot_id: None,
        after_snapshot_id: None,
        changed_after: None,
        detected_at: now(),
        actor: DriftActor::unknown(1),
        status: DriftStatus::Open,
        acceptance: None,
        reverts: Vec::new(),
        closed_at: None,
        version: 1,
    }
}

#[test]
fn an_acceptance_has_a_reason_and_an_end() {
    let member = MemberId(Uuid::from_u128(9));
    let tomorrow = now() + TimeDelta::days(1);
    let accepted = accept(item(), member, " known ", tomorrow, now()).unwrap();
    assert_eq!(accepted.acceptance.as_ref().unwrap().reason, "known");
    assert_eq!(accepted.status_at(now()), DriftStatus::Accepted);
    assert_eq!(accepted.status_at(tomorrow), DriftStatus::Open, "the end belongs to the future");
    assert!(accept(accepted, member, "longer", now() + LONGEST, now()).is_ok(), "an acceptance can be prolonged");
    for (reason, until, refused) in [
        (" ", tomorrow, AcceptError::Reason),
        (&*"x".repeat(2_001), tomorrow, AcceptError::Reason),
        ("known", now(), AcceptError::Until),
        ("known", now() + LONGEST + TimeDelta::seconds(1), AcceptError::Until),
    ] {
        assert_eq!(accept(item(), member, reason, until, now()).unwrap_err(), refused);
    }
    let mut over = item();
    over.close(DriftStatus::Resolved, now());
    assert_eq!(accept(over, member, "known", tomorrow, now()).unwrap_err(), AcceptError::Closed);
}

#[test]
fn the_actor_is_looked_for_three_times() {
    let wanted = |lookups| DriftActor::unknown(lookups).wanted();
    assert_eq!([wanted(0), wanted(1), wanted(2), wanted(3)], [true, true, true, false]);
    let known = DriftActor { source: ActorSource::DirectoryAudit, ..DriftActor::unknown(1) };
    assert!(!known.wanted());
}
