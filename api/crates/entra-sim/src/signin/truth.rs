//! Every fact of a generated sign-in, those that no log shows among them: what another evaluator is held against this one's with.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::evaluate::{controls, evaluate};
use super::facts::{Policy, TenantFacts};
use super::scene::{FirstFactor, Scene, Target};

/// Policies that sign-ins are judged by, digested.
#[derive(Debug, Clone)]
pub struct JudgedPolicies(Vec<Policy>);

impl JudgedPolicies {
    /// Policies as Graph stores them. What has no id is left out.
    #[must_use]
    pub fn new(policies: &[Value]) -> Self {
        JudgedPolicies(policies.iter().filter_map(Policy::of).collect())
    }
}

/// What policies made of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// `conditionalAccessStatus`.
    pub status: &'static str,
    /// `result` of each policy, in their order.
    pub results: Vec<&'static str>,
}

/// A sign-in with all its facts, in Graph's words.
#[derive(Debug, Clone)]
pub struct Truth<'a> {
    facts: &'a TenantFacts,
    scene: Scene<'a>,
}

/// A registered device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruthDevice {
    /// Device id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// `trustType` as device filters spell it.
    pub trust: &'static str,
    /// Owned by the company.
    pub company: bool,
    /// Managed by Intune.
    pub managed: bool,
    /// Compliant.
    pub compliant: bool,
}

/// The sign-ins of `[from, to)`, oldest first: the same as [`super::stream`] shows as a log does.
pub fn stream_with_truth(facts: &TenantFacts, seed: u64, from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = Truth<'_>> {
    super::scenes(facts, seed, from, to).map(move |scene| Truth { facts, scene })
}

impl Truth<'_> {
    /// What these policies make of it.
    #[must_use]
    pub fn judge(&self, policies: &JudgedPolicies) -> Judged {
        let verdict = evaluate(self.facts, &policies.0, &self.scene);
        Judged { status: verdict.status, results: verdict.applied.iter().map(|applied| applied.result).collect() }
    }

    /// Id of the log's entry.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.scene.id
    }

    /// Object id of the user.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.scene.user.id
    }

    /// Type of guest; none for a member with a local account.
    #[must_use]
    pub fn guest_type(&self) -> Option<&'static str> {
        self.scene.user.guest_type
    }

    /// Home tenant of an account from elsewhere.
    #[must_use]
    pub fn home_tenant(&self) -> Option<Uuid> {
        self.scene.user.home_tenant
    }

    /// Groups around the user, transitively.
    #[must_use]
    pub fn groups(&self) -> &BTreeSet<String> {
        &self.scene.user.groups
    }

    /// Template ids of the user's roles.
    #[must_use]
    pub fn roles(&self) -> &BTreeSet<String> {
        &self.scene.user.roles
    }

    /// Application id of the resource, or `urn:user:...` for a user action.
    #[must_use]
    pub fn target(&self) -> &str {
        match &self.scene.target {
            Target::Resource(app_id) => app_id,
            Target::Action(action) => action,
        }
    }

    /// The authentication context that the resource asks for.
    #[must_use]
    pub fn context(&self) -> Option<&str> {
        self.scene.context.as_deref()
    }

    /// The client as `clientAppTypes` names it.
    #[must_use]
    pub fn client(&self) -> &'static str {
        self.scene.client.condition()
    }

    /// The platform as `platforms` names it; none where the user agent tells none.
    #[must_use]
    pub fn platform(&self) -> Option<&'static str> {
        self.scene.platform.condition()
    }

    /// The device; none where Entra doesn't know it.
    #[must_use]
    pub fn device(&self) -> Option<TruthDevice> {
        self.scene.device.registration.as_ref().map(|known| TruthDevice {
            id: known.id,
            name: known.name.clone(),
            trust: known.trust.in_filter(),
            company: known.company,
            managed: known.managed,
            compliant: known.compliant,
        })
    }

    /// The application in use is approved, and under an app protection policy.
    #[must_use]
    pub fn protected_app(&self) -> bool {
        self.scene.device.protected_app
    }

    /// The address.
    #[must_use]
    pub fn ip(&self) -> IpAddr {
        self.scene.ip
    }

    /// ISO 3166-1 alpha-2; none where the address tells no country. GPS would tell the same.
    #[must_use]
    pub fn country(&self) -> Option<&'static str> {
        Some(self.scene.place.country).filter(|code| !code.is_empty())
    }

    /// Risk levels of the sign-in and of the user.
    #[must_use]
    pub fn risks(&self) -> (&'static str, &'static str) {
        (self.scene.sign_in_risk.text(), self.scene.user_risk.text())
    }

    /// How the session was handed over.
    #[must_use]
    pub fn flow(&self) -> Option<&'static str> {
        self.scene.flow
    }

    /// The first factor was accepted; without it no policy is asked.
    #[must_use]
    pub fn first_factor_accepted(&self) -> bool {
        self.scene.first_factor == FirstFactor::Accepted
    }

    /// Combinations that the user can answer a prompt with.
    #[must_use]
    pub fn methods(&self) -> &'static [&'static str] {
        self.scene.proof.methods
    }

    /// The combination that the token holds already.
    #[must_use]
    pub fn in_token(&self) -> Option<&'static str> {
        self.scene.proof.in_token
    }

    /// The user answers prompts this time.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.scene.proof.answers
    }

    /// Whether the user accepted these terms before.
    #[must_use]
    pub fn accepted(&self, terms: &str) -> bool {
        controls::accepted(terms, self.scene.acceptance)
    }

    /// The session's token is bound to its device.
    #[must_use]
    pub fn bound_token(&self) -> bool {
        controls::bound(&self.scene)
    }
}
