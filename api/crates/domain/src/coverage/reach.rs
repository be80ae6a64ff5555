//! What one enforced policy reaches, dimension by dimension.

use std::collections::BTreeSet;

use super::{Enforced, Level};
use crate::evaluate::{Answer, Rule, Standing};
use crate::signin::{ClientApp, Device, DeviceAttributes, Place, Platform, Proofs, RiskLevel, Traits, TrustType, UserKind};

/// A policy that may ask for a second factor.
pub(super) struct Reach<'r> {
    pub(super) rule: &'r Rule,
    /// For each of [`ClientApp::ALL`]: how well it covers whom and what it reaches.
    pub(super) clients: [Level; ClientApp::ALL.len()],
}

impl<'r> Reach<'r> {
    /// `None` where it asks for nothing with any client, or only of sign-ins that are not ordinary.
    pub(super) fn of(enforced: &'r Enforced) -> Option<Self> {
        let rule = &enforced.rule;
        let anywhere = rule.of_place(&Place::default()).min(rule.of_device(None));
        let mut clients = [Level::Uncovered; ClientApp::ALL.len()];
        for (level, client) in clients.iter_mut().zip(ClientApp::ALL) {
            *level = match (demands(rule, *client, &enforced.terms), anywhere.min(rule.of_traits(&ordinary(*client)))) {
                (Answer::No, _) | (_, Answer::No) => Level::Uncovered,
                (Answer::Unknown, _) => Level::Unknown,
                (Answer::Yes, Answer::Unknown) => Level::Partly,
                (Answer::Yes, Answer::Yes) => Level::Covered,
            };
        }
        clients.iter().any(|level| *level != Level::Uncovered).then_some(Reach { rule, clients })
    }

    /// How well it covers, given whether it is for the person and for the application.
    pub(super) fn level(&self, client: usize, person: Answer, target: Answer) -> Level {
        match person.min(target) {
            Answer::No => Level::Uncovered,
            Answer::Unknown => self.clients[client].min(Level::Unknown),
            Answer::Yes => self.clients[client],
        }
    }
}

/// Everything that a policy can test is ordinary or not told.
fn ordinary(client: ClientApp) -> Traits {
    Traits {
        client: Some(client),
        platform: None,
        contexts: Some(BTreeSet::new()),
        sign_in_risk: Some(RiskLevel::None),
        user_risk: Some(RiskLevel::None),
        service_principal_risk: Some(RiskLevel::None),
        insider_risk: Some(None),
        transfer: Some(None),
        proofs: Proofs::default(),
    }
}

/// Whether a sign-in that has everything but a second factor is stopped: then what the policy asks for is a second factor, or it blocks.
fn demands(rule: &Rule, client: ClientApp, terms: &BTreeSet<String>) -> Answer {
    let device = Device::Registered(Box::new(DeviceAttributes {
        compliant: Some(true),
        managed: Some(true),
        trust: Some(TrustType::ServerAd),
        ..DeviceAttributes::default()
    }));
    let proofs = Proofs {
        mfa: Some(false),
        combinations: Some(BTreeSet::from(["password".to_owned()])),
        registered: None,
        approved_app: Some(true),
        protected_app: Some(true),
        accepted_terms: Some(terms.clone()),
        remediated: Some(true),
        bound_token: Some(true),
    };
    // A platform on which an approved application exists.
    let traits = Traits { platform: Some(Some(Platform::Ios)), proofs, ..ordinary(client) };
    match rule.standing(Some(UserKind::Member), Some(&device), &traits) {
        Standing::Satisfied => Answer::No,
        Standing::Interrupted | Standing::Refused => Answer::Yes,
        Standing::Unknown => Answer::Unknown,
    }
}
