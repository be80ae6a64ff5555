//! As whom we call: the tenant, the application and its credential.

use std::fmt;

use domain::tenant::Cloud;
use sha2::{Digest, Sha256};
use url::form_urlencoded::byte_serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A secret text: wiped from memory when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// How the application proves that it is itself (graph-api.md section 1). A certificate and a federated identity end in the same two form
/// fields (`client_assertion_type`, `client_assertion`), so they become further variants here and nothing else changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// A client secret: for trials and the simulator; a production configuration refuses it (security-checklist D20).
    ClientSecret(Secret),
}

impl Credential {
    /// The form fields that carry the proof.
    pub(crate) fn form_fields(&self) -> Vec<(&'static str, &str)> {
        match self {
            Credential::ClientSecret(secret) => vec![("client_secret", secret.expose())],
        }
    }

    /// Tells two credentials apart without keeping either: a rotated credential never reuses the old one's token.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        match self {
            Credential::ClientSecret(secret) => Sha256::new().chain_update(b"secret\0").chain_update(secret.expose()).finalize().into(),
        }
    }

    /// Removes the credential from a text that came from outside and may echo it, plain or as it was in the form (security-checklist D23).
    pub(crate) fn scrub(&self, text: &str) -> String {
        match self {
            Credential::ClientSecret(secret) if !secret.expose().is_empty() => {
                let encoded: String = byte_serialize(secret.expose().as_bytes()).collect();
                text.replace(secret.expose(), "(redacted)").replace(&encoded, "(redacted)")
            }
            Credential::ClientSecret(_) => text.to_owned(),
        }
    }
}

/// One tenant and the application that signs in there.
#[derive(Clone, Debug)]
pub struct TenantAccess {
    /// Entra's tenant id: the token must be minted for it (security-checklist D7).
    pub entra_tenant_id: Uuid,
    /// National cloud.
    pub cloud: Cloud,
    /// Application (client) id.
    pub client_id: String,
    /// The application's credential.
    pub credential: Credential,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let access = TenantAccess {
            entra_tenant_id: Uuid::nil(),
            cloud: Cloud::Global,
            client_id: "app".into(),
            credential: Credential::ClientSecret(Secret::new("canary-7Q")),
        };
        let printed = format!("{access:?} {:#?}", access.credential);
        assert!(!printed.contains("canary"), "{printed}");
        assert!(printed.contains("redacted"));
    }

    #[test]
    fn credentials_are_told_apart_and_scrubbed() {
        let (a, b) = (Credential::ClientSecret(Secret::new("one")), Credential::ClientSecret(Secret::new("two")));
        assert_ne!(a.fingerprint(), b.fingerprint());
        assert_eq!(a.fingerprint(), a.clone().fingerprint());
        assert_eq!(a.scrub("bad secret one, really one"), "bad secret (redacted), really (redacted)");
        assert_eq!(Credential::ClientSecret(Secret::new("")).scrub("text"), "text");
    }
}
