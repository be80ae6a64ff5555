//! The login service and the check of tokens.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{CLIENT, POLICIES, TENANT, World, answer, minimal, secret_form};

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_secret_buys_a_token_for_graph() {
    let world = World::start().await;
    let (status, body) = world.ask_token(&secret_form("s3cret")).await;
    assert_eq!((status, &body["token_type"], &body["expires_in"]), (200, &json!("Bearer"), &json!(3599)));
    let claims = claims(body["access_token"].as_str().unwrap());
    for (name, value) in [
        ("tid", json!(TENANT)),
        ("appid", json!(CLIENT)),
        ("aud", json!("https://graph.microsoft.com")),
        ("iss", json!(format!("https://sts.windows.net/{TENANT}/"))),
        ("idtyp", json!("app")),
        ("ver", json!("1.0")),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert!(claims["roles"].as_array().unwrap().contains(&json!("Policy.Read.All")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
}

#[tokio::test]
async fn refusals_have_entras_numbers_and_shape() {
    let world = World::start().await;
    let form = |name: &'static str, value: &str| {
        let mut form = secret_form("s3cret");
        form.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            form.push((name, value.to_owned()));
        }
        form
    };
    for (form, status, error, number) in [
        (form("client_secret", "wrong"), 401, "invalid_client", 7_000_215),
        (form("client_secret", ""), 401, "invalid_client", 7_000_218),
        (form("client_id", "11111111-1111-4111-8111-111111111111"), 400, "unauthorized_client", 700_016),
        (form("grant_type", "password"), 400, "unsupported_grant_type", 70003),
        (form("grant_type", ""), 400, "invalid_request", 900_144),
        (form("scope", "User.Read"), 400, "invalid_scope", 1_002_012),
        (form("scope", "api://other/.default"), 400, "invalid_resource", 500_011),
    ] {
        let (got, body) = world.ask_token(&form).await;
        assert_eq!((got, body["error"].as_str(), body["error_codes"].clone()), (status, Some(error), json!([number])), "{body}");
        assert!(body["error_description"].as_str().unwrap().starts_with(&format!("AADSTS{number}: ")), "{body}");
        for member in ["timestamp", "trace_id", "correlation_id"] {
            assert!(body[member].is_string(), "{member}");
        }
    }
    let unknown = world.http.post(world.url("/nowhere.example/oauth2/v2.0/token")).form(&secret_form("s3cret")).send().await.unwrap();
    assert_eq!(answer(unknown).await.1["error_codes"], json!([90002]));
    let by_domain = world.http.post(world.url("/contoso.example/oauth2/v2.0/token")).form(&secret_form("s3cret")).send().await.unwrap();
    assert_eq!(by_domain.status(), 200);
}

/// A key with its registered certificate.
struct Credential {
    key: RsaKeyPair,
    certificate: Vec<u8>,
}

impl Credential {
    async fn registered(world: &World) -> Credential {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        world.admin(Method::POST, &format!("apps/{CLIENT}/certificates"), json!({"certificate": certificate.pem()})).await;
        Credential { key: RsaKeyPair::from_pkcs8(key.serialized_der()).unwrap(), certificate: certificate.der().to_vec() }
    }

    fn assertion(&self, alg: &str, claims: &Value) -> String {
        let print = BASE64URL.encode(Sha256::digest(&self.certificate));
        let header = json!({"alg": alg, "typ": "JWT", "x5t#S256": print});
        let input = format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let padding: &'static dyn aws_lc_rs::signature::RsaEncoding = if alg == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
        self.key.sign(padding, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
        format!("{input}.{}", BASE64URL.encode(signature))
    }
}

fn assertion_form(assertion: String) -> Vec<(&'static str, String)> {
    let mut form = secret_form("");
    form.retain(|(name, _)| *name != "client_secret");
    form.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()));
    form.push(("client_assertion", assertion));
    form
}

#[tokio::test]
async fn a_certificate_buys_a_token_too() {
    let world = World::start().await;
    let credential = Credential::registered(&world).await;
    let at = "2026-03-01T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
    let good = json!({"aud": world.url(&format!("/{TENANT}/oauth2/v2.0/token")), "iss": CLIENT, "sub": CLIENT, "jti": "1", "nbf": at, "iat": at, "exp": at + 600});
    for alg in ["PS256", "RS256"] {
        let (status, body) = world.ask_token(&assertion_form(credential.assertion(alg, &good))).await;
        assert_eq!(status, 200, "{alg}: {body}");
        assert_eq!(claims(body["access_token"].as_str().unwrap())["appidacr"], "2");
    }
    let mut fractional = good.clone();
    fractional["exp"] = json!(at as f64 + 600.25);
    assert_eq!(world.ask_token(&assertion_form(credential.assertion("PS256", &fractional))).await.0, 200, "as msal for Python sends it");
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let mut forged = credential.assertion("PS256", &good);
    forged.replace_range(forged.len() - 8.., "AAAAAAAA");
    for (assertion, number) in [
        (credential.assertion("PS256", &with("aud", json!("https://elsewhere/token"))), 700_023),
        (credential.assertion("PS256", &with("exp", json!(at - 3600))), 700_024),
        (credential.assertion("PS256", &with("sub", json!(TENANT))), 700_021),
        (forged, 700_027),
        (Credential { key: credential.key, certificate: b"another".to_vec() }.assertion("PS256", &good), 700_027),
        ("no.jwt".to_owned(), 50027),
    ] {
        let (status, body) = world.ask_token(&assertion_form(assertion)).await;
        assert_eq!((status, &body["error_codes"]), (401, &json!([number])), "{body}");
    }
}

#[tokio::test]
async fn the_published_key_verifies_tokens() {
    let world = World::start().await;
    let (_, discovery) = world.get(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")).await;
    assert_eq!(discovery["token_endpoint"], world.url(&format!("/{TENANT}/oauth2/v2.0/token")));
    let (_, keys) = world.get(discovery["jwks_uri"].as_str().unwrap()).await;
    let key = &keys["keys"][0];
    let bytes = |name: &str| BASE64URL.decode(key[name].as_str().unwrap()).unwrap();
    let public = aws_lc_rs::signature::RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") };
    let (signed, signature) = world.token.rsplit_once('.').unwrap();
    let signature = BASE64URL.decode(signature).unwrap();
    public.verify(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
    let header: Value = serde_json::from_slice(&BASE64URL.decode(signed.split('.').next().unwrap()).unwrap()).unwrap();
    assert_eq!(header["kid"], key["kid"]);
    assert!(STANDARD.decode(key["x5c"][0].as_str().unwrap()).is_ok());

    let (_, common) = world.get("/common/v2.0/.well-known/openid-configuration").await;
    assert!(common["issuer"].as_str().unwrap().ends_with("/{tenantid}/v2.0"));
    let (_, instance) = world.get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x").await;
    assert_eq!(instance["metadata"][0]["preferred_network"], world.sim.http_addr().to_string());
}

/// Signs again with `alg: none`, or keeps the signature over other claims.
fn tampered(token: &str, header: Option<Value>, change: impl Fn(&mut Value)) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims = claims(token);
    change(&mut claims);
    let header = header.map_or(parts[0].to_owned(), |header| BASE64URL.encode(header.to_string()));
    format!("{header}.{}.{}", BASE64URL.encode(claims.to_string()), parts[2])
}

#[tokio::test]
async fn bad_tokens_are_refused() {
    let world = World::start().await;
    let none = json!({"alg": "none", "typ": "JWT"});
    let kid: Value = json!({"alg": "RS256", "kid": "../../etc/passwd", "jku": "http://127.0.0.1:1/keys"});
    for token in [
        String::new(),
        "x".to_owned(),
        "a.b.c".to_owned(),
        "x".repeat(10 * 1024),
        tampered(&world.token, Some(none), |_| ()),
        tampered(&world.token, Some(kid), |_| ()),
        tampered(&world.token, None, |claims| claims["roles"] = json!(["Everything"])),
        tampered(&world.token, None, |claims| claims["tid"] = json!("00000000-0000-4000-8000-000000000bad")),
    ] {
        let response = world.http.get(world.url(POLICIES)).bearer_auth(&token).send().await.unwrap();
        assert!(response.headers().contains_key("www-authenticate"));
        let (status, body) = answer(response).await;
        assert_eq!((status, &body["error"]["code"]), (401, &json!("InvalidAuthenticationToken")), "{token:.40}");
    }
    assert_eq!(answer(world.http.get(world.url(POLICIES)).send().await.unwrap()).await.0, 401);
    world.clock.advance(TimeDelta::seconds(3600 + 61));
    let (status, body) = world.get(POLICIES).await;
    assert_eq!((status, &body["error"]["message"]), (401, &json!("Lifetime validation failed, the token is expired.")));
}

#[tokio::test]
async fn consent_decides_what_new_tokens_may_do() {
    let world = World::start().await;
    let consent = |roles: Value| json!({"clientId": CLIENT, "roles": roles});
    world.admin(Method::POST, "consent", consent(json!(["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"]))).await;
    assert_eq!(world.post(POLICIES, minimal("old token")).await.0, 201, "a token keeps what it was issued with");
    let world = World { token: world.fresh_token().await, ..world };
    let (status, body) = world.post(POLICIES, minimal("x")).await;
    assert_eq!((status, &body["error"]["code"]), (403, &json!("AccessDenied")));
    assert!(body["error"]["message"].as_str().unwrap().contains("Application.Read.All scope is required"));
    assert_eq!(world.get(POLICIES).await.0, 200);
    let (status, body) = world.get("/v1.0/groups").await;
    assert_eq!((status, &body["error"]["code"]), (403, &json!("Authorization_RequestDenied")));

    world.admin(Method::POST, "consent", consent(json!([]))).await;
    let world = World { token: world.fresh_token().await, ..world };
    let (status, body) = world.get(POLICIES).await;
    assert_eq!(
        (status, &body["error"]["message"]),
        (403, &json!("You cannot perform the requested operation, required scopes are missing in the token."))
    );

    world.admin(Method::POST, "consent", json!({"clientId": CLIENT, "installed": false})).await;
    assert_eq!(world.get(POLICIES).await.1["error"]["code"], "Authorization_IdentityNotFound");
    assert_eq!(world.ask_token(&secret_form("s3cret")).await.1["error_codes"], json!([7_000_229]));
}

#[tokio::test]
async fn secrets_can_expire_and_be_replaced() {
    let world = World::start().await;
    let path = format!("apps/{CLIENT}/secrets");
    world.admin(Method::POST, &path, json!({"value": "next", "expiresAt": "2026-03-01T13:00:00Z", "replace": true})).await;
    assert_eq!(world.ask_token(&secret_form("s3cret")).await.1["error_codes"], json!([7_000_215]));
    assert_eq!(world.ask_token(&secret_form("next")).await.0, 200);
    world.clock.advance(TimeDelta::hours(2));
    assert_eq!(world.ask_token(&secret_form("next")).await.1["error_codes"], json!([7_000_222]));
}

#[tokio::test]
async fn terms_of_use_are_for_people_only() {
    let world = World::start().await;
    let path = "/v1.0/identityGovernance/termsOfUse/agreements";
    assert_eq!(world.get(path).await.0, 403);
    let minted = world.admin(Method::POST, "tokens", json!({"clientId": CLIENT, "scope": "Agreement.Read.All"})).await;
    let world = World { token: minted["access_token"].as_str().unwrap().to_owned(), ..world };
    let (status, body) = world.get(path).await;
    assert_eq!((status, &body["value"][0]["displayName"]), (200, &json!("Terms")));
}
