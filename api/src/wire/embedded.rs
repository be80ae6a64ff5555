//! A server, its workers and the simulated cloud in one process, on a clock that they share: what demonstrations run on.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use app::settings::Settings;
use domain::env::Clock;
use domain::workspace::Role;
use entra_sim::seed::TenantSeed;
use entra_sim::{Sim, SimConfig, TenantSource};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::cloud::Endpoints;
use super::parts::{Parts, first_workspace, parts_by};
use super::serve::{start_workers, state, stop_workers};
use crate::auth::EmbeddedIssuer;
use crate::cli::{StartError, bind, prepare_data_dir};
use crate::config::Config;
use crate::http;
use crate::system::SystemIds;

/// As long as the development issuer allows: the clock may run through weeks.
const TOKEN_TTL: Duration = Duration::from_secs(30 * 24 * 3_600);

/// All of it, running.
pub struct Embedded {
    /// `http://127.0.0.1:port` of the API.
    pub api: String,
    /// The same of the simulated cloud.
    pub cloud: String,
    /// A token of an owner.
    pub token: String,
    parts: Parts,
    sim: Sim,
    server: JoinHandle<bool>,
    workers: JoinSet<()>,
    stop: CancellationToken,
}

impl Embedded {
    /// Starts with one tenant in the cloud, which the server does not know yet. The cloud lives in memory.
    pub async fn start(config: &Config, clock: Arc<dyn Clock>, settings: Settings, tenant: TenantSeed) -> Result<Self, StartError> {
        prepare_data_dir(&config.data_dir)?;
        let listener = bind(config.listen).await?;
        let listen = listener.local_addr().map_err(|cause| StartError::Listen { address: config.listen, cause })?;
        let sim_config = SimConfig { tenants: TenantSource::Given(vec![tenant]), ..SimConfig::ephemeral(config.simulate.seed) };
        let sim = Sim::start(sim_config, Arc::clone(&clock), Arc::new(SystemIds))
            .await
            .map_err(|error| StartError::part("the simulated cloud cannot start")(&error))?;
        let base = Url::parse(&sim.http_url()).map_err(|error| StartError::part("the simulated cloud has no address")(&error))?;
        let parts = parts_by(config, Some(&Endpoints { login: base.clone(), graph: base }), Arc::clone(&clock), settings).await?;
        first_workspace(config, &parts.app).await?;
        let issuer = EmbeddedIssuer::open(&config.data_dir, config.mode, listen)?;
        let token = issuer.mint(Role::Owner, TOKEN_TTL, clock.now())?;
        let stop = CancellationToken::new();
        let state = state(config, &parts, Some(issuer), &Arc::new(AtomicBool::new(false)), &stop)?;
        let server = tokio::spawn(http::serve(listener, state));
        let workers = start_workers(config, &parts.app, &stop);
        Ok(Embedded { api: format!("http://{listen}"), cloud: sim.http_url(), token, parts, sim, server, workers, stop })
    }

    /// Stops it, each part within its own limit.
    pub async fn stop(self) {
        self.stop.cancel();
        // A server that ended badly has said so in the log.
        let _ = self.server.await;
        stop_workers(self.workers).await;
        self.sim.shutdown().await;
        if let Err(error) = self.parts.store.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }
}
