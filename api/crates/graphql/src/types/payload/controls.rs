//! Grant and session controls.

use async_graphql::SimpleObject;
use domain::change::payload;
use serde_json::Value;

use super::read::{cleared, clears, enabled, list, set, word};
use crate::enums::{
    BuiltInControl, CloudAppSecurityType, ContinuousAccessEvaluationMode, GrantOperator, PersistentBrowserMode,
    SignInFrequencyAuthenticationType, SignInFrequencyInterval, SignInFrequencyType,
};

/// `policy.grant_change`: grant controls. What is `null` and not in `cleared` is untouched.
#[derive(SimpleObject)]
pub struct GrantChange {
    /// How the controls combine; means nothing beside one control.
    operator: Option<GrantOperator>,
    /// The whole set of built-in controls, at most one entry per control.
    built_in_controls: Option<Vec<BuiltInControl>>,
    /// Graph id of an authentication strength.
    authentication_strength_id: Option<String>,
    /// The whole set of custom authentication factors. At most 100.
    custom_authentication_factors: Option<Vec<String>>,
    /// Names of the fields above that are cleared. At most 1.
    cleared: Vec<String>,
}

impl From<&payload::GrantChange> for GrantChange {
    fn from(change: &payload::GrantChange) -> Self {
        GrantChange {
            operator: change.operator.map(GrantOperator::from),
            built_in_controls: list(&change.built_in_controls),
            authentication_strength_id: set(&change.authentication_strength_id).cloned(),
            custom_authentication_factors: change.custom_authentication_factors.clone(),
            cleared: cleared([("authenticationStrengthId", clears(&change.authentication_strength_id))]),
        }
    }
}

/// `policy.terms_of_use_change`: the terms of use.
#[derive(SimpleObject)]
pub struct TermsOfUseChange {
    /// The whole set, by Graph id of the agreement; empty removes them. At most 40.
    terms_of_use: Vec<String>,
}

impl TermsOfUseChange {
    pub(super) fn of(terms: &[String]) -> Self {
        TermsOfUseChange { terms_of_use: terms.to_vec() }
    }
}

/// `policy.session_change`: session controls. What is `null` and not in `cleared` is untouched.
#[derive(SimpleObject)]
pub struct SessionChange {
    /// Sign-in frequency.
    sign_in_frequency: Option<SignInFrequency>,
    /// Whether browser sessions outlive the browser.
    persistent_browser: Option<PersistentBrowserMode>,
    /// Restrictions that Exchange and SharePoint enforce.
    application_enforced_restrictions: Option<bool>,
    /// Defender for Cloud Apps.
    cloud_app_security: Option<CloudAppSecurityType>,
    /// Token protection.
    secure_sign_in_session: Option<bool>,
    /// Continuous access evaluation.
    continuous_access_evaluation: Option<ContinuousAccessEvaluationMode>,
    /// Whether Entra's resilience defaults are disabled.
    disable_resilience_defaults: Option<bool>,
    /// Names of the fields above that are switched off. At most 7.
    cleared: Vec<String>,
}

impl From<&payload::SessionChange> for SessionChange {
    fn from(change: &payload::SessionChange) -> Self {
        SessionChange {
            sign_in_frequency: set(&change.sign_in_frequency).map(SignInFrequency::of),
            persistent_browser: set(&change.persistent_browser).and_then(|value| word(value, "mode")),
            application_enforced_restrictions: set(&change.application_enforced_restrictions).map(enabled),
            cloud_app_security: set(&change.cloud_app_security).and_then(|value| word(value, "cloudAppSecurityType")),
            secure_sign_in_session: set(&change.secure_sign_in_session).map(enabled),
            continuous_access_evaluation: set(&change.continuous_access_evaluation).and_then(|value| word(value, "mode")),
            disable_resilience_defaults: set(&change.disable_resilience_defaults).copied(),
            cleared: cleared([
                ("signInFrequency", off(&change.sign_in_frequency)),
                ("persistentBrowser", off(&change.persistent_browser)),
                ("applicationEnforcedRestrictions", off(&change.application_enforced_restrictions)),
                ("cloudAppSecurity", off(&change.cloud_app_security)),
                ("secureSignInSession", off(&change.secure_sign_in_session)),
                ("continuousAccessEvaluation", off(&change.continuous_access_evaluation)),
                ("disableResilienceDefaults", clears(&change.disable_resilience_defaults)),
            ]),
        }
    }
}

/// Cleared, or present with `isEnabled: false`, which is the same.
fn off(control: &Option<Option<Value>>) -> bool {
    clears(control) || set(control).is_some_and(|value| !enabled(value))
}

/// How often a sign-in is asked for.
#[derive(SimpleObject)]
pub struct SignInFrequency {
    /// After some time, or every time.
    frequency_interval: SignInFrequencyInterval,
    /// How many hours or days; `null` for every time.
    value: Option<i64>,
    /// The unit; `null` for every time.
    #[graphql(name = "type")]
    unit: Option<SignInFrequencyType>,
    /// What is asked for again; `null`: both factors.
    authentication_type: Option<SignInFrequencyAuthenticationType>,
}

impl SignInFrequency {
    fn of(value: &Value) -> Self {
        SignInFrequency {
            frequency_interval: word(value, "frequencyInterval").unwrap_or(SignInFrequencyInterval::TimeBased),
            value: value.get("value").and_then(Value::as_i64),
            unit: word(value, "type"),
            authentication_type: word(value, "authenticationType"),
        }
    }
}
