//! Authentication strengths: Entra's three built-in ones and a custom one a tenant.

use serde_json::{Value, json};

const MFA: &[&str] = &[
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password,microsoftAuthenticatorPush",
    "password,softwareOath",
    "password,hardwareOath",
    "password,x509CertificateSingleFactor",
    "password,x509CertificateMultiFactor",
    "password,sms",
    "password,voice",
    "federatedMultiFactor",
    "microsoftAuthenticatorPush,federatedSingleFactor",
    "softwareOath,federatedSingleFactor",
    "hardwareOath,federatedSingleFactor",
    "sms,federatedSingleFactor",
    "voice,federatedSingleFactor",
];
const PASSWORDLESS: &[&str] = &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush"];
const PHISHING_RESISTANT: &[&str] = &["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];

/// The built-in strengths with their fixed ids.
pub(super) fn built_in() -> Vec<Value> {
    [
        (2, "Multifactor authentication", "Combinations of methods that satisfy strong authentication, such as a password + SMS", MFA),
        (
            3,
            "Passwordless MFA",
            "Passwordless methods that satisfy strong authentication, such as Passwordless sign-in with the Microsoft Authenticator",
            PASSWORDLESS,
        ),
        (
            4,
            "Phishing-resistant MFA",
            "Phishing-resistant, Passwordless methods for the strongest authentication, such as a FIDO2 security key",
            PHISHING_RESISTANT,
        ),
    ]
    .into_iter()
    .map(|(number, name, description, combinations)| {
        let id = format!("00000000-0000-0000-0000-00000000000{number}");
        strength(&id, name, description, "builtIn", combinations, "2021-12-01T08:00:00Z")
    })
    .collect()
}

/// A strength of the tenant's own.
pub(super) fn custom(id: &str, name: &str, description: &str, combinations: &[&str]) -> Value {
    strength(id, name, description, "custom", combinations, "2025-02-11T09:30:00Z")
}

fn strength(id: &str, name: &str, description: &str, kind: &str, combinations: &[&str], at: &str) -> Value {
    json!({
        "id": id, "createdDateTime": at, "modifiedDateTime": at, "displayName": name, "description": description, "policyType": kind,
        "requirementsSatisfied": "mfa", "allowedCombinations": combinations, "combinationConfigurations": [],
    })
}
