//! The schema goes up, down and up again, once, however many processes start together.

use crate::support::{Place, on_both};
use migration::MigratorTrait;
use sea_orm::{ConnectionTrait, Statement};

on_both!(up_down_and_up_again, many_processes_migrate_once);

async fn tables(place: &Place) -> Vec<String> {
    let raw = place.raw().await;
    let sql = if place.url.starts_with("sqlite") {
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger', 'index') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    } else {
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
         UNION SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal
         UNION SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
    };
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn up_down_and_up_again(place: &Place) {
    let store = store::Store::connect(&store::StoreConfig::new(&place.url)).await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap().len(), migration::Migrator::migrations().len());
    store.migrate().await.unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
    let first = tables(place).await;
    assert!(first.contains(&"change_request".to_owned()) && first.contains(&"audit_entry_no_update".to_owned()), "{first:?}");
    migration::down_all(&place.raw().await).await.unwrap();
    let bare = tables(place).await;
    assert!(bare.iter().all(|name| name.starts_with("seaql_migrations")), "{bare:?}");
    store.migrate().await.unwrap();
    assert_eq!(tables(place).await, first);
}

async fn many_processes_migrate_once(place: &Place) {
    let config = store::StoreConfig::new(&place.url);
    let runs = (0..6).map(|_| {
        let config = config.clone();
        tokio::spawn(async move { store::Store::connect(&config).await.unwrap().migrate().await })
    });
    for run in runs.collect::<Vec<_>>() {
        run.await.unwrap().unwrap();
    }
    let store = store::Store::connect(&config).await.unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
}
