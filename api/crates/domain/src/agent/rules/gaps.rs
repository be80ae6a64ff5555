//! Gaps: what no enforced policy stops.

use serde_json::json;

use super::documents::{controls, new_policy};
use super::{Given, count};
use crate::agent::{AgentInput, Evidence, Finding, Gap, Proposal, SkipReason, SuggestionKind};
use crate::coverage::Level;
use crate::id::PolicyId;

/// "Phishing-resistant MFA", a built-in authentication strength.
const PHISHING_RESISTANT: &str = "00000000-0000-0000-0000-000000000004";
/// The subject of what is about the whole tenant.
const TENANT: &str = "tenant";

pub(super) fn find(input: &AgentInput, given: &mut Given) {
    mfa(input, given);
    device(input, given);
    legacy(input, given);
    device_code(input, given);
    risk(input, given);
    admins(input, given);
    arrivals(input, given);
}

fn mfa(input: &AgentInput, given: &mut Given) {
    let (gap, apps) = (&input.gaps.mfa, &input.gaps.apps);
    let title = "Require multifactor authentication for all users";
    let proposal = new_policy(input, SuggestionKind::MfaGap, title, json!({}), controls(&["mfa"]));
    let mut finding = gap_finding(SuggestionKind::MfaGap, title, gap, proposal);
    if gap.uncovered > 0 {
        finding.reasoning.push(format!(
            "{} of {} can sign in with a password alone: no enforced policy asks them for a second factor.",
            gap.uncovered,
            count(gap.users, "user")
        ));
        let excluded = gap.sample.iter().filter(|user| !user.excluded_by.is_empty()).count();
        if excluded > 0 {
            finding.grounds.insert("EXCLUDED_USERS".to_owned());
            finding.reasoning.push(format!("{excluded} of those named are excluded by a policy that covers others: see each user's reasons. Taking them off the exclusion may be better than a new policy."));
        }
        let unnamed = input.emergency_users.is_empty() && input.emergency_groups.is_empty();
        if unnamed && excluded as u64 == gap.uncovered {
            finding.reasoning.push("If they are emergency accounts, name them with setEmergencyAccess: they are no gap then.".to_owned());
        }
    }
    if gap.uncovered == 0 && apps.uncovered > 0 {
        finding.grounds.insert("UNCOVERED_APPLICATIONS".to_owned());
        finding.reasoning.push(format!(
            "{} of {} that were used ask nobody for a second factor.",
            apps.uncovered,
            count(apps.total, "application")
        ));
    }
    (finding.evidence.app_count, finding.evidence.apps) = (apps.uncovered, apps.sample.clone());
    offer(input, given, finding, helped(gap), &gap.helping);
}

fn device(input: &AgentInput, given: &mut Given) {
    if !input.licences.intune && input.gaps.device.uncovered > 0 {
        let text = "compliant devices need Intune, which this tenant lacks";
        return given.skip(SuggestionKind::DeviceControls, SkipReason::LicenceMissing, text);
    }
    let title = "Require a compliant or joined device or multifactor authentication for all users";
    let gap = &input.gaps.device;
    let grant = controls(&["mfa", "compliantDevice", "domainJoinedDevice"]);
    let mut finding =
        gap_finding(SuggestionKind::DeviceControls, title, gap, new_policy(input, SuggestionKind::DeviceControls, title, json!({}), grant));
    if gap.uncovered > 0 {
        finding.reasoning.push(format!(
            "No enforced policy asks {} of {} for a compliant or hybrid-joined device or a protected application, not even as one of several.",
            gap.uncovered,
            count(gap.users, "member")
        ));
        finding.reasoning.push("While it is in report-only mode, such a policy can ask users of macOS, iOS and Android for a certificate: exclude these platforms until it is on.".to_owned());
    }
    offer(input, given, finding, helped(gap), &gap.helping);
}

fn legacy(input: &AgentInput, given: &mut Given) {
    let title = "Block legacy authentication";
    let gap = &input.gaps.legacy;
    let conditions = json!({ "clientAppTypes": ["exchangeActiveSync", "other"] });
    let mut finding = gap_finding(
        SuggestionKind::LegacyAuthentication,
        title,
        gap,
        new_policy(input, SuggestionKind::LegacyAuthentication, title, conditions, controls(&["block"])),
    );
    if gap.uncovered > 0 {
        finding.reasoning.push(format!(
            "{} of {} can use legacy authentication, which can't ask for a second factor.",
            gap.uncovered,
            count(gap.users, "user")
        ));
        used(&mut finding, gap.sign_ins, "came through legacy clients in the last seven days: look at who they are before turning it on.");
    }
    offer(input, given, finding, helped(gap), &gap.helping);
}

fn device_code(input: &AgentInput, given: &mut Given) {
    let title = "Block device code flow";
    let gap = &input.gaps.device_code;
    let conditions = json!({ "authenticationFlows": { "transferMethods": "deviceCodeFlow" } });
    let mut finding = gap_finding(
        SuggestionKind::DeviceCodeFlow,
        title,
        gap,
        new_policy(input, SuggestionKind::DeviceCodeFlow, title, conditions, controls(&["block"])),
    );
    if gap.uncovered > 0 {
        finding.reasoning.push(format!(
            "{} of {} can sign in with a device code, which attackers send to people: no enforced policy blocks it.",
            gap.uncovered,
            count(gap.users, "user")
        ));
        used(&mut finding, gap.sign_ins, "used a device code in the last seven days: exclude what needs it.");
    }
    offer(input, given, finding, helped(gap), &gap.helping);
}

fn risk(input: &AgentInput, given: &mut Given) {
    use SuggestionKind::{RiskySignIns, RiskyUsers};
    let change_password = json!({ "operator": "AND", "builtInControls": ["mfa", "passwordChange"] });
    let rules = [
        (
            RiskyUsers,
            "Require a password change for high-risk users",
            &input.gaps.risky_users,
            json!({ "userRiskLevels": ["high"] }),
            change_password,
            "a high-risk user",
        ),
        (
            RiskySignIns,
            "Require multifactor authentication for high-risk sign-ins",
            &input.gaps.risky_sign_ins,
            json!({ "signInRiskLevels": ["high"] }),
            controls(&["mfa"]),
            "a high-risk sign-in",
        ),
    ];
    for (kind, title, gap, conditions, grant, what) in rules {
        if !input.licences.p2 {
            given.skip(kind, SkipReason::LicenceMissing, "risk needs Entra ID P2, which this tenant lacks");
            continue;
        }
        let mut finding = gap_finding(kind, title, gap, new_policy(input, kind, title, conditions, grant));
        if gap.uncovered > 0 {
            finding.reasoning.push(format!("For {} of {}, no enforced policy names {what}.", gap.uncovered, count(gap.users, "user")));
            used(&mut finding, gap.sign_ins, "were of this kind in the last seven days.");
        }
        offer(input, given, finding, helped(gap), &gap.helping);
    }
}

fn admins(input: &AgentInput, given: &mut Given) {
    let kind = SuggestionKind::AdminProtection;
    if !input.roles_known {
        return given.skip(kind, SkipReason::NotKnown, "who holds which directory role could not be read");
    }
    let facts = &input.admins;
    let open: Vec<&str> = facts.roles.iter().filter(|role| role.level == Level::Uncovered).map(|role| role.name.as_str()).collect();
    let title = "Require phishing-resistant multifactor authentication for administrators";
    let roles: Vec<String> = facts.roles.iter().map(|role| role.id.to_string()).collect();
    let conditions = json!({ "users": { "includeRoles": roles } });
    let grant = json!({ "operator": "OR", "authenticationStrength": { "id": PHISHING_RESISTANT } });
    let mut finding = Finding {
        kind,
        subject: TENANT.to_owned(),
        title: title.to_owned(),
        reasoning: Vec::new(),
        grounds: Default::default(),
        evidence: Evidence { user_count: facts.uncovered.len() as u64, users: facts.uncovered.clone(), ..Evidence::default() },
        proposal: new_policy(input, kind, title, conditions, grant),
    };
    if !open.is_empty() {
        finding.grounds.insert("UNCOVERED_ROLES".to_owned());
        finding.reasoning.push(format!(
            "Holders of {} can sign in with a password alone: {}.",
            count(open.len() as u64, "administrative role"),
            open.join(", ")
        ));
    }
    if !facts.uncovered.is_empty() {
        finding.grounds.insert("UNCOVERED_HOLDERS".to_owned());
        finding.reasoning.push(format!(
            "Not covered today: {} of {} of these roles.",
            facts.uncovered.len(),
            count(facts.holders, "holder")
        ));
    }
    let helped = !open.is_empty() && facts.uncovered_if_enforced == 0;
    offer(input, given, finding, helped, &facts.helping);
}

fn arrivals(input: &AgentInput, given: &mut Given) {
    use SuggestionKind::{NewApplications, NewUsers};
    let Some(arrivals) = &input.arrivals else {
        given.skip(NewUsers, SkipReason::FirstRun, "the first run has nothing to compare with");
        return given.skip(NewApplications, SkipReason::FirstRun, "the first run has nothing to compare with");
    };
    let limits = input.settings.limits.limits();
    for (kind, came, most) in [(NewUsers, arrivals.users, limits.users), (NewApplications, arrivals.applications, limits.applications)] {
        if came > most as u64 {
            given.skip(kind, SkipReason::LimitReached, format!("{came} are new; a run looks at {most}, those with the most sign-ins"));
        }
    }
    let title = "Require multifactor authentication for all users";
    if !arrivals.uncovered_users.is_empty() {
        let users = arrivals.uncovered_users.len() as u64;
        given.findings.push(Finding {
            kind: NewUsers,
            subject: TENANT.to_owned(),
            title: "New users without multifactor authentication".to_owned(),
            reasoning: vec![format!(
                "{} of {} since the last run can sign in with a password alone.",
                users,
                count(arrivals.users, "new user")
            )],
            grounds: ["UNCOVERED_USERS".to_owned()].into(),
            evidence: Evidence {
                user_count: users,
                users: arrivals.uncovered_users.iter().take(crate::agent::MAX_SAMPLE).cloned().collect(),
                ..Evidence::default()
            },
            proposal: new_policy(input, NewUsers, title, json!({}), controls(&["mfa"])),
        });
    }
    if !arrivals.uncovered_applications.is_empty() {
        let apps = &arrivals.uncovered_applications;
        let title = "Require multifactor authentication for new applications";
        let named: Vec<&str> = apps.iter().map(|app| app.id.as_str()).collect();
        let conditions = json!({ "applications": { "includeApplications": named } });
        given.findings.push(Finding {
            kind: NewApplications,
            subject: TENANT.to_owned(),
            title: "New applications without multifactor authentication".to_owned(),
            reasoning: vec![format!(
                "{} of {} since the last run ask nobody for a second factor.",
                apps.len(),
                count(arrivals.applications, "new application")
            )],
            grounds: ["UNCOVERED_APPLICATIONS".to_owned()].into(),
            evidence: Evidence {
                app_count: apps.len() as u64,
                apps: apps.iter().take(50).cloned().collect(),
                sign_ins: apps.iter().map(|app| app.sign_ins).sum(),
                ..Evidence::default()
            },
            proposal: new_policy(input, NewApplications, title, conditions, controls(&["mfa"])),
        });
    }
}

fn gap_finding(kind: SuggestionKind, title: &str, gap: &Gap, proposal: Proposal) -> Finding {
    let mut finding = Finding {
        kind,
        subject: TENANT.to_owned(),
        title: title.to_owned(),
        reasoning: Vec::new(),
        grounds: Default::default(),
        evidence: Evidence { user_count: gap.uncovered, users: gap.sample.clone(), sign_ins: gap.sign_ins, ..Evidence::default() },
        proposal,
    };
    if gap.uncovered > 0 {
        finding.grounds.insert("UNCOVERED_USERS".to_owned());
    }
    finding
}

fn used(finding: &mut Finding, sign_ins: u64, what: &str) {
    if sign_ins > 0 {
        finding.grounds.insert("IN_USE".to_owned());
        finding.reasoning.push(format!("{} {what}", count(sign_ins, "sign-in")));
    }
}

/// Whether report-only policies would close the gap for at least 95 % of the users: the rest is most often who is excluded on purpose, and is suggested once
/// they are on.
fn helped(gap: &Gap) -> bool {
    gap.uncovered > 0 && gap.uncovered_if_enforced * 20 <= gap.uncovered
}

/// Keeps a finding that has a ground. Where report-only policies would close the gap, they are named instead: they have only to be turned on.
fn offer(input: &AgentInput, given: &mut Given, mut finding: Finding, helped: bool, helping: &[PolicyId]) {
    if finding.grounds.is_empty() {
        return;
    }
    let names: Vec<String> =
        input.policies.iter().filter(|policy| helping.contains(&policy.id)).map(|policy| format!("\"{}\"", policy.name)).collect();
    if helped {
        let text = format!("{}: {} would close this gap once turned on", finding.title, names.join(", "));
        return given.skip(finding.kind, SkipReason::ReportOnlyExists, text);
    }
    if !names.is_empty() {
        finding.reasoning.push(format!("Turning on {} would close a part of it.", names.join(", ")));
        finding.evidence.policies = helping.to_vec();
    }
    given.findings.push(finding);
}
