//! What holds for every policy and every sign-in.

use std::collections::BTreeSet;

use domain::evaluate::{Answer, Rule, Standing, decide};
use domain::signin::{
    ClientApp, Device, DeviceAttributes, Identity, InsiderRisk, Platform, RiskLevel, SignIn, Target, TransferMethod, TrustType, UserAction,
    UserKind,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{COUNTRY, EXCHANGE, GPS, GROUP, OFFICE, ROLE, TAGGED_APP, USER, laptop, policy, sign_in, surroundings, user};

const FOREIGN: Uuid = Uuid::from_u128(0x77777777_0000_0000_0000_000000000001);
const ADMIN_PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";

fn some_of(all: Vec<Value>) -> impl Strategy<Value = Value> {
    let most = all.len().min(3);
    prop::sample::subsequence(all, 0..=most).prop_map(Value::from)
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words)
}

prop_compose! {
    fn users()(
        all in any::<bool>(),
        include in some_of(vec![json!(USER), json!("GuestsOrExternalUsers"), json!(FOREIGN), json!("None")]),
        include_groups in some_of(vec![json!(GROUP), json!(FOREIGN)]),
        include_roles in some_of(vec![json!(ROLE)]),
        exclude in some_of(vec![json!(FOREIGN)]),
        exclude_groups in some_of(vec![json!(FOREIGN)]),
        guests in prop::option::of(word(&["internalGuest", "b2bCollaborationGuest,b2bCollaborationMember", "serviceProvider"])),
    ) -> Value {
        let include = if all { json!(["All"]) } else { include };
        let guests = guests.map(|kinds| json!({ "guestOrExternalUserTypes": kinds, "externalTenants": { "membershipKind": "enumerated", "members": [FOREIGN] } }));
        json!({ "includeUsers": include, "includeGroups": include_groups, "includeRoles": include_roles, "excludeUsers": exclude,
            "excludeGroups": exclude_groups, "includeGuestsOrExternalUsers": guests })
    }
}

prop_compose! {
    fn conditions()(
        users in users(),
        apps in prop_oneof![
            3 => Just(json!({ "includeApplications": ["All"] })),
            1 => Just(json!({ "includeApplications": ["Office365", ADMIN_PORTAL] })),
            1 => Just(json!({ "includeApplications": ["All"], "applicationFilter": { "mode": "exclude", "rule": "CustomSecurityAttribute.Area_Team -eq \"Finance\"" } })),
            1 => Just(json!({ "includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"] })),
            1 => Just(json!({ "includeApplications": [], "includeAuthenticationContextClassReferences": ["c1"] })),
        ],
        platforms in prop::option::of(Just(json!({ "includePlatforms": ["all"], "excludePlatforms": ["iOS"] }))),
        locations in prop::option::of((some_of(vec![json!("All"), json!(OFFICE), json!(COUNTRY), json!(GPS)]), some_of(vec![json!("AllTrusted"), json!(GPS)]))),
        clients in prop_oneof![Just(json!(["all"])), Just(json!(["browser"])), Just(json!(["exchangeActiveSync", "other"]))],
        device in prop::option::of((word(&["include", "exclude"]), word(&["device.isCompliant -eq True", "device.trustType -ne \"ServerAD\" -or device.extensionAttribute1 -eq \"CONTOSO-IT\""]))),
        sign_in_risk in prop::option::of(Just(json!(["medium", "high"]))),
        user_risk in prop::option::of(Just(json!(["high"]))),
        insider in prop::option::of(Just("elevated")),
        flow in prop::option::of(Just(json!({ "transferMethods": "deviceCodeFlow" }))),
    ) -> Value {
        json!({ "users": users, "applications": apps, "platforms": platforms, "clientAppTypes": clients,
            "locations": locations.map(|(include, exclude)| json!({ "includeLocations": include, "excludeLocations": exclude })),
            "devices": device.map(|(mode, rule)| json!({ "deviceFilter": { "mode": mode, "rule": rule } })),
            "signInRiskLevels": sign_in_risk, "userRiskLevels": user_risk, "insiderRiskLevels": insider, "authenticationFlows": flow })
    }
}

fn grants() -> impl Strategy<Value = Value> {
    let built_in = ["mfa", "compliantDevice", "domainJoinedDevice", "approvedApplication", "compliantApplication", "passwordChange"];
    prop_oneof![
        3 => (word(&["AND", "OR"]), some_of(built_in.iter().map(|name| json!(name)).collect()))
            .prop_map(|(operator, controls)| json!({ "operator": operator, "builtInControls": controls })),
        1 => Just(json!({ "operator": "OR", "builtInControls": ["block"] })),
        1 => word(&["AND", "OR"]).prop_map(|operator| json!({ "operator": operator, "builtInControls": ["compliantDevice"],
            "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000004" }, "termsOfUse": ["abcdef00-0000-0000-0000-000000000001"] })),
    ]
}

fn policies() -> impl Strategy<Value = Value> {
    let session = prop::option::weighted(0.2, Just(json!({ "secureSignInSession": { "isEnabled": true } })));
    (conditions(), grants(), session)
        .prop_map(|(conditions, grant, session)| json!({ "conditions": conditions, "grantControls": grant, "sessionControls": session }))
}

prop_compose! {
    fn sign_ins()(
        kind in prop::sample::select(UserKind::ALL),
        home in any::<bool>(),
        in_group in any::<bool>(),
        target in prop_oneof![
            Just(Target::Resource(EXCHANGE.to_owned())),
            Just(Target::Resource(TAGGED_APP.to_owned())),
            Just(Target::Action(UserAction::RegisterSecurityInfo)),
        ],
        client in prop::sample::select(ClientApp::ALL),
        platform in prop::option::of(prop::sample::select(Platform::ALL)),
        context in any::<bool>(),
        risks in (prop::sample::select(RiskLevel::ALL), prop::sample::select(RiskLevel::ALL)),
        insider in prop::option::of(prop::sample::select(InsiderRisk::ALL)),
        transfer in prop::option::of(prop::sample::select(TransferMethod::ALL)),
        mfa in any::<bool>(),
        flags in any::<[bool; 6]>(),
        office in any::<bool>(),
        trust in prop::sample::select(TrustType::ALL),
    ) -> SignIn {
        let mut made = sign_in();
        let mut who = user();
        who.kind = Some(kind);
        who.home_tenant = Some(if home { FOREIGN } else { Uuid::nil() });
        if !in_group {
            who.groups = Some(BTreeSet::new());
        }
        made.identity = Identity::User(who);
        made.target = target;
        made.traits.client = Some(client);
        made.traits.platform = Some(platform);
        made.traits.contexts = Some(context.then(|| "c1".to_owned()).into_iter().collect());
        (made.traits.sign_in_risk, made.traits.user_risk) = (Some(risks.0), Some(risks.1));
        made.traits.insider_risk = Some(insider);
        made.traits.transfer = Some(transfer);
        let [registered, approved, protected, compliant, remediated, bound] = flags;
        let key: BTreeSet<String> = ["fido2".to_owned()].into();
        // Basic authentication can't carry a second factor.
        let mfa = mfa && !client.legacy();
        made.traits.proofs.mfa = Some(mfa);
        made.traits.proofs.combinations = Some(if mfa { key.clone() } else { BTreeSet::new() });
        made.traits.proofs.registered = Some(key);
        made.traits.proofs.approved_app = Some(approved);
        made.traits.proofs.protected_app = Some(protected);
        made.traits.proofs.remediated = Some(remediated);
        made.traits.proofs.bound_token = Some(bound);
        if !office {
            made.place.ip = Some("198.51.100.1".parse().unwrap());
            made.place.country = Some(None);
            made.place.gps_country = Some(Some("RU".to_owned()));
        }
        made.device = Some(match registered {
            true => Device::Registered(Box::new(DeviceAttributes { compliant: Some(compliant), trust: Some(trust), ..laptop() })),
            false => Device::Unregistered,
        });
        made
    }
}

/// Each takes one fact away.
const FORGET: [fn(&mut SignIn); 24] = [
    |s| who(s).kind = None,
    |s| who(s).home_tenant = None,
    |s| who(s).groups = None,
    |s| who(s).roles = None,
    |s| who(s).unread = [FOREIGN].into(),
    |s| s.traits.client = None,
    |s| s.traits.platform = None,
    |s| s.traits.contexts = None,
    |s| s.traits.sign_in_risk = None,
    |s| s.traits.user_risk = None,
    |s| s.traits.insider_risk = None,
    |s| s.traits.transfer = None,
    |s| s.traits.proofs.mfa = None,
    |s| s.traits.proofs.combinations = None,
    |s| s.traits.proofs.approved_app = None,
    |s| s.traits.proofs.protected_app = None,
    |s| s.traits.proofs.accepted_terms = None,
    |s| s.traits.proofs.remediated = None,
    |s| s.traits.proofs.bound_token = None,
    |s| s.place.ip = None,
    |s| s.place.country = None,
    |s| s.place.gps_country = None,
    |s| s.device = None,
    |s| {
        s.device = s.device.take().map(|device| match device {
            Device::Registered(_) => Device::Registered(Box::default()),
            Device::Unregistered => Device::Unregistered,
        })
    },
];

fn who(sign_in: &mut SignIn) -> &mut domain::signin::User {
    match &mut sign_in.identity {
        Identity::User(user) => user,
        Identity::Workload(_) => panic!("these are sign-ins of users"),
    }
}

fn compiled(over: &Value) -> Rule {
    Rule::new(&policy(over.clone()), &surroundings())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// What an exclusion adds is taken from those whom the policy applies to.
    #[test]
    fn an_exclusion_never_widens(over in policies(), sign_in in sign_ins(), which in 0..6usize) {
        let mut narrower = over.clone();
        let conditions = &mut narrower["conditions"];
        let add = |list: &mut Value, entry: Value| match list {
            Value::Array(entries) => entries.push(entry),
            other => *other = json!([entry]),
        };
        match which {
            0 => add(&mut conditions["users"]["excludeUsers"], json!(USER)),
            1 => add(&mut conditions["users"]["excludeGroups"], json!(GROUP)),
            2 => add(&mut conditions["users"]["excludeRoles"], json!(ROLE)),
            3 => add(&mut conditions["applications"]["excludeApplications"], json!(EXCHANGE)),
            4 if conditions["platforms"].is_object() => add(&mut conditions["platforms"]["excludePlatforms"], json!("windows")),
            5 if conditions["locations"]["includeLocations"] != json!([]) && conditions["locations"].is_object() => {
                add(&mut conditions["locations"]["excludeLocations"], json!(OFFICE));
            }
            _ => {}
        }
        let (before, after) = (compiled(&over).verdict(&sign_in).applies, compiled(&narrower).verdict(&sign_in).applies);
        prop_assert!(after <= before, "{before:?} became {after:?} by {narrower}");
    }

    /// One policy that blocks and applies refuses, whatever else applies and whatever was proven.
    #[test]
    fn block_wins_over_any_grant(others in prop::collection::vec(policies(), 0..4), sign_in in sign_ins(), at in 0..5usize) {
        let mut rules: Vec<Rule> = others.iter().map(compiled).collect();
        let block = json!({ "grantControls": { "operator": "OR", "builtInControls": ["block"] } });
        rules.insert(at.min(rules.len()), compiled(&block));
        let decision = decide(&rules, &sign_in);
        prop_assert_eq!(decision.standing, Standing::Refused);
        prop_assert!(decision.missing.is_empty() && !decision.blocked_by.is_empty());
    }

    /// A fact that nobody told never turns "applies" into "doesn't", nor "refused" into "satisfied", nor the other way round.
    #[test]
    fn the_unknown_is_never_a_definite_no(over in policies(), known in sign_ins(), forgotten in prop::collection::vec(0..FORGET.len(), 1..4)) {
        let mut less = known.clone();
        forgotten.iter().for_each(|index| FORGET[*index](&mut less));
        let rule = compiled(&over);
        let (before, after) = (rule.verdict(&known).applies, rule.verdict(&less).applies);
        prop_assert!(after == before || after == Answer::Unknown, "{before:?} became {after:?}");
        let kind = |sign_in: &SignIn| match &sign_in.identity {
            Identity::User(user) => user.kind,
            Identity::Workload(_) => None,
        };
        let standing = |sign_in: &SignIn| rule.standing(kind(sign_in), sign_in.device.as_ref(), &sign_in.traits);
        let (before, after) = (standing(&known), standing(&less));
        prop_assert!(after == before || after == Standing::Unknown, "{before:?} became {after:?}");
        let (before, after) = (decide(std::slice::from_ref(&rule), &known), decide(std::slice::from_ref(&rule), &less));
        prop_assert!(after.standing == before.standing || after.standing == Standing::Unknown);
        prop_assert!(after.status == before.status || after.status.is_none());
    }

    /// The parts say what the whole says.
    #[test]
    fn dimensions_agree_with_the_verdict(over in policies(), sign_in in sign_ins(), forgotten in prop::collection::vec(0..FORGET.len(), 0..3)) {
        let mut sign_in = sign_in;
        forgotten.iter().for_each(|index| FORGET[*index](&mut sign_in));
        let rule = compiled(&over);
        let parts = [
            rule.of_person(&sign_in.identity),
            rule.of_target(&sign_in.target),
            rule.of_place(&sign_in.place),
            rule.of_device(sign_in.device.as_ref()),
            rule.of_traits(&sign_in.traits),
        ];
        let verdict = rule.verdict(&sign_in);
        prop_assert_eq!(parts.into_iter().min(), Some(verdict.applies));
        // The place is decided by merged ranges, and told location by location.
        let place = verdict.conditions.iter().find(|clause| clause.condition.as_str() == "location").map(|clause| clause.met);
        prop_assert_eq!(place, Some(rule.of_place(&sign_in.place)));
    }
}
