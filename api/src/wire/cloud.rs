//! Which cloud we talk to: Microsoft's, a configured one, or the simulated one inside.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use entra_sim::{Sim, SimConfig, TenantSource};
use graph::{ApiVersion, Budgets, GraphConfig};
use url::Url;

use crate::cli::StartError;
use crate::config::{Config, LogVersion};
use crate::system::{SystemClock, SystemIds};

/// Base addresses of a cloud.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Of the token endpoint.
    pub login: Url,
    /// Of Graph, without the version.
    pub graph: Url,
}

/// Starts the simulated cloud. With `state` it survives restarts.
pub async fn start_simulator(config: &Config, state: Option<PathBuf>) -> Result<(Sim, Endpoints), StartError> {
    let sim_config = SimConfig {
        http: config.simulate.http,
        https: Some(config.simulate.https),
        state_file: state,
        tls_dir: Some(config.data_dir.join("entra-sim-tls")),
        seed: config.simulate.seed,
        throttle: false,
        tenants: TenantSource::Seeded,
    };
    let sim = Sim::start(sim_config, Arc::new(SystemClock), Arc::new(SystemIds))
        .await
        .map_err(|error| StartError::part("the simulated cloud cannot start")(&error))?;
    let base = Url::parse(&sim.http_url()).map_err(|error| StartError::part("the simulated cloud has no address")(&error))?;
    Ok((sim, Endpoints { login: base.clone(), graph: base }))
}

/// The adapter's settings: what is configured, else the simulator's addresses, else Microsoft's.
pub fn graph_config(config: &Config, simulated: Option<&Endpoints>) -> Result<GraphConfig, StartError> {
    let microsoft = GraphConfig::microsoft();
    let login = config.graph.login_base.clone().or(simulated.map(|cloud| cloud.login.clone())).unwrap_or(microsoft.login_base);
    let graph = config.graph.graph_base.clone().or(simulated.map(|cloud| cloud.graph.clone())).unwrap_or(microsoft.graph_base);
    let version = match config.graph.sign_in_log_version {
        LogVersion::Beta => ApiVersion::Beta,
        LogVersion::V1 => ApiVersion::V1,
    };
    let on_this_machine = is_loopback(&graph);
    let mut settings = GraphConfig::new(login, graph);
    settings.sign_in_log_version = version;
    if on_this_machine && !config.graph.metered {
        // A simulator doesn't meter us, and nobody wants to wait for an import of make-believe policies.
        settings.budgets = Budgets::uniform(200.0, 50);
    }
    if let Some(path) = &config.graph.root_ca {
        settings.root_ca_pem = Some(pem(path)?);
    }
    Ok(settings)
}

/// The certificates of a file.
pub(super) fn pem(path: &Path) -> Result<Vec<u8>, StartError> {
    std::fs::read(path).map_err(|error| StartError::KeyFile { path: path.to_owned(), cause: error.to_string() })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(host)) => host == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_addresses_win_and_microsofts_are_metered() {
        let simulated = Endpoints { login: "http://127.0.0.1:1".parse().unwrap(), graph: "http://127.0.0.1:1".parse().unwrap() };
        let mut config = Config::default();
        let settings = graph_config(&config, Some(&simulated)).unwrap();
        assert_eq!((settings.graph_base, settings.budgets), (simulated.graph.clone(), Budgets::uniform(200.0, 50)));
        config.graph.graph_base = Some("https://graph.example.com".parse().unwrap());
        let settings = graph_config(&config, Some(&simulated)).unwrap();
        assert_eq!((settings.graph_base.host_str(), settings.budgets), (Some("graph.example.com"), Budgets::default()));
        assert_eq!(graph_config(&Config::default(), None).unwrap().graph_base, GraphConfig::microsoft().graph_base);
    }
}
