//! The adapter's settings, and where Microsoft's clouds are.

use std::time::Duration;

use domain::tenant::Cloud;
use url::{Host, Url};

use crate::error::GraphError;

/// The version of Graph that is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiVersion {
    /// `/v1.0`
    #[default]
    V1,
    /// `/beta`: sees policy features that v1.0 hides (ca-semantics.md section 12).
    Beta,
}

impl ApiVersion {
    pub(crate) fn segment(self) -> &'static str {
        match self {
            ApiVersion::V1 => "v1.0",
            ApiVersion::Beta => "beta",
        }
    }
}

/// A rate of requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests per second, sustained.
    pub per_second: f64,
    /// How many may go at once after a pause; 1 keeps an even distance.
    pub burst: u32,
}

/// Requests we allow ourselves per tenant (graph-api.md section 16): below Graph's limits, so that 429 stays the exception.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budgets {
    /// Conditional Access: Graph allows one a second and tenant, all applications together.
    pub conditional_access: Rate,
    /// Sign-in and audit logs: Graph allows five in ten seconds.
    pub reports: Rate,
    /// Users, groups, roles, applications: Graph counts resource units, thousands in ten seconds.
    pub directory: Rate,
}

impl Default for Budgets {
    /// Microsoft's cloud. Conditional Access and reports stay 5% below the limit, because the network moves requests closer together than we sent
    /// them.
    fn default() -> Self {
        Budgets {
            conditional_access: Rate { per_second: 0.95, burst: 1 },
            reports: Rate { per_second: 0.475, burst: 1 },
            directory: Rate { per_second: 20.0, burst: 10 },
        }
    }
}

impl Budgets {
    /// One rate for everything: a simulator on this machine, or a test.
    pub fn uniform(per_second: f64, burst: u32) -> Self {
        let rate = Rate { per_second, burst };
        Budgets { conditional_access: rate, reports: rate, directory: rate }
    }
}

/// How failures that may pass are retried. Throttling is retried until the call's deadline whatever `max_attempts` says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Attempts of one request in all, the first included.
    pub max_attempts: u32,
    /// The ceiling of the first delay; each further one doubles it.
    pub base_delay: Duration,
    /// The ceiling that doubling stops at.
    pub max_delay: Duration,
}

/// Settings of a [`crate::GraphClient`].
#[derive(Clone, Debug)]
pub struct GraphConfig {
    /// The login authority. While this and `graph_base` are those of [`Cloud::Global`], each tenant is sought in its own cloud; any other
    /// pair (the simulator) serves the tenants of every cloud.
    pub login_base: Url,
    /// Graph's root, without the version.
    pub graph_base: Url,
    /// Graph's version.
    pub version: ApiVersion,
    /// The version of the recycle bin of policies and locations: v1.0 by Graph's metadata of 2026, beta by its pages.
    pub deleted_items_version: ApiVersion,
    /// The version of the sign-in log: beta tells how the user authenticated, the transfer method, contexts and the kind of user.
    pub sign_in_log_version: ApiVersion,
    /// Limit of connecting, TLS included.
    pub connect_timeout: Duration,
    /// Limit of one request with its answer; retries have it anew.
    pub request_timeout: Duration,
    /// `User-Agent`, in Graph's form `NONISV|Company|App/1.0`.
    pub user_agent: String,
    /// Requests per tenant.
    pub budgets: Budgets,
    /// Retries.
    pub retry: RetryPolicy,
    /// Largest body of one answer, bytes.
    pub max_response_bytes: usize,
    /// Largest list over all its pages, bytes.
    pub max_list_bytes: usize,
    /// Most pages of one list.
    pub max_pages: usize,
    /// Certificates (PEM) trusted besides the system's.
    pub root_ca_pem: Option<Vec<u8>>,
}

impl GraphConfig {
    /// Defaults for a pair of endpoints.
    pub fn new(login_base: Url, graph_base: Url) -> Self {
        GraphConfig {
            login_base,
            graph_base,
            version: ApiVersion::V1,
            deleted_items_version: ApiVersion::V1,
            sign_in_log_version: ApiVersion::Beta,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(30),
            user_agent: concat!("NONISV|Causeway|Causeway/", env!("CARGO_PKG_VERSION")).to_owned(),
            budgets: Budgets::default(),
            retry: RetryPolicy { max_attempts: 5, base_delay: Duration::from_millis(500), max_delay: Duration::from_secs(30) },
            max_response_bytes: 16 << 20,
            max_list_bytes: 64 << 20,
            max_pages: 1_000,
            root_ca_pem: None,
        }
    }

    /// Microsoft's own clouds.
    pub fn microsoft() -> Self {
        let (login, graph) = endpoints(Cloud::Global);
        GraphConfig::new(login, graph)
    }

    /// The endpoints that serve a tenant of `cloud`.
    pub(crate) fn bases(&self, cloud: Cloud) -> (Url, Url) {
        let configured = (self.login_base.clone(), self.graph_base.clone());
        if configured == endpoints(Cloud::Global) { endpoints(cloud) } else { configured }
    }

    pub(crate) fn plain_http_only(&self) -> bool {
        self.login_base.scheme() == "http" && self.graph_base.scheme() == "http"
    }

    pub(crate) fn check(&self) -> Result<(), GraphError> {
        check_base("login_base", &self.login_base)?;
        check_base("graph_base", &self.graph_base)?;
        for (name, rate) in [
            ("conditional_access", self.budgets.conditional_access),
            ("reports", self.budgets.reports),
            ("directory", self.budgets.directory),
        ] {
            // Between one request a day and one per microsecond: outside, the arithmetic of intervals loses its meaning.
            if !(rate.per_second >= 1.0 / 86_400.0 && rate.per_second <= 1_000_000.0) || rate.burst == 0 {
                return Err(GraphError::config(format!("budgets.{name} must be a positive rate with a burst of at least 1")));
            }
        }
        let counts = [self.max_pages, self.max_response_bytes, self.max_list_bytes, self.retry.max_attempts as usize];
        if counts.contains(&0) || self.request_timeout.is_zero() || self.connect_timeout.is_zero() {
            return Err(GraphError::config("limits, attempts and timeouts must be above zero"));
        }
        Ok(())
    }
}

/// Secrets and tokens travel on these: https, or http that never leaves the machine (security-checklist D33).
fn check_base(name: &str, base: &Url) -> Result<(), GraphError> {
    let wrong = |why: &str| Err(GraphError::config(format!("{name} {why}")));
    match base.scheme() {
        "https" => {}
        "http" if is_loopback(base) => {}
        "http" => return wrong("must be https: plain http is for loopback addresses only"),
        _ => return wrong("must be an https address"),
    }
    if base.host().is_none() || base.query().is_some() || base.fragment().is_some() {
        return wrong("must have a host, and neither query nor fragment");
    }
    if !base.username().is_empty() || base.password().is_some() {
        return wrong("must not hold a user or a password");
    }
    Ok(())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Login authority and Graph root of a national cloud (graph-api.md section 0).
pub fn endpoints(cloud: Cloud) -> (Url, Url) {
    let (login, graph) = match cloud {
        Cloud::Global => ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
        Cloud::UsGov => ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
        Cloud::UsGovDod => ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        Cloud::China => ("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
    };
    let url = |text: &str| Url::parse(text).expect("a constant address");
    (url(login), url(graph))
}

/// The scope that asks for every permission consented to.
pub(crate) fn default_scope(cloud: Cloud) -> String {
    format!("{}.default", endpoints(cloud).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(login: &str, graph: &str) -> GraphConfig {
        GraphConfig::new(Url::parse(login).unwrap(), Url::parse(graph).unwrap())
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in ["http://127.0.0.1:8081", "http://localhost:1", "http://[::1]:9/sim", "https://graph.example"] {
            assert_eq!(config("https://login.example", good).check(), Ok(()), "{good}");
            assert_eq!(config(good, "https://graph.example").check(), Ok(()), "{good}");
        }
        for bad in [
            "http://graph.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://0.0.0.0",
            "ftp://127.0.0.1",
            "https://u:p@graph.example",
            "https://graph.example?x=1",
            "data:text/plain,x",
        ] {
            assert!(matches!(config("https://login.example", bad).check(), Err(GraphError::Config { .. })), "{bad}");
            assert!(matches!(config(bad, "https://graph.example").check(), Err(GraphError::Config { .. })), "{bad}");
        }
    }

    #[test]
    fn nonsense_limits_are_refused() {
        for change in [
            (|c: &mut GraphConfig| c.budgets.reports.per_second = f64::NAN) as fn(&mut GraphConfig),
            |c| c.budgets.directory.per_second = 0.0,
            |c| c.budgets.conditional_access.burst = 0,
            |c| c.max_pages = 0,
            |c| c.request_timeout = Duration::ZERO,
        ] {
            let mut config = GraphConfig::microsoft();
            change(&mut config);
            assert!(matches!(config.check(), Err(GraphError::Config { .. })));
        }
        assert_eq!(GraphConfig::microsoft().check(), Ok(()));
    }

    #[test]
    fn a_tenant_is_sought_in_its_own_cloud_unless_the_endpoints_are_others() {
        assert_eq!(GraphConfig::microsoft().bases(Cloud::China), endpoints(Cloud::China));
        let simulated = config("http://127.0.0.1:1", "http://127.0.0.1:2");
        assert_eq!(simulated.bases(Cloud::China).1.port(), Some(2));
        assert_eq!(default_scope(Cloud::UsGovDod), "https://dod-graph.microsoft.us/.default");
    }
}
