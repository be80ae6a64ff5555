//! One public key of a key set, bound to the algorithms of its family.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};

/// A verification key.
#[derive(Clone)]
pub struct Key {
    key: DecodingKey,
    /// The algorithm that the key set names for it, else any of its family.
    algorithm: Option<Algorithm>,
    rsa: bool,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("rsa", &self.rsa).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl Key {
    /// `None` for keys that we can't or won't use: symmetric ones, other curves, other uses, RSA below 2,048 bits.
    pub fn from_jwk(jwk: &Jwk) -> Option<Self> {
        if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return None;
        }
        let rsa = match &jwk.algorithm {
            // 2,048 bits are 342 base64url characters.
            AlgorithmParameters::RSA(parameters) if parameters.n.len() >= 341 => true,
            AlgorithmParameters::EllipticCurve(parameters) if parameters.curve == EllipticCurve::P256 => false,
            _ => return None,
        };
        let algorithm = match jwk.common.key_algorithm {
            None => None,
            Some(KeyAlgorithm::RS256) => Some(Algorithm::RS256),
            Some(KeyAlgorithm::PS256) => Some(Algorithm::PS256),
            Some(KeyAlgorithm::ES256) => Some(Algorithm::ES256),
            Some(_) => return None,
        };
        let key = DecodingKey::from_jwk(jwk).ok()?;
        Some(Self { key, algorithm, rsa })
    }

    /// The key for a token of this algorithm; `None` when it is another family's.
    pub fn for_algorithm(&self, algorithm: Algorithm) -> Option<&DecodingKey> {
        let family = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => self.rsa,
            Algorithm::ES256 => !self.rsa,
            _ => false,
        };
        (family && self.algorithm.is_none_or(|own| own == algorithm)).then_some(&self.key)
    }
}
