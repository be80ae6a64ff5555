//! The store: pools and the doors to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use crate::config::StoreConfig;
use crate::connect::{Pools, connect};
use crate::db::{Conn, Db, Reader, Shared, WriteTx};
use crate::error::{Result, StoreError};

/// How much longer than the server's statement timeout the client waits, so that the server's own error arrives first.
const CLIENT_GRACE: Duration = Duration::from_secs(2);

/// The database behind everything. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Arc<Pools>,
    shared: Arc<Shared>,
}

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Store {
    /// Opens the database, creating a SQLite file and its folder where missing. Makes no tables: see [`Store::migrate`].
    pub async fn connect(config: &StoreConfig) -> Result<Store> {
        let pools = Arc::new(connect(config).await?);
        let shared = Shared { statements: AtomicU64::new(0), statement_limit: config.statement_timeout.saturating_add(CLIENT_GRACE) };
        Ok(Store { pools, shared: Arc::new(shared) })
    }

    /// Brings the schema up to this release, all or nothing, one process at a time.
    pub async fn migrate(&self) -> Result<()> {
        migration::up(&self.pools.write).await.map_err(|error| StoreError::Migration(error.to_string()))
    }

    /// Takes every migration back, all data with it: for a person who has said so.
    pub async fn migrate_down(&self) -> Result<()> {
        migration::down_all(&self.pools.write).await.map_err(|error| StoreError::Migration(error.to_string()))
    }

    /// Names of the migrations that this release has and the database hasn't.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        Ok(migration::pending(&self.pools.read).await?)
    }

    /// Reads outside any transaction.
    pub fn reader(&self) -> Reader {
        Reader { db: Db { conn: Conn::Pool(self.pools.read.clone()), shared: self.shared.clone() } }
    }

    /// Begins a write transaction; on SQLite waits for its turn, at most the acquire timeout.
    pub async fn write(&self) -> Result<WriteTx> {
        // IMMEDIATE: a deferred transaction that reads and then writes fails on SQLite whenever another one wrote in between.
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        // In a task of its own, because it must not be dropped half-way: sqlx 0.9 queues the rollback of a transaction only once it has
        // counted it, so a BEGIN that was sent and never awaited leaves its connection in a transaction that nobody ends, and what other
        // callers later write through that connection is never committed. The task ends by the pool's acquire timeout.
        let pool = self.pools.write.clone();
        let begun = tokio::spawn(async move { pool.begin_with_options(options).await }).await;
        Ok(WriteTx::new(begun.map_err(|_| StoreError::Unavailable("the process is stopping".to_owned()))??, self.shared.clone()))
    }

    /// Statements executed so far, BEGIN and COMMIT not counted. For tests and benchmarks of statements per request.
    pub fn statements(&self) -> u64 {
        self.shared.statements.load(Ordering::Relaxed)
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        match self.pools.read.get_database_backend() {
            DbBackend::Postgres => Backend::Postgres,
            _ => Backend::Sqlite,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.autocommit().execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Closes every connection; calls after it fail with [`StoreError::Unavailable`].
    pub async fn close(&self) -> Result<()> {
        self.pools.read.close_by_ref().await?;
        Ok(self.pools.write.close_by_ref().await?)
    }

    /// The writing pool without a transaction: each statement is its own.
    pub(crate) fn autocommit(&self) -> Db {
        Db { conn: Conn::Pool(self.pools.write.clone()), shared: self.shared.clone() }
    }
}
