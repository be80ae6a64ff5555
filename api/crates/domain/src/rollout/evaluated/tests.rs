use serde_json::{Value, json};

use super::*;
use crate::summary::record::read;

const TWIN: Uuid = Uuid::from_u128(0x71);
const ORIGINAL: Uuid = Uuid::from_u128(0x02);
/// The page where users register security information: a user action.
const SECURITY_INFORMATION: &str = "19db86c3-b2b9-44cc-b339-36da233a3be2";

fn entry(results: &[(Uuid, &str)], adjust: Value) -> Record {
    let listed: Vec<Value> = results.iter().map(|(id, result)| json!({ "id": id, "result": result })).collect();
    let mut entry = json!({
        "id": Uuid::from_u128(9), "createdDateTime": "2026-09-23T10:00:00Z", "userId": Uuid::from_u128(5), "appId": "Client-1",
        "appDisplayName": "Outlook", "resourceId": "Resource-1", "resourceDisplayName": "Exchange", "clientAppUsed": "Browser",
        "deviceDetail": { "operatingSystem": "Windows 11" }, "location": { "countryOrRegion": "nl" },
        "status": { "errorCode": 50076 }, "conditionalAccessStatus": "failure", "appliedConditionalAccessPolicies": listed,
    });
    for (name, value) in adjust.as_object().unwrap() {
        entry[name] = value.clone();
    }
    read(&entry.to_string()).unwrap()
}

fn of(results: &[(Uuid, &str)]) -> Option<EvaluatedSignIn> {
    EvaluatedSignIn::of(&entry(results, json!({})), TWIN, ORIGINAL)
}

#[test]
fn only_what_the_twin_decided_on_counts() {
    let failed = of(&[(TWIN, "failure"), (ORIGINAL, "reportOnlyInterrupted")]).unwrap();
    assert_eq!((failed.outcome, failed.original), (EvaluatedOutcome::Failure, Some(ReportOnlyResult::Interrupted)));
    assert_eq!((failed.user, failed.app.as_str(), failed.resource.as_str()), (Uuid::from_u128(5), "client-1", "resource-1"));
    let facts = SignInFacts {
        error_code: 50076,
        app_name: Some("Outlook".to_owned()),
        client: Some("browser".to_owned()),
        platform: Some("windows".to_owned()),
        country: Some("NL".to_owned()),
    };
    assert_eq!(failed.facts, facts);
    for outside in ["notApplied", "notEnabled", "unknown", "unknownFutureValue", "reportOnlyFailure", "reportOnlySuccess"] {
        assert_eq!(of(&[(TWIN, outside), (ORIGINAL, "reportOnlyFailure")]), None, "{outside}");
    }
    assert_eq!(of(&[(ORIGINAL, "failure")]), None, "the sign-in failed, and another policy did it");
}

#[test]
fn what_the_original_says_is_told_where_it_can_be() {
    let original = |result: &str| of(&[(TWIN, "success"), (ORIGINAL, result)]).unwrap().original;
    assert_eq!(original("reportOnlySuccess"), Some(ReportOnlyResult::Success));
    assert_eq!(original("reportOnlyFailure"), Some(ReportOnlyResult::Failure));
    assert_eq!(original("reportOnlyNotApplied"), Some(ReportOnlyResult::NotApplied));
    assert_eq!(original("success"), None, "it is not in report-only mode");
    assert_eq!(original("unknownFutureValue"), None, "masked");
    let action = entry(&[(TWIN, "success"), (ORIGINAL, "reportOnlyNotApplied")], json!({ "resourceId": SECURITY_INFORMATION }));
    let action = EvaluatedSignIn::of(&action, TWIN, ORIGINAL).unwrap();
    assert_eq!((action.original, action.outcome), (None, EvaluatedOutcome::Success), "report-only mode evaluates no user actions");
}
