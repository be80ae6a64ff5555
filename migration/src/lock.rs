//! Two processes that start at once migrate one after the other: everything runs in one transaction under one lock, with a limit on the wait.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::Migrator;

/// How long a process waits for another one's migration, in seconds, before it gives up with the database's own error.
pub const LOCK_WAIT_S: u32 = 60;

/// Any number, the same in every release: the advisory lock that stands for the schema.
const LOCK_KEY: i64 = 0x6361_7573_6577_6179;

/// Applies what is pending. All or nothing: a failed migration leaves the schema as it was.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    let tx = locked(db).await?;
    Migrator::up(&tx, None).await?;
    tx.commit().await
}

/// Takes every migration back. For tests and for a person who knows what is lost.
pub async fn down_all(db: &DatabaseConnection) -> Result<(), DbErr> {
    let tx = locked(db).await?;
    Migrator::down(&tx, None).await?;
    tx.commit().await
}

/// Names of the migrations that are not applied yet. Changes nothing, so a read-only user may ask.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations_read_only(db).await?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}

async fn locked(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
    let tx = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        // A migration may run longer than a request: the pool's statement timeout is not for it.
        tx.execute_unprepared(&format!("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '{LOCK_WAIT_S}s'")).await?;
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK_KEY})")).await?;
    }
    Ok(tx)
}
