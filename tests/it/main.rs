//! Integration tests of the whole product, one binary. Every test that touches storage runs on SQLite and on PostgreSQL.

/// Declares a test that runs on both databases.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(::harness::Database::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(::harness::Database::Postgres).await; })+ }
    };
}

mod conflict;
mod crash;
mod hostile;
mod story;
mod walls;
