//! Ids, secrets and chance that follow from the seed and a name, so that nothing depends on the order in which objects are made.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The source of one tenant's ids.
#[derive(Debug, Clone)]
pub(crate) struct SeedIds {
    scope: String,
}

impl SeedIds {
    pub(crate) fn new(seed: u64, scope: &str) -> Self {
        Self { scope: format!("{seed}/{scope}") }
    }

    fn digest(&self, name: &str) -> [u8; 32] {
        Sha256::new().chain_update(&self.scope).chain_update("/").chain_update(name).finalize().into()
    }

    /// A version 4 GUID.
    pub(crate) fn id(&self, name: &str) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.digest(name)[..16]);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A client secret of the simulation.
    pub(crate) fn secret(&self, name: &str) -> String {
        let hex: String = self.digest(&format!("secret/{name}")).iter().take(20).map(|byte| format!("{byte:02x}")).collect();
        format!("sim-secret-{hex}")
    }

    /// A generator of its own for one purpose.
    pub(crate) fn chance(&self, name: &str) -> ChaCha8Rng {
        ChaCha8Rng::from_seed(self.digest(name))
    }
}
