//! The courier's settings.

use std::collections::BTreeSet;
use std::time::Duration;

/// Which addresses messages may go to, and how long an attempt may take.
#[derive(Clone, Debug)]
pub struct CourierConfig {
    /// Hosts (names or IP literals, without port) that may be private and may be spoken to over plain http. Every other host must be
    /// https and have public addresses only. Default: none.
    pub internal_hosts: BTreeSet<String>,
    /// Limit of one attempt, from name resolution to the status of the answer. Default: 10 s.
    pub attempt: Duration,
    /// Limit of connecting: name resolution, TCP and TLS. Default: 5 s.
    pub connect: Duration,
    /// Certificates (PEM) trusted besides the system's.
    pub root_ca_pem: Option<Vec<u8>>,
    /// `User-Agent`. Default: `Causeway/` and the version.
    pub user_agent: String,
}

impl Default for CourierConfig {
    fn default() -> Self {
        CourierConfig {
            internal_hosts: BTreeSet::new(),
            attempt: Duration::from_secs(10),
            connect: Duration::from_secs(5),
            root_ca_pem: None,
            user_agent: concat!("Causeway/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Settings that no courier can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    /// An entry of `internal_hosts` is not a host alone.
    #[error("internal host {0:?} is not a host name or an IP address, without scheme and port")]
    InternalHost(String),
    /// `attempt` or `connect` is zero.
    #[error("the limits of an attempt and of connecting must be above zero")]
    Limits,
    /// `root_ca_pem` is not PEM, or holds no certificate.
    #[error("root_ca_pem holds no PEM certificate: {0}")]
    Certificate(String),
    /// The HTTP client can't be made: the user agent is no header text, a certificate is damaged, or the system has none.
    #[error("the HTTP client can't be built: {0}")]
    Client(String),
}
