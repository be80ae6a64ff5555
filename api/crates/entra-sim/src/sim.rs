//! A running simulator.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::env::{Clock, Ids};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::config::{SimConfig, SimError};
use crate::core::Core;
use crate::server::{Listener, bind};
use crate::{persist, tls};

/// How long a shutdown waits for answers under way.
const GRACE: Duration = Duration::from_secs(5);

/// A tenant and the applications by which it can be reached.
#[derive(Clone, Debug)]
pub struct SimTenant {
    /// Entra's tenant id.
    pub tenant_id: Uuid,
    /// Organization name.
    pub display_name: String,
    /// Verified domain.
    pub domain: String,
    /// Applications with consent.
    pub apps: Vec<SimApp>,
}

/// An application's credentials.
#[derive(Clone)]
pub struct SimApp {
    /// Client id.
    pub client_id: Uuid,
    /// A valid client secret; empty when the application has none.
    pub secret: String,
    /// Name.
    pub display_name: String,
    /// Granted application permissions.
    pub roles: Vec<String>,
}

impl std::fmt::Debug for SimApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimApp").field("client_id", &self.client_id).field("display_name", &self.display_name).finish_non_exhaustive()
    }
}

/// A simulated cloud that listens until it is shut down or dropped.
pub struct Sim {
    http: SocketAddr,
    https: Option<SocketAddr>,
    ca_pem: Option<String>,
    core: Arc<Core>,
    stop: CancellationToken,
    connections: TaskTracker,
    listeners: Vec<JoinHandle<()>>,
}

impl Sim {
    /// Loads or makes the state, binds the ports and serves.
    ///
    /// # Errors
    /// A port that is taken, a file that can't be read or written, a state file that isn't one.
    pub async fn start(config: SimConfig, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Sim, SimError> {
        let http = bind(config.http, None).await?;
        let (https, ca_pem) = match config.https {
            None => (None, None),
            Some(addr) => {
                let (acceptor, ca) = tls::acceptor(config.tls_dir.as_deref())?;
                (Some(bind(addr, Some(acceptor)).await?), Some(ca))
            }
        };
        let core = tokio::task::spawn_blocking(move || {
            let saved = match &config.state_file {
                Some(file) => persist::load(file)?,
                None => None,
            };
            Core::new(clock, ids, &config, saved)
        });
        let core = Arc::new(core.await.map_err(|e| SimError::Crypto(e.to_string()))??);
        Ok(Sim::serve(core, http, https, ca_pem))
    }

    fn serve(core: Arc<Core>, http: Listener, https: Option<Listener>, ca_pem: Option<String>) -> Sim {
        let (stop, connections) = (CancellationToken::new(), TaskTracker::new());
        let (http_addr, https_addr) = (http.addr, https.as_ref().map(|listener| listener.addr));
        let listeners = [Some(http), https]
            .into_iter()
            .flatten()
            .map(|listener| tokio::spawn(listener.run(core.clone(), stop.clone(), connections.clone())))
            .collect();
        Sim { http: http_addr, https: https_addr, ca_pem, core, stop, connections, listeners }
    }

    /// Where plain HTTP is served.
    pub fn http_addr(&self) -> SocketAddr {
        self.http
    }

    /// Where HTTPS is served.
    pub fn https_addr(&self) -> Option<SocketAddr> {
        self.https
    }

    /// The certificate authority of the HTTPS listener, PEM.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// `http://host:port`, the base of both login and Graph.
    pub fn http_url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// The tenants as they are now, with what it takes to connect.
    pub fn tenants(&self) -> Vec<SimTenant> {
        let inner = self.core.lock();
        let tenants = inner.world.tenants.values().map(|tenant| SimTenant {
            tenant_id: tenant.id,
            display_name: tenant.display_name.clone(),
            domain: tenant.domain.clone(),
            apps: tenant
                .apps
                .iter()
                .map(|app| SimApp {
                    client_id: app.client_id,
                    secret: app.secrets.first().map(|secret| secret.value.clone()).unwrap_or_default(),
                    display_name: app.display_name.clone(),
                    roles: app.roles.iter().cloned().collect(),
                })
                .collect(),
        });
        tenants.collect()
    }

    /// Stops listening, lets answers under way finish for five seconds, and folds the journal.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.connections.close();
        if tokio::time::timeout(GRACE, self.connections.wait()).await.is_err() {
            tracing::warn!("connections were still open at shutdown");
        }
        for listener in &self.listeners {
            listener.abort();
        }
        let core = self.core.clone();
        let folded = tokio::task::spawn_blocking(move || {
            let mut inner = core.lock();
            let inner = &mut *inner;
            inner.journal.compact(&inner.world, true)
        });
        if let Ok(Err(error)) = folded.await {
            // The journal still has everything.
            tracing::warn!(%error, "the journal could not be folded into the snapshot");
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
