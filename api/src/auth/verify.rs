//! The one door: a token comes in, a [`VerifiedToken`] or a refusal comes out.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::api_key::ApiKeySecret;
use domain::env::Clock;
use jsonwebtoken::Validation;
use jsonwebtoken::jwk::JwkSet;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::api_key::ApiKeys;
use super::claims::{Claims, peek};
use super::embedded::{EMBEDDED_AUDIENCE, EMBEDDED_ISSUER};
use super::error::AuthError;
use super::issuer::{IssuerConfig, SubjectRule};
use super::jwks::KeySet;

/// Clocks may differ by this much (security-checklist D17).
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// A verified token isn't verified again for this long: a signature costs 30 microseconds and more.
const CACHE_FOR: Duration = Duration::from_secs(60);
const CACHE_ENTRIES: u64 = 10_000;

/// Who a valid token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    /// `iss` of the token, [`EMBEDDED_ISSUER`], or that of API keys.
    pub issuer: String,
    /// `tid/oid` for Entra, else `sub`. Never a mail address or a UPN.
    pub subject: String,
    /// Display name, where the token has one. Decides nothing.
    pub name: Option<String>,
    /// `exp`: streams end then.
    pub expires_at: DateTime<Utc>,
}

/// Verifies bearer tokens of the configured issuers.
pub struct Authenticator {
    clock: Arc<dyn Clock>,
    issuers: Vec<Issuer>,
    verified: Cache<[u8; 32], VerifiedToken>,
    api_keys: Option<Arc<dyn ApiKeys>>,
}

#[derive(Debug)]
struct Issuer {
    expects: Expects,
    keys: KeySet,
}

#[derive(Debug)]
enum Expects {
    Oidc(IssuerConfig),
    /// Tokens of our own development issuer.
    Embedded,
}

impl Authenticator {
    /// An authenticator without issuers refuses everything.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let verified = Cache::builder().max_capacity(CACHE_ENTRIES).time_to_live(CACHE_FOR).build();
        Self { clock, issuers: Vec::new(), verified, api_keys: None }
    }

    /// Trusts an OIDC issuer; its keys are fetched when the first token comes. The client must not follow redirects:
    /// [`Authenticator::http_client`] makes one.
    #[must_use]
    pub fn with_oidc(mut self, config: IssuerConfig, client: reqwest::Client) -> Self {
        let keys = KeySet::remote(client, config.clone());
        self.issuers.push(Issuer { expects: Expects::Oidc(config), keys });
        self
    }

    /// Trusts the development issuer's keys.
    #[must_use]
    pub fn with_embedded(mut self, keys: &JwkSet) -> Self {
        self.issuers.push(Issuer { expects: Expects::Embedded, keys: KeySet::local(keys) });
        self
    }

    /// Accepts API keys beside JWTs.
    #[must_use]
    pub fn with_api_keys(mut self, keys: Arc<dyn ApiKeys>) -> Self {
        self.api_keys = Some(keys);
        self
    }

    /// A client for key sets: no redirects, short limits.
    ///
    /// # Errors
    /// When the TLS set-up of this machine is unusable.
    pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(5))
            .user_agent(concat!("causeway/", env!("CARGO_PKG_VERSION")))
            .build()
    }

    /// Checks signature, issuer, audience and times of a compact JWT, or finds the API key that the token is.
    ///
    /// Keys are looked up each time, so that a revoked one is out at once; a JWT that was good is good again for a minute.
    ///
    /// # Errors
    /// [`AuthError::Unauthenticated`], or [`AuthError::Unavailable`] when the issuer's keys were never reachable.
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, AuthError> {
        if ApiKeySecret::claimed_by(token) {
            return self.find_key(token).await;
        }
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(known) = self.verified.get(&digest).await {
            self.check_expiry(known.expires_at)?;
            return Ok(known);
        }
        let verified = self.check(token).await?;
        self.verified.insert(digest, verified.clone()).await;
        Ok(verified)
    }

    async fn find_key(&self, key: &str) -> Result<VerifiedToken, AuthError> {
        let keys = self.api_keys.as_ref().ok_or(AuthError::Unauthenticated("API keys are not accepted here"))?;
        keys.find(key).await?.ok_or(AuthError::Unauthenticated("it is no API key, or one that was revoked or has expired"))
    }

    async fn check(&self, token: &str) -> Result<VerifiedToken, AuthError> {
        let (header, claims) = peek(token)?;
        let algorithm = header.algorithm()?;
        let kid = header.kid()?;
        let issuer = self
            .issuers
            .iter()
            .find(|issuer| issuer.expects.matches(&claims))
            .ok_or(AuthError::Unauthenticated("its issuer is not trusted"))?;
        // The cheap checks first: nothing is fetched for a token that can't be valid anyway. The signature below covers them.
        let expires_at = self.check_times(&claims)?;
        issuer.expects.check(&claims)?;
        let key = issuer.keys.key(kid).await?;
        let key = key.for_algorithm(algorithm).ok_or(AuthError::Unauthenticated("its key is of another algorithm"))?;
        let mut signature_only = Validation::new(algorithm);
        signature_only.required_spec_claims.clear();
        // Times are checked above, against our own clock; the audience too.
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        jsonwebtoken::decode::<serde::de::IgnoredAny>(token, key, &signature_only)
            .map_err(|_| AuthError::Unauthenticated("its signature does not match"))?;
        issuer.expects.verified(claims, expires_at)
    }

    fn check_times(&self, claims: &Claims) -> Result<DateTime<Utc>, AuthError> {
        let expires_at = instant(claims.exp)?;
        self.check_expiry(expires_at)?;
        if let Some(not_before) = claims.nbf
            && instant(not_before)? > self.clock.now() + SKEW
        {
            return Err(AuthError::Unauthenticated("it is not valid yet"));
        }
        Ok(expires_at)
    }

    fn check_expiry(&self, expires_at: DateTime<Utc>) -> Result<(), AuthError> {
        if self.clock.now() >= expires_at + SKEW {
            return Err(AuthError::Unauthenticated("it has expired"));
        }
        Ok(())
    }
}

impl Expects {
    fn matches(&self, claims: &Claims) -> bool {
        match self {
            Self::Oidc(config) => config.matches(&claims.iss, claims.tid.as_deref()),
            Self::Embedded => claims.iss == EMBEDDED_ISSUER,
        }
    }

    fn check(&self, claims: &Claims) -> Result<(), AuthError> {
        let (audience, scope) = match self {
            Self::Oidc(config) => (config.audience.as_str(), config.scope.as_deref()),
            Self::Embedded => (EMBEDDED_AUDIENCE, None),
        };
        if !claims.aud.contains(audience) {
            return Err(AuthError::Unauthenticated("its audience is another"));
        }
        let granted = |wanted: &str| {
            let scopes = claims.scp.as_deref().unwrap_or_default().split(' ');
            let roles = claims.roles.as_deref().unwrap_or_default().iter().map(String::as_str);
            scopes.chain(roles).any(|have| have == wanted)
        };
        if scope.is_some_and(|scope| !granted(scope)) {
            return Err(AuthError::Unauthenticated("it lacks the required scope"));
        }
        Ok(())
    }

    fn verified(&self, claims: Claims, expires_at: DateTime<Utc>) -> Result<VerifiedToken, AuthError> {
        let rule = match self {
            Self::Oidc(config) => config.subject,
            Self::Embedded => SubjectRule::Sub,
        };
        let subject = match rule {
            SubjectRule::Sub => claims.sub.filter(|sub| (1..=255).contains(&sub.len())),
            SubjectRule::EntraObject => guid(claims.tid).zip(guid(claims.oid)).map(|(tid, oid)| format!("{tid}/{oid}")),
        };
        Ok(VerifiedToken {
            issuer: claims.iss,
            subject: subject.ok_or(AuthError::Unauthenticated("it names no principal"))?,
            name: claims.name.map(|name| name.chars().take(200).collect()),
            expires_at,
        })
    }
}

fn guid(text: Option<String>) -> Option<Uuid> {
    Uuid::try_parse(&text?).ok()
}

/// Seconds since 1970, with a fraction as RFC 7519 allows.
fn instant(seconds: f64) -> Result<DateTime<Utc>, AuthError> {
    let whole = seconds.floor();
    let bounds = 0.0..=253_402_300_799.0;
    bounds
        .contains(&whole)
        .then(|| DateTime::from_timestamp(whole as i64, 0))
        .flatten()
        .ok_or(AuthError::Unauthenticated("its times are malformed"))
}
