//! Access tokens for Graph: what they say, and the check every Graph call makes.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::SigningKey;
use crate::config::SimError;
use crate::state::{App, World};

/// The resource every token is for.
pub(crate) const AUDIENCE: &str = "https://graph.microsoft.com";

/// How long a token lives (Entra: 60 to 90 minutes; the answer says one second less).
pub(crate) const LIFETIME_S: i64 = 3600;

/// The longest token that is looked at.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Accepted difference between clocks.
const SKEW_S: i64 = 60;

/// What a token should say.
pub(crate) struct MintRequest<'a> {
    pub tenant: Uuid,
    pub app: &'a App,
    /// 1 for a secret, 2 for a certificate.
    pub credential: u8,
    /// Delegated scopes and the user who signed in; `None` for a token of the application itself.
    pub delegated: Option<(&'a str, Uuid)>,
    pub lifetime_s: i64,
    pub unique: [u8; 16],
}

/// Makes a token. Graph's tokens are v1-shaped whatever endpoint issued them.
pub(crate) fn mint(key: &SigningKey, request: &MintRequest<'_>, now: DateTime<Utc>) -> Result<String, SimError> {
    let issuer = issuer(request.tenant);
    let at = now.timestamp();
    let mut claims = json!({
        "aud": AUDIENCE, "iss": issuer, "iat": at, "nbf": at, "exp": at + request.lifetime_s,
        "app_displayname": request.app.display_name, "appid": request.app.client_id, "appidacr": request.credential.to_string(),
        "idp": issuer, "tid": request.tenant, "uti": BASE64URL.encode(request.unique), "ver": "1.0", "tenant_region_scope": "EU"
    });
    let (object_id, extra) = match request.delegated {
        None => (request.app.object_id, json!({"idtyp": "app", "roles": request.app.roles})),
        Some((scopes, user)) => (user, json!({"idtyp": "user", "scp": scopes})),
    };
    claims["oid"] = json!(object_id);
    claims["sub"] = json!(object_id);
    for (name, value) in extra.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    key.sign(&claims)
}

fn issuer(tenant: Uuid) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// Who calls Graph.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub tenant: Uuid,
    pub client_id: Uuid,
    pub object_id: Uuid,
    pub display_name: String,
    /// Application permissions, or delegated scopes.
    pub granted: BTreeSet<String>,
    /// The token is a person's (`scp`), not an application's (`roles`).
    pub delegated: bool,
}

/// Why a token is refused; Graph's texts.
#[derive(Debug, PartialEq)]
pub(crate) struct TokenFault {
    pub code: &'static str,
    pub message: &'static str,
}

const fn invalid(message: &'static str) -> TokenFault {
    TokenFault { code: "InvalidAuthenticationToken", message }
}

/// Checks an `Authorization` header: signature by our key with RS256 and nothing else, issuer of its own tenant, audience, time, a tenant that exists, and an
/// application that is still installed there. Header members that name keys elsewhere (`jku`, `x5u`, `jwk`) are not read.
pub(crate) fn check(key: &SigningKey, world: &World, authorization: Option<&str>, now: DateTime<Utc>) -> Result<Caller, TokenFault> {
    let token = bearer(authorization)?;
    let claims = verified(key, token)?;
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    let id = |name: &str| Uuid::try_parse(text(name)).map_err(|_| invalid("Access token validation failure."));
    if text("aud") != AUDIENCE {
        return Err(invalid("Access token validation failure. Invalid audience."));
    }
    let tenant = id("tid")?;
    if text("iss") != issuer(tenant) {
        return Err(invalid("Access token validation failure. Invalid issuer."));
    }
    let at = now.timestamp();
    let (nbf, exp) = (claims["nbf"].as_i64().unwrap_or(i64::MAX), claims["exp"].as_i64().unwrap_or(0));
    if exp + SKEW_S <= at {
        return Err(invalid("Lifetime validation failed, the token is expired."));
    }
    if nbf > at + SKEW_S {
        return Err(invalid("Access token has expired or is not yet valid."));
    }
    let (client_id, object_id) = (id("appid")?, id("oid")?);
    let app = world.tenants.get(&tenant).and_then(|tenant| tenant.app(client_id)).filter(|app| app.installed);
    let app = app.ok_or(TokenFault {
        code: "Authorization_IdentityNotFound",
        message: "The identity of the calling application could not be established.",
    })?;
    let delegated = claims.get("scp").is_some();
    let granted = match &claims["roles"] {
        Value::Array(roles) if !delegated => roles.iter().filter_map(|role| role.as_str().map(str::to_owned)).collect(),
        _ => text("scp").split_whitespace().map(str::to_owned).collect(),
    };
    Ok(Caller { tenant, client_id, object_id, display_name: app.display_name.clone(), granted, delegated })
}

fn bearer(authorization: Option<&str>) -> Result<&str, TokenFault> {
    let header = authorization.ok_or(invalid("Access token is empty."))?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(invalid("Access token is empty."));
    }
    Ok(token)
}

fn verified(key: &SigningKey, token: &str) -> Result<Value, TokenFault> {
    const MALFORMED: TokenFault = invalid("CompactToken parsing failed with error code: 80049217");
    if token.len() > MAX_TOKEN_BYTES {
        return Err(MALFORMED);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(invalid("IDX14100: JWT is not well formed, there are no dots (.)."))?;
    let (header, claims) = signed.split_once('.').ok_or(MALFORMED)?;
    let part = |text: &str| BASE64URL.decode(text).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).ok_or(MALFORMED);
    let header = part(header)?;
    let signature = BASE64URL.decode(signature).map_err(|_| MALFORMED)?;
    if header["alg"] != "RS256" || header["kid"].as_str() != Some(key.kid()) || !key.signed(signed.as_bytes(), &signature) {
        return Err(invalid("Access token validation failure. Invalid signature."));
    }
    part(claims)
}
