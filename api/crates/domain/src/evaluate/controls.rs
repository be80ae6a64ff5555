//! What a policy asks for, and how a sign-in stands to it (ca-semantics.md sections 2, 7 and 9).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::possible::Possible;
use super::read::{object, strange, texts};
use super::surroundings::{MFA_STRENGTH, Strength, Surroundings};
use crate::signin::{ClientApp, Device, DeviceAttributes, Fact, Platform, Traits, TransferMethod, TrustType, UserKind};
use crate::text_enum;

text_enum! {
    /// Controls in the order in which what is unmet is asked for (ca-semantics.md section 2).
    Control {
        /// Access is refused.
        Block = "block",
        /// A second factor.
        Mfa = "mfa",
        /// A strong enough combination of factors.
        AuthenticationStrength = "authenticationStrength",
        /// A device marked as compliant.
        CompliantDevice = "compliantDevice",
        /// A hybrid-joined device.
        DomainJoinedDevice = "domainJoinedDevice",
        /// An approved client application.
        ApprovedApplication = "approvedApplication",
        /// An app protection policy.
        CompliantApplication = "compliantApplication",
        /// A risk remediated by any means.
        RiskRemediation = "riskRemediation",
        /// A new password.
        PasswordChange = "passwordChange",
        /// Terms of use accepted.
        TermsOfUse = "termsOfUse",
        /// Another vendor's factor.
        CustomAuthenticationFactor = "customAuthenticationFactor",
        /// Token protection, the session control that can fail.
        TokenProtection = "secureSignInSession",
        /// One that this version doesn't know.
        Unknown = "unknown",
    }
}

/// Grant controls and the session control that can fail.
#[derive(Clone, Debug)]
pub(super) struct Controls {
    one_is_enough: bool,
    grants: Vec<Grant>,
    token_protection: bool,
    strange_session: bool,
    trusts_guest_devices: Fact<bool>,
}

#[derive(Clone, Debug)]
enum Grant {
    BuiltIn(Control),
    /// `None`: nobody read what satisfies it.
    Strength {
        is_mfa: bool,
        strength: Option<Strength>,
    },
    Terms(String),
    Custom,
    Strange,
}

const GRANT: [&str; 5] = ["operator", "builtInControls", "authenticationStrength", "termsOfUse", "customAuthenticationFactors"];
const SESSION: [&str; 9] = [
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "signInFrequency",
    "persistentBrowser",
    "disableResilienceDefaults",
    "secureSignInSession",
    "continuousAccessEvaluation",
    "globalSecureAccessFilteringProfile",
    "networkAccessSecurity",
];

/// What controls look at.
#[derive(Clone, Copy)]
pub(super) struct Seen<'s> {
    pub kind: Fact<UserKind>,
    pub device: Option<&'s Device>,
    pub traits: &'s Traits,
}

impl Controls {
    /// `verbatim`: the document as Graph gave it, in which a strength may stand with its combinations.
    pub(super) fn new(canonical: &Value, verbatim: &Value, surroundings: &Surroundings) -> Self {
        let empty = Map::new();
        let grant = object(canonical, "grantControls").unwrap_or(&empty);
        let session = object(canonical, "sessionControls").unwrap_or(&empty);
        let mut grants: Vec<Grant> = texts(grant, "builtInControls").map(built_in).collect();
        if grant.contains_key("authenticationStrength") {
            grants.push(strength(grant, verbatim, surroundings));
        }
        grants.extend(texts(grant, "termsOfUse").map(|id| Grant::Terms(id.to_lowercase())));
        grants.extend(texts(grant, "customAuthenticationFactors").map(|_| Grant::Custom));
        grants.extend(strange(grant, "grantControls", &GRANT).into_iter().map(|_| Grant::Strange));
        Controls {
            one_is_enough: grant.get("operator").and_then(Value::as_str) == Some("OR"),
            grants,
            token_protection: session.contains_key("secureSignInSession"),
            strange_session: !strange(session, "sessionControls", &SESSION).is_empty(),
            trusts_guest_devices: surroundings.trusts_guest_devices,
        }
    }

    pub(super) fn blocks(&self) -> bool {
        self.grants.iter().any(|grant| matches!(grant, Grant::BuiltIn(Control::Block)))
    }

    /// How a sign-in stands to all of it: to any of the grants, or to every one, and to the session.
    pub(super) fn standing(&self, seen: Seen<'_>) -> Possible {
        let grants = self.grants.iter().map(|grant| self.grant(grant, seen));
        let granted = match self.one_is_enough {
            true => grants.reduce(Possible::or).unwrap_or(Possible::SATISFIED),
            false => grants.fold(Possible::SATISFIED, Possible::and),
        };
        granted.and(self.session(seen))
    }

    /// Every control that may be unmet, in the order in which they are asked for. Where one of several is enough, that one which is easiest to meet.
    pub(super) fn open(&self, seen: Seen<'_>) -> Vec<(Control, Possible)> {
        let stands = self.grants.iter().map(|grant| (grant.control(), self.grant(grant, seen)));
        let mut open: Vec<_> = stands.filter(|(_, standing)| *standing != Possible::SATISFIED).collect();
        open.sort_by_key(|(control, _)| *control);
        if self.one_is_enough {
            let granted = self.grants.iter().any(|grant| self.grant(grant, seen) == Possible::SATISFIED);
            let easiest = open.iter().min_by_key(|(control, standing)| (standing.best(), *control)).copied();
            open = easiest.filter(|_| !granted).into_iter().collect();
        }
        let session = self.session(seen);
        if session != Possible::SATISFIED {
            open.push((if self.token_protection { Control::TokenProtection } else { Control::Unknown }, session));
        }
        open
    }

    fn session(&self, seen: Seen<'_>) -> Possible {
        let bound = match (self.token_protection, seen.traits.proofs.bound_token) {
            (false, _) => Possible::SATISFIED,
            (true, bound) => Possible::held(bound),
        };
        if self.strange_session { bound.and(Possible::ANYTHING) } else { bound }
    }

    fn grant(&self, grant: &Grant, seen: Seen<'_>) -> Possible {
        let proofs = &seen.traits.proofs;
        match grant {
            Grant::BuiltIn(control) => self.built_in(*control, seen),
            Grant::Strength { is_mfa: true, strength } if proofs.combinations.is_none() => second_factor(strength.as_ref(), seen),
            Grant::Strength { strength: Some(strength), .. } => proven(strength, seen),
            Grant::Strength { strength: None, .. } | Grant::Strange => Possible::ANYTHING,
            Grant::Terms(_) if seen.kind == Some(UserKind::B2bDirectConnectUser) => Possible::REFUSED,
            Grant::Terms(id) => match &proofs.accepted_terms {
                Some(accepted) if accepted.contains(id) => Possible::SATISFIED,
                Some(_) => prompt(seen),
                None => prompt(seen).or_satisfied(),
            },
            // No log tells whether it was met.
            Grant::Custom => prompt(seen).or_satisfied(),
        }
    }

    fn built_in(&self, control: Control, seen: Seen<'_>) -> Possible {
        let proofs = &seen.traits.proofs;
        match control {
            Control::Block => Possible::REFUSED,
            Control::Mfa => second_factor(None, seen),
            Control::CompliantDevice => self.device(seen, seen.device.map(|device| of_device(device, |known| known.compliant))),
            Control::DomainJoinedDevice => {
                let hybrid = |known: &DeviceAttributes| known.trust.map(|trust| trust == TrustType::ServerAd);
                self.device(seen, seen.device.map(|device| of_device(device, hybrid)))
            }
            Control::ApprovedApplication => application(seen, proofs.approved_app, false),
            Control::CompliantApplication => application(seen, proofs.protected_app, true),
            Control::PasswordChange => remediation(seen, external),
            Control::RiskRemediation => remediation(seen, |kind| kind != UserKind::Member),
            _ => Possible::ANYTHING,
        }
    }

    /// A session begun with a device code proves nothing about its device, and a guest's device is known at home only.
    fn device(&self, seen: Seen<'_>, held: Option<Fact<bool>>) -> Possible {
        let held = Possible::held(held.flatten());
        let handed_over = match seen.traits.transfer {
            Some(Some(TransferMethod::DeviceCodeFlow)) => Possible::REFUSED,
            Some(_) => Possible::SATISFIED,
            None => Possible::held(None),
        };
        let counts = match seen.kind.map(external) {
            Some(false) => Possible::SATISFIED,
            Some(true) => Possible::held(self.trusts_guest_devices),
            None if self.trusts_guest_devices == Some(true) => Possible::SATISFIED,
            None => Possible::held(None),
        };
        held.and(handed_over).and(counts)
    }
}

impl Grant {
    fn control(&self) -> Control {
        match self {
            Grant::BuiltIn(control) => *control,
            Grant::Strength { .. } => Control::AuthenticationStrength,
            Grant::Terms(_) => Control::TermsOfUse,
            Grant::Custom => Control::CustomAuthenticationFactor,
            Grant::Strange => Control::Unknown,
        }
    }
}

fn built_in(name: &str) -> Grant {
    match name {
        "block"
        | "mfa"
        | "compliantDevice"
        | "domainJoinedDevice"
        | "approvedApplication"
        | "compliantApplication"
        | "passwordChange"
        | "riskRemediation" => name.parse().map_or(Grant::Strange, Grant::BuiltIn),
        _ => Grant::Strange,
    }
}

fn strength(grant: &Map<String, Value>, verbatim: &Value, surroundings: &Surroundings) -> Grant {
    let id = grant.get("authenticationStrength").and_then(|strength| strength.get("id")).and_then(Value::as_str).unwrap_or_default();
    let expanded = verbatim.pointer("/grantControls/authenticationStrength").and_then(Strength::of_graph);
    let strength = surroundings.strengths.get(id).cloned().or(expanded).or_else(|| Strength::built_in(id));
    Grant::Strength { is_mfa: id == MFA_STRENGTH, strength }
}

/// Somebody whose account is elsewhere.
fn external(kind: UserKind) -> bool {
    !matches!(kind, UserKind::Member | UserKind::InternalGuest)
}

fn of_device(device: &Device, attribute: impl Fn(&DeviceAttributes) -> Fact<bool>) -> Fact<bool> {
    match device {
        Device::Unregistered => Some(false),
        Device::Registered(attributes) => attribute(attributes),
    }
}

/// A second factor: proven, or asked for, or out of reach.
fn second_factor(strength: Option<&Strength>, seen: Seen<'_>) -> Possible {
    let built_in = || Strength::built_in(MFA_STRENGTH).unwrap_or_default();
    let allowed = || strength.cloned().unwrap_or_else(built_in);
    match seen.traits.proofs.mfa {
        Some(true) => Possible::SATISFIED,
        // Combinations that are known tell it as well.
        None if seen.traits.proofs.combinations.as_ref().is_some_and(|proven| meets(&allowed(), proven)) => Possible::SATISFIED,
        None if !legacy(seen) => answer(seen, |methods| meets(&allowed(), methods)).or_satisfied(),
        _ => answer(seen, |methods| meets(&allowed(), methods)),
    }
}

/// A combination of a strength: proven, or asked for, or out of reach.
fn proven(strength: &Strength, seen: Seen<'_>) -> Possible {
    let asked = answer(seen, |methods| meets(strength, methods) || methods.iter().any(|method| strength.restricted.contains(method)));
    match &seen.traits.proofs.combinations {
        Some(proven) if meets(strength, proven) => Possible::SATISFIED,
        Some(proven) if proven.iter().any(|combination| strength.restricted.contains(combination)) => asked.or_satisfied(),
        Some(_) => asked,
        // Without a second factor no combination of several is proven.
        None if seen.traits.proofs.mfa == Some(false) && all_are_multi_factor(strength) => asked,
        // Basic authentication can't carry one.
        None if legacy(seen) && seen.traits.proofs.mfa != Some(true) => asked,
        None => asked.or_satisfied(),
    }
}

/// Whether one of the combinations satisfies by itself.
fn meets(strength: &Strength, combinations: &BTreeSet<String>) -> bool {
    combinations.iter().any(|held| strength.combinations.contains(held) && !strength.restricted.contains(held))
}

fn all_are_multi_factor(strength: &Strength) -> bool {
    let mfa = Strength::built_in(MFA_STRENGTH).unwrap_or_default();
    strength.combinations.is_subset(&mfa.combinations)
}

/// A prompt that a registered method answers. Where nobody read what a user has registered, it counts as one that can be answered.
fn answer(seen: Seen<'_>, satisfies: impl Fn(&BTreeSet<String>) -> bool) -> Possible {
    match &seen.traits.proofs.registered {
        Some(registered) if !satisfies(registered) => Possible::REFUSED,
        _ => prompt(seen),
    }
}

/// Something that only the user can do; legacy clients can't show it.
fn prompt(seen: Seen<'_>) -> Possible {
    match seen.traits.client.map(ClientApp::legacy) {
        Some(true) => Possible::REFUSED,
        Some(false) => Possible::INTERRUPTED,
        None => Possible::INTERRUPTED.either(Possible::REFUSED),
    }
}

fn legacy(seen: Seen<'_>) -> bool {
    seen.traits.client.is_some_and(ClientApp::legacy)
}

/// Approved and protected applications exist on Android and iOS, protected ones also as Edge on Windows; guests can't have them.
fn application(seen: Seen<'_>, held: Fact<bool>, windows: bool) -> Possible {
    let platform = match seen.traits.platform {
        None => Possible::held(None),
        Some(Some(Platform::Android | Platform::Ios)) => Possible::SATISFIED,
        Some(Some(Platform::Windows)) if windows => Possible::SATISFIED,
        Some(_) => Possible::REFUSED,
    };
    let account = Possible::held(seen.kind.map(|kind| !external(kind)));
    Possible::held(held).and(platform).and(account)
}

/// A new password, or a risk remediated otherwise: only at the account's home.
fn remediation(seen: Seen<'_>, refused: impl Fn(UserKind) -> bool) -> Possible {
    let asked = match seen.kind.map(refused) {
        Some(true) => return Possible::REFUSED,
        Some(false) => prompt(seen),
        None => prompt(seen).either(Possible::REFUSED),
    };
    match seen.traits.proofs.remediated {
        Some(true) if seen.kind.is_some() => Possible::SATISFIED,
        Some(false) => asked,
        _ => asked.or_satisfied(),
    }
}
