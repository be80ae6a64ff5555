use std::sync::Arc;

use chrono::TimeDelta;
use domain::evaluate::Surroundings;
use domain::people::PersonFacts;
use domain::signin::{ClientApp, Place, Proofs, Target, Traits, UserKind};
use domain::summary::record::Record;
use domain::summary::{AccessStatus, Asked, fold::Fold};

use super::*;

const POLICY: Uuid = Uuid::from_u128(0xca);
const OTHER: Uuid = Uuid::from_u128(0xcb);

fn through() -> DateTime<Utc> {
    "2026-09-23T18:00:00Z".parse().unwrap()
}

fn user(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn users(numbers: impl IntoIterator<Item = u128>) -> BTreeSet<Uuid> {
    numbers.into_iter().map(user).collect()
}

/// A browser with a second factor satisfies the policy, one without is asked, and a mail client of old is refused.
fn record(person: u128, client: ClientApp, mfa: bool, refused_by: Option<Uuid>) -> Record {
    let refused = refused_by.into_iter().map(|id| (id, AppliedResult::Failure)).collect();
    let proofs = Proofs { mfa: Some(mfa), ..Proofs::default() };
    Record {
        id: Uuid::from_u128(person),
        at: through() - TimeDelta::hours(3),
        person: Person { id: user(person), workload: false, name: String::new(), kind: Some(UserKind::Member), home_tenant: None },
        asked: Asked { target: Target::Resource("app".into()), name: "App".into(), client_id: "client".into() },
        client_name: String::new(),
        place: Place::default(),
        device: None,
        traits: Traits { client: Some(client), proofs, ..Traits::default() },
        outcome: Outcome { error_code: 0, status: AccessStatus::Success, told: true, results: refused },
    }
}

fn policy() -> PolicyDocument {
    PolicyDocument::parse(
        &serde_json::json!({
            "id": POLICY, "displayName": "MFA for all", "state": "enabled",
            "conditions": {
                "users": { "includeUsers": ["All"], "excludeUsers": [user(9)] }, "applications": { "includeApplications": ["All"] },
                "clientAppTypes": ["all"]
            },
            "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
        })
        .to_string(),
    )
    .unwrap()
}

async fn measured(records: Vec<Record>) -> (Reach, Measured) {
    measured_since(records, None).await
}

async fn measured_since(records: Vec<Record>, since: Option<DateTime<Utc>>) -> (Reach, Measured) {
    let facts = |number| (user(number), PersonFacts { kind: Some(UserKind::Member), ..PersonFacts::default() });
    let people = People { users: (0..10).map(facts).collect(), groups: [(user(90), Arc::from([user(1)]))].into(), ..People::default() };
    let mut fold = Fold::new();
    records.into_iter().for_each(|record| fold.add(record));
    let (sender, receiver) = tokio::sync::mpsc::channel(10);
    for chunk in fold.finish() {
        sender.send(chunk).await.unwrap();
    }
    drop(sender);
    let rule = Rule::new(&policy(), &Surroundings::default());
    let original = Original { policy: Some(POLICY), since };
    let (reach, counted) = tokio::task::spawn_blocking(move || measure(&rule, original, &people, receiver)).await.unwrap();
    (reach, Measured::new(counted, Some((through() - TimeDelta::days(2), through()))))
}

#[tokio::test]
async fn a_forecast_counts_people_whom_the_policy_would_reach() {
    let (reach, measured) = measured(vec![
        record(1, ClientApp::Browser, true, None),
        record(2, ClientApp::Browser, false, Some(OTHER)),
        record(3, ClientApp::Other, false, None),
        record(3, ClientApp::Browser, true, Some(POLICY)),
        record(9, ClientApp::Other, false, None),
    ])
    .await;
    assert!(reach.reaches(user(1)) && !reach.reaches(user(9)), "the policy excludes one");
    let all = measured.of(users(0..10).iter());
    assert_eq!((all.sign_ins, all.satisfied, all.interrupted, all.blocked, all.affected_by_others), (5, 2, 1, 1, 1), "{all:?}");

    let forecast = measured.forecast(&users(0..10));
    assert_eq!((forecast.users, forecast.sign_ins, forecast.would_block_users, forecast.would_interrupt_users), (3, 4, 1, 1));
    assert_eq!((forecast.rate, forecast.window_days, forecast.measured_through), (3_333, 3, Some(through())));
    assert!(forecast.lower < 3_333 && forecast.upper > 3_333 && forecast.not_measurable.is_none());
    assert_eq!(measured.forecast(&users([1])).would_block_users, 0, "limited to the people asked about");
}

#[tokio::test]
async fn what_entra_wrote_of_the_original_counts_since_its_last_edit() {
    let mut told = record(2, ClientApp::Browser, true, None);
    told.outcome.results = vec![(POLICY, AppliedResult::ReportOnlyFailure)];
    let blocked = async |since| measured_since(vec![told.clone()], since).await.1.of(users([2]).iter()).blocked;
    assert_eq!(blocked(Some(through() - TimeDelta::days(1))).await, 1, "Entra knows better");
    assert_eq!(blocked(Some(through() - TimeDelta::hours(9))).await, 0, "edited that day: it may have been another policy");
    assert_eq!(blocked(None).await, 0);
}

#[tokio::test]
async fn what_cannot_be_measured_says_why() {
    let nobody = Measured::new(HashMap::new(), None).forecast(&users([1]));
    assert!(nobody.not_measurable.is_some_and(|why| why.contains("no sign-ins of the tenant")));
    let (_, measured) = measured(vec![record(1, ClientApp::Browser, true, None)]).await;
    let silent = measured.forecast(&users([2, 3]));
    assert!(silent.not_measurable.is_some_and(|why| why.contains("none of these people")));
    let unknown = PersonEffects { sign_ins: 9, unknown: 5, satisfied: 4, ..PersonEffects::default() };
    let blind = Measured::new([(user(1), unknown)].into(), Some((through(), through()))).forecast(&users([1]));
    assert!(blind.not_measurable.is_some_and(|why| why.starts_with("5 of 9 sign-ins lack")));
}
