//! The parts of a token that we read, and nothing else: `jku`, `x5u`, `jwk` and `x5c` of the header have no field here.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::AuthError;

/// Longer tokens aren't looked at.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// Longer key ids aren't looked up.
const MAX_KID_BYTES: usize = 256;

/// The header of a token.
#[derive(Debug, Deserialize)]
pub struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; we understand none.
    crit: Option<serde_json::Value>,
}

/// The claims that decide.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: Option<String>,
    pub aud: Audience,
    pub exp: f64,
    pub nbf: Option<f64>,
    pub tid: Option<String>,
    pub oid: Option<String>,
    pub name: Option<String>,
    pub scp: Option<String>,
    pub roles: Option<Vec<String>>,
}

/// `aud` is one text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Whether `expected` is among them, exactly.
    pub fn contains(&self, expected: &str) -> bool {
        match self {
            Self::One(audience) => audience == expected,
            Self::Many(audiences) => audiences.iter().any(|audience| audience == expected),
        }
    }
}

impl Header {
    /// The algorithm, if it is on our list: asymmetric ones only, in the exact spelling (RFC 8725, section 3.1).
    pub fn algorithm(&self) -> Result<Algorithm, AuthError> {
        if self.crit.is_some() {
            return Err(AuthError::Unauthenticated("its header has critical extensions"));
        }
        match self.alg.as_str() {
            "RS256" => Ok(Algorithm::RS256),
            "PS256" => Ok(Algorithm::PS256),
            "ES256" => Ok(Algorithm::ES256),
            _ => Err(AuthError::Unauthenticated("its algorithm is not allowed")),
        }
    }

    /// The key id: only ever a key of a map.
    pub fn kid(&self) -> Result<&str, AuthError> {
        match self.kid.as_deref() {
            Some(kid) if (1..=MAX_KID_BYTES).contains(&kid.len()) => Ok(kid),
            _ => Err(AuthError::Unauthenticated("it names no usable key")),
        }
    }
}

/// Header and claims of a token whose signature has not been checked yet.
pub fn peek(token: &str) -> Result<(Header, Claims), AuthError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(AuthError::Unauthenticated("it is too long"));
    }
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(_signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(AuthError::Unauthenticated("it is not a signed JWT"));
    };
    Ok((decode(header)?, decode(claims)?))
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, AuthError> {
    let malformed = AuthError::Unauthenticated("it is malformed");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed.clone())?;
    serde_json::from_slice(&bytes).map_err(|_| malformed)
}
