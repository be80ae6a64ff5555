//! The key that signs access tokens, and JWS compact signatures.

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Value, json};

use super::der::rsa_numbers;
use crate::config::SimError;

/// An RSA key with the self-signed certificate that Entra's JWKS shows beside it.
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    /// SHA-1 thumbprint of the certificate, base64url: Entra's `kid` and `x5t`.
    kid: String,
    certificate: String,
}

impl SigningKey {
    /// Makes a new key; returns its PKCS#8 form, base64, to be kept.
    pub(crate) fn generate() -> Result<String, SimError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| SimError::Crypto("no RSA key could be generated".to_owned()))?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| SimError::Crypto("the RSA key can't be encoded".to_owned()))?;
        Ok(STANDARD.encode(der.as_ref()))
    }

    /// Reads a key kept by [`SigningKey::generate`].
    pub(crate) fn read(pkcs8: &str) -> Result<SigningKey, SimError> {
        let crypto = |what: &str| SimError::Crypto(format!("token signing key: {what}"));
        let der = STANDARD.decode(pkcs8).map_err(|e| crypto(&e.to_string()))?;
        let pair = RsaKeyPair::from_pkcs8(&der).map_err(|e| crypto(&e.to_string()))?;
        let certificate = certificate(&der).map_err(|e| crypto(&e.to_string()))?;
        let kid = BASE64URL.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate));
        Ok(SigningKey { pair, kid, certificate: STANDARD.encode(certificate) })
    }

    /// A signed compact JWT (RS256), with the header Entra's v1 tokens have.
    pub(crate) fn sign(&self, claims: &Value) -> Result<String, SimError> {
        let header = json!({"typ": "JWT", "alg": "RS256", "x5t": self.kid, "kid": self.kid});
        let signing_input = format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(claims.to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signing_input.as_bytes(), &mut signature)
            .map_err(|_| SimError::Crypto("the token can't be signed".to_owned()))?;
        Ok(format!("{signing_input}.{}", BASE64URL.encode(signature)))
    }

    /// Whether this key made the signature over `message`.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref()).verify(message, signature).is_ok()
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half as a JSON Web Key.
    pub(crate) fn jwk(&self, issuer: &str) -> Value {
        let (modulus, exponent) = rsa_numbers(self.pair.public_key().as_ref()).unwrap_or_default();
        json!({
            "kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid,
            "n": BASE64URL.encode(modulus), "e": BASE64URL.encode(exponent),
            "x5c": [self.certificate], "cloud_instance_name": "microsoftonline.com", "issuer": issuer
        })
    }
}

/// A certificate for the key: only its thumbprint and its place in the JWKS matter.
fn certificate(pkcs8: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &rcgen::PKCS_RSA_SHA256)?;
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "accounts.accesscontrol.windows.net");
    // Fixed, so that the thumbprint (and with it `kid`) is the same after a restart.
    params.serial_number = Some(rcgen::SerialNumber::from_slice(&[1]));
    Ok(params.self_signed(&key)?.der().to_vec())
}
