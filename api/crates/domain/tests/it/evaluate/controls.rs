//! What a policy asks for and how a sign-in stands to it: one row for each documented rule.

use std::collections::BTreeSet;

use domain::evaluate::Standing::{self, Interrupted, Refused, Satisfied, Unknown};
use domain::evaluate::{Rule, Surroundings};
use domain::signin::{ClientApp, Device, DeviceAttributes, Identity, Platform, SignIn, TransferMethod, TrustType, UserKind};
use serde_json::{Value, json};

use super::world::{laptop, policy, sign_in, surroundings};

type Row = (&'static str, &'static str, Value, SignIn, Standing);

const MFA_STRENGTH: &str = "00000000-0000-0000-0000-000000000002";
const PASSWORDLESS: &str = "00000000-0000-0000-0000-000000000003";
const PHISHING_RESISTANT: &str = "00000000-0000-0000-0000-000000000004";

fn check(rows: Vec<Row>) {
    check_in(&surroundings(), rows);
}

fn check_in(surroundings: &Surroundings, rows: Vec<Row>) {
    for (rule, source, over, sign_in, expected) in rows {
        let compiled = Rule::new(&policy(over.clone()), surroundings);
        let Identity::User(user) = &sign_in.identity else { panic!("these rows are about users") };
        let standing = compiled.standing(user.kind, sign_in.device.as_ref(), &sign_in.traits);
        assert_eq!(standing, expected, "{rule} [{source}] {over}");
    }
}

fn grant(operator: &str, controls: &[&str]) -> Value {
    json!({ "grantControls": { "operator": operator, "builtInControls": controls } })
}

fn one(control: &str) -> Value {
    grant("OR", &[control])
}

fn strength(id: &str) -> Value {
    json!({ "grantControls": { "operator": "OR", "builtInControls": [], "authenticationStrength": { "id": id } } })
}

fn terms() -> Value {
    json!({ "grantControls": { "operator": "OR", "builtInControls": [], "termsOfUse": ["ABCDEF00-0000-0000-0000-000000000001"] } })
}

fn with(change: impl FnOnce(&mut SignIn)) -> SignIn {
    let mut sign_in = sign_in();
    change(&mut sign_in);
    sign_in
}

fn kind(sign_in: SignIn, kind: Option<UserKind>) -> SignIn {
    let mut sign_in = sign_in;
    let Identity::User(user) = &mut sign_in.identity else { panic!("a user") };
    user.kind = kind;
    sign_in
}

fn on(device: DeviceAttributes) -> SignIn {
    with(|sign_in| sign_in.device = Some(Device::Registered(Box::new(device))))
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn proving(combinations: &[&str]) -> SignIn {
    with(|sign_in| {
        sign_in.traits.proofs.combinations = Some(set(combinations));
        sign_in.traits.proofs.mfa = Some(true);
    })
}

#[test]
fn block_and_second_factors() {
    let legacy = with(|sign_in| sign_in.traits.client = Some(ClientApp::Other));
    let nothing_registered = with(|sign_in| sign_in.traits.proofs.registered = Some(BTreeSet::new()));
    let untold = with(|sign_in| {
        sign_in.traits.proofs.mfa = None;
        sign_in.traits.proofs.combinations = None;
    });
    check(vec![
        ("block", "2.6", one("block"), sign_in(), Refused),
        ("MFA asks", "7 mfa", one("mfa"), sign_in(), Interrupted),
        ("MFA proven", "7 mfa", one("mfa"), proving(&["password,sms"]), Satisfied),
        ("legacy clients show no prompt", "5 Client apps", one("mfa"), legacy, Refused),
        ("no method to answer with", "7 mfa", one("mfa"), nothing_registered, Refused),
        ("a second factor that nobody told", "6 domain", one("mfa"), untold.clone(), Unknown),
        (
            "what is registered that nobody told counts as something",
            "6 domain",
            one("mfa"),
            with(|sign_in| sign_in.traits.proofs.registered = None),
            Interrupted,
        ),
        ("the MFA strength is as good as MFA", "7 strengths", strength(MFA_STRENGTH), proving(&["password,sms"]), Satisfied),
        (
            "the MFA strength without combinations",
            "7 strengths",
            strength(MFA_STRENGTH),
            with(|sign_in| {
                sign_in.traits.proofs.mfa = Some(true);
                sign_in.traits.proofs.combinations = None;
            }),
            Satisfied,
        ),
        ("phishing-resistant and a text message", "7 strengths", strength(PHISHING_RESISTANT), proving(&["password,sms"]), Refused),
        (
            "phishing-resistant and a registered key",
            "7 strengths",
            strength(PHISHING_RESISTANT),
            with(|sign_in| sign_in.traits.proofs.registered = Some(set(&["fido2"]))),
            Interrupted,
        ),
        ("phishing-resistant and a key", "7 strengths", strength(PHISHING_RESISTANT), proving(&["fido2"]), Satisfied),
        ("passwordless has the phone", "7 strengths", strength(PASSWORDLESS), proving(&["deviceBasedPush"]), Satisfied),
        ("phishing-resistant hasn't", "7 strengths", strength(PHISHING_RESISTANT), proving(&["deviceBasedPush"]), Refused),
        ("a combination that nobody told", "6 domain", strength(PHISHING_RESISTANT), untold, Unknown),
        ("a strength that nobody read", "6 domain", strength("eeeeeeee-0000-0000-0000-000000000001"), proving(&["fido2"]), Unknown),
        (
            "an expanded strength is read from the document",
            "12",
            json!({ "grantControls": { "operator": "OR", "builtInControls": [], "authenticationStrength": {
                "id": "eeeeeeee-0000-0000-0000-000000000001", "allowedCombinations": ["password,sms"] } } }),
            proving(&["password,sms"]),
            Satisfied,
        ),
        (
            "keys of certain makers only",
            "7 combinationConfigurations",
            json!({ "grantControls": { "operator": "OR", "builtInControls": [], "authenticationStrength": {
                "id": "eeeeeeee-0000-0000-0000-000000000002", "allowedCombinations": ["fido2"],
                "combinationConfigurations": [{ "appliesToCombinations": ["fido2"], "allowedAAGUIDs": ["x"] }] } } }),
            proving(&["fido2"]),
            Unknown,
        ),
        ("a control that this version doesn't know", "6 domain", one("retinaScan"), sign_in(), Unknown),
    ]);
}

#[test]
fn devices_and_applications() {
    let bare = with(|sign_in| sign_in.device = Some(Device::Unregistered));
    let untold = with(|sign_in| sign_in.device = None);
    let code = with(|sign_in| sign_in.traits.transfer = Some(Some(TransferMethod::DeviceCodeFlow)));
    let phone = |platform| {
        with(|sign_in| {
            sign_in.traits.platform = Some(platform);
            sign_in.traits.proofs.approved_app = Some(true);
            sign_in.traits.proofs.protected_app = Some(true);
        })
    };
    let mut rows = vec![
        ("a compliant device", "7", one("compliantDevice"), sign_in(), Satisfied),
        ("one that isn't", "7", one("compliantDevice"), on(DeviceAttributes { compliant: Some(false), ..laptop() }), Refused),
        ("compliance that nobody told", "6 domain", one("compliantDevice"), on(DeviceAttributes { compliant: None, ..laptop() }), Unknown),
        ("an unregistered device", "7", one("compliantDevice"), bare.clone(), Refused),
        ("a device that nobody told", "6 domain", one("compliantDevice"), untold, Unknown),
        ("a device code proves no device", "5, 7 Authentication flows", one("compliantDevice"), code.clone(), Refused),
        ("a device code proves no join", "5, 7 Authentication flows", one("domainJoinedDevice"), code, Refused),
        ("a flow that nobody told", "6 domain", one("compliantDevice"), with(|sign_in| sign_in.traits.transfer = None), Unknown),
        ("a hybrid-joined device", "7", one("domainJoinedDevice"), sign_in(), Satisfied),
        (
            "a joined one isn't hybrid",
            "7",
            one("domainJoinedDevice"),
            on(DeviceAttributes { trust: Some(TrustType::AzureAd), ..laptop() }),
            Refused,
        ),
        (
            "a registered one isn't",
            "7",
            one("domainJoinedDevice"),
            on(DeviceAttributes { trust: Some(TrustType::Workplace), ..laptop() }),
            Refused,
        ),
        ("an approved application", "5 Platforms", one("approvedApplication"), phone(Some(Platform::Ios)), Satisfied),
        ("not on macOS", "5 Platforms", one("approvedApplication"), phone(Some(Platform::MacOs)), Refused),
        ("not on Windows", "5 Platforms", one("approvedApplication"), phone(Some(Platform::Windows)), Refused),
        ("a protected application", "5 Platforms", one("compliantApplication"), phone(Some(Platform::Android)), Satisfied),
        ("Edge on Windows", "5 Platforms", one("compliantApplication"), phone(Some(Platform::Windows)), Satisfied),
        ("not on Linux", "5 Platforms", one("compliantApplication"), phone(Some(Platform::Linux)), Refused),
        ("an application that isn't protected", "7", one("compliantApplication"), sign_in(), Refused),
        (
            "protection that nobody told",
            "6 domain",
            one("compliantApplication"),
            with(|sign_in| {
                sign_in.traits.platform = Some(Some(Platform::Ios));
                sign_in.traits.proofs.protected_app = None;
            }),
            Unknown,
        ),
    ];
    for control in ["compliantDevice", "domainJoinedDevice", "approvedApplication", "compliantApplication"] {
        let guest = kind(phone(Some(Platform::Ios)), Some(UserKind::B2bCollaborationGuest));
        rows.push(("guests can't satisfy it", "3 External users", one(control), guest, Refused));
        // An account of this tenant has its device here, whatever the user type says.
        let internal = kind(phone(Some(Platform::Ios)), Some(UserKind::InternalGuest));
        rows.push(("an internal guest can", "3 External users", one(control), internal, Satisfied));
        rows.push(("a kind that nobody told", "6 domain", one(control), kind(phone(Some(Platform::Ios)), None), Unknown));
    }
    check(rows);
    let trusting = Surroundings { trusts_guest_devices: Some(true), ..surroundings() };
    let guest = || kind(sign_in(), Some(UserKind::B2bCollaborationGuest));
    check_in(&trusting, vec![("inbound trust", "3 External users", one("compliantDevice"), guest(), Satisfied)]);
    let untold = Surroundings { trusts_guest_devices: None, ..surroundings() };
    check_in(
        &untold,
        vec![
            ("inbound trust that nobody read", "6 domain", one("compliantDevice"), guest(), Unknown),
            ("no trust helps without a device", "3", one("compliantDevice"), kind(bare, Some(UserKind::ServiceProvider)), Refused),
        ],
    );
}

#[test]
fn passwords_terms_and_sessions() {
    let legacy = with(|sign_in| sign_in.traits.client = Some(ClientApp::ExchangeActiveSync));
    let accepted = |ids: Option<&[&str]>| with(|sign_in| sign_in.traits.proofs.accepted_terms = ids.map(set));
    let session = |control: &str, value: Value| {
        let mut controls = json!({});
        controls[control] = value;
        json!({ "grantControls": null, "sessionControls": controls })
    };
    let bound = |fact| with(|sign_in| sign_in.traits.proofs.bound_token = fact);
    let guest = |guest| kind(sign_in(), Some(guest));
    let custom = || json!({ "grantControls": { "operator": "OR", "builtInControls": [], "customAuthenticationFactors": ["x"] } });
    check(vec![
        ("a new password is asked for", "7 passwordChange", one("passwordChange"), sign_in(), Interrupted),
        (
            "it was changed",
            "7 passwordChange",
            one("passwordChange"),
            with(|sign_in| sign_in.traits.proofs.remediated = Some(true)),
            Satisfied,
        ),
        ("legacy clients can't change it", "7", one("passwordChange"), legacy.clone(), Refused),
        ("B2B users can't change it here", "3 External users", one("passwordChange"), guest(UserKind::B2bCollaborationMember), Refused),
        ("an internal guest can", "3 External users", one("passwordChange"), guest(UserKind::InternalGuest), Interrupted),
        (
            "whether it was changed nobody told",
            "6 domain",
            one("passwordChange"),
            with(|sign_in| sign_in.traits.proofs.remediated = None),
            Unknown,
        ),
        ("terms are asked for", "7 termsOfUse", terms(), sign_in(), Interrupted),
        ("terms accepted", "7 termsOfUse", terms(), accepted(Some(&["abcdef00-0000-0000-0000-000000000001"])), Satisfied),
        ("legacy clients can't show terms", "7", terms(), legacy, Refused),
        ("terms that nobody told", "6 domain", terms(), accepted(None), Unknown),
        ("direct connect supports no terms", "3 External users", terms(), guest(UserKind::B2bDirectConnectUser), Refused),
        ("another vendor's factor leaves no trace", "7 customAuthenticationFactors", custom(), sign_in(), Unknown),
        (
            "no grant control",
            "1",
            session("signInFrequency", json!({ "isEnabled": true, "value": 1, "type": "hours" })),
            sign_in(),
            Satisfied,
        ),
        ("token protection", "9", session("secureSignInSession", json!({ "isEnabled": true })), bound(Some(true)), Satisfied),
        (
            "token protection without a bound token",
            "9",
            session("secureSignInSession", json!({ "isEnabled": true })),
            bound(Some(false)),
            Refused,
        ),
        (
            "token protection that nobody told",
            "6 domain",
            session("secureSignInSession", json!({ "isEnabled": true })),
            bound(None),
            Unknown,
        ),
        (
            "token protection switched off",
            "12",
            session("secureSignInSession", json!({ "isEnabled": false })),
            bound(Some(false)),
            Satisfied,
        ),
        (
            "a session control that this version doesn't know",
            "6 domain",
            session("blinkTwice", json!({ "isEnabled": true })),
            sign_in(),
            Unknown,
        ),
    ]);
    // Remediation brings the MFA strength along, and is for members only.
    check(vec![
        ("risk remediation", "7 riskRemediation", one("riskRemediation"), sign_in(), Interrupted),
        (
            "remediated, with a second factor",
            "7 riskRemediation",
            one("riskRemediation"),
            with(|sign_in| {
                sign_in.traits.proofs.remediated = Some(true);
                sign_in.traits.proofs.mfa = Some(true);
                sign_in.traits.proofs.combinations = Some(set(&["password,sms"]));
            }),
            Satisfied,
        ),
        ("not for guests, internal ones included", "7 riskRemediation", one("riskRemediation"), guest(UserKind::InternalGuest), Refused),
    ]);
}

#[test]
fn operators() {
    let bare = with(|sign_in| sign_in.device = Some(Device::Unregistered));
    let untold = with(|sign_in| sign_in.device = None);
    check(vec![
        ("OR: one satisfied is enough", "7 operator", grant("OR", &["mfa", "compliantDevice"]), sign_in(), Satisfied),
        ("OR: else what can be asked for", "7 operator", grant("OR", &["mfa", "compliantDevice"]), bare.clone(), Interrupted),
        ("OR: nothing helps", "7 operator", grant("OR", &["approvedApplication", "compliantDevice"]), bare.clone(), Refused),
        ("AND: all of them", "7 operator", grant("AND", &["mfa", "compliantDevice"]), sign_in(), Interrupted),
        ("AND: one refused refuses", "7 operator", grant("AND", &["mfa", "compliantDevice"]), bare, Refused),
        ("AND: all satisfied", "7 operator", grant("AND", &["domainJoinedDevice", "compliantDevice"]), sign_in(), Satisfied),
        ("OR with something that nobody told", "6 domain", grant("OR", &["domainJoinedDevice", "mfa"]), untold.clone(), Unknown),
        ("AND refuses whatever nobody told", "6 domain", grant("AND", &["approvedApplication", "compliantDevice"]), untold, Refused),
    ]);
}
