//! Opening the pools, with the settings that make each database behave.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use tokio::time::sleep;

use crate::config::StoreConfig;
use crate::error::{Result, StoreError};

/// How long SQLite itself waits for another process's lock.
const SQLITE_BUSY_TIMEOUT_MS: u32 = 5_000;

/// How often a file that is just being made is tried again, and after how long: as long in all as SQLite would wait.
const TRIES: u32 = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// A connection that was used more recently is handed out unasked.
const PING_IF_IDLE_FOR: Duration = Duration::from_secs(10);

/// The pool for reads and the pool for writes; on PostgreSQL one and the same.
pub(crate) struct Pools {
    pub(crate) read: DatabaseConnection,
    pub(crate) write: DatabaseConnection,
}

pub(crate) async fn connect(config: &StoreConfig) -> Result<Pools> {
    match config.url.split_once(':') {
        Some(("postgres" | "postgresql", _)) => postgres(config).await,
        Some(("sqlite", _)) => sqlite(config).await,
        _ => Err(StoreError::Config("the database URL must begin with sqlite: or postgres://".to_owned())),
    }
}

async fn postgres(config: &StoreConfig) -> Result<Pools> {
    let mut options = options(config, config.max_connections);
    options.statement_timeout(config.statement_timeout).set_application_name("causeway");
    let pool = Database::connect(options).await.map_err(unreachable)?;
    Ok(Pools { read: pool.clone(), write: pool })
}

/// One writer, because SQLite has one anyway: waiting in our queue is fair and can't fail with "database is locked". Readers never wait for it (WAL).
async fn sqlite(config: &StoreConfig) -> Result<Pools> {
    let path = sqlite_path(&config.url)?;
    create(&path)?;
    let mut writer = options(config, 1);
    writer.map_sqlx_sqlite_opts(|sqlite| pragmas(sqlite).pragma("synchronous", "NORMAL"));
    let write = opened(writer).await?;
    let mut readers = options(config, config.max_connections);
    readers.map_sqlx_sqlite_opts(|sqlite| pragmas(sqlite).pragma("query_only", "ON"));
    let read = opened(readers).await?;
    Ok(Pools { read, write })
}

/// Opens a pool. A new file is turned to WAL by whoever comes first, and who comes at the same moment is refused at once: SQLite's own wait is not
/// for that.
async fn opened(options: ConnectOptions) -> Result<DatabaseConnection> {
    for _ in 0..TRIES {
        match Database::connect(options.clone()).await {
            Err(error) if error.to_string().contains("database is locked") => sleep(BETWEEN_TRIES).await,
            other => return other.map_err(unreachable),
        }
    }
    Database::connect(options).await.map_err(unreachable)
}

fn pragmas(sqlite: sea_orm::sqlx::sqlite::SqliteConnectOptions) -> sea_orm::sqlx::sqlite::SqliteConnectOptions {
    sqlite
        .journal_mode(sea_orm::sqlx::sqlite::SqliteJournalMode::Wal)
        .foreign_keys(true)
        .busy_timeout(Duration::from_millis(SQLITE_BUSY_TIMEOUT_MS.into()))
        .pragma("mmap_size", "268435456")
        .optimize_on_close(true, None)
}

fn options(config: &StoreConfig, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(config.url.clone());
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(config.acquire_timeout)
        .connect_timeout(config.acquire_timeout)
        // A ping before every use would double the round trips; one that lay idle may have been cut off by a restart or a firewall.
        .test_before_acquire_if_idle_for(PING_IF_IDLE_FOR)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

fn unreachable(error: sea_orm::DbErr) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

fn sqlite_path(url: &str) -> Result<PathBuf> {
    let rest = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.is_empty() || path.contains(":memory:") || query.contains("mode=memory") {
        return Err(StoreError::Config(
            "a SQLite database in memory is refused: each connection would have its own. Name a file: sqlite:/folder/causeway.db"
                .to_owned(),
        ));
    }
    Ok(PathBuf::from(path))
}

/// Creates the folder and the file, readable by its owner only.
fn create(path: &Path) -> Result<()> {
    let failed = |error: std::io::Error| StoreError::Config(format!("the database file {} can't be opened: {error}", path.display()));
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut open = std::fs::OpenOptions::new();
    open.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(path).map(drop).map_err(failed)
}
