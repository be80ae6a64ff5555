//! `causeway serve`: the API, the workers, and in the embedded run the simulated cloud.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use app::App;
use app::runner::{self, Workers};
use domain::env::Clock;
use domain::workspace::Role;
use entra_sim::Sim;
use store::Backend;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::parts::{Parts, first_workspace, parts};
use super::{access, cloud, imports};
use crate::auth::EmbeddedIssuer;
use crate::cli::{Screen, StartError, bind, first_screen, prepare_data_dir, until_signalled};
use crate::config::Config;
use crate::http::{self, HttpParts, HttpState, ReadyProbe};
use crate::system::SystemClock;

/// The most that one operation may cost: the page query (50 tenants with 20 policies each) fits several times.
const MAX_COMPLEXITY: usize = 20_000;
/// How long workers may take to finish their present step at shutdown.
const WORKERS_STOP_WITHIN: Duration = Duration::from_secs(5);
const FIRST_TOKEN_TTL: Duration = Duration::from_secs(12 * 3600);

/// Serves until SIGINT or SIGTERM.
pub async fn serve(config: &Config) -> Result<ExitCode, StartError> {
    prepare_data_dir(&config.data_dir)?;
    // Before anything else is touched: a second server on the same port must not migrate a database.
    let listener = bind(config.listen).await?;
    let listen = listener.local_addr().map_err(|cause| StartError::Listen { address: config.listen, cause })?;
    let simulator = match config.simulates() {
        true => Some(cloud::start_simulator(config, Some(config.data_dir.join("entra-sim.json"))).await?),
        false => None,
    };
    let parts = parts(config, simulator.as_ref().map(|(_, endpoints)| endpoints)).await?;
    let workspace = first_workspace(config, &parts.app).await?;
    let embedded = match config.embedded() {
        true => Some(EmbeddedIssuer::open(&config.data_dir, config.mode, listen)?),
        false => None,
    };
    let token = embedded.as_ref().map(|issuer| issuer.mint(Role::Owner, FIRST_TOKEN_TTL, SystemClock.now())).transpose()?;

    let stop = CancellationToken::new();
    let importing = Arc::new(AtomicBool::new(simulator.is_some()));
    let state = state(config, &parts, embedded, &importing, &stop)?;
    let server = tokio::spawn(http::serve(listener, state));
    let workers = start_workers(config, &parts.app, &stop);
    let sim = simulator.map(|(sim, _)| sim);
    show_screen(config, &parts, listen, sim.as_ref(), token.as_deref());
    let import = tokio::spawn(run_imports(parts.app.clone(), sim.as_ref().map(Sim::tenants).zip(workspace), importing));

    until_signalled().await;
    tracing::info!("stopping: streams end, mutations and present steps finish; a second signal ends at once");
    tokio::spawn(async {
        until_signalled().await;
        std::process::exit(130);
    });
    import.abort();
    stop.cancel();
    let clean = server.await.unwrap_or(false);
    stop_workers(workers).await;
    if let Some(sim) = sim {
        sim.shutdown().await;
    }
    if let Err(error) = parts.store.close().await {
        tracing::warn!(%error, "the database did not close cleanly");
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Starts the configured number of workers, named after this process.
pub fn start_workers(config: &Config, app: &App, stop: &CancellationToken) -> JoinSet<()> {
    if config.workers.count == 0 {
        return JoinSet::new();
    }
    let owner = format!("{}-{}", config.listen.port(), std::process::id());
    runner::start(app, &Workers { count: config.workers.count, applies: config.workers.applies, owner }, stop)
}

/// Waits until the workers have finished their present step; what is cut off goes on when its lease has run out.
pub async fn stop_workers(mut workers: JoinSet<()>) {
    if timeout(WORKERS_STOP_WITHIN, async { while workers.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!("workers were still busy; their jobs go on elsewhere when the leases have run out");
    }
}

/// What the HTTP surface is made of.
pub(super) fn state(
    config: &Config,
    parts: &Parts,
    embedded: Option<EmbeddedIssuer>,
    importing: &Arc<AtomicBool>,
    stop: &CancellationToken,
) -> Result<HttpState<graphql::CausewaySchema, access::Members>, StartError> {
    let options = config.http_options();
    let schema = graphql::Options {
        id_key: parts.id_key,
        introspection: options.introspection,
        max_complexity: MAX_COMPLEXITY,
        clock: parts.clock.clone(),
    };
    Ok(HttpState::new(HttpParts {
        executor: graphql::schema(parts.app.clone(), schema),
        resolver: access::Members(parts.app.clone()),
        authenticator: access::authenticator(config, parts, embedded.as_ref())?,
        embedded_issuer: embedded,
        clock: parts.clock.clone(),
        ids: parts.ids.clone(),
        ready: ready(parts.app.clone(), Arc::clone(importing)),
        options,
        limits: config.http_limits(),
        timeouts: config.http_timeouts(),
        shutdown: stop.clone(),
    }))
}

fn ready(app: App, importing: Arc<AtomicBool>) -> ReadyProbe {
    Arc::new(move || {
        let (app, importing) = (app.clone(), Arc::clone(&importing));
        Box::pin(async move {
            if !app.ready().await {
                return Err("the database does not answer".to_owned());
            }
            if importing.load(Ordering::Acquire) {
                return Err("the simulated tenants are being imported".to_owned());
            }
            Ok(())
        })
    })
}

async fn run_imports(app: App, work: Option<(Vec<entra_sim::SimTenant>, domain::id::WorkspaceId)>, importing: Arc<AtomicBool>) {
    if let Some((tenants, workspace)) = work {
        imports::import(&app, workspace, &tenants).await;
    }
    importing.store(false, Ordering::Release);
}

/// In production the log says what the screen says here: a terminal is no place for a token there.
fn show_screen(config: &Config, parts: &Parts, listen: SocketAddr, sim: Option<&Sim>, token: Option<&str>) {
    tracing::info!(%listen, mode = ?config.mode, workers = config.workers.count, "serving");
    if !config.embedded() {
        return;
    }
    let database = match parts.store.backend() {
        Backend::Sqlite => format!("SQLite, {}", config.database_url().expose().trim_start_matches("sqlite:").trim_start_matches("//")),
        Backend::Postgres => "PostgreSQL".to_owned(),
    };
    let simulator = sim.map(Sim::http_url);
    let screen = Screen {
        listen,
        database: &database,
        data_dir: &config.data_dir,
        simulator: simulator.as_deref(),
        token: token.map(|token| (Role::Owner.as_str(), token)),
        page: config.http_options().graphiql,
        program: &crate::system::program(),
    };
    // A closed standard output is no reason to stop serving.
    let _ = std::io::stdout().write_all(first_screen(&screen).as_bytes());
}
