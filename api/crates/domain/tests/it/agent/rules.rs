//! Rules that look at policies and people, with near misses.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::agent::{Instruction, LimitsProfile, Preceding, Proposal, SkipReason, SuggestionKind};
use domain::change::kind::ChangePayload;
use domain::people::{Gap, PersonFacts};
use domain::policy::PolicyState;
use domain::signin::UserKind;
use serde_json::json;

use super::world::*;

#[test]
fn a_new_policy_is_report_only_and_excludes_emergency_access_and_whom_instructions_name() {
    let mut material = material(&[]);
    material.settings.naming_pattern = "CA - {title} ({kind})".to_owned();
    material.settings.instructions = vec![
        Instruction { kinds: [SuggestionKind::MfaGap].into(), exclude_groups: [id(101)].into(), ..Instruction::default() },
        Instruction { kinds: [SuggestionKind::DeviceCodeFlow].into(), exclude_users: [id(7)].into(), ..Instruction::default() },
    ];
    let (_, analysis, _) = run(&material, &[]);
    for finding in &analysis.findings {
        let [step] = finding.steps() else { panic!("{finding:#?}") };
        let ChangePayload::Create(create) = &step.payload else { panic!("{step:#?}") };
        assert_eq!(create.state, PolicyState::ReportOnly);
        domain::change::plan::validate_payload(&step.payload).unwrap();
        let users = &create.document["conditions"]["users"];
        assert!(users["excludeUsers"].as_array().unwrap().contains(&json!(id(EMERGENCY))), "{}", finding.title);
        let name = create.document["displayName"].as_str().unwrap();
        assert!(name.starts_with("CA - ") && name.ends_with(&format!("({})", finding.kind)), "{name}");
        let groups = users.get("excludeGroups").is_some();
        assert_eq!(groups, finding.kind == SuggestionKind::MfaGap, "{}", finding.title);
        let named = users["excludeUsers"].as_array().unwrap().contains(&json!(id(7)));
        assert_eq!(named, finding.kind == SuggestionKind::DeviceCodeFlow, "{}", finding.title);
    }
}

#[test]
fn the_mfa_gap_counts_whom_no_enforced_policy_reaches_and_says_why() {
    let mut all = policy("MFA", json!({}), &["mfa"]);
    all["conditions"]["users"]["excludeUsers"] = json!([id(EMERGENCY), id(3)]);
    let (input, analysis, _) = run(&material(&[all.clone()]), &[sign_ins(day(15), 3, 7)]);
    let finding = one(&analysis, SuggestionKind::MfaGap);
    assert_eq!((input.gaps.mfa.users, input.gaps.mfa.uncovered), (15, 1));
    assert_eq!(finding.evidence.users[0].id, id(3));
    assert_eq!(finding.evidence.users[0].sign_ins, 7);
    assert_eq!(finding.evidence.users[0].excluded_by, ["MFA: conditions.users.excludeUsers"]);
    assert_eq!(finding.grounds, BTreeSet::from(["EXCLUDED_USERS".to_owned()]));

    // Left out by settings, alone or through a group: no gap any more.
    let mut left_out = material(&[all]);
    left_out.settings.left_out_users = [id(3)].into();
    assert!(!kinds(&run(&left_out, &[]).1).contains(&SuggestionKind::MfaGap));
    left_out.settings.left_out_users.clear();
    left_out.settings.left_out_groups = [id(103)].into();
    assert!(!kinds(&run(&left_out, &[]).1).contains(&SuggestionKind::MfaGap));
}

#[test]
fn a_sample_names_at_most_a_hundred_users_by_activity_and_the_total() {
    let mut material = material(&[]);
    let member = PersonFacts { kind: Some(UserKind::Member), enabled: Some(true), ..PersonFacts::default() };
    material.people.users.extend((1000..1250).map(|number| (id(number), member.clone())));
    let (_, analysis, _) = run(&material, &[sign_ins(day(14), 1200, 5), sign_ins(day(14), 1100, 9)]);
    let finding = one(&analysis, SuggestionKind::MfaGap);
    assert_eq!((finding.evidence.users.len(), finding.evidence.user_count), (100, 265));
    let first: Vec<_> = finding.evidence.users.iter().take(2).map(|user| user.id).collect();
    assert_eq!(first, [id(1100), id(1200)]);
}

#[test]
fn report_only_policies_cover_nobody() {
    let partly = report_only(policy("MFA for one", json!({ "users": { "includeUsers": [id(1)] } }), &["mfa"]));
    let (input, analysis, _) = run(&material(&[partly]), &[]);
    let finding = one(&analysis, SuggestionKind::MfaGap);
    assert_eq!((input.gaps.mfa.uncovered, input.gaps.mfa.uncovered_if_enforced), (15, 14));
    assert!(finding.reasoning.iter().any(|text| text.contains("\"MFA for one\"")), "{finding:#?}");
}

#[test]
fn a_device_control_beside_others_counts_and_guests_do_not() {
    let device =
        policy("Devices", json!({ "users": { "includeUsers": ["All"], "excludeUsers": ["GuestsOrExternalUsers"] } }), &["compliantDevice"]);
    let (input, analysis, _) = run(&material(&[device]), &[]);
    assert_eq!((input.gaps.device.users, input.gaps.device.uncovered), (13, 0));
    assert!(!kinds(&analysis).contains(&SuggestionKind::DeviceControls));
}

#[test]
fn administrators_are_looked_at_by_role_and_by_holder() {
    let (input, analysis, _) = run(&material(&[]), &[]);
    assert_eq!((input.admins.roles.len(), input.admins.holders, input.admins.uncovered.len()), (14, 1, 1));
    let finding = one(&analysis, SuggestionKind::AdminProtection);
    assert_eq!(finding.evidence.users[0].id, id(ADMIN));
    let mut unread = material(&[]);
    unread.people.gaps = [Gap::Roles].into();
    let (_, analysis, _) = run(&unread, &[]);
    assert!(!kinds(&analysis).contains(&SuggestionKind::AdminProtection));
    assert!(analysis.skipped.iter().any(|skip| skip.kind == SuggestionKind::AdminProtection && skip.reason == SkipReason::NotKnown));
}

#[test]
fn the_first_run_knows_nothing_new_and_the_second_names_who_came() {
    let material_of = |numbers: &[u128]| {
        let mut material = material(&[policy(
            "MFA for one",
            json!({ "users": { "includeUsers": [id(30)] }, "applications": { "includeApplications": [MAIL] } }),
            &["mfa"],
        )]);
        let member = PersonFacts { kind: Some(UserKind::Member), enabled: Some(true), ..PersonFacts::default() };
        material.people.users.extend(numbers.iter().map(|number| (id(*number), member.clone())));
        material
    };
    let (_, analysis, known) = run(&material_of(&[]), &[sign_ins(day(15), 1, 1)]);
    assert!(analysis.skipped.iter().any(|skip| skip.kind == SuggestionKind::NewUsers && skip.reason == SkipReason::FirstRun));

    // 30 is covered, 31 is not; the tool is new, the mail is not.
    let mut second = material_of(&[30, 31]);
    second.before = Some(Preceding { known, ..Preceding::default() });
    let tool = Some { app: TOOL, ..sign_ins(day(15), 1, 4) };
    let (input, analysis, _) = run(&second, &[sign_ins(day(15), 1, 1), tool]);
    let arrivals = input.arrivals.unwrap();
    assert_eq!((arrivals.users, arrivals.applications), (2, 1));
    let users = one(&analysis, SuggestionKind::NewUsers);
    assert_eq!(users.evidence.users.iter().map(|user| user.id).collect::<Vec<_>>(), [id(31)]);
    let apps = one(&analysis, SuggestionKind::NewApplications);
    assert_eq!(apps.evidence.apps.iter().map(|app| app.id.as_str()).collect::<Vec<_>>(), [TOOL]);
}

#[test]
fn a_run_looks_at_as_many_new_users_as_its_profile_says() {
    let member = PersonFacts { kind: Some(UserKind::Member), enabled: Some(true), ..PersonFacts::default() };
    for (profile, users, applications, pairs) in [(LimitsProfile::Current, 300, 150, 40), (LimitsProfile::Earlier, 150, 100, 4)] {
        assert_eq!((profile.limits().users, profile.limits().applications, profile.limits().pairs), (users, applications, pairs));
        let mut material = material(&[]);
        material.settings.limits = profile;
        material.before = Some(Preceding::default());
        material.people.users.extend((1000..1400).map(|number| (id(number), member.clone())));
        let (input, analysis, _) = run(&material, &[]);
        assert_eq!(input.arrivals.unwrap().uncovered_users.len(), users);
        assert!(analysis.skipped.iter().any(|skip| skip.kind == SuggestionKind::NewUsers && skip.reason == SkipReason::LimitReached));
    }
}

#[test]
fn exclusions_that_lack_emergency_access_grew_or_are_many_call_for_a_look() {
    let exclude = |users: &[u128]| {
        let mut policy = policy("MFA", json!({}), &["mfa"]);
        policy["conditions"]["users"]["excludeUsers"] = json!(users.iter().map(|number| id(*number)).collect::<Vec<_>>());
        policy
    };
    let grounds = |users: &[u128], before: Option<u64>| {
        let mut material = material(&[exclude(users)]);
        let policy = material.policies[0].id;
        material.before = before.map(|entries| Preceding { exclusion_entries: [(policy, entries)].into(), ..Preceding::default() });
        let (_, analysis, _) = run(&material, &[]);
        let found = analysis.findings.into_iter().find(|finding| finding.kind == SuggestionKind::Exclusions);
        found.map(|finding| finding.grounds.into_iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!(grounds(&[EMERGENCY], None), Vec::<String>::new());
    assert_eq!(grounds(&[EMERGENCY, 1], Some(2)), Vec::<String>::new());
    assert_eq!(grounds(&[EMERGENCY, 1], Some(1)), ["MORE_EXCLUSIONS"]);
    assert_eq!(grounds(&[EMERGENCY, 1, 2, 3], None), ["LARGE_SHARE_EXCLUDED"]);
    assert_eq!(grounds(&[EMERGENCY, 1, 2], None), Vec::<String>::new());
    assert_eq!(grounds(&[1], None), ["EMERGENCY_ACCESS_NOT_EXCLUDED"]);
}

#[test]
fn emergency_access_is_added_to_the_exclusions_and_unconfigured_it_is_said() {
    let mut open = policy("MFA", json!({}), &["mfa"]);
    open["conditions"]["users"]["excludeUsers"] = json!([]);
    let (_, analysis, _) = run(&material(&[open.clone()]), &[]);
    let finding = one(&analysis, SuggestionKind::Exclusions);
    let ChangePayload::AssignmentChange(change) = &finding.steps()[0].payload else { panic!("{finding:#?}") };
    assert_eq!(change.exclude_users.add, [id(EMERGENCY).to_string()]);
    let mut nobody = material(&[open]);
    nobody.emergency.clear();
    let (_, analysis, _) = run(&nobody, &[]);
    assert!(!kinds(&analysis).contains(&SuggestionKind::Exclusions));
    assert!(analysis.skipped.iter().any(|skip| skip.kind == SuggestionKind::Exclusions && skip.text.contains("setEmergencyAccess")));
}

#[test]
fn a_report_only_policy_for_all_users_is_rolled_out_in_phases_where_it_is_eligible() {
    let watched = report_only(policy("MFA", json!({}), &["mfa"]));
    let (_, analysis, _) = run(&material(std::slice::from_ref(&watched)), &[]);
    let finding = one(&analysis, SuggestionKind::PhasedRollout);
    assert_eq!(finding.kind.action(), "Suggested phased rollout");
    let Proposal::Rollout { eligibility, .. } = &finding.proposal else { panic!("{finding:#?}") };
    assert!(eligibility.iter().all(|condition| condition.met));

    // Near misses: four groups, no P1, some users only, switched off.
    let mut few = material(std::slice::from_ref(&watched));
    few.people.groups = few.people.groups.into_iter().take(4).collect();
    let mut unlicensed = material(std::slice::from_ref(&watched));
    unlicensed.licences = domain::tenant::Licences::default();
    let mut off = material(&[watched]);
    off.settings.phased_rollout = false;
    let some = material(&[report_only(policy("MFA", json!({ "users": { "includeGroups": [id(101)] } }), &["mfa"]))]);
    for material in [few, unlicensed, off, some] {
        assert!(!kinds(&run(&material, &[]).1).contains(&SuggestionKind::PhasedRollout));
    }
}

#[test]
fn a_report_only_policy_is_turned_on_at_once_only_where_the_sign_ins_say_so() {
    use domain::signin::{Proofs, Traits};
    let proven = |mfa: bool| Traits {
        client: Some(domain::signin::ClientApp::Browser),
        proofs: Proofs { mfa: Some(mfa), ..Proofs::default() },
        ..Traits::default()
    };
    let watched =
        || report_only(policy("Group", json!({ "users": { "includeGroups": [id(101)], "excludeUsers": [id(EMERGENCY)] } }), &["mfa"]));
    let of = |count: u32, mfa: bool| Some { traits: proven(mfa), ..sign_ins(day(14), 1, count) };
    let (_, analysis, _) = run(&material(&[watched()]), &[of(60, true)]);
    let finding = one(&analysis, SuggestionKind::ReadyToEnforce);
    assert!(matches!(finding.steps()[0].payload, ChangePayload::StateChange { to: PolicyState::Enabled }));
    assert!(finding.reasoning[1].contains("not eligible for a phased rollout"), "{finding:#?}");

    let skip = |material: &domain::agent::Material, some: &[Some]| {
        let (_, analysis, _) = run(material, some);
        assert!(!kinds(&analysis).contains(&SuggestionKind::ReadyToEnforce), "{analysis:#?}");
        analysis.skipped.into_iter().find(|skip| skip.kind == SuggestionKind::ReadyToEnforce).unwrap().text
    };
    assert!(skip(&material(&[watched()]), &[of(49, true)]).contains("50 are needed"));
    let mut young = material(&[watched()]);
    young.policies[0].since = now() - TimeDelta::days(6);
    assert!(skip(&young, &[of(60, true)]).contains("less than 7 days"));
    // A block refuses.
    let block = report_only(policy("Block", json!({ "users": { "includeGroups": [id(101)] } }), &["block"]));
    assert!(skip(&material(&[block]), &[of(60, true)]).contains("would refuse 60 of 60"));
}

#[test]
fn a_rule_that_is_off_finds_nothing_and_says_so() {
    let mut material = material(&[]);
    material.settings.rules_off = [SuggestionKind::MfaGap].into();
    let (_, analysis, _) = run(&material, &[]);
    assert!(!kinds(&analysis).contains(&SuggestionKind::MfaGap));
    assert!(analysis.skipped.iter().any(|skip| skip.kind == SuggestionKind::MfaGap && skip.reason == SkipReason::RuleOff));
}
