//! The one typed configuration: a TOML file, then `CAUSEWAY__SECTION__KEY` variables over it, then `validate`.
//!
//! The environment comes in as a map, so that nothing here depends on the process. An unknown key is an error, in the file and in the
//! environment: a misspelt setting that is ignored in silence is the worst kind.

mod address;
mod load;
mod reference;
mod secret;
#[cfg(test)]
mod tests;
mod validate;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

pub use load::ConfigError;
pub use secret::Secret;

/// How the process is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One machine, nothing to set up: SQLite, the simulated cloud, a development issuer on loopback.
    Embedded,
    /// A real identity provider, a real database, no development shortcut.
    Production,
}

/// Everything that can be set. Each key is described in [`Config::reference`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How the process is run.
    pub mode: Mode,
    /// Where HTTP is served. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder for the SQLite file, the development keys and the simulator's state.
    pub data_dir: PathBuf,
    /// `sqlite://path` or `postgres://..`; a SQLite file in `data_dir` when empty.
    pub database_url: Secret,
    /// 32 bytes, base64: seals tenant credentials. Kept outside the database.
    pub seal_key: Secret,
    /// A file that holds `seal_key`.
    pub seal_key_file: Option<PathBuf>,
    /// The simulated cloud.
    pub simulate: Simulate,
    /// The identity provider.
    pub oidc: Oidc,
    /// The first workspace of a new installation.
    pub bootstrap: Bootstrap,
    /// Microsoft Graph.
    pub graph: Graph,
    /// The HTTP surface.
    pub http: Http,
    /// Background work.
    pub workers: Workers,
    /// Reading sign-ins.
    pub sign_ins: SignIns,
    /// Phased rollouts.
    pub rollouts: Rollouts,
    /// Webhooks.
    pub webhooks: Webhooks,
    /// Logs.
    pub log: Log,
    /// For the product's own tests.
    pub test: Test,
}

/// `[simulate]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Simulate {
    /// Runs the simulated Entra cloud inside the process; on in embedded mode unless set.
    pub enabled: Option<bool>,
    /// Its http listener.
    pub http: SocketAddr,
    /// Its https listener.
    pub https: SocketAddr,
    /// Seed of its sign-ins.
    pub seed: u64,
}

/// `[oidc]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// Issuer; may hold `{tenantid}` for multi-tenant Entra applications.
    pub issuer: Option<String>,
    /// Audience of our tokens.
    pub audience: Option<String>,
    /// Key set address; found by discovery when absent.
    #[serde(with = "address", skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<Url>,
    /// A scope or application role that tokens must carry.
    pub scope: Option<String>,
    /// How principals are named.
    pub subject: Subject,
}

/// `[bootstrap]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bootstrap {
    /// Name of the first workspace.
    pub workspace: String,
    /// The principal at `oidc.issuer` that owns it: `tid/oid` for Entra, else `sub`.
    pub owner: Option<String>,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { workspace: "Causeway".to_owned(), owner: None }
    }
}

/// `oidc.subject`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// By the issuer: `tid/oid` for Microsoft's, `sub` for others.
    #[default]
    Auto,
    /// `tid/oid`.
    Entra,
    /// `sub`.
    Sub,
}

/// `[graph]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Graph {
    /// Token endpoint's base; the tenant's cloud decides when absent.
    #[serde(with = "address", skip_serializing_if = "Option::is_none")]
    pub login_base: Option<Url>,
    /// Graph's base, without the version; the tenant's cloud decides when absent.
    #[serde(with = "address", skip_serializing_if = "Option::is_none")]
    pub graph_base: Option<Url>,
    /// PEM file of a further root certificate to trust.
    pub root_ca: Option<PathBuf>,
    /// Graph's version that sign-ins are read from.
    pub sign_in_log_version: LogVersion,
    /// Keeps Graph's documented budgets on this machine too, where they are not kept otherwise.
    pub metered: bool,
}

/// `graph.sign_in_log_version`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogVersion {
    /// `/beta`: tells how users authenticated, the transfer method, contexts and the kind of user.
    #[default]
    #[serde(rename = "beta")]
    Beta,
    /// `/v1.0`: what policies test of these stays unknown.
    #[serde(rename = "v1.0")]
    V1,
}

/// `[sign_ins]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIns {
    /// Seconds between two readings of a tenant's log; 0 reads only when asked.
    pub interval_s: u64,
    /// Days of summaries that are kept.
    pub retention_days: u16,
    /// Seconds that a row may be late in Entra's log.
    pub overlap_s: u64,
    /// Seconds before now that a reading leaves for the next one.
    pub settle_s: u64,
}

/// `[rollouts]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rollouts {
    /// Seconds between two looks at a rollout that has not ended.
    pub look_s: u64,
    /// Seconds that a written policy may take to hold everywhere in Entra.
    pub propagation_s: u64,
    /// Seconds that a phase of an automatic rollout lasts at least.
    pub least_bake_s: u64,
    /// Seconds that the disabled twin is kept after the end of its rollout.
    pub keep_twin_s: u64,
}

/// `[webhooks]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Hosts that may have private addresses and may be spoken to over http; this machine in embedded mode unless set.
    pub internal_hosts: Option<Vec<String>>,
    /// PEM file of a further root certificate to trust.
    pub root_ca: Option<PathBuf>,
}

/// `[http]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Further web origins that may call the API.
    pub allowed_origins: Vec<String>,
    /// Serves the query page at `/`; on in embedded mode unless set.
    pub graphiql: Option<bool>,
    /// Answers introspection; on in embedded mode unless set.
    pub introspection: Option<bool>,
    /// Seconds a query or mutation may take.
    pub request_timeout_s: u64,
    /// Bytes of a request body.
    pub max_body_bytes: usize,
    /// Tokens of a document.
    pub max_tokens: usize,
    /// Streams that one member may hold open.
    pub max_streams_per_member: usize,
    /// Connections served at a time.
    pub max_connections: usize,
}

/// `[workers]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workers {
    /// Background workers in `serve`; 0 leaves the work to `worker` processes.
    pub count: usize,
    /// Applies at a time in this process, beside the other work; each waits for Graph nearly all of its time.
    pub applies: usize,
    /// Seconds a claimed job is kept before another worker may take it.
    pub lease_s: u64,
    /// Seconds between two syncs of a tenant; 0 syncs only when asked.
    pub sync_interval_s: u64,
    /// Seconds after which a sync asks for a new reading of the tenant's people; 0 reads them only when asked.
    pub people_interval_s: u64,
    /// The most users of a tenant that are kept.
    pub people_max_users: usize,
    /// Milliseconds between the two equal reads that prove that a write of unknown outcome did not happen.
    pub settle_ms: u64,
}

/// `[log]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Text or JSON lines.
    pub format: LogFormat,
    /// What is logged, in `tracing`'s directive syntax.
    pub filter: String,
}

/// `[test]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Test {
    /// The step of an apply at which the process stops for ever.
    pub failpoint: Option<String>,
    /// A file that is made when it stops there.
    pub marker: Option<PathBuf>,
}

/// `log.format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            mode: Mode::Embedded,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data_dir: PathBuf::from("data"),
            database_url: Secret::default(),
            seal_key: Secret::default(),
            seal_key_file: None,
            simulate: Simulate::default(),
            oidc: Oidc::default(),
            bootstrap: Bootstrap::default(),
            graph: Graph::default(),
            http: Http::default(),
            workers: Workers::default(),
            sign_ins: SignIns::default(),
            rollouts: Rollouts::default(),
            webhooks: Webhooks::default(),
            log: Log::default(),
            test: Test::default(),
        }
    }
}

impl Default for Simulate {
    fn default() -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { enabled: None, http: any_port, https: any_port, seed: 7 }
    }
}

impl Default for Http {
    fn default() -> Self {
        let limits = crate::http::Limits::default();
        Self {
            allowed_origins: Vec::new(),
            graphiql: None,
            introspection: None,
            request_timeout_s: crate::http::Timeouts::default().request.as_secs(),
            max_body_bytes: limits.body_bytes,
            max_tokens: limits.tokens,
            max_streams_per_member: limits.streams_per_member,
            max_connections: limits.connections,
        }
    }
}

impl Default for Workers {
    fn default() -> Self {
        Self {
            count: 4,
            applies: 64,
            lease_s: 30,
            sync_interval_s: 900,
            people_interval_s: 86_400,
            people_max_users: 500_000,
            settle_ms: 10_000,
        }
    }
}

impl Default for SignIns {
    fn default() -> Self {
        Self { interval_s: 900, retention_days: 30, overlap_s: 3_600, settle_s: 120 }
    }
}

impl Default for Rollouts {
    fn default() -> Self {
        Self { look_s: 240, propagation_s: 900, least_bake_s: 7_200, keep_twin_s: 604_800 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info,sea_orm_migration=warn".to_owned() }
    }
}

impl Config {
    /// Whether this is the embedded run.
    pub fn embedded(&self) -> bool {
        self.mode == Mode::Embedded
    }

    /// Whether the simulated cloud runs inside.
    pub fn simulates(&self) -> bool {
        self.simulate.enabled.unwrap_or(self.embedded())
    }

    /// Where the data is.
    pub fn database_url(&self) -> Secret {
        if self.database_url.is_empty() {
            return Secret::new(format!("sqlite://{}", self.data_dir.join("causeway.db").display()));
        }
        self.database_url.clone()
    }

    /// Switches of the HTTP surface.
    pub fn http_options(&self) -> crate::http::HttpOptions {
        crate::http::HttpOptions {
            allowed_origins: self.http.allowed_origins.clone(),
            graphiql: self.http.graphiql.unwrap_or(self.embedded()),
            introspection: self.http.introspection.unwrap_or(self.embedded()),
        }
    }

    /// Bounds of the HTTP surface.
    pub fn http_limits(&self) -> crate::http::Limits {
        crate::http::Limits {
            body_bytes: self.http.max_body_bytes,
            tokens: self.http.max_tokens,
            streams_per_member: self.http.max_streams_per_member,
            connections: self.http.max_connections,
            ..crate::http::Limits::default()
        }
    }

    /// Waits of the HTTP surface.
    pub fn http_timeouts(&self) -> crate::http::Timeouts {
        crate::http::Timeouts { request: std::time::Duration::from_secs(self.http.request_timeout_s), ..crate::http::Timeouts::default() }
    }

    /// What is expected of tokens; `None` without a configured issuer.
    pub fn oidc_issuer(&self) -> Option<crate::auth::IssuerConfig> {
        use crate::auth::{IssuerConfig, SubjectRule};
        let (issuer, audience) = (self.oidc.issuer.clone()?, self.oidc.audience.clone()?);
        let subject = match self.oidc.subject {
            Subject::Auto => IssuerConfig::default_subject_rule(&issuer),
            Subject::Entra => SubjectRule::EntraObject,
            Subject::Sub => SubjectRule::Sub,
        };
        Some(IssuerConfig { issuer, audience, jwks_url: self.oidc.jwks_url.clone(), subject, scope: self.oidc.scope.clone() })
    }
}
