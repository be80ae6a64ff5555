//! What undoes an applied change, and when it needs no second approval (domain.md section 3, promise 6; change-promises.md P19).

use chrono::TimeDelta;
use domain::change::kind::ChangePayload;
use domain::change::refusal::Refusal;
use domain::change::rollback::{Inverse, ThreeWayField, inverse, rollback_skips_approval};
use domain::change::status::ChangeStatus;
use domain::document::PolicyDocument;
use domain::id::ChangeId;
use domain::policy::PolicyState;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixtures::{change, document, mfa_for_all, now};
use crate::undo::{applied, request, undo, view};

const A: &str = "11111111-aaaa-4111-8111-111111111111";
const B: &str = "22222222-bbbb-4222-8222-222222222222";
const C: &str = "33333333-cccc-4333-8333-333333333333";

fn payload(value: Value) -> ChangePayload {
    serde_json::from_value(value).unwrap()
}

fn with(parts: &[(&str, Value)]) -> PolicyDocument {
    let mut policy = mfa_for_all("enabled");
    for (pointer, value) in parts {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        policy.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value.clone());
    }
    document(policy)
}

/// The document after the change, somebody's edit, and the rollback.
#[track_caller]
fn through(change: Value, pre: &PolicyDocument, edit: Value) -> PolicyDocument {
    let change = payload(change);
    let post = applied(pre, &change);
    let live = post.merged(&edit);
    applied(&live, &undo(&change, pre, &post, &live).unwrap().payload)
}

#[track_caller]
fn conflict(change: Value, pre: &PolicyDocument, edit: Value) -> Vec<ThreeWayField> {
    let change = payload(change);
    let post = applied(pre, &change);
    match undo(&change, pre, &post, &post.merged(&edit)) {
        Err(Refusal::RollbackConflict(fields)) => fields,
        other => panic!("no conflict but {other:?}"),
    }
}

#[test]
fn the_touched_field_gets_its_old_value_to_the_letter() {
    let pre = with(&[("/displayName", json!(" CA001 - old name "))]);
    let rename = payload(json!({ "kind": "policy.rename", "displayName": "new" }));
    let post = applied(&pre, &rename);
    let back = undo(&rename, &pre, &post, &post).unwrap();
    assert_eq!(back, Inverse { payload: payload(json!({ "kind": "policy.rename", "displayName": " CA001 - old name " })), notice: None });
    let off = payload(json!({ "kind": "policy.state_change", "to": "disabled" }));
    let post = applied(&pre, &off);
    assert_eq!(undo(&off, &pre, &post, &post).unwrap().payload, ChangePayload::StateChange { to: PolicyState::Enabled });
}

#[test]
fn edits_of_other_fields_stay_and_edits_of_the_same_field_refuse() {
    let pre = with(&[]);
    let off = json!({ "kind": "policy.state_change", "to": "disabled" });
    let back = through(off.clone(), &pre, json!({ "displayName": "Renamed since" }));
    assert_eq!((back.state(), back.display_name()), (Some(PolicyState::Enabled), "Renamed since"));
    let foreign = conflict(off.clone(), &pre, json!({ "state": "enabledForReportingButNotEnforced" }));
    let state = |state: &str| Some(json!(state));
    let live = state("enabledForReportingButNotEnforced");
    assert_eq!(foreign, [ThreeWayField { path: "state".into(), before: state("enabled"), after: state("disabled"), live }]);
    // Somebody has taken it back already.
    assert_eq!(through(off, &pre, json!({ "state": "enabled" })).canonical(), pre.canonical());
    let frequency = |hours: i64| json!({ "isEnabled": true, "value": hours, "type": "hours" });
    let session = json!({ "kind": "policy.session_change", "signInFrequency": frequency(4) });
    assert_eq!(conflict(session.clone(), &pre, json!({ "sessionControls": { "signInFrequency": { "value": 9 } } })).len(), 1);
    let kept = through(session, &pre, json!({ "sessionControls": { "secureSignInSession": { "isEnabled": true } } }));
    assert_eq!(kept.canonical(), pre.merged(&json!({ "sessionControls": { "secureSignInSession": { "isEnabled": true } } })).canonical());
}

#[test]
fn of_a_set_only_our_own_elements_are_taken_back() {
    let pre = with(&[("/conditions/users/excludeUsers", json!([A]))]);
    let ours = json!({ "kind": "policy.assignment_change", "excludeUsers": { "add": [B], "remove": [A] } });
    let back = through(ours, &pre, json!({ "conditions": { "users": { "excludeUsers": [B, C] } } }));
    assert_eq!(back.at(&["conditions", "users", "excludeUsers"]), Some(&json!([C, A])));
    let risk = json!({ "kind": "policy.risk_condition_change", "userRiskLevels": ["high"] });
    let back = through(risk, &pre, json!({ "conditions": { "userRiskLevels": ["high", "medium"] } }));
    assert_eq!(back.at(&["conditions", "userRiskLevels"]), Some(&json!(["medium"])));
    let located = json!({ "kind": "policy.condition_change", "locations": { "includeLocations": ["All"], "excludeLocations": [A] } });
    let back = through(located, &pre, json!({ "conditions": { "locations": { "excludeLocations": [A, B] } } }));
    assert_eq!(back.canonical().at(&["conditions", "locations"]), Some(&json!({ "excludeLocations": [B] })));
}

#[test]
fn none_comes_back_only_where_nobody_else_came() {
    let pre = with(&[("/conditions/users", json!({ "includeUsers": ["None"] }))]);
    let ours = json!({ "kind": "policy.assignment_change", "includeUsers": { "add": [A] } });
    assert_eq!(through(ours.clone(), &pre, json!({})).canonical(), pre.canonical());
    let back = through(ours, &pre, json!({ "conditions": { "users": { "includeUsers": [A, B] } } }));
    assert_eq!(back.at(&["conditions", "users", "includeUsers"]), Some(&json!([B])));
}

#[test]
fn an_operator_comes_back_where_it_counted() {
    let two = with(&[("/grantControls", json!({ "operator": "OR", "builtInControls": ["mfa", "compliantDevice"] }))]);
    for ours in [
        json!({ "kind": "policy.grant_change", "builtInControls": ["block"] }),
        json!({ "kind": "policy.grant_change", "operator": "AND" }),
        json!({ "kind": "policy.terms_of_use_change", "termsOfUse": [A], "operator": "AND" }),
    ] {
        assert_eq!(through(ours, &two, json!({})).canonical(), two.canonical());
    }
    let terms = with(&[("/grantControls", json!({ "operator": "OR", "builtInControls": ["mfa"], "termsOfUse": [A] }))]);
    assert_eq!(
        through(json!({ "kind": "policy.terms_of_use_change", "termsOfUse": [] }), &terms, json!({})).canonical(),
        terms.canonical()
    );
    // One control before: its operator meant nothing, so that it loosens nothing that came since.
    let ours = json!({ "kind": "policy.grant_change", "builtInControls": ["mfa", "compliantDevice"] });
    let back =
        through(ours, &with(&[]), json!({ "grantControls": { "builtInControls": ["mfa", "compliantDevice", "domainJoinedDevice"] } }));
    assert_eq!(
        back.canonical().at(&["grantControls"]),
        Some(&json!({ "operator": "AND", "builtInControls": ["domainJoinedDevice", "mfa"] }))
    );
}

#[test]
fn what_came_goes_and_what_went_comes_back() {
    let policy = mfa_for_all("disabled");
    let edited = mfa_for_all("enabled");
    for kind in [json!({ "kind": "policy.create", "document": policy }), json!({ "kind": "policy.restore" })] {
        let arrival = request(&payload(kind));
        let back = inverse(&arrival, &view(None, Some(&policy), Some(&policy))).unwrap();
        assert_eq!(back.payload, payload(json!({ "kind": "policy.delete", "confirmDisplayName": "Require MFA" })));
        let since = inverse(&arrival, &view(None, Some(&policy), Some(&edited)));
        assert!(matches!(since, Err(Refusal::RollbackConflict(fields)) if fields.len() == 1 && fields[0].path == "state"));
        assert!(matches!(inverse(&arrival, &view(None, Some(&policy), None)), Err(Refusal::RollbackNotPossible(_))));
    }
    let deletion = request(&payload(json!({ "kind": "policy.delete", "confirmDisplayName": "Require MFA" })));
    let deleted = |ago: TimeDelta| {
        let mut view = view(Some(&policy), None, None);
        view.deleted_at = Some(now() - ago);
        inverse(&deletion, &view).unwrap()
    };
    let month = TimeDelta::days(30);
    assert_eq!(deleted(month - TimeDelta::seconds(1)), Inverse { payload: ChangePayload::Restore {}, notice: None });
    let late = deleted(month);
    assert!(late.notice.is_some());
    assert_eq!(late.payload, payload(json!({ "kind": "policy.create", "document": policy, "state": "disabled", "source": "DELETED" })));
    assert!(matches!(inverse(&deletion, &view(Some(&policy), None, Some(&policy))), Err(Refusal::RollbackNotPossible(_))));
}

#[test]
fn locations_are_undone_like_policies() {
    let ranges = |ranges: &[&str]| {
        json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation", "id": A, "displayName": "HQ", "isTrusted": true,
            "ipRanges": ranges.iter().map(|range| json!({ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": range })).collect::<Vec<_>>(),
        })
    };
    let (pre, post) = (ranges(&["192.0.2.0/24"]), ranges(&["198.51.100.0/24"]));
    let mut live = ranges(&["198.51.100.0/24", "203.0.113.0/24"]);
    live["displayName"] = json!("HQ, renamed");
    let update = request(&payload(json!({ "kind": "location.update", "locationId": A, "ipRanges": ["198.51.100.0/24"] })));
    let back = inverse(&update, &view(Some(&pre), Some(&post), Some(&live))).unwrap();
    assert_eq!(
        back.payload,
        payload(json!({ "kind": "location.update", "locationId": A, "ipRanges": ["192.0.2.0/24", "203.0.113.0/24"] }))
    );

    let create = request(&payload(
        json!({ "kind": "location.create", "displayName": "HQ", "location": { "ip": { "ipRanges": ["192.0.2.0/24"] } } }),
    ));
    let back = inverse(&create, &view(None, Some(&pre), Some(&pre))).unwrap();
    assert_eq!(back.payload, payload(json!({ "kind": "location.delete", "locationId": A, "confirmDisplayName": "HQ" })));
    let delete = request(&payload(json!({ "kind": "location.delete", "locationId": A, "confirmDisplayName": "HQ" })));
    let back = inverse(&delete, &view(Some(&pre), None, None)).unwrap();
    assert!(back.notice.is_some());
    let expected = json!({ "kind": "location.create", "displayName": "HQ", "location": { "ip": { "ipRanges": ["192.0.2.0/24"], "isTrusted": true } } });
    assert_eq!(back.payload, payload(expected));
    let gsa = json!({ "@odata.type": "#microsoft.graph.compliantNetworkNamedLocation", "id": A, "displayName": "All" });
    assert!(matches!(inverse(&delete, &view(Some(&gsa), None, None)), Err(Refusal::RollbackNotPossible(_))));
}

#[test]
fn what_a_change_brought_along_is_not_left_behind_in_silence() {
    let pre = with(&[("/conditions/userRiskLevels", json!(["high"]))]);
    let ours = payload(json!({ "kind": "policy.grant_change", "builtInControls": ["riskRemediation"] }));
    let post = applied(&pre, &ours);
    assert_eq!(post.canonical().at(&["sessionControls", "signInFrequency", "frequencyInterval"]), Some(&json!("everyTime")));
    assert!(matches!(undo(&ours, &pre, &post, &post), Err(Refusal::RollbackNotPossible(_))));
}

#[test]
fn only_an_applied_change_with_both_snapshots_and_a_write_has_one() {
    let pre = mfa_for_all("enabled");
    let post = {
        let mut post = pre.clone();
        post["displayName"] = json!("After");
        post
    };
    let view = view(Some(&pre), Some(&post), Some(&post));
    assert!(inverse(&change(ChangeStatus::Applied), &view).is_ok());
    for status in ChangeStatus::ALL.iter().filter(|status| **status != ChangeStatus::Applied) {
        assert!(matches!(inverse(&change(*status), &view), Err(Refusal::IllegalTransition { .. })), "{status}");
    }
    let impossible = |edit: fn(&mut domain::change::request::ChangeRequest)| {
        let mut applied = change(ChangeStatus::Applied);
        edit(&mut applied);
        assert!(matches!(inverse(&applied, &view), Err(Refusal::RollbackNotPossible(_))));
    };
    impossible(|applied| applied.pre_snapshot_id = None);
    impossible(|applied| applied.post_snapshot_id = None);
    impossible(|applied| applied.write_performed = Some(false));
    // A field that the change left as it was is not its to restore.
    impossible(|applied| applied.payload = ChangePayload::StateChange { to: PolicyState::Enabled });
    let odd = payload(json!({ "kind": "policy.state_change", "to": "enabled" }));
    let (pre, post) = (document(json!({ "state": "unknownFutureValue" })), with(&[]));
    assert!(matches!(undo(&odd, &pre, &post, &post), Err(Refusal::RollbackNotPossible(_))));
}

#[test]
fn there_is_one_rollback_per_change() {
    let mut applied = change(ChangeStatus::Applied);
    applied.rolled_back_by = Some(ChangeId(Uuid::from_u128(5)));
    assert_eq!(inverse(&applied, &view(None, None, None)), Err(Refusal::RollbackExists(ChangeId(Uuid::from_u128(5)))));
}

#[test]
fn approval_is_skipped_for_a_day_while_live_is_as_it_was_left() {
    let applied = change(ChangeStatus::Applied);
    let day = now() + TimeDelta::hours(24);
    assert!(rollback_skips_approval(&applied, true, now()));
    assert!(rollback_skips_approval(&applied, true, day));
    assert!(!rollback_skips_approval(&applied, true, day + TimeDelta::microseconds(1)));
    assert!(!rollback_skips_approval(&applied, false, now()));
    assert!(!rollback_skips_approval(&change(ChangeStatus::Applying), true, now()));
}
