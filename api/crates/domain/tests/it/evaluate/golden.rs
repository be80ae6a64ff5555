//! Microsoft's own What-If examples (`tests/data/evaluate`). They are shortened for readability: what they list must be in our answer, not the reverse.

use std::collections::BTreeSet;

use domain::document::PolicyDocument;
use domain::evaluate::{Answer, Condition, Rule, Surroundings};
use domain::signin::{
    ClientApp, Device, DeviceAttributes, Identity, InsiderRisk, Place, Platform, RiskLevel, SignIn, Target, Traits, TransferMethod, User,
    UserKind, Workload,
};
use serde_json::Value;
use uuid::Uuid;

const EXAMPLES: [&str; 2] = [
    include_str!("../../../../../../tests/data/evaluate/example1-response.json"),
    include_str!("../../../../../../tests/data/evaluate/example2-response.json"),
];

fn policies() -> Vec<(usize, PolicyDocument)> {
    let mut found = Vec::new();
    for (index, text) in EXAMPLES.iter().enumerate() {
        let answer: Value = serde_json::from_str(text).unwrap();
        for policy in answer["value"].as_array().unwrap() {
            // The answer says of each policy that it applies, beside the members of a policy.
            let mut policy = policy.clone();
            let members = policy.as_object_mut().unwrap();
            assert_eq!(members.remove("policyApplies"), Some(Value::Bool(true)));
            assert_eq!(members.remove("analysisReasons"), Some("notSet".into()));
            found.push((index, PolicyDocument::from_value(policy).unwrap()));
        }
    }
    found
}

fn user() -> Identity {
    Identity::User(User {
        id: Uuid::parse_str("15dc174b-f34c-4588-ac45-61d6e05dce93").unwrap(),
        kind: Some(UserKind::Member),
        home_tenant: None,
        groups: Some(BTreeSet::new()),
        unread: BTreeSet::new(),
        roles: Some([Uuid::parse_str("62e90394-69f5-4237-9190-012177145e10").unwrap()].into()),
    })
}

/// The requests of the two examples.
fn requests() -> [SignIn; 2] {
    let place = Place { ip: Some("40.77.182.32".parse().unwrap()), country: Some(Some("US".to_owned())), gps_country: None };
    let compliant = DeviceAttributes { compliant: Some(true), ..DeviceAttributes::default() };
    let standard = DeviceAttributes { profile_type: Some(Some("Standard".to_owned())), ..DeviceAttributes::default() };
    [
        SignIn {
            identity: user(),
            target: Target::Resource("00000003-0000-0ff1-ce00-000000000000".to_owned()),
            traits: Traits {
                client: Some(ClientApp::Browser),
                platform: Some(Some(Platform::Android)),
                contexts: Some(BTreeSet::new()),
                sign_in_risk: Some(RiskLevel::High),
                user_risk: Some(RiskLevel::High),
                insider_risk: Some(Some(InsiderRisk::Elevated)),
                transfer: Some(Some(TransferMethod::DeviceCodeFlow)),
                ..Traits::default()
            },
            place: place.clone(),
            device: Some(Device::Registered(Box::new(compliant))),
        },
        SignIn {
            identity: user(),
            // The request names a context and no resource: one that no policy names.
            target: Target::Resource("00000000-1111-2222-3333-444444444444".to_owned()),
            traits: Traits {
                client: Some(ClientApp::MobileAppsAndDesktopClients),
                platform: Some(Some(Platform::Windows)),
                contexts: Some(["c37".to_owned()].into()),
                sign_in_risk: Some(RiskLevel::Medium),
                user_risk: Some(RiskLevel::None),
                insider_risk: Some(Some(InsiderRisk::Moderate)),
                transfer: Some(Some(TransferMethod::AuthenticationTransfer)),
                ..Traits::default()
            },
            place,
            device: Some(Device::Registered(Box::new(standard))),
        },
    ]
}

#[test]
fn what_microsoft_lists_applies() {
    let policies = policies();
    assert_eq!(policies.len(), 3);
    for (index, document) in &policies {
        let verdict = Rule::new(document, &Surroundings::default()).verdict(&requests()[*index]);
        assert_eq!(verdict.applies, Answer::Yes, "{}: {:?}", document.display_name(), verdict.decided_by);
    }
}

#[test]
fn a_policy_on_a_context_or_a_high_risk_applies_to_no_other_request() {
    let policies = policies();
    let applies = |name: &str, sign_in: &SignIn| {
        let (_, document) = policies.iter().find(|(_, document)| document.display_name().contains(name)).unwrap();
        let decided = Rule::new(document, &Surroundings::default()).verdict(sign_in).decided_by;
        (decided.met, decided.condition)
    };
    let [first, second] = requests();
    assert_eq!(applies("auth context", &first), (Answer::No, Condition::AuthenticationContext));
    assert_eq!(applies("user risk H", &second), (Answer::No, Condition::UserRisk));
    assert_eq!(applies("Office 365", &second), (Answer::No, Condition::Application));
}

#[test]
fn policies_for_users_are_absent_for_a_service_principal() {
    let workload = Identity::Workload(Workload { id: Uuid::from_u128(1), single_tenant: Some(true), attributes: Some(Vec::new()) });
    for (index, document) in policies() {
        let sign_in = SignIn { identity: workload.clone(), ..requests()[index].clone() };
        let verdict = Rule::new(&document, &Surroundings::default()).verdict(&sign_in);
        assert_eq!((verdict.applies, verdict.decided_by.condition), (Answer::No, Condition::WorkloadIdentities));
    }
}
