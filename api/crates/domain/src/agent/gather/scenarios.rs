//! Scenarios: one unwanted sign-in each, and who could make it because no policy stops it.

use std::collections::BTreeSet;

use super::Compiled;
use crate::coverage::Level;
use crate::document::Canonical;
use crate::evaluate::{Answer, Rule, Standing};
use crate::id::PolicyId;
use crate::signin::{
    ClientApp, Device, DeviceAttributes, Identity, Place, Platform, Proofs, RiskLevel, Target, Traits, TransferMethod, TrustType, UserKind,
};

/// Stands for every application that no policy names, and Exchange Online, which policies for Office 365 name.
const TARGETS: [&str; 2] = ["00000000-0000-0000-0000-000000000000", "00000002-0000-0ff1-ce00-000000000000"];

/// Kinds of policy that a scenario asks for by name: devices, the risk of users, the risk of sign-ins.
pub(super) const KINDS: [fn(&Canonical) -> bool; 3] = [names_device, names_user_risk, names_sign_in_risk];

/// A sign-in that policies should stop.
pub(super) struct Scenario {
    probes: Vec<Traits>,
    device: Device,
    /// Only a refusal will do: a prompt is answered.
    refused: bool,
    /// Whether a policy is of the kind that the scenario asks for.
    relevant: fn(&Canonical) -> bool,
    /// Whether it is about members alone: guests have no devices here.
    pub(super) members_only: bool,
    /// Whether policies for some platforms or places each are how it is answered: a device control is turned on platform by platform.
    in_parts: bool,
}

/// Every scenario.
pub(super) fn all() -> [Scenario; 6] {
    [Scenario::mfa(), Scenario::device(), Scenario::legacy(), Scenario::device_code(), Scenario::risky_user(), Scenario::risky_sign_in()]
}

impl Scenario {
    /// A password alone, on a device and with a client against which nothing is to be said (as in `crate::coverage`).
    pub(super) fn mfa() -> Self {
        let probes = [ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients].map(|client| ordinary(client, password()));
        Scenario { probes: probes.into(), device: good_device(), refused: false, relevant: asks, members_only: false, in_parts: false }
    }

    /// The same with a legacy client.
    pub(super) fn legacy() -> Self {
        let probes = [ClientApp::ExchangeActiveSync, ClientApp::Other].map(|client| ordinary(client, password()));
        Scenario { probes: probes.into(), device: good_device(), refused: true, relevant: asks, members_only: false, in_parts: false }
    }

    /// Everything proven, handed over by a device code.
    pub(super) fn device_code() -> Self {
        let traits =
            Traits { transfer: Some(Some(TransferMethod::DeviceCodeFlow)), ..ordinary(ClientApp::MobileAppsAndDesktopClients, proven()) };
        Scenario { probes: vec![traits], device: good_device(), refused: true, relevant: asks, members_only: false, in_parts: false }
    }

    /// Nothing proven on a device that nobody knows, against policies that name a device control, alone or as one of several.
    pub(super) fn device() -> Self {
        let unproven = Proofs { approved_app: Some(false), protected_app: Some(false), ..password() };
        let probes = [ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients].map(|client| ordinary(client, unproven.clone()));
        Scenario {
            probes: probes.into(),
            device: Device::Unregistered,
            refused: false,
            relevant: names_device,
            members_only: true,
            in_parts: true,
        }
    }

    /// A high-risk user with a second factor and the old password.
    pub(super) fn risky_user() -> Self {
        let proofs = Proofs { remediated: Some(false), ..proven() };
        let traits = Traits { user_risk: Some(RiskLevel::High), ..ordinary(ClientApp::Browser, proofs) };
        Scenario {
            probes: vec![traits],
            device: good_device(),
            refused: false,
            relevant: names_user_risk,
            members_only: false,
            in_parts: false,
        }
    }

    /// A high-risk sign-in with a password alone.
    pub(super) fn risky_sign_in() -> Self {
        let traits = Traits { sign_in_risk: Some(RiskLevel::High), ..ordinary(ClientApp::Browser, password()) };
        Scenario {
            probes: vec![traits],
            device: good_device(),
            refused: false,
            relevant: names_sign_in_risk,
            members_only: false,
            in_parts: false,
        }
    }

    /// How well a policy, taken as enforced, stops it for people of whom this is the identity.
    pub(super) fn level(&self, policy: &Compiled<'_>, who: &Identity) -> Level {
        together(self.levels(policy, &policy.rule, who).into_iter())
    }

    /// The same if the policy excluded nobody.
    pub(super) fn level_if_open(&self, policy: &Compiled<'_>, who: &Identity) -> Level {
        together(self.levels(policy, &policy.open, who).into_iter())
    }

    /// Whether the policy alone would stop it for them if it excluded nobody.
    pub(super) fn stopped_if_open(&self, policy: &Compiled<'_>, who: &Identity) -> bool {
        let levels = self.levels(policy, &policy.open, who);
        !levels.is_empty() && levels.into_iter().all(|level| self.enough(level))
    }

    /// Whether the policies together, taken as enforced, stop it for them; and which do: those that do so alone, else those that have a part in it.
    pub(super) fn stopped_by(&self, policies: &[&Compiled<'_>], who: &Identity) -> (bool, Vec<PolicyId>) {
        let enough = |level: &Level| self.enough(*level);
        let of_each: Vec<(PolicyId, Vec<Level>)> =
            policies.iter().map(|policy| (policy.policy.id, self.levels(policy, &policy.rule, who))).collect();
        let probes = TARGETS.len() * self.probes.len();
        let whole = (0..probes).all(|probe| of_each.iter().any(|(_, levels)| levels.get(probe).is_some_and(enough)));
        let alone = |levels: &[Level]| !levels.is_empty() && levels.iter().all(enough);
        let some_alone = of_each.iter().any(|(_, levels)| alone(levels));
        let helps = |levels: &[Level]| if some_alone { alone(levels) } else { whole && levels.iter().any(enough) };
        (whole, of_each.into_iter().filter(|(_, levels)| helps(levels)).map(|(policy, _)| policy).collect())
    }

    fn enough(&self, level: Level) -> bool {
        level == Level::Covered || (self.in_parts && level == Level::Partly)
    }

    /// Sign-in by sign-in; none where the policy is of another kind, or for other people.
    fn levels(&self, policy: &Compiled<'_>, rule: &Rule, who: &Identity) -> Vec<Level> {
        if !(self.relevant)(&policy.form) {
            return Vec::new();
        }
        let person = rule.of_person(who);
        if person == Answer::No {
            return Vec::new();
        }
        let kind = match who {
            Identity::User(user) => user.kind.or(Some(UserKind::Member)),
            Identity::Workload(_) => None,
        };
        let probes = TARGETS.iter().flat_map(|target| self.probes.iter().map(move |traits| (target, traits)));
        let level = |(target, traits): (&&str, &Traits)| {
            let reached = person.min(rule.of_target(&Target::Resource((*target).to_owned())));
            let around = rule.of_place(&Place::default()).min(rule.of_device(None)).min(rule.of_traits(traits));
            // A platform on which an approved application exists: controls are asked about it, conditions are not.
            // Terms are accepted: a policy that asks for them alone stops nobody for long.
            let mut asked = Traits { platform: Some(Some(Platform::Ios)), ..traits.clone() };
            asked.proofs.accepted_terms = Some(policy.terms.clone());
            let stops = match rule.standing(kind, Some(&self.device), &asked) {
                Standing::Refused => Answer::Yes,
                Standing::Interrupted => Answer::of(!self.refused),
                Standing::Satisfied => Answer::No,
                Standing::Unknown => Answer::Unknown,
            };
            match (reached.min(stops), around) {
                (Answer::No, _) | (_, Answer::No) => Level::Uncovered,
                (Answer::Unknown, _) => Level::Unknown,
                (Answer::Yes, Answer::Unknown) => Level::Partly,
                (Answer::Yes, Answer::Yes) => Level::Covered,
            }
        };
        probes.map(level).collect()
    }
}

/// Several sign-ins as one: all alike, or partly.
fn together(levels: impl Iterator<Item = Level>) -> Level {
    let seen: BTreeSet<Level> = levels.collect();
    match (seen.len(), seen.first()) {
        (0, _) => Level::Uncovered,
        (1, Some(level)) => *level,
        _ if seen.contains(&Level::Partly) || seen.contains(&Level::Covered) => Level::Partly,
        _ => Level::Unknown,
    }
}

/// Anything but terms of use and session controls: who accepts terms goes on.
fn asks(form: &Canonical) -> bool {
    ["builtInControls", "authenticationStrength", "customAuthenticationFactors"]
        .iter()
        .any(|name| form.at(&["grantControls", name]).is_some())
}

fn names_device(form: &Canonical) -> bool {
    const CONTROLS: [&str; 4] = ["compliantDevice", "domainJoinedDevice", "compliantApplication", "approvedApplication"];
    form.texts(&["grantControls", "builtInControls"]).any(|control| CONTROLS.contains(&control))
}

fn names_user_risk(form: &Canonical) -> bool {
    form.texts(&["conditions", "userRiskLevels"]).any(|level| level == "high")
}

fn names_sign_in_risk(form: &Canonical) -> bool {
    form.texts(&["conditions", "signInRiskLevels"]).any(|level| level == "high")
}

/// Everything that a policy can test is ordinary, or not told.
fn ordinary(client: ClientApp, proofs: Proofs) -> Traits {
    Traits {
        client: Some(client),
        platform: None,
        contexts: Some(BTreeSet::new()),
        sign_in_risk: Some(RiskLevel::None),
        user_risk: Some(RiskLevel::None),
        service_principal_risk: Some(RiskLevel::None),
        insider_risk: Some(None),
        transfer: Some(None),
        proofs,
    }
}

fn password() -> Proofs {
    Proofs { mfa: Some(false), combinations: Some(BTreeSet::from(["password".to_owned()])), ..proven() }
}

fn proven() -> Proofs {
    Proofs {
        mfa: Some(true),
        combinations: Some(BTreeSet::from(["fido2".to_owned()])),
        registered: None,
        approved_app: Some(true),
        protected_app: Some(true),
        accepted_terms: None,
        remediated: Some(true),
        bound_token: Some(true),
    }
}

fn good_device() -> Device {
    Device::Registered(Box::new(DeviceAttributes {
        compliant: Some(true),
        managed: Some(true),
        trust: Some(TrustType::ServerAd),
        ..DeviceAttributes::default()
    }))
}
