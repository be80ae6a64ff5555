//! What was proven beyond the first factor, as far as the log tells.

use std::collections::BTreeSet;

use super::wire::{Entry, Step};
use crate::signin::{Fact, Proofs};

pub(super) fn proofs(entry: &Entry<'_>) -> Proofs {
    let steps = entry.authentication_details.as_deref().unwrap_or_default();
    let mfa = mfa(entry, steps);
    Proofs {
        mfa,
        combinations: combination(steps, mfa).map(|combination| BTreeSet::from([combination.to_owned()])),
        bound_token: match entry.token_protection_status_details.as_ref().map(|details| details.sign_in_session_status.text()) {
            Some("bound") => Some(true),
            Some("unbound") => Some(false),
            _ => None,
        },
        ..Proofs::default()
    }
}

/// Yes where a step or the status says so. No where it was asked for and not given, or where a password alone was typed in just now. A token
/// from before that nobody asked for a second factor may hold one or not: unknown.
fn mfa(entry: &Entry<'_>, steps: &[Step<'_>]) -> Fact<bool> {
    let (error, details) = entry.status.as_ref().map_or((0, ""), |status| (status.error_code, status.additional_details.text()));
    let succeeded = |step: &&Step<'_>| step.succeeded == Some(true);
    let said = details.starts_with("MFA completed") || details.starts_with("MFA requirement satisfied");
    if said || steps.iter().filter(succeeded).any(|step| second(step) || strong(step.authentication_method.text())) {
        return Some(true);
    }
    // 50074 and 50076: asked for; 50079 and 50072: not registered yet.
    if matches!(error, 50072 | 50074 | 50076 | 50079 | 500_121) {
        return Some(false);
    }
    match entry.authentication_requirement.text() {
        "multiFactorAuthentication" if error == 0 => Some(true),
        "singleFactorAuthentication" if steps.iter().filter(succeeded).any(|step| step.authentication_method.text() == "Password") => {
            Some(false)
        }
        _ => None,
    }
}

/// A step beyond the first factor.
fn second(step: &Step<'_>) -> bool {
    step.authentication_step_result_detail.text().starts_with("MFA ")
        || !matches!(step.authentication_step_requirement.text(), "" | "Primary authentication")
}

/// Methods that are two factors at once.
fn strong(method: &str) -> bool {
    method == "Windows Hello for Business" || method.starts_with("FIDO2") || method.starts_with("Passkey")
}

/// The combination in Graph's spelling where every step that succeeded names its method unmistakably.
fn combination(steps: &[Step<'_>], mfa: Fact<bool>) -> Fact<&'static str> {
    let mut methods = steps.iter().filter(|step| step.succeeded == Some(true)).map(|step| step.authentication_method.text());
    let first = methods.next()?;
    let then = methods.next();
    if methods.next().is_some() {
        return None;
    }
    match (first, then) {
        ("Password", None) if mfa == Some(false) => Some("password"),
        ("Windows Hello for Business", None) => Some("windowsHelloForBusiness"),
        (method, None) if strong(method) => Some("fido2"),
        ("Password", Some("Mobile app notification")) => Some("password,microsoftAuthenticatorPush"),
        ("Password", Some("Text message")) => Some("password,sms"),
        ("Password", Some(method)) if method.starts_with("Phone call approval") => Some("password,voice"),
        _ => None,
    }
}
