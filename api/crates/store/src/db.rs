//! The one way to the database: a pool or a transaction that counts its statements and limits each one's time.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::error::{Result, STATEMENT_TIMEOUT};

/// Reads. From [`crate::Store::reader`] each call is its own transaction; through a [`WriteTx`] it sees that transaction's writes.
pub struct Reader {
    pub(crate) db: Db,
}

/// A write transaction. Dropping it without [`WriteTx::commit`] rolls it back.
///
/// On SQLite it is the only one at a time, so nothing slow may happen inside; on PostgreSQL it runs at READ COMMITTED, and every update is
/// conditional on what was read.
pub struct WriteTx {
    reader: Reader,
}

impl WriteTx {
    pub(crate) fn new(tx: DatabaseTransaction, shared: Arc<Shared>) -> Self {
        WriteTx { reader: Reader { db: Db { conn: Conn::Tx(tx), shared } } }
    }

    /// Makes the writes durable and visible.
    pub async fn commit(self) -> Result<()> {
        match self.reader.db.conn {
            Conn::Tx(tx) => Ok(tx.commit().await?),
            Conn::Pool(_) => Ok(()),
        }
    }
}

impl Deref for WriteTx {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

/// What all connections of one store share.
pub(crate) struct Shared {
    pub(crate) statements: AtomicU64,
    /// Backstop in the client; PostgreSQL has a shorter limit of its own in the server.
    pub(crate) statement_limit: Duration,
}

/// A pool or a transaction.
pub(crate) struct Db {
    pub(crate) conn: Conn,
    pub(crate) shared: Arc<Shared>,
}

pub(crate) enum Conn {
    Pool(DatabaseConnection),
    Tx(DatabaseTransaction),
}

type Running<'a, T> = Pin<Box<dyn Future<Output = std::result::Result<T, DbErr>> + Send + 'a>>;

impl Db {
    pub(crate) fn postgres(&self) -> bool {
        self.get_database_backend() == DbBackend::Postgres
    }

    async fn limited<T>(&self, running: Running<'_, T>) -> std::result::Result<T, DbErr> {
        self.shared.statements.fetch_add(1, Ordering::Relaxed);
        match tokio::time::timeout(self.shared.statement_limit, running).await {
            Ok(result) => result,
            Err(_) => Err(DbErr::Custom(STATEMENT_TIMEOUT.to_owned())),
        }
    }
}

#[async_trait]
impl ConnectionTrait for Db {
    fn get_database_backend(&self) -> DbBackend {
        match &self.conn {
            Conn::Pool(db) => db.get_database_backend(),
            Conn::Tx(tx) => tx.get_database_backend(),
        }
    }

    async fn execute_raw(&self, stmt: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.limited(match &self.conn {
            Conn::Pool(db) => db.execute_raw(stmt),
            Conn::Tx(tx) => tx.execute_raw(stmt),
        })
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        self.limited(match &self.conn {
            Conn::Pool(db) => db.execute_unprepared(sql),
            Conn::Tx(tx) => tx.execute_unprepared(sql),
        })
        .await
    }

    async fn query_one_raw(&self, stmt: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        self.limited(match &self.conn {
            Conn::Pool(db) => db.query_one_raw(stmt),
            Conn::Tx(tx) => tx.query_one_raw(stmt),
        })
        .await
    }

    async fn query_all_raw(&self, stmt: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        self.limited(match &self.conn {
            Conn::Pool(db) => db.query_all_raw(stmt),
            Conn::Tx(tx) => tx.query_all_raw(stmt),
        })
        .await
    }
}
