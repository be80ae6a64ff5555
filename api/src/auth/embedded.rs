//! The development issuer: a key in the data folder that signs tokens for this machine's own server. It exists only in the embedded
//! mode and on a loopback listener, so that a production server can't be entered with a file.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::workspace::Role;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::config::Mode;

/// `iss` of embedded tokens, and the issuer that embedded members are registered under. It doesn't follow the port, so that members
/// outlive a change of it.
pub const EMBEDDED_ISSUER: &str = "http://localhost/dev/issuer";
/// `aud` of embedded tokens.
pub const EMBEDDED_AUDIENCE: &str = "causeway";

const KEY_FILE: &str = "dev-issuer.pem";
/// Tokens for development don't need to live longer.
const MAX_TTL: Duration = Duration::from_secs(30 * 24 * 3600);

/// The subject under which the embedded member of a role is registered.
pub fn embedded_subject(role: Role) -> String {
    format!("dev-{}", role.as_str().to_ascii_lowercase())
}

/// Why there is no development issuer.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The mode is production.
    #[error("the development issuer is not available in production mode: configure oidc.issuer and oidc.audience")]
    Production,
    /// Others could reach the server.
    #[error("the development issuer needs a loopback listener, but listen is {0}")]
    NotLoopback(SocketAddr),
    /// The key file can't be used.
    #[error("the development key {path} cannot be used: {cause}")]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The cryptographic library refused.
    #[error("the development key cannot be made: {0}")]
    Crypto(String),
}

/// Signs tokens with a key that is made once per data folder.
pub struct EmbeddedIssuer {
    key: EncodingKey,
    jwk: Jwk,
    kid: String,
}

impl std::fmt::Debug for EmbeddedIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedIssuer").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl EmbeddedIssuer {
    /// Opens the key in `data_dir`, making it (mode 0600) when there is none.
    ///
    /// # Errors
    /// See [`EmbeddedError`]: in production, on a listener that isn't loopback, or when the file can't be read or written.
    pub fn open(data_dir: &Path, mode: Mode, listen: SocketAddr) -> Result<Self, EmbeddedError> {
        if mode == Mode::Production {
            return Err(EmbeddedError::Production);
        }
        if !listen.ip().is_loopback() {
            return Err(EmbeddedError::NotLoopback(listen));
        }
        let path = data_dir.join(KEY_FILE);
        let unusable = |cause: io::Error| EmbeddedError::KeyFile { path: path.clone(), cause };
        let malformed = |cause: jsonwebtoken::errors::Error| io::Error::new(io::ErrorKind::InvalidData, cause.to_string());
        let pem = load_or_create(&path).map_err(unusable)?;
        let key = EncodingKey::from_rsa_pem(&pem).map_err(malformed).map_err(unusable)?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(malformed).map_err(unusable)?;
        let thumbprint = Sha256::digest(serde_json::to_vec(&jwk.algorithm).map_err(|error| EmbeddedError::Crypto(error.to_string()))?);
        let kid = BASE64_URL_SAFE_NO_PAD.encode(&thumbprint[..12]);
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { key, jwk, kid })
    }

    /// The public key set.
    pub fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.jwk.clone()] }
    }

    /// The discovery document, with addresses on the host that the client used.
    pub fn discovery(&self, host: &str) -> serde_json::Value {
        json!({
            "issuer": EMBEDDED_ISSUER,
            "jwks_uri": format!("http://{host}/dev/issuer/jwks"),
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "response_types_supported": ["id_token"],
        })
    }

    /// A token for the embedded member of a role, valid from now for `ttl` (at most 30 days).
    ///
    /// # Errors
    /// [`EmbeddedError::Crypto`] when signing fails.
    pub fn mint(&self, role: Role, ttl: Duration, now: DateTime<Utc>) -> Result<String, EmbeddedError> {
        self.mint_for(&embedded_subject(role), role.as_str(), ttl, now)
    }

    /// A token for any subject.
    ///
    /// # Errors
    /// As [`EmbeddedIssuer::mint`].
    pub fn mint_for(&self, subject: &str, name: &str, ttl: Duration, now: DateTime<Utc>) -> Result<String, EmbeddedError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.kid.clone());
        let issued = now.timestamp();
        let lifetime = i64::try_from(ttl.min(MAX_TTL).as_secs()).unwrap_or_default();
        let claims = json!({
            "iss": EMBEDDED_ISSUER, "aud": EMBEDDED_AUDIENCE, "sub": subject, "name": name,
            "iat": issued, "nbf": issued, "exp": issued + lifetime,
        });
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|error| EmbeddedError::Crypto(error.to_string()))
    }
}

fn load_or_create(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|error| io::Error::other(error.to_string()))?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|error| io::Error::other(error.to_string()))?;
    let pem = pem(der.as_ref());
    match create_private(path, pem.as_bytes()) {
        // Another process was first: its key is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path),
        result => result.map(|()| pem.into_bytes()),
    }
}

/// PKCS #8 in the text form that every tool reads.
fn pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PRIVATE KEY-----\n");
    let encoded = BASE64_STANDARD.encode(der);
    for line in encoded.as_bytes().chunks(64) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    text + "-----END PRIVATE KEY-----\n"
}

/// Writes a file that only its owner may read, complete or not at all, and never over another.
pub(crate) fn create_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let scratch = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&scratch).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    // A link fails where a rename would replace.
    let linked = written.and_then(|()| fs::hard_link(&scratch, path));
    let _ = fs::remove_file(&scratch);
    linked
}
