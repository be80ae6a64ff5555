//! What reading the golden files found: suggestions that an administrator of Conditional Access would not have wanted, each with a near miss.

use std::collections::BTreeSet;

use domain::agent::{Analysis, Material, PairFacts, Preceding, Proposal, SkipReason, SuggestionKind};
use domain::change::kind::ChangePayload;
use domain::people::PersonFacts;
use domain::signin::{RiskLevel, Traits, UserKind};
use domain::tenant::{DirectoryKind, EmergencyPrincipal};
use serde_json::{Value, json};

use super::world::*;

fn excluding(mut policy: Value, users: &[u128]) -> Value {
    let all: Vec<_> = [EMERGENCY].iter().chain(users).map(|number| id(*number)).collect();
    policy["conditions"]["users"]["excludeUsers"] = json!(all);
    policy
}

fn grounds(analysis: &Analysis, kind: SuggestionKind) -> Vec<String> {
    one(analysis, kind).grounds.iter().cloned().collect()
}

fn skip(analysis: &Analysis, kind: SuggestionKind) -> (SkipReason, String) {
    let found = analysis.skipped.iter().find(|skip| skip.kind == kind).unwrap_or_else(|| panic!("{analysis:#?}"));
    (found.reason, found.text.clone())
}

fn found(material: &Material) -> Analysis {
    run(material, &[]).1
}

#[test]
fn users_whom_policies_exclude_call_for_a_look_and_not_for_another_policy() {
    use SuggestionKind::*;
    let baseline: Vec<Value> = microsofts_baseline().into_iter().map(|policy| excluding(policy, &[3])).collect();
    let mut material = material(&baseline);
    let analysis = found(&material);
    for kind in [MfaGap, DeviceControls, LegacyAuthentication, DeviceCodeFlow, RiskyUsers, RiskySignIns] {
        let finding = one(&analysis, kind);
        assert_eq!((grounds(&analysis, kind), &finding.proposal), (vec!["EXCLUDED_USERS".to_owned()], &Proposal::Review), "{finding:#?}");
        assert!(finding.title.starts_with("Look at who is excluded"), "{}", finding.title);
        assert_eq!(finding.action(), "Suggested policy review");
        assert!(finding.reasoning[1].starts_with("This account is excluded by \""), "{finding:#?}");
        assert!(!finding.evidence.policies.is_empty());
        assert!(!finding.reasoning.concat().contains("setEmergencyAccess"));
    }
    // Nobody has named emergency accounts: these may be some.
    material.emergency.clear();
    let analysis = found(&material);
    assert!(one(&analysis, DeviceCodeFlow).reasoning.concat().contains("setEmergencyAccess"), "{analysis:#?}");

    // Near miss: others are left beside whom the policy excludes.
    let some = policy("MFA", json!({ "users": { "includeGroups": [id(101), id(102)], "excludeUsers": [id(EMERGENCY), id(1)] } }), &["mfa"]);
    let analysis = found(&super::world::material(&[some]));
    let finding = one(&analysis, MfaGap);
    assert_eq!(grounds(&analysis, MfaGap), ["EXCLUDED_USERS", "UNCOVERED_USERS"]);
    assert_eq!((finding.steps().len(), finding.action()), (1, "Suggested new report-only policy"));
    assert!(finding.reasoning[1].starts_with("1 of them is excluded by \"MFA\""), "{finding:#?}");
}

#[test]
fn an_exclusion_is_blamed_on_the_policies_that_would_cover_everything() {
    let everywhere = excluding(policy("MFA", json!({}), &["mfa"]), &[3]);
    let outside = json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } });
    let block = excluding(policy("Block from outside", outside, &["block"]), &[3]);
    let strangers = excluding(policy("Block strangers", json!({}), &["block"]), &[3]);
    let analysis = found(&material(&[everywhere, block.clone(), strangers.clone()]));
    let said = one(&analysis, SuggestionKind::MfaGap).reasoning[1].clone();
    assert!(said.starts_with("This account is excluded by \"MFA\", which"), "{said}");
    // Whom a block of places or of strangers leaves out is asked for nothing, and not for less.
    assert_eq!(grounds(&found(&material(&[block, strangers])), SuggestionKind::MfaGap), ["UNCOVERED_USERS"]);
    // One for a single application explains nothing while others are left open; where nobody else is, it does.
    let of =
        |users: Value| policy("Mail", json!({ "users": users, "applications": { "includeApplications": [MAIL] } }), &["compliantDevice"]);
    let some = of(json!({ "includeGroups": [id(101), id(103)], "excludeUsers": [id(3)] }));
    assert_eq!(grounds(&found(&material(&[some])), SuggestionKind::DeviceControls), ["UNCOVERED_USERS"]);
    let all = of(json!({ "includeUsers": ["All"], "excludeUsers": [id(3)] }));
    assert_eq!(grounds(&found(&material(&[all])), SuggestionKind::DeviceControls), ["EXCLUDED_USERS"]);
}

#[test]
fn administrators_whom_policies_exclude_call_for_a_look_where_every_role_is_covered() {
    let kind = SuggestionKind::AdminProtection;
    let analysis = found(&material(&[excluding(policy("MFA", json!({}), &["mfa"]), &[ADMIN])]));
    assert_eq!((grounds(&analysis, kind), &one(&analysis, kind).proposal), (vec!["EXCLUDED_HOLDERS".to_owned()], &Proposal::Review));
    assert!(
        one(&analysis, kind).reasoning[1].contains("This account is excluded by policies for administrators, which would cover it"),
        "{analysis:#?}"
    );
    // Near miss: the roles are open.
    let analysis = found(&material(&[]));
    assert_eq!(grounds(&analysis, kind), ["UNCOVERED_HOLDERS", "UNCOVERED_ROLES"]);
    assert_eq!(one(&analysis, kind).steps().len(), 1);
}

#[test]
fn report_only_policies_that_close_a_gap_together_are_named_instead_of_a_new_one() {
    let platform = |name: &str, platforms: &[&str], control: &str| {
        report_only(policy(name, json!({ "platforms": { "includePlatforms": platforms } }), &[control]))
    };
    let client = |name: &str, client: &str| report_only(policy(name, json!({ "clientAppTypes": [client] }), &["block"]));
    let devices =
        [platform("Desktops", &["windows", "macOS"], "compliantDevice"), platform("Phones", &["iOS", "android"], "compliantApplication")];
    let (reason, text) = skip(&found(&material(&devices)), SuggestionKind::DeviceControls);
    assert_eq!(reason, SkipReason::ReportOnlyExists);
    assert_eq!(text, "members without a device control: \"Desktops\" and \"Phones\" would close this gap once turned on");
    let legacy = [client("Others", "other"), client("Active sync", "exchangeActiveSync")];
    let (reason, text) = skip(&found(&material(&legacy)), SuggestionKind::LegacyAuthentication);
    assert_eq!(reason, SkipReason::ReportOnlyExists);
    assert!(text.contains("\"Active sync\" and \"Others\""), "{text}");
    // Near misses: a part of the clients, and a device control for one application.
    assert!(kinds(&found(&material(&legacy[..1]))).contains(&SuggestionKind::LegacyAuthentication));
    let mail = report_only(policy("Mail", json!({ "applications": { "includeApplications": [MAIL] } }), &["compliantDevice"]));
    assert!(kinds(&found(&material(&[mail]))).contains(&SuggestionKind::DeviceControls));
}

#[test]
fn a_report_only_policy_closes_a_gap_but_for_whom_it_excludes() {
    let watched = |excluded: &[u128]| material(&[report_only(excluding(policy("MFA", json!({}), &["mfa"]), excluded))]);
    let (reason, text) = skip(&found(&watched(&[1, 2])), SuggestionKind::MfaGap);
    assert_eq!(reason, SkipReason::ReportOnlyExists);
    assert_eq!(text, "users without multifactor authentication: \"MFA\" would close this gap once turned on, but for 2 users");
    // Near miss: it excludes more than it covers.
    let most: Vec<u128> = (1..=8).collect();
    assert!(kinds(&found(&watched(&most))).contains(&SuggestionKind::MfaGap));
}

#[test]
fn what_is_left_out_names_the_gap_that_is_closed_and_no_more() {
    let watched = report_only(policy("MFA", json!({}), &["mfa"]));
    let (reason, text) = skip(&found(&material(&[watched])), SuggestionKind::AdminProtection);
    assert_eq!(reason, SkipReason::ReportOnlyExists);
    assert!(text.starts_with("administrators without multifactor authentication:") && !text.contains("phishing"), "{text}");
}

#[test]
fn a_policy_made_for_emergency_access_does_not_reach_it_by_mistake() {
    let kind = SuggestionKind::Exclusions;
    let of = |users: Value| policy("Keys for emergency access", json!({ "users": users }), &["mfa"]);
    assert!(!kinds(&found(&material(&[of(json!({ "includeUsers": [id(EMERGENCY)] }))]))).contains(&kind));
    let mut by_group = material(&[of(json!({ "includeGroups": [id(101)] }))]);
    let group = EmergencyPrincipal { object_id: id(101), kind: DirectoryKind::Group, display_name: None, member_of: None, roles: None };
    by_group.emergency.push(group);
    assert!(!kinds(&found(&by_group)).contains(&kind));
    // Near miss: it reaches the account among all others.
    let everybody = of(json!({ "includeUsers": ["All"] }));
    assert_eq!(grounds(&found(&material(&[everybody])), kind), ["EMERGENCY_ACCESS_NOT_EXCLUDED"]);
}

#[test]
fn whom_another_policy_holds_to_the_same_is_no_large_share_of_exclusions() {
    let personas = [id(101), id(102), id(103)];
    let mut everybody = policy("MFA for everybody else", json!({}), &["mfa"]);
    everybody["conditions"]["users"]["excludeGroups"] = json!(personas);
    let own = |groups: &[uuid::Uuid]| {
        policy("MFA for some", json!({ "users": { "includeGroups": groups, "excludeUsers": [id(EMERGENCY)] } }), &["mfa"])
    };
    let kind = SuggestionKind::Exclusions;
    assert!(!kinds(&found(&material(&[everybody.clone(), own(&personas)]))).contains(&kind));
    // Near misses: nobody holds them to it, and one is held to it where a fourth is left out.
    assert_eq!(grounds(&found(&material(std::slice::from_ref(&everybody))), kind), ["LARGE_SHARE_EXCLUDED"]);
    everybody["conditions"]["users"]["excludeGroups"] = json!([id(101), id(102), id(103), id(104)]);
    let analysis = found(&material(&[everybody, own(&personas[..1])]));
    let said = &one(&analysis, kind).reasoning[0];
    assert_eq!(
        said,
        "It excludes 4 of the 15 users whom it would be for. 1 of them is held to the same by another policy, the others are not."
    );
}

#[test]
fn a_policy_for_nobody_or_for_nothing_is_left_alone() {
    let nothing = |name: &str, grant: &str| policy(name, json!({ "applications": { "includeApplications": ["None"] } }), &[grant]);
    let nobody = |name: &str| policy(name, json!({ "users": { "includeUsers": ["None"] } }), &["mfa"]);
    let (input, analysis, _) = run(&material(&[nothing("A", "mfa"), nothing("B", "block"), nobody("C"), nobody("D")]), &[]);
    assert!(input.pairs.is_empty(), "{:#?}", input.pairs);
    let wrong = BTreeSet::from([SuggestionKind::Consolidation, SuggestionKind::Exclusions]);
    assert!(kinds(&analysis).is_disjoint(&wrong), "{analysis:#?}");
    let analysis = found(&material(&[report_only(nothing("A", "mfa"))]));
    assert!(!kinds(&analysis).contains(&SuggestionKind::PhasedRollout), "{analysis:#?}");
    assert!(skip(&analysis, SuggestionKind::ReadyToEnforce).1.contains("for nobody, or for nothing"));
    // Near miss: a user action is a target, and beside nobody a group is somebody.
    let action = json!({ "applications": { "includeApplications": ["None"], "includeUserActions": ["urn:user:registersecurityinfo"] } });
    let some = json!({ "users": { "includeUsers": ["None"], "includeGroups": [id(101)] } });
    // Agents are somebody, too, named elsewhere.
    let agents = json!({ "users": { "includeUsers": ["None"] }, "agents": { "includeAgentUsers": ["All"] } });
    for conditions in [action, some, agents] {
        let (input, _, _) = run(&material(&[policy("A", conditions.clone(), &["mfa"]), policy("B", conditions, &["mfa"])]), &[]);
        assert_eq!((input.pairs.len(), input.policies[0].idle), (1, false));
    }
}

#[test]
fn a_merge_that_widens_a_policy_says_to_look_at_its_name() {
    let group = |name: &str, group: u128| {
        policy(name, json!({ "users": { "includeGroups": [id(group)], "excludeUsers": [id(EMERGENCY)] } }), &["mfa"])
    };
    let of = |second: u128| found(&material(&[group("Admins", 101), group("Guests", second)]));
    let wider = of(102);
    let finding = one(&wider, SuggestionKind::Consolidation);
    assert!(finding.reasoning[3].contains("see whether its name still says what it does"), "{finding:#?}");
    assert!(finding.steps()[1].text.ends_with("which adds nothing then"), "{finding:#?}");
    let same = of(101);
    let finding = one(&same, SuggestionKind::Consolidation);
    assert_eq!((finding.reasoning.len(), finding.steps().len()), (3, 1));
    assert!(finding.steps()[0].text.ends_with("which adds nothing"), "{finding:#?}");
}

#[test]
fn a_difference_without_a_union_is_not_called_an_exclusion() {
    let of = |applications: Value| policy("P", json!({ "applications": applications }), &["mfa"]);
    let pair = |a: Value, b: Value| -> PairFacts { run(&material(&[a, b]), &[]).0.pairs.remove(0) };
    let action = of(json!({ "includeUserActions": ["urn:user:registersecurityinfo"] }));
    let why = pair(of(json!({ "includeApplications": ["All"] })), action).why_not.unwrap();
    assert!(why.contains("which has no union") && !why.contains("leaves out"), "{why}");
    let without = of(json!({ "includeApplications": ["All"], "excludeApplications": [TOOL] }));
    let other = of(json!({ "includeApplications": ["All"], "excludeApplications": [MAIL] }));
    assert!(pair(without, other).why_not.unwrap().contains("can't leave out for a part"));
}

#[test]
fn sentences_agree_with_one_and_with_many() {
    let risk = Traits { sign_in_risk: Some(RiskLevel::High), ..Traits::default() };
    for (count, said) in [(1, "1 sign-in carried such a risk"), (2, "2 sign-ins carried such a risk")] {
        let (_, analysis, _) = run(&material(&[]), &[Some { traits: risk.clone(), ..sign_ins(day(14), 4, count) }]);
        let finding = one(&analysis, SuggestionKind::RiskySignIns);
        assert!(finding.reasoning[1].starts_with(said), "{finding:#?}");
    }
    let same = |name: &str| policy(name, json!({ "users": { "includeGroups": [id(101)], "excludeUsers": [id(EMERGENCY)] } }), &["mfa"]);
    let mut material = material(&["A", "B", "C", "D"].map(same));
    material.settings.limits = domain::agent::LimitsProfile::Earlier;
    let texts: Vec<String> = found(&material).skipped.into_iter().map(|skip| skip.text).collect();
    assert!(texts.contains(&"a run looks at 4 similar pairs; left out: 2".to_owned()), "{texts:#?}");
    assert!(texts.iter().any(|text| text.ends_with("\" wait: one of them is in another suggestion")), "{texts:#?}");
}

#[test]
fn who_is_new_gets_no_policy_that_is_suggested_for_everybody_already() {
    let with_new = |policies: &[Value]| {
        let mut material = material(policies);
        let (_, _, known) = run(&material, &[]);
        material.before = Some(Preceding { known, ..Preceding::default() });
        let member = PersonFacts { kind: Some(UserKind::Member), enabled: Some(true), ..PersonFacts::default() };
        material.people.users.insert(id(31), member);
        material
    };
    let kind = SuggestionKind::NewUsers;
    let mut material = with_new(&[]);
    let analysis = found(&material);
    assert_eq!(one(&analysis, kind).proposal, Proposal::Review);
    assert!(one(&analysis, kind).reasoning[1].contains("\"Require multifactor authentication for all users\" is about them, too"));
    // The report-only policy is there already: it has only to be turned on.
    let analysis = found(&with_new(&[report_only(policy("MFA", json!({}), &["mfa"]))]));
    assert_eq!(skip(&analysis, kind).0, SkipReason::ReportOnlyExists);
    // Near miss: nobody wants to hear of the gap as a whole.
    material.settings.rules_off = [SuggestionKind::MfaGap].into();
    assert_eq!(one(&found(&material), kind).steps().len(), 1);
}

#[test]
fn a_suggested_rollout_says_that_emergency_accounts_are_needed_first() {
    let watched = report_only(policy("MFA", json!({}), &["mfa"]));
    let mut material = material(&[watched]);
    let met = |material: &Material| {
        let analysis = found(material);
        let finding = one(&analysis, SuggestionKind::PhasedRollout);
        let Proposal::Rollout { eligibility, .. } = &finding.proposal else { panic!("{finding:#?}") };
        let condition = eligibility.iter().find(|condition| condition.code == "EMERGENCY_ACCOUNTS").unwrap();
        (condition.met, finding.reasoning.concat().contains("setEmergencyAccess"))
    };
    assert_eq!(met(&material), (true, false));
    material.emergency.clear();
    assert_eq!(met(&material), (false, true));
}

#[test]
fn policies_that_answer_to_risk_ask_at_every_sign_in() {
    let analysis = found(&material(&[]));
    for kind in [SuggestionKind::RiskyUsers, SuggestionKind::RiskySignIns, SuggestionKind::MfaGap] {
        let ChangePayload::Create(create) = &one(&analysis, kind).steps()[0].payload else { panic!("{analysis:#?}") };
        domain::change::plan::validate_payload(&one(&analysis, kind).steps()[0].payload).unwrap();
        let every_time = create.document["sessionControls"]["signInFrequency"]["frequencyInterval"] == "everyTime";
        assert_eq!(every_time, kind != SuggestionKind::MfaGap, "{kind}");
    }
}
