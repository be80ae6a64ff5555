//! Opening a database: what is refused, what is created.

use crate::support::{Place, World, on_both};
use store::{Backend, Store, StoreConfig, StoreError};

on_both!(statements_are_counted_and_a_closed_store_says_so);

async fn statements_are_counted_and_a_closed_store_says_so(place: &Place) {
    let World { store, workspace, .. } = World::new(place).await;
    let before = store.statements();
    store.reader().workspace(workspace.id).await.unwrap().unwrap();
    store.ping().await.unwrap();
    assert_eq!(store.statements() - before, 2);
    let expected = if place.url.starts_with("sqlite") { Backend::Sqlite } else { Backend::Postgres };
    assert_eq!(store.backend(), expected);
    store.close().await.unwrap();
    let error = store.reader().workspace(workspace.id).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)) && error.retryable(), "{error:?}");
}

#[tokio::test]
async fn urls_that_cannot_work_are_refused_with_a_sentence() {
    for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite:file?mode=memory", "sqlite:", "mysql://host/db", "nonsense"] {
        let error = Store::connect(&StoreConfig::new(url)).await.err().unwrap();
        assert!(matches!(error, StoreError::Config(_)), "{url}: {error:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let error = Store::connect(&StoreConfig::new(format!("sqlite:{}/file/x.db", folder.path().display()))).await.err().unwrap();
    assert!(matches!(error, StoreError::Config(_)), "{error:?}");
}

#[test]
fn a_password_is_never_shown() {
    let shown = format!("{:?}", StoreConfig::new("postgres://causeway:hunter2@db/causeway"));
    assert!(shown.contains("postgres:[redacted]") && !shown.contains("hunter2"), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::sqlite().await;
    place.store().await;
    let mode = std::fs::metadata(place.url.trim_start_matches("sqlite:")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn readers_on_sqlite_cannot_write_and_do_not_wait_for_the_writer() {
    let place = Place::sqlite().await;
    let World { store, workspace, .. } = World::new(&place).await;
    let tx = store.write().await.unwrap();
    let renamed = domain::workspace::Workspace { name: "Renamed".to_owned(), ..workspace.clone() };
    tx.update_workspace(&renamed).await.unwrap();
    // The writer is open: a reader sees the last committed state at once, and the transaction its own.
    assert_eq!(store.reader().workspace(workspace.id).await.unwrap().unwrap().name, "Contoso");
    assert_eq!(tx.workspace(workspace.id).await.unwrap().unwrap().name, "Renamed");
    drop(tx);
    assert_eq!(store.reader().workspace(workspace.id).await.unwrap().unwrap().name, "Contoso");
}
