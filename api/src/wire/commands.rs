//! The commands beside `serve`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use domain::env::Clock;
use domain::workspace::Role;
use tokio_util::sync::CancellationToken;

use super::cloud;
use super::parts::{open, parts};
use super::serve::{start_workers, stop_workers};
use crate::auth::EmbeddedIssuer;
use crate::cli::{Direction, StartError, prepare_data_dir, until_signalled};
use crate::config::Config;
use crate::system::SystemClock;

/// `causeway schema`.
pub fn schema() -> Result<ExitCode, StartError> {
    print(&graphql::sdl());
    Ok(ExitCode::SUCCESS)
}

/// `causeway token`.
pub fn token(config: &Config, role: Role, ttl: Duration) -> Result<ExitCode, StartError> {
    prepare_data_dir(&config.data_dir)?;
    let issuer = EmbeddedIssuer::open(&config.data_dir, config.mode, config.listen)?;
    print(&format!("{}\n", issuer.mint(role, ttl, SystemClock.now())?));
    Ok(ExitCode::SUCCESS)
}

/// `causeway migrate`.
pub async fn migrate(config: &Config, direction: Direction) -> Result<ExitCode, StartError> {
    if config.database_url.is_empty() {
        prepare_data_dir(&config.data_dir)?;
    }
    let store = open(config).await?;
    let failed = |error: store::StoreError| StartError::part("the migration failed")(&error);
    let pending = store.pending_migrations().await.map_err(failed)?;
    let done = match direction {
        Direction::Up => {
            store.migrate().await.map_err(failed)?;
            print(&format!("{} migrations applied\n", pending.len()));
            true
        }
        Direction::Down { yes: false } => {
            complain("this removes every table with all its data: add --yes");
            return Ok(ExitCode::from(2));
        }
        Direction::Down { yes: true } => {
            store.migrate_down().await.map_err(failed)?;
            print("everything is removed\n");
            true
        }
        Direction::Status => {
            let lines: String = pending.iter().map(|name| format!("pending {name}\n")).collect();
            print(if lines.is_empty() { "up to date\n" } else { &lines });
            lines.is_empty()
        }
    };
    store.close().await.map_err(failed)?;
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `causeway worker`: until SIGINT or SIGTERM.
pub async fn worker(config: &Config) -> Result<ExitCode, StartError> {
    if config.simulates() && config.graph.graph_base.is_none() {
        return Err(StartError::Part {
            what: "a worker of its own cannot reach the simulated cloud inside serve",
            cause: "set graph.login_base and graph.graph_base, or simulate.enabled = false".to_owned(),
        });
    }
    prepare_data_dir(&config.data_dir)?;
    let parts = parts(config, None).await?;
    let stop = CancellationToken::new();
    let workers = start_workers(config, &parts.app, &stop);
    tracing::info!(workers = config.workers.count, "working");
    until_signalled().await;
    stop.cancel();
    stop_workers(workers).await;
    parts.store.close().await.map_err(|error| StartError::part("the database did not close cleanly")(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// `causeway simulate`: until SIGINT or SIGTERM.
pub async fn simulate(config: &Config, state: Option<PathBuf>) -> Result<ExitCode, StartError> {
    prepare_data_dir(&config.data_dir)?;
    let (sim, _) = cloud::start_simulator(config, state).await?;
    let mut text = format!("\nThe simulated Entra cloud is running.\n\n  Login and Graph  {}\n", sim.http_url());
    if let Some(https) = sim.https_addr() {
        text += &format!(
            "  With TLS         https://{https} (certificate authority: {})\n",
            config.data_dir.join("entra-sim-tls/ca.pem").display()
        );
    }
    for tenant in sim.tenants() {
        text += &format!("\n  {} ({}), tenant {}\n", tenant.display_name, tenant.domain, tenant.tenant_id);
        for app in tenant.apps.iter().filter(|app| !app.secret.is_empty()) {
            text += &format!("    {}: client {} secret {}\n", app.display_name, app.client_id, app.secret);
        }
    }
    print(&(text + "\n  Ctrl+C stops it.\n\n"));
    until_signalled().await;
    sim.shutdown().await;
    Ok(ExitCode::SUCCESS)
}

/// One line on standard error.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "causeway: {line}");
}

/// A reader that has gone away (`causeway schema | head`) is no error.
pub(super) fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
