//! API keys: a member that a machine acts as, and the secret that it shows. The secret itself is never stored.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::env::Ids;
use crate::workspace::{Member, Role};

/// The issuer that API keys are registered under as members. It is no address, so no identity provider can be configured to sign for it.
pub const API_KEY_ISSUER: &str = "urn:causeway:api-key";
/// The longest life of a key: a year, and the day that a leap year adds.
pub const LONGEST_LIFE: TimeDelta = TimeDelta::days(366);
/// `last_used_at` is written again only after this long, so that a busy key does not make every request a write.
pub const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

const PREFIX: &str = "cwk_";
const ENTROPY_BYTES: usize = 32;
const ENTROPY_CHARS: usize = 43;
const CHECKSUM_BYTES: usize = 4;
const CHECKSUM_CHARS: usize = 6;

/// A key as it is kept: everything but the secret.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKey {
    /// The member it acts as: name, role and tenants are the key's; `owned_by` is who created it; `removed_at` is when it was revoked.
    pub member: Member,
    /// The secret's last four characters, so that a person finds the key that a machine holds.
    pub last_four: String,
    /// From this instant on it is refused.
    pub expires_at: DateTime<Utc>,
    /// Its last use, true to within [`USE_NOTED_EVERY`].
    pub last_used_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Whether it lets anybody in at this instant.
    pub fn works_at(&self, now: DateTime<Utc>) -> bool {
        self.member.present() && now < self.expires_at
    }

    /// Whether a use now is to be noted.
    pub fn use_is_news(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| now - last >= USE_NOTED_EVERY)
    }
}

/// Whether a key may have this role at all: never the role that manages members and keys.
pub fn role_for_keys(role: Role) -> bool {
    role != Role::Owner
}

/// The secret of a key: `cwk_`, 256 random bits in base64url (43 characters), and a checksum (6 characters), 53 characters in all.
///
/// Secret scanners find it by `cwk_[A-Za-z0-9_-]{49}`. The checksum is the first four bytes of the SHA-256 of everything before it, base64url:
/// it tells a key from a text that only looks like one without asking the server. It has no `Display`, and its `Debug` is blank.
#[derive(Clone)]
pub struct ApiKeySecret(String);

impl ApiKeySecret {
    /// A fresh secret.
    pub fn make(ids: &dyn Ids) -> Self {
        let mut entropy = [0; ENTROPY_BYTES];
        ids.fill(&mut entropy);
        let mut text = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(entropy));
        text += &checksum(&text);
        ApiKeySecret(text)
    }

    /// Whether a bearer token claims to be a key: what tells it from a JWT, which never begins like that.
    pub fn claimed_by(token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// A secret that a caller shows; `None` when it can't be one, whatever is stored.
    pub fn read(token: &str) -> Option<Self> {
        let body = token.strip_prefix(PREFIX)?;
        let letters = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if body.len() != ENTROPY_CHARS + CHECKSUM_CHARS || !letters {
            return None;
        }
        let (covered, found) = token.split_at(token.len() - CHECKSUM_CHARS);
        (checksum(covered) == found).then(|| ApiKeySecret(token.to_owned()))
    }

    /// What is stored and looked up: SHA-256, lower-case hex. 256 random bits need no slow hash and no salt.
    pub fn hash(&self) -> String {
        Sha256::digest(self.0.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Its last four characters.
    pub fn last_four(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// The text, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKeySecret(..)")
    }
}

fn checksum(covered: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(covered.as_bytes())[..CHECKSUM_BYTES])
}
