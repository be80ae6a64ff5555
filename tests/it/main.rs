//! Integration tests of the whole product, one binary. Every test that touches storage runs on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]
#![expect(clippy::print_stdout, reason = "the crash test prints its table")]

/// Declares a test that runs on both databases.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(::harness::Database::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() { super::$name(::harness::Database::Postgres).await; })+ }
    };
}

mod agent;
mod aliases;
mod api_keys;
mod approvals;
mod baselines;
mod bulk;
mod bulk_load;
mod bulk_rollout;
mod bulk_runs;
mod conflict;
mod coverage;
mod crash;
mod documents;
mod drift;
mod emergency;
mod hostile;
mod impact;
mod members;
mod outcome;
mod people;
mod persons;
mod real_input;
mod roles;
mod rollbacks;
mod rollout;
mod saga_matrix;
mod schedules;
mod sign_ins;
mod story;
mod twice;
mod two_admins;
mod walls;
mod webhooks;
mod what_if;
