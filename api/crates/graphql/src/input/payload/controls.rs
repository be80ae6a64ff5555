//! Grant and session controls.

use async_graphql::{InputObject, MaybeUndefined};
use domain::change::kind::ChangePayload;
use domain::change::payload::{GrantChange, SessionChange};
use serde_json::{Value, json};

use super::write::{At, nullable, switch};
use crate::enums::{
    BuiltInControl, CloudAppSecurityType, ContinuousAccessEvaluationMode, GrantOperator, PersistentBrowserMode,
    SignInFrequencyAuthenticationType, SignInFrequencyInterval, SignInFrequencyType,
};
use crate::user_error::Refused;

/// Custom authentication factors of one policy.
const MAX_FACTORS: usize = 100;
/// Terms of use that a tenant can have.
const MAX_TERMS: usize = 40;

/// `policy.grant_change`: replaces grant controls, but terms of use.
#[derive(InputObject)]
pub struct GrantChangeInput {
    /// How the controls combine; means nothing beside one control.
    operator: Option<GrantOperator>,
    /// The whole set of built-in controls; empty removes them.
    built_in_controls: Option<Vec<BuiltInControl>>,
    /// Graph id or name of an authentication strength; `null` removes it. Goes without MFA.
    authentication_strength_id: MaybeUndefined<String>,
    /// The whole set of custom authentication factors. At most 100.
    custom_authentication_factors: Option<Vec<String>>,
}

impl GrantChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<GrantChange, Refused> {
        let factors = self.custom_authentication_factors;
        Ok(GrantChange {
            operator: self.operator.map(Into::into),
            built_in_controls: self.built_in_controls.map(|controls| at.words("builtInControls", controls)).transpose()?,
            authentication_strength_id: nullable(self.authentication_strength_id, Ok)?,
            custom_authentication_factors: factors
                .map(|factors| at.bounded("customAuthenticationFactors", factors, MAX_FACTORS))
                .transpose()?,
        })
    }
}

/// `policy.terms_of_use_change`: replaces the terms of use.
#[derive(InputObject)]
pub struct TermsOfUseChangeInput {
    /// The whole set, by Graph id or name of the agreement; empty removes them. At most 40.
    terms_of_use: Vec<String>,
}

impl TermsOfUseChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<ChangePayload, Refused> {
        Ok(ChangePayload::TermsOfUseChange { terms_of_use: at.bounded("termsOfUse", self.terms_of_use, MAX_TERMS)?, operator: None })
    }
}

/// `policy.session_change`: replaces session controls.
#[derive(InputObject)]
pub struct SessionChangeInput {
    /// Sign-in frequency; `null` switches it off.
    sign_in_frequency: MaybeUndefined<SignInFrequencyInput>,
    /// Whether browser sessions outlive the browser; `null` switches the control off. Needs all applications.
    persistent_browser: MaybeUndefined<PersistentBrowserMode>,
    /// Restrictions that Exchange and SharePoint enforce; `false` or `null` switches them off.
    application_enforced_restrictions: MaybeUndefined<bool>,
    /// Defender for Cloud Apps; `null` switches it off.
    cloud_app_security: MaybeUndefined<CloudAppSecurityType>,
    /// Token protection; `false` or `null` switches it off.
    secure_sign_in_session: MaybeUndefined<bool>,
    /// Continuous access evaluation; `null` leaves it to Entra.
    continuous_access_evaluation: MaybeUndefined<ContinuousAccessEvaluationMode>,
    /// Whether Entra's resilience defaults are disabled; `null` leaves them on.
    disable_resilience_defaults: MaybeUndefined<bool>,
}

impl SessionChangeInput {
    pub(super) fn domain(self, at: &At) -> Result<SessionChange, Refused> {
        Ok(SessionChange {
            sign_in_frequency: nullable(self.sign_in_frequency, |frequency| frequency.graph(at))?,
            persistent_browser: nullable(self.persistent_browser, |mode| {
                Ok(json!({"isEnabled": true, "mode": at.word("persistentBrowser", mode)?}))
            })?,
            application_enforced_restrictions: switch(self.application_enforced_restrictions),
            cloud_app_security: nullable(self.cloud_app_security, |kind| {
                Ok(json!({"isEnabled": true, "cloudAppSecurityType": at.word("cloudAppSecurity", kind)?}))
            })?,
            secure_sign_in_session: switch(self.secure_sign_in_session),
            continuous_access_evaluation: nullable(self.continuous_access_evaluation, |mode| {
                Ok(json!({"mode": at.word("continuousAccessEvaluation", mode)?}))
            })?,
            disable_resilience_defaults: nullable(self.disable_resilience_defaults, Ok)?,
        })
    }
}

/// How often a sign-in is asked for.
#[derive(InputObject)]
pub struct SignInFrequencyInput {
    /// After some time, or every time.
    #[graphql(default_with = "SignInFrequencyInterval::TimeBased")]
    frequency_interval: SignInFrequencyInterval,
    /// How many hours (1 to 23) or days (1 to 365); not with `EVERY_TIME`.
    value: Option<i32>,
    /// The unit of `value`; not with `EVERY_TIME`.
    #[graphql(name = "type")]
    unit: Option<SignInFrequencyType>,
    /// What is asked for again; both factors unless given.
    authentication_type: Option<SignInFrequencyAuthenticationType>,
}

impl SignInFrequencyInput {
    fn graph(self, at: &At) -> Result<Value, Refused> {
        let interval = at.word("signInFrequency.frequencyInterval", self.frequency_interval)?;
        let kind = self.authentication_type.unwrap_or(SignInFrequencyAuthenticationType::PrimaryAndSecondaryAuthentication);
        let kind = at.word("signInFrequency.authenticationType", kind)?;
        let mut frequency = json!({"isEnabled": true, "frequencyInterval": interval, "authenticationType": kind});
        match (self.frequency_interval, self.value, self.unit) {
            (SignInFrequencyInterval::EveryTime, None, None) => {}
            (SignInFrequencyInterval::EveryTime, _, _) => {
                return Err(at.refuse("signInFrequency", "EVERY_TIME takes no value and no type"));
            }
            (_, Some(value), Some(unit)) => {
                frequency["value"] = value.into();
                frequency["type"] = at.word("signInFrequency.type", unit)?.into();
            }
            _ => return Err(at.refuse("signInFrequency", "give both value and type")),
        }
        Ok(frequency)
    }
}
