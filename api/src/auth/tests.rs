//! Attacks on tokens, against a key set on a real socket that counts its calls.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::env::Clock;
use domain::workspace::Role;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::*;
use crate::config::Mode;
use crate::system::SystemClock;

const AUDIENCE: &str = "api://causeway";
const TID: &str = "11111111-2222-3333-4444-555555555555";
const OID: &str = "66666666-7777-8888-9999-000000000000";

/// An identity provider.
struct Provider {
    issuer: String,
    calls: Arc<AtomicUsize>,
    up: Arc<AtomicBool>,
    keys: Arc<Mutex<Value>>,
}

#[derive(Clone)]
struct Served {
    issuer: String,
    calls: Arc<AtomicUsize>,
    up: Arc<AtomicBool>,
    keys: Arc<Mutex<Value>>,
}

impl Provider {
    async fn start(keys: &[(&str, &Jwk)]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let served = Served {
            issuer: format!("http://{address}"),
            calls: Arc::default(),
            up: Arc::new(AtomicBool::new(true)),
            keys: Arc::new(Mutex::new(set(keys))),
        };
        let routes = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(async |State(it): State<Served>| Json(json!({ "issuer": it.issuer, "jwks_uri": format!("{}/keys", it.issuer) }))),
            )
            .route(
                "/keys",
                get(async |State(it): State<Served>| {
                    it.calls.fetch_add(1, Ordering::SeqCst);
                    if it.up.load(Ordering::SeqCst) {
                        Json(it.keys.lock().unwrap().clone()).into_response()
                    } else {
                        http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
                    }
                }),
            )
            .with_state(served.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { issuer: served.issuer, calls: served.calls, up: served.up, keys: served.keys }
    }

    fn config(&self) -> IssuerConfig {
        IssuerConfig { issuer: self.issuer.clone(), audience: AUDIENCE.into(), jwks_url: None, subject: SubjectRule::Sub, scope: None }
    }

    fn authenticator(&self) -> Authenticator {
        self.authenticator_with(|_| {})
    }

    fn authenticator_with(&self, change: impl FnOnce(&mut IssuerConfig)) -> Authenticator {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut config = self.config();
        change(&mut config);
        Authenticator::new(Arc::new(SystemClock)).with_oidc(config, Authenticator::http_client().unwrap())
    }

    fn claims(&self) -> Value {
        let now = SystemClock.now().timestamp();
        json!({ "iss": self.issuer, "aud": AUDIENCE, "sub": "alice", "exp": now + 600, "nbf": now, "name": "Alice", "tid": TID, "oid": OID, "upn": "admin@evil.test" })
    }
}

fn set(keys: &[(&str, &Jwk)]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(|(kid, jwk)| {
            let mut jwk = serde_json::to_value(jwk).unwrap();
            jwk["kid"] = json!(kid);
            jwk
        })
        .collect();
    json!({ "keys": keys })
}

/// RSA keys take long to make: two for all tests.
fn rsa(index: usize) -> &'static (EncodingKey, Jwk) {
    static KEYS: std::sync::OnceLock<Vec<(EncodingKey, Jwk)>> = std::sync::OnceLock::new();
    &KEYS.get_or_init(|| (0..2).map(|_| generate()).collect())[index]
}

fn generate() -> (EncodingKey, Jwk) {
    let folder = tempfile::tempdir().unwrap();
    EmbeddedIssuer::open(folder.path(), Mode::Embedded, "127.0.0.1:0".parse().unwrap()).unwrap();
    let pem = std::fs::read(folder.path().join("dev-issuer.pem")).unwrap();
    let key = EncodingKey::from_rsa_pem(&pem).unwrap();
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
    jwk.common.key_algorithm = None;
    (key, jwk)
}

fn header(kid: &str, algorithm: Algorithm) -> Header {
    let mut header = Header::new(algorithm);
    header.kid = Some(kid.to_owned());
    header
}

fn sign(claims: &Value) -> String {
    jsonwebtoken::encode(&header("a", Algorithm::RS256), claims, &rsa(0).0).unwrap()
}

fn unsigned(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

#[tokio::test]
async fn good_tokens_of_each_algorithm_pass() {
    let ec = EncodingKey::from_ec_der(
        aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(
            &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            &aws_lc_rs::rand::SystemRandom::new(),
        )
        .unwrap()
        .as_ref(),
    );
    let ec_jwk = Jwk::from_encoding_key(&ec, Algorithm::ES256).unwrap();
    let provider = Provider::start(&[("a", &rsa(0).1), ("ec", &ec_jwk)]).await;
    let authenticator = provider.authenticator();
    for (kid, algorithm, key) in [("a", Algorithm::RS256, &rsa(0).0), ("a", Algorithm::PS256, &rsa(0).0), ("ec", Algorithm::ES256, &ec)] {
        let token = jsonwebtoken::encode(&header(kid, algorithm), &provider.claims(), key).unwrap();
        let verified = authenticator.verify(&token).await.unwrap();
        assert_eq!(
            (verified.issuer.as_str(), verified.subject.as_str(), verified.name.as_deref()),
            (provider.issuer.as_str(), "alice", Some("Alice"))
        );
    }
    assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let authenticator = provider.authenticator();
    let claims = provider.claims();
    let good = sign(&claims);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let public_key = serde_json::to_vec(&rsa(0).1).unwrap();
    let hs256 = jsonwebtoken::encode(&header("a", Algorithm::HS256), &claims, &EncodingKey::from_secret(&public_key)).unwrap();
    let foreign = jsonwebtoken::encode(&header("a", Algorithm::RS256), &claims, &rsa(1).0).unwrap();
    let rs512 = jsonwebtoken::encode(&header("a", Algorithm::RS512), &claims, &rsa(0).0).unwrap();
    let mut own_key = header("a", Algorithm::RS256);
    own_key.jwk = Some(rsa(1).1.clone());
    let own_key = jsonwebtoken::encode(&own_key, &claims, &rsa(1).0).unwrap();
    let tampered = {
        let mut other = claims.clone();
        other["sub"] = json!("root");
        let payload = BASE64_URL_SAFE_NO_PAD.encode(other.to_string());
        format!("{}.{payload}.{signature}", good.split('.').next().unwrap())
    };
    for (name, token) in [
        ("alg none", unsigned(&json!({ "alg": "none", "kid": "a" }), &claims, "")),
        ("alg None", unsigned(&json!({ "alg": "None", "kid": "a" }), &claims, signature)),
        ("alg rs256", unsigned(&json!({ "alg": "rs256", "kid": "a" }), &claims, signature)),
        ("HS256 with the public key", hs256),
        ("RS512", rs512),
        ("another key", foreign),
        ("its own key in jwk", own_key),
        ("changed claims", tampered),
        ("ES256 with an RSA key", unsigned(&json!({ "alg": "ES256", "kid": "a" }), &claims, signature)),
        ("no kid", unsigned(&json!({ "alg": "RS256" }), &claims, signature)),
        ("10 KiB kid", unsigned(&json!({ "alg": "RS256", "kid": "k".repeat(10_240) }), &claims, signature)),
        ("critical header", unsigned(&json!({ "alg": "RS256", "kid": "a", "crit": ["x"] }), &claims, signature)),
        ("no signature", format!("{signed}.")),
        ("four parts", format!("{good}.x")),
        ("too long", "a".repeat(20_000)),
        ("nonsense", "nonsense".to_owned()),
        ("empty", String::new()),
    ] {
        let refused = authenticator.verify(&token).await;
        assert!(matches!(refused, Err(AuthError::Unauthenticated(_))), "{name}: {refused:?}");
    }
    assert!(authenticator.verify(&good).await.is_ok());
}

#[tokio::test]
async fn wrong_claims_are_refused_and_skew_is_a_minute() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let authenticator = provider.authenticator();
    let now = SystemClock.now().timestamp();
    for (name, value, accepted) in [
        ("exp", json!(now - 30), true),
        ("exp", json!(now - 90), false),
        ("exp", json!("soon"), false),
        ("exp", json!(1e300), false),
        ("exp", json!(null), false),
        ("nbf", json!(now + 30), true),
        ("nbf", json!(now + 90), false),
        ("aud", json!("api://other"), false),
        ("aud", json!("API://CAUSEWAY"), false),
        ("aud", json!(["x", AUDIENCE]), true),
        ("aud", json!([]), false),
        ("iss", json!(format!("{}/", provider.issuer)), false),
        ("iss", json!("https://evil.test"), false),
        ("sub", json!(null), false),
        ("sub", json!(""), false),
    ] {
        let mut claims = provider.claims();
        claims[name] = value.clone();
        let result = authenticator.verify(&sign(&claims)).await;
        assert_eq!(result.is_ok(), accepted, "{name} = {value}: {result:?}");
    }
}

#[tokio::test]
async fn jku_and_x5u_are_never_followed() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let evil = Provider::start(&[("a", &rsa(1).1)]).await;
    let authenticator = provider.authenticator();
    let mut forged = header("a", Algorithm::RS256);
    forged.jku = Some(format!("{}/keys", evil.issuer));
    forged.x5u.clone_from(&forged.jku);
    let token = jsonwebtoken::encode(&forged, &provider.claims(), &rsa(1).0).unwrap();
    assert!(authenticator.verify(&token).await.is_err());
    assert_eq!(evil.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_storm_of_unknown_keys_costs_one_call() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let authenticator = Arc::new(provider.authenticator());
    authenticator.verify(&sign(&provider.claims())).await.unwrap();
    assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
    let claims = provider.claims();
    let storm = (0..10_000).map(|i| {
        let token = unsigned(&json!({ "alg": "RS256", "kid": format!("../{i}' or 1=1") }), &claims, "AAAA");
        let authenticator = Arc::clone(&authenticator);
        async move { assert!(authenticator.verify(&token).await.is_err()) }
    });
    futures_util::future::join_all(storm).await;
    assert_eq!(provider.calls.load(Ordering::SeqCst), 2, "one refetch for ten thousand tokens");
}

#[tokio::test]
async fn many_first_tokens_load_the_keys_once() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let authenticator = provider.authenticator();
    let tokens: Vec<String> = (0..50)
        .map(|i| {
            let mut claims = provider.claims();
            claims["jti"] = json!(i);
            sign(&claims)
        })
        .collect();
    for result in futures_util::future::join_all(tokens.iter().map(|token| authenticator.verify(token))).await {
        result.unwrap();
    }
    assert_eq!(provider.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn rotation_with_overlap_and_a_dead_endpoint() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let authenticator = provider.authenticator();
    authenticator.verify(&sign(&provider.claims())).await.unwrap();
    *provider.keys.lock().unwrap() = set(&[("a", &rsa(0).1), ("b", &rsa(1).1)]);
    let rotated = jsonwebtoken::encode(&header("b", Algorithm::RS256), &provider.claims(), &rsa(1).0).unwrap();
    authenticator.verify(&rotated).await.unwrap();
    provider.up.store(false, Ordering::SeqCst);
    let mut other = provider.claims();
    other["jti"] = json!("not cached");
    authenticator.verify(&sign(&other)).await.expect("known keys work while the endpoint is down");
}

#[tokio::test]
async fn keys_that_were_never_there_are_our_trouble_not_the_callers() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    provider.up.store(false, Ordering::SeqCst);
    let refused = provider.authenticator().verify(&sign(&provider.claims())).await;
    assert!(matches!(refused, Err(AuthError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn a_key_set_with_strange_or_weak_keys_still_serves_the_good_ones() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let mut keys = set(&[("a", &rsa(0).1)]);
    let list = keys["keys"].as_array_mut().unwrap();
    list.insert(0, json!({ "kty": "future", "kid": "x", "n": 1 }));
    list.insert(0, json!({ "kty": "oct", "kid": "oct", "k": "AAAA" }));
    list.insert(0, json!({ "kty": "RSA", "kid": "weak", "n": "AAAA", "e": "AQAB" }));
    *provider.keys.lock().unwrap() = keys;
    let authenticator = provider.authenticator();
    authenticator.verify(&sign(&provider.claims())).await.unwrap();
    let hmac = jsonwebtoken::encode(&header("oct", Algorithm::HS256), &provider.claims(), &EncodingKey::from_secret(&[0, 0, 0])).unwrap();
    assert!(authenticator.verify(&hmac).await.is_err());
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_not_believed() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let trailing = format!("{}/", provider.issuer);
    let authenticator = provider.authenticator_with(|config| config.issuer.clone_from(&trailing));
    let mut claims = provider.claims();
    claims["iss"] = json!(trailing);
    assert!(matches!(authenticator.verify(&sign(&claims)).await, Err(AuthError::Unavailable(_))));
    assert_eq!(provider.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn entra_principals_are_objects_and_scopes_are_required() {
    let provider = Provider::start(&[("a", &rsa(0).1)]).await;
    let template = format!("{}/{{tenantid}}/v2.0", provider.issuer);
    let jwks = url::Url::parse(&format!("{}/keys", provider.issuer)).unwrap();
    let authenticator = provider.authenticator_with(|config| {
        *config = IssuerConfig {
            issuer: template,
            jwks_url: Some(jwks),
            subject: SubjectRule::EntraObject,
            scope: Some("access".into()),
            ..config.clone()
        };
    });
    let mut claims = provider.claims();
    claims["iss"] = json!(format!("{}/{TID}/v2.0", provider.issuer));
    assert!(authenticator.verify(&sign(&claims)).await.is_err(), "no scope");
    claims["scp"] = json!("openid access");
    let subject = authenticator.verify(&sign(&claims)).await.unwrap().subject;
    assert_eq!(subject, format!("{TID}/{OID}"));
    claims["upn"] = json!("someone.else@evil.test");
    assert_eq!(authenticator.verify(&sign(&claims)).await.unwrap().subject, subject, "a changed UPN is the same principal");
    claims["tid"] = json!("99999999-2222-3333-4444-555555555555");
    assert!(authenticator.verify(&sign(&claims)).await.is_err(), "iss of another tid");
    claims["tid"] = json!(TID);
    claims["oid"] = json!("admin");
    assert!(authenticator.verify(&sign(&claims)).await.is_err(), "oid must be a GUID");
}

/// A clock that tests move.
struct Moved(Mutex<DateTime<Utc>>);

impl Clock for Moved {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn a_cached_token_expires_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = EmbeddedIssuer::open(folder.path(), Mode::Embedded, "127.0.0.1:0".parse().unwrap()).unwrap();
    let clock = Arc::new(Moved(Mutex::new(SystemClock.now())));
    let authenticator = Authenticator::new(Arc::clone(&clock) as Arc<dyn Clock>).with_embedded(&issuer.jwks());
    let token = issuer.mint(Role::Approver, Duration::from_secs(10), clock.now()).unwrap();
    let verified = authenticator.verify(&token).await.unwrap();
    assert_eq!((verified.issuer.as_str(), verified.subject), (EMBEDDED_ISSUER, embedded_subject(Role::Approver)));
    *clock.0.lock().unwrap() += chrono::TimeDelta::seconds(71);
    assert!(matches!(authenticator.verify(&token).await, Err(AuthError::Unauthenticated("it has expired"))));
}

#[tokio::test]
async fn the_embedded_issuer_stays_at_home() {
    let folder = tempfile::tempdir().unwrap();
    let loopback: SocketAddr = "127.0.0.1:8080".parse().unwrap();
    assert!(matches!(EmbeddedIssuer::open(folder.path(), Mode::Production, loopback), Err(EmbeddedError::Production)));
    let open = "0.0.0.0:8080".parse().unwrap();
    assert!(matches!(EmbeddedIssuer::open(folder.path(), Mode::Embedded, open), Err(EmbeddedError::NotLoopback(_))));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no key was made");

    let first = EmbeddedIssuer::open(folder.path(), Mode::Embedded, loopback).unwrap();
    let second = EmbeddedIssuer::open(folder.path(), Mode::Embedded, loopback).unwrap();
    assert_eq!(first.jwks(), second.jwks(), "one key per folder");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("dev-issuer.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // A token of another folder's issuer isn't ours.
    let other = tempfile::tempdir().unwrap();
    let stranger = EmbeddedIssuer::open(other.path(), Mode::Embedded, loopback).unwrap();
    let authenticator = Authenticator::new(Arc::new(SystemClock)).with_embedded(&first.jwks());
    let token = stranger.mint(Role::Owner, Duration::from_secs(60), SystemClock.now()).unwrap();
    assert!(authenticator.verify(&token).await.is_err());
    assert!(matches!(serde_json::from_value::<JwkSet>(serde_json::to_value(first.jwks()).unwrap()), Ok(set) if set.keys.len() == 1));
}

/// One key that works, and a count of the look-ups.
struct OneKey {
    secret: String,
    calls: AtomicUsize,
    up: AtomicBool,
}

impl ApiKeys for OneKey {
    fn find<'a>(&'a self, key: &'a str) -> Found<'a> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let found = if self.up.load(Ordering::SeqCst) { Ok(key == self.secret) } else { Err(AuthError::Unavailable("down")) };
        Box::pin(async move {
            let token = || VerifiedToken { issuer: "keys".into(), subject: "one".into(), name: None, expires_at: SystemClock.now() };
            found.map(|found| found.then(token))
        })
    }
}

#[tokio::test]
async fn a_key_is_told_from_a_jwt_and_looked_up_every_time() {
    let keys = Arc::new(OneKey { secret: format!("cwk_{}", "a".repeat(49)), calls: AtomicUsize::new(0), up: AtomicBool::new(true) });
    let authenticator = Authenticator::new(Arc::new(SystemClock)).with_api_keys(Arc::clone(&keys) as Arc<dyn ApiKeys>);
    for _ in 0..2 {
        assert_eq!(authenticator.verify(&keys.secret).await.unwrap().subject, "one");
    }
    assert_eq!(keys.calls.load(Ordering::SeqCst), 2, "what was revoked in between must show");
    let refused = authenticator.verify("cwk_other").await.unwrap_err();
    assert!(matches!(refused, AuthError::Unauthenticated(_)) && !refused.to_string().contains("other"), "{refused}");
    keys.up.store(false, Ordering::SeqCst);
    assert!(matches!(authenticator.verify(&keys.secret).await, Err(AuthError::Unavailable(_))));
    assert!(authenticator.verify("eyJhbGciOiJub25lIn0.e30.").await.is_err());
    assert_eq!(keys.calls.load(Ordering::SeqCst), 4, "a JWT is no key");
    let without = Authenticator::new(Arc::new(SystemClock));
    assert!(matches!(without.verify(&keys.secret).await, Err(AuthError::Unauthenticated(_))));
}
