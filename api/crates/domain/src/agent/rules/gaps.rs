//! Gaps: what no enforced policy stops.

use serde_json::{Value, json};

use super::documents::{controls, new_policy};
use super::gap::{TENANT, Words, all_excluded, emergency_hint, of_users, offer, offer_unless};
use super::{Given, count};
use crate::agent::{AgentInput, Evidence, Finding, Gap, Proposal, SkipReason, SuggestionKind};
use crate::coverage::Level;

/// "Phishing-resistant MFA", a built-in authentication strength.
const PHISHING_RESISTANT: &str = "00000000-0000-0000-0000-000000000004";

const MFA: Words = Words {
    kind: SuggestionKind::MfaGap,
    title: "Require multifactor authentication for all users",
    excluded: "Look at who is excluded from multifactor authentication",
    gap: "users without multifactor authentication",
};
const DEVICE: Words = Words {
    kind: SuggestionKind::DeviceControls,
    title: "Require a compliant or joined device or multifactor authentication for all users",
    excluded: "Look at who is excluded from device controls",
    gap: "members without a device control",
};
const LEGACY: Words = Words {
    kind: SuggestionKind::LegacyAuthentication,
    title: "Block legacy authentication",
    excluded: "Look at who is excluded from the block of legacy authentication",
    gap: "legacy authentication that is not blocked",
};
const DEVICE_CODE: Words = Words {
    kind: SuggestionKind::DeviceCodeFlow,
    title: "Block device code flow",
    excluded: "Look at who is excluded from the block of device code flow",
    gap: "device code flow that is not blocked",
};
const RISKY_USERS: Words = Words {
    kind: SuggestionKind::RiskyUsers,
    title: "Require a password change for high-risk users",
    excluded: "Look at who is excluded from policies on user risk",
    gap: "high user risk that no policy answers to",
};
const RISKY_SIGN_INS: Words = Words {
    kind: SuggestionKind::RiskySignIns,
    title: "Require multifactor authentication for high-risk sign-ins",
    excluded: "Look at who is excluded from policies on sign-in risk",
    gap: "high sign-in risk that no policy answers to",
};
const ADMINS: Words = Words {
    kind: SuggestionKind::AdminProtection,
    title: "Require phishing-resistant multifactor authentication for administrators",
    excluded: "Look at which administrators are excluded from multifactor authentication",
    gap: "administrators without multifactor authentication",
};

pub(super) fn find(input: &AgentInput, given: &mut Given) {
    mfa(input, given);
    device(input, given);
    legacy(input, given);
    device_code(input, given);
    risk(input, given);
    admins(input, given);
}

fn mfa(input: &AgentInput, given: &mut Given) {
    let (gap, apps) = (&input.gaps.mfa, &input.gaps.apps);
    let sentence = format!("{} can sign in with a password alone: no enforced policy asks them for a second factor.", share(gap, "user"));
    let mut finding = of_users(input, &MFA, gap, sentence, proposal(input, &MFA, json!({}), controls(&["mfa"])));
    if gap.uncovered == 0 && apps.uncovered > 0 {
        finding.grounds.insert("UNCOVERED_APPLICATIONS".to_owned());
        finding.reasoning.push(format!(
            "No policy asks for a second factor at {} of {} in use.",
            apps.uncovered,
            count(apps.total, "application")
        ));
    }
    (finding.evidence.app_count, finding.evidence.apps) = (apps.uncovered, apps.sample.clone());
    offer(input, given, &MFA, finding, gap);
}

fn device(input: &AgentInput, given: &mut Given) {
    let gap = &input.gaps.device;
    if !input.licences.intune && gap.uncovered > 0 {
        let text = "compliant devices need Intune, which this tenant lacks";
        return given.skip(DEVICE.kind, SkipReason::LicenceMissing, text);
    }
    let sentence = format!(
        "No enforced policy asks {} for a compliant or hybrid-joined device or a protected application, not even as one of several.",
        share(gap, "member")
    );
    let grant = controls(&["mfa", "compliantDevice", "domainJoinedDevice"]);
    let mut finding = of_users(input, &DEVICE, gap, sentence, proposal(input, &DEVICE, json!({}), grant));
    if !finding.steps().is_empty() && gap.uncovered > 0 {
        finding.reasoning.push("While it is in report-only mode, such a policy can ask users of macOS, iOS and Android for a certificate: exclude these platforms until it is on.".to_owned());
    }
    offer(input, given, &DEVICE, finding, gap);
}

fn legacy(input: &AgentInput, given: &mut Given) {
    let gap = &input.gaps.legacy;
    let sentence = format!("{} can use legacy authentication, which can't ask for a second factor.", share(gap, "user"));
    let conditions = json!({ "clientAppTypes": ["exchangeActiveSync", "other"] });
    let mut finding = of_users(input, &LEGACY, gap, sentence, proposal(input, &LEGACY, conditions, controls(&["block"])));
    used(&mut finding, gap, "came through legacy clients in the last seven days: look at who they are before you block them.");
    offer(input, given, &LEGACY, finding, gap);
}

fn device_code(input: &AgentInput, given: &mut Given) {
    let gap = &input.gaps.device_code;
    let sentence =
        format!("{} can sign in with a device code, which attackers send to people: no enforced policy blocks it.", share(gap, "user"));
    let conditions = json!({ "authenticationFlows": { "transferMethods": "deviceCodeFlow" } });
    let mut finding = of_users(input, &DEVICE_CODE, gap, sentence, proposal(input, &DEVICE_CODE, conditions, controls(&["block"])));
    used(&mut finding, gap, "used a device code in the last seven days: exclude what needs it.");
    offer(input, given, &DEVICE_CODE, finding, gap);
}

fn risk(input: &AgentInput, given: &mut Given) {
    let change_password = json!({ "operator": "AND", "builtInControls": ["mfa", "passwordChange"] });
    let rules = [
        (&RISKY_USERS, &input.gaps.risky_users, json!({ "userRiskLevels": ["high"] }), change_password, "high user risk"),
        (&RISKY_SIGN_INS, &input.gaps.risky_sign_ins, json!({ "signInRiskLevels": ["high"] }), controls(&["mfa"]), "high sign-in risk"),
    ];
    for (words, gap, conditions, grant, what) in rules {
        if !input.licences.p2 {
            given.skip(words.kind, SkipReason::LicenceMissing, "risk needs Entra ID P2, which this tenant lacks");
            continue;
        }
        let sentence = format!("For {}, no enforced policy answers to a {what}.", share(gap, "user"));
        let mut finding = of_users(input, words, gap, sentence, proposal(input, words, conditions, grant));
        used(&mut finding, gap, "carried such a risk in the last seven days.");
        offer(input, given, words, finding, gap);
    }
}

fn admins(input: &AgentInput, given: &mut Given) {
    if !input.roles_known {
        return given.skip(ADMINS.kind, SkipReason::NotKnown, "who holds which directory role could not be read");
    }
    let facts = &input.admins;
    let open: Vec<&str> = facts.roles.iter().filter(|role| role.level == Level::Uncovered).map(|role| role.name.as_str()).collect();
    let roles: Vec<String> = facts.roles.iter().map(|role| role.id.to_string()).collect();
    let grant = json!({ "operator": "OR", "authenticationStrength": { "id": PHISHING_RESISTANT } });
    let uncovered = facts.uncovered.len() as u64;
    let mut finding = Finding {
        kind: ADMINS.kind,
        subject: TENANT.to_owned(),
        title: ADMINS.title.to_owned(),
        reasoning: Vec::new(),
        grounds: Default::default(),
        evidence: Evidence { user_count: uncovered, users: facts.uncovered.clone(), ..Evidence::default() },
        proposal: proposal(input, &ADMINS, json!({ "users": { "includeRoles": roles } }), grant),
    };
    if !open.is_empty() {
        finding.grounds.insert("UNCOVERED_ROLES".to_owned());
        finding.reasoning.push(format!(
            "Holders of {} can sign in with a password alone: {}.",
            count(open.len() as u64, "administrative role"),
            open.join(", ")
        ));
    }
    if uncovered > 0 {
        finding.reasoning.push(format!("Not covered today: {uncovered} of {} of these roles.", count(facts.holders, "holder")));
    }
    if uncovered > facts.excluded {
        finding.grounds.insert("UNCOVERED_HOLDERS".to_owned());
    }
    if facts.excluded > 0 {
        finding.grounds.insert("EXCLUDED_HOLDERS".to_owned());
    }
    // Every role is covered, and who is left is excluded: a policy for the roles exists.
    if open.is_empty() && uncovered > 0 && uncovered == facts.excluded {
        ADMINS.excluded.clone_into(&mut finding.title);
        finding.proposal = Proposal::Review;
        finding.reasoning.push(all_excluded(uncovered, "policies for administrators"));
        finding.reasoning.extend(emergency_hint(input));
    }
    let helped = !open.is_empty() && facts.uncovered_if_enforced == 0;
    offer_unless(input, given, &ADMINS, finding, &facts.helping, helped.then_some(0));
}

/// A new policy by the title of its rule.
fn proposal(input: &AgentInput, words: &Words, conditions: Value, grant: Value) -> Proposal {
    new_policy(input, words.kind, words.title, conditions, grant)
}

/// "3 of 15 users".
fn share(gap: &Gap, one: &str) -> String {
    format!("{} of {}", gap.uncovered, count(gap.users, one))
}

fn used(finding: &mut Finding, gap: &Gap, what: &str) {
    if gap.uncovered > 0 && gap.sign_ins > 0 {
        finding.grounds.insert("IN_USE".to_owned());
        finding.reasoning.push(format!("{} {what}", count(gap.sign_ins, "sign-in")));
    }
}
