//! Where the database is and how long we wait for it.

use std::fmt;
use std::time::Duration;

/// Settings of the store.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite:` and a file's path, or `postgres://user:password@host/database`. A SQLite database in memory is refused.
    pub url: String,
    /// Connections of the pool; on SQLite, of the pool of readers beside the one writer.
    pub max_connections: u32,
    /// How long a caller waits for a free connection; on SQLite also for the writer's turn.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
}

impl StoreConfig {
    /// The defaults for a database: 8 connections, 5 s for a connection, 10 s for a statement.
    pub fn new(url: impl Into<String>) -> Self {
        StoreConfig {
            url: url.into(),
            max_connections: 8,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// The URL may hold a password: only its scheme is shown.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.url.split_once(':').map_or("", |(scheme, _)| scheme);
        f.debug_struct("StoreConfig")
            .field("url", &format_args!("{scheme}:[redacted]"))
            .field("max_connections", &self.max_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .finish()
    }
}
