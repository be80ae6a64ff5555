//! A database of its own for every test.

use std::path::Path;

use uuid::Uuid;

/// The database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in the test's folder.
    Sqlite,
    /// A new database on the server that `tests/run` started.
    Postgres,
}

/// Where `tests/run` says the PostgreSQL server is.
pub const POSTGRES_URL: &str = "CAUSEWAY_TEST_POSTGRES";

impl Database {
    /// Creates the database and returns its URL.
    ///
    /// # Panics
    /// When PostgreSQL is asked for and not there: a test never skips in silence.
    pub async fn create(self, folder: &Path) -> String {
        match self {
            Database::Sqlite => format!("sqlite:{}", folder.join("causeway.db").display()),
            Database::Postgres => create_postgres().await,
        }
    }
}

async fn create_postgres() -> String {
    #[expect(clippy::disallowed_methods, reason = "the test command hands the server over in the environment")]
    let admin = std::env::var(POSTGRES_URL).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES_URL} is not set: run tests/run, which starts a throwaway PostgreSQL, or point it at an empty server's admin database"
        )
    });
    #[expect(clippy::disallowed_methods, reason = "a test database needs a name that no other test has")]
    let name = format!("causeway_{}", Uuid::now_v7().simple());
    let (client, connection) = tokio_postgres::connect(&admin, tokio_postgres::NoTls).await.expect("the PostgreSQL of tests/run answers");
    let driver = tokio::spawn(connection);
    client.batch_execute(&format!("create database {name}")).await.expect("a database can be created");
    drop(client);
    let _ = driver.await;
    let mut url = url::Url::parse(&admin).expect("the admin URL is a URL");
    url.set_path(&name);
    url.to_string()
}
