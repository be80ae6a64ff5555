//! The keys of one issuer: cached, refreshed rarely, and by one caller at a time.
//!
//! - Loaded at the first token, then again when an hour has passed; a failure keeps the keys that are known.
//! - A key id that isn't known fetches them once more, at most every five minutes: ten thousand forged tokens cost one call.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::StreamExt;
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use url::Url;

use super::error::AuthError;
use super::issuer::IssuerConfig;
use super::key::Key;

/// A key set is asked for again after this time.
const FRESH_FOR: Duration = Duration::from_secs(3600);
/// Between two fetches because of an unknown key id.
const UNKNOWN_KID_INTERVAL: Duration = Duration::from_secs(300);
/// Between two attempts while the endpoint fails.
const RETRY_INTERVAL: Duration = Duration::from_secs(10);
const FETCH_LIMIT: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 100;

type Keys = HashMap<String, Key>;

/// The keys of one issuer.
#[derive(Debug)]
pub struct KeySet {
    source: Source,
    keys: RwLock<Option<Arc<Keys>>>,
    /// Held while fetching: others wait and then look again.
    schedule: Mutex<Schedule>,
}

#[derive(Debug)]
enum Source {
    /// Known from the start and never fetched: the development issuer's.
    Local,
    Remote {
        client: reqwest::Client,
        config: IssuerConfig,
    },
}

#[derive(Debug, Default)]
struct Schedule {
    loaded_at: Option<Instant>,
    attempted_at: Option<Instant>,
    unknown_kid_at: Option<Instant>,
}

impl KeySet {
    /// Keys that are fetched when they are needed.
    pub fn remote(client: reqwest::Client, config: IssuerConfig) -> Self {
        Self { source: Source::Remote { client, config }, keys: RwLock::default(), schedule: Mutex::default() }
    }

    /// Keys that are at hand.
    pub fn local(set: &JwkSet) -> Self {
        Self { source: Source::Local, keys: RwLock::new(Some(Arc::new(usable(set)))), schedule: Mutex::default() }
    }

    /// The key with this id.
    pub async fn key(&self, kid: &str) -> Result<Key, AuthError> {
        if let Some(key) = self.known(kid) {
            // Anybody may trigger the hourly refresh, nobody has to wait for it long: see `FETCH_LIMIT`.
            if self.is_stale() {
                self.refresh(None).await;
            }
            return Ok(self.known(kid).unwrap_or(key));
        }
        self.refresh(Some(kid)).await;
        match self.known(kid) {
            Some(key) => Ok(key),
            None if self.current().is_some() => Err(AuthError::Unauthenticated("its signing key is not known")),
            None => Err(AuthError::Unavailable("The issuer's keys cannot be fetched now.")),
        }
    }

    fn current(&self) -> Option<Arc<Keys>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn known(&self, kid: &str) -> Option<Key> {
        self.current()?.get(kid).cloned()
    }

    fn is_stale(&self) -> bool {
        // Somebody else who holds the lock is refreshing already.
        self.schedule.try_lock().is_ok_and(|schedule| schedule.is_stale())
    }

    async fn refresh(&self, unknown_kid: Option<&str>) {
        let Source::Remote { client, config } = &self.source else { return };
        let mut schedule = self.schedule.lock().await;
        if unknown_kid.is_some_and(|kid| self.known(kid).is_some()) || !schedule.may_fetch(unknown_kid.is_some()) {
            return;
        }
        match timeout(FETCH_LIMIT, fetch(client, config)).await.unwrap_or(Err(FetchError::Slow)) {
            Ok(keys) => {
                tracing::info!(issuer = config.issuer, keys = keys.len(), "signing keys loaded");
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keys));
                schedule.loaded_at = Some(Instant::now());
            }
            Err(error) => tracing::warn!(issuer = config.issuer, %error, "signing keys could not be fetched; known ones stay"),
        }
    }
}

impl Schedule {
    fn is_stale(&self) -> bool {
        self.loaded_at.is_some_and(|at| at.elapsed() >= FRESH_FOR) && self.may_retry()
    }

    fn may_retry(&self) -> bool {
        self.attempted_at.is_none_or(|at| at.elapsed() >= RETRY_INTERVAL)
    }

    /// Decides, and notes the attempt.
    fn may_fetch(&mut self, unknown_kid: bool) -> bool {
        let allowed = match self.loaded_at {
            None => self.may_retry(),
            Some(_) if unknown_kid => self.unknown_kid_at.is_none_or(|at| at.elapsed() >= UNKNOWN_KID_INTERVAL),
            Some(_) => self.is_stale(),
        };
        if allowed {
            let now = Instant::now();
            self.attempted_at = Some(now);
            if self.loaded_at.is_some() && unknown_kid {
                self.unknown_kid_at = Some(now);
            }
        }
        allowed
    }
}

/// Internal: only logged.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("no answer within {FETCH_LIMIT:?}")]
    Slow,
    #[error("request failed: {0}")]
    Http(#[from] reqwest::Error),
    #[error("answer of more than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("not a key set: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("the discovery document is of another issuer")]
    OtherIssuer,
    #[error("the keys' address is not https")]
    Untrustworthy,
    #[error("no usable key")]
    Empty,
}

async fn fetch(client: &reqwest::Client, config: &IssuerConfig) -> Result<Keys, FetchError> {
    let url = match &config.jwks_url {
        Some(url) => url.clone(),
        None => discover(client, config).await?,
    };
    let set: LenientSet = serde_json::from_slice(&get(client, url).await?)?;
    let keys: Keys =
        set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).take(MAX_KEYS).filter_map(|jwk| entry(&jwk)).collect();
    if keys.is_empty() { Err(FetchError::Empty) } else { Ok(keys) }
}

/// A key of a type that we don't know mustn't hide the others.
#[derive(Deserialize)]
struct LenientSet {
    keys: Vec<serde_json::Value>,
}

async fn discover(client: &reqwest::Client, config: &IssuerConfig) -> Result<Url, FetchError> {
    #[derive(Deserialize)]
    struct Discovery {
        issuer: String,
        jwks_uri: String,
    }
    let url = config.discovery_url().ok_or(FetchError::Untrustworthy)?;
    let discovery: Discovery = serde_json::from_slice(&get(client, url).await?)?;
    if discovery.issuer != config.issuer {
        return Err(FetchError::OtherIssuer);
    }
    Url::parse(&discovery.jwks_uri).map_err(|_| FetchError::Untrustworthy)
}

async fn get(client: &reqwest::Client, url: Url) -> Result<Vec<u8>, FetchError> {
    if !IssuerConfig::is_trustworthy(&url) {
        return Err(FetchError::Untrustworthy);
    }
    let mut body = client.get(url).send().await?.error_for_status()?.bytes_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
    }
    Ok(bytes)
}

fn usable(set: &JwkSet) -> Keys {
    set.keys.iter().filter_map(entry).collect()
}

fn entry(jwk: &jsonwebtoken::jwk::Jwk) -> Option<(String, Key)> {
    Some((jwk.common.key_id.clone()?, Key::from_jwk(jwk)?))
}
