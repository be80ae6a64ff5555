//! Secrets at rest: AES-256-GCM, the key from outside the database, bound to their row (security-checklist D22).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use domain::env::Ids;
use domain::id::{TenantId, WebhookId, WorkspaceId};

const FORMAT: u8 = 1;

/// Seals and opens secrets with one key.
pub struct Sealer {
    key: LessSafeKey,
}

/// The row that a secret is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// A tenant's credential.
    Tenant(WorkspaceId, TenantId),
    /// A webhook's signing secret.
    Webhook(WorkspaceId, WebhookId),
}

/// A sealed secret that does not open: another key, another row, or damage.
#[derive(Debug, thiserror::Error)]
#[error("the sealed credential does not open with this key: was the seal key replaced, or the row moved?")]
pub struct SealBroken;

impl Sealer {
    /// A sealer for a key of exactly 32 bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are an AES-256 key");
        Sealer { key: LessSafeKey::new(key) }
    }

    /// Seals a secret for one row: format byte, nonce, ciphertext and tag.
    pub fn seal(&self, row: Sealed, secret: &str, ids: &dyn Ids) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        ids.fill(&mut nonce);
        let mut text = secret.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(binding(row)), &mut text)
            .expect("a credential is far below the cipher's length limit");
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        sealed
    }

    /// Opens what [`Sealer::seal`] made for the same row.
    pub fn open(&self, row: Sealed, sealed: &[u8]) -> Result<String, SealBroken> {
        let (format, rest) = sealed.split_first().ok_or(SealBroken)?;
        if *format != FORMAT || rest.len() < NONCE_LEN {
            return Err(SealBroken);
        }
        let (nonce, text) = rest.split_at(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealBroken)?;
        let mut text = text.to_vec();
        let plain = self.key.open_in_place(nonce, Aad::from(binding(row)), &mut text).map_err(|_| SealBroken)?;
        String::from_utf8(plain.to_vec()).map_err(|_| SealBroken)
    }
}

/// What the ciphertext is bound to: a blob copied to another row does not open.
fn binding(row: Sealed) -> Vec<u8> {
    match row {
        Sealed::Tenant(workspace, tenant) => format!("causeway/tenant-credential/{FORMAT}/{workspace}/{tenant}"),
        Sealed::Webhook(workspace, webhook) => format!("causeway/webhook-secret/{FORMAT}/{workspace}/{webhook}"),
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    struct Fixed;
    impl Ids for Fixed {
        fn uuid(&self) -> Uuid {
            Uuid::nil()
        }
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn opens_only_with_the_same_key_and_row() {
        let (workspace, tenant) = (WorkspaceId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        let row = Sealed::Tenant(workspace, tenant);
        let sealer = Sealer::new(&[1; 32]);
        let sealed = sealer.seal(row, "canary-secret", &Fixed);
        assert_eq!(sealer.open(row, &sealed).unwrap(), "canary-secret");
        assert!(!sealed.windows(13).any(|part| part == b"canary-secret"));
        assert!(sealer.open(Sealed::Tenant(workspace, TenantId(Uuid::from_u128(3))), &sealed).is_err());
        assert!(sealer.open(Sealed::Tenant(WorkspaceId(Uuid::from_u128(3)), tenant), &sealed).is_err());
        assert!(sealer.open(Sealed::Webhook(workspace, WebhookId(tenant.0)), &sealed).is_err());
        assert!(Sealer::new(&[2; 32]).open(row, &sealed).is_err());
        let mut damaged = sealed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert!(sealer.open(row, &damaged).is_err());
        assert!(sealer.open(row, &[]).is_err());
    }
}
