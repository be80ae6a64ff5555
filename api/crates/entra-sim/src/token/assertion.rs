//! Client assertions: an application proves itself with a JWT signed by the key of a registered certificate (graph-api.md section 1).

use aws_lc_rs::digest;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use super::{LoginError, certificate_public_key};
use crate::state::App;

/// The longest assertion that is looked at.
const MAX_BYTES: usize = 16 * 1024;

/// Accepted difference between clocks.
const SKEW_S: i64 = 300;

/// Checks an assertion of `app` for one of the `audiences`.
pub(crate) fn check(assertion: &str, app: &App, audiences: &[String], now: DateTime<Utc>) -> Result<(), LoginError> {
    let malformed = || LoginError::invalid_client(50027, "JWT token is invalid or malformed.");
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(malformed)?;
    let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;
    let part =
        |text: &str| BASE64URL.decode(text).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()).ok_or_else(malformed);
    if assertion.len() > MAX_BYTES {
        return Err(malformed());
    }
    let (header, claims) = (part(header)?, part(claims)?);
    let signature = BASE64URL.decode(signature).map_err(|_| malformed())?;
    let certificate = registered(&header, app)?;
    let public_key = certificate_public_key(&certificate).ok_or_else(malformed)?;
    let verified = UnparsedPublicKey::new(algorithm(&header)?, public_key).verify(signed.as_bytes(), &signature);
    if verified.is_err() {
        return Err(LoginError::invalid_client(700027, "Client assertion failed signature validation."));
    }
    check_claims(&claims, app, audiences, now)
}

fn algorithm(header: &Value) -> Result<&'static RsaParameters, LoginError> {
    match header["alg"].as_str() {
        Some("PS256") => Ok(&RSA_PSS_2048_8192_SHA256),
        Some("RS256") => Ok(&RSA_PKCS1_2048_8192_SHA256),
        _ => Err(LoginError::invalid_client(
            5002738,
            "Invalid JWT token. The signing algorithm of the client assertion is not supported. Use PS256 or RS256.",
        )),
    }
}

/// The registered certificate that the header points at, by SHA-256 (`x5t#S256`) or SHA-1 (`x5t`) thumbprint.
fn registered(header: &Value, app: &App) -> Result<Vec<u8>, LoginError> {
    let wanted = |name: &str| header[name].as_str().map(|text| text.trim_end_matches('=').to_owned());
    let (strong, weak) = (wanted("x5t#S256"), wanted("x5t"));
    let thumbprint = |algorithm, der: &[u8]| BASE64URL.encode(digest::digest(algorithm, der));
    let found = app.certificates.iter().filter_map(|text| STANDARD.decode(text).ok()).find(|der| match (&strong, &weak) {
        (Some(print), _) => thumbprint(&digest::SHA256, der) == *print,
        (None, Some(print)) => thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY, der) == *print,
        (None, None) => false,
    });
    found.ok_or_else(|| {
        let print = strong.or(weak).unwrap_or_default();
        LoginError::invalid_client(
            700027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. \
                 [Reason - The key was not found., Thumbprint of key used by client: '{print}', \
                 Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{}'.]",
                app.client_id
            ),
        )
    })
}

fn check_claims(claims: &Value, app: &App, audiences: &[String], now: DateTime<Utc>) -> Result<(), LoginError> {
    let client_id = app.client_id.to_string();
    let names_app = |claim: &str| claims[claim].as_str().is_some_and(|text| text.eq_ignore_ascii_case(&client_id));
    if !names_app("iss") || !names_app("sub") {
        return Err(LoginError::invalid_client(700021, "Client assertion application identifier doesn't match 'client_id' parameter."));
    }
    if !claims["aud"].as_str().is_some_and(|audience| audiences.iter().any(|known| known.eq_ignore_ascii_case(audience))) {
        return Err(LoginError::invalid_client(700023, "Client assertion audience claim does not match Realm issuer."));
    }
    // NumericDate may have a fraction (RFC 7519, section 2), and msal for Python sends one.
    let seconds = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
    let (nbf, exp) = (seconds("nbf").unwrap_or(0), seconds("exp").unwrap_or(0));
    if now.timestamp() + SKEW_S < nbf || now.timestamp() - SKEW_S >= exp {
        let time = |at: i64| DateTime::from_timestamp(at, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true);
        return Err(LoginError::invalid_client(
            700024,
            format!(
                "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}.",
                now.to_rfc3339_opts(SecondsFormat::Millis, true),
                time(nbf),
                time(exp)
            ),
        ));
    }
    Ok(())
}
