//! All policies together.

use domain::evaluate::{Control, Decision, Frequency, PersistentBrowser, Rule, Standing, decide};
use domain::signin::{Device, RiskLevel, SignIn, Target, UserAction};
use domain::summary::AccessStatus;
use domain::summary::AppliedResult::{
    self, Failure, NotApplied, NotEnabled, ReportOnlyFailure, ReportOnlyInterrupted, ReportOnlyNotApplied, ReportOnlySuccess, Success,
};
use serde_json::{Value, json};

use super::world::{rule, sign_in};

fn decided(policies: &[Value], sign_in: &SignIn) -> Decision {
    let rules: Vec<Rule> = policies.iter().map(|over| rule(over.clone())).collect();
    decide(&rules, sign_in)
}

fn grant(controls: &[&str]) -> Value {
    json!({ "grantControls": { "operator": "AND", "builtInControls": controls } })
}

fn results(decision: &Decision) -> Vec<AppliedResult> {
    decision.outcomes.iter().map(|outcome| outcome.result).collect()
}

/// By default, when no policy applies, tokens are issued (section 1).
#[test]
fn nothing_applies() {
    let decision = decided(&[json!({ "state": "disabled" })], &sign_in());
    assert_eq!((decision.standing, decision.status), (Standing::Satisfied, Some(AccessStatus::NotApplied)));
    assert_eq!(results(&decision), [NotEnabled]);
}

/// Block wins over any grant, and nothing is asked for then (section 2.6).
#[test]
fn block_wins() {
    let mut proven = sign_in();
    proven.traits.proofs.mfa = Some(true);
    let decision = decided(&[grant(&["mfa"]), grant(&["block"]), grant(&["compliantDevice"])], &proven);
    assert_eq!((decision.standing, decision.status), (Standing::Refused, Some(AccessStatus::Failure)));
    assert_eq!((decision.blocked_by.as_slice(), decision.missing.len()), (&[1][..], 0));
    assert_eq!(results(&decision), [Success, Failure, Success]);
}

/// Every applying policy must be satisfied; what is unmet is asked for in the order of section 2.7.
#[test]
fn what_is_missing_in_order() {
    let mut bare = sign_in();
    bare.device = Some(Device::Unregistered);
    let terms =
        json!({ "grantControls": { "operator": "OR", "builtInControls": [], "termsOfUse": ["abcdef00-0000-0000-0000-000000000001"] } });
    let decision = decided(&[terms, grant(&["passwordChange"]), grant(&["mfa", "compliantDevice"]), grant(&["mfa"])], &bare);
    let missing: Vec<_> = decision.missing.iter().map(|missing| (missing.control, missing.standing, missing.policies.clone())).collect();
    assert_eq!(
        missing,
        [
            (Control::Mfa, Standing::Interrupted, vec![2, 3]),
            (Control::CompliantDevice, Standing::Refused, vec![2]),
            (Control::PasswordChange, Standing::Interrupted, vec![1]),
            (Control::TermsOfUse, Standing::Interrupted, vec![0]),
        ]
    );
    assert_eq!((decision.standing, decision.status), (Standing::Refused, Some(AccessStatus::Failure)));
    // Where one is enough, the one that can be asked for.
    let either = json!({ "grantControls": { "operator": "OR", "builtInControls": ["compliantDevice", "mfa"] } });
    let decision = decided(&[either], &bare);
    assert_eq!(decision.missing.iter().map(|missing| missing.control).collect::<Vec<_>>(), [Control::Mfa]);
    assert_eq!(decision.standing, Standing::Interrupted);
}

/// Report-only policies only watch (section 10).
#[test]
fn report_only_results() {
    let watching = |over: Value| {
        let mut over = over;
        over["state"] = "enabledForReportingButNotEnforced".into();
        over
    };
    let policies = [
        watching(grant(&["block"])),
        watching(grant(&["mfa"])),
        watching(grant(&["compliantDevice"])),
        watching(json!({ "conditions": { "clientAppTypes": ["other"] } })),
    ];
    let decision = decided(&policies, &sign_in());
    assert_eq!(results(&decision), [ReportOnlyFailure, ReportOnlyInterrupted, ReportOnlySuccess, ReportOnlyNotApplied]);
    assert_eq!((decision.standing, decision.status), (Standing::Satisfied, Some(AccessStatus::NotApplied)));
    // User actions are out of its scope.
    let mut action = sign_in();
    action.target = Target::Action(UserAction::RegisterSecurityInfo);
    assert_eq!(results(&decided(&[watching(grant(&["block"])), grant(&["block"])], &action)), [ReportOnlyNotApplied, Failure]);
}

/// A policy that may apply leaves the decision open, unless another decides it.
#[test]
fn what_nobody_told() {
    let risky =
        json!({ "conditions": { "userRiskLevels": ["high"] }, "grantControls": { "operator": "OR", "builtInControls": ["block"] } });
    let mut untold = sign_in();
    untold.traits.user_risk = None;
    untold.traits.proofs.mfa = Some(true);
    let open = decided(&[risky.clone(), grant(&["mfa"])], &untold);
    assert_eq!((open.standing, open.status, open.blocked_by.len()), (Standing::Unknown, None, 0));
    assert_eq!(results(&open), [AppliedResult::Unknown, Success]);
    assert_eq!(decided(&[risky.clone(), grant(&["block"])], &untold).standing, Standing::Refused);
    untold.traits.user_risk = Some(RiskLevel::Low);
    let known = decided(&[risky, grant(&["mfa"])], &untold);
    assert_eq!((known.standing, results(&known)), (Standing::Satisfied, vec![NotApplied, Success]));
}

/// The strictest of all session controls holds (section 9.3).
#[test]
fn session_controls_combine() {
    let session = |controls: Value| json!({ "grantControls": null, "sessionControls": controls });
    let days = json!({ "signInFrequency": { "isEnabled": true, "type": "days", "value": 2, "frequencyInterval": "timeBased" },
        "persistentBrowser": { "isEnabled": true, "mode": "always" }, "cloudAppSecurity": { "isEnabled": true, "cloudAppSecurityType": "mcasConfigured" } });
    let hours = json!({ "signInFrequency": { "isEnabled": true, "type": "hours", "value": 9, "frequencyInterval": "timeBased" },
        "persistentBrowser": { "isEnabled": true, "mode": "never" }, "cloudAppSecurity": { "isEnabled": true, "cloudAppSecurityType": "blockDownloads" },
        "applicationEnforcedRestrictions": { "isEnabled": true } });
    let every_time = json!({ "signInFrequency": { "isEnabled": true, "frequencyInterval": "everyTime" } });
    let outcome = decided(&[session(days.clone()), session(hours.clone())], &sign_in()).session;
    assert_eq!(outcome.frequency, Some(Frequency::Hours(9)));
    assert_eq!(outcome.persistent_browser, Some(PersistentBrowser::Never));
    assert_eq!(outcome.cloud_app_security.as_deref(), Some("blockDownloads"));
    assert_eq!(outcome.others, ["applicationEnforcedRestrictions".to_owned()].into());
    assert_eq!(decided(&[session(days.clone())], &sign_in()).session.frequency, Some(Frequency::Hours(48)));
    assert_eq!(decided(&[session(hours), session(every_time)], &sign_in()).session.frequency, Some(Frequency::EveryTime));
    // Report-only policies control no session.
    let mut watching = session(days);
    watching["state"] = "enabledForReportingButNotEnforced".into();
    assert_eq!(decided(&[watching], &sign_in()).session, Default::default());
}
