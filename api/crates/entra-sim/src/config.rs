//! How a simulator is started, and what can go wrong while it starts.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::seed::TenantSeed;

/// Which tenants a simulator without saved state begins with.
#[derive(Clone, Debug)]
pub enum TenantSource {
    /// The three tenants of [`crate::seed::tenants`].
    Seeded,
    /// None; tenants are added through the admin endpoint.
    Empty,
    /// Exactly these.
    Given(Vec<TenantSeed>),
}

/// Settings of one simulator.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Where to listen for plain HTTP. Port 0 takes a free port.
    pub http: SocketAddr,
    /// Where to listen for HTTPS (login clients of the MSAL family refuse a plain authority); `None` for not at all.
    pub https: Option<SocketAddr>,
    /// The snapshot file. Beside it lives a journal, `<name>.log`. `None` keeps everything in memory.
    pub state_file: Option<PathBuf>,
    /// Folder that receives `ca.pem` and keeps the keys; `None` makes a certificate authority for this run only.
    pub tls_dir: Option<PathBuf>,
    /// Seed of the tenants' directory and of their sign-ins: the same seed gives the same stream.
    pub seed: u64,
    /// Whether the documented request budgets are enforced (graph-api.md section 16). Scripted throttling works either way.
    pub throttle: bool,
    /// The tenants to begin with; ignored when `state_file` exists.
    pub tenants: TenantSource,
}

impl SimConfig {
    /// In memory, plain HTTP on a free loopback port, seeded tenants, no budgets.
    pub fn ephemeral(seed: u64) -> Self {
        SimConfig {
            http: SocketAddr::from(([127, 0, 0, 1], 0)),
            https: None,
            state_file: None,
            tls_dir: None,
            seed,
            throttle: false,
            tenants: TenantSource::Seeded,
        }
    }
}

/// Why a simulator did not start, or could not save its state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// Somebody else listens there.
    #[error("{addr} is already in use")]
    AddressInUse {
        /// The address asked for.
        addr: SocketAddr,
    },
    /// The address can't be listened on for another reason.
    #[error("can't listen on {addr}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder can't be read or written.
    #[error("can't {action} {path}")]
    File {
        /// "read", "write", "create".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state file is not one of ours.
    #[error("{path} does not hold the state of a simulator: {reason}")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Keys or certificates could not be made or read.
    #[error("keys or certificates: {0}")]
    Crypto(String),
}

impl SimError {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> SimError {
        let path = path.into();
        move |source| SimError::File { action, path, source }
    }
}
