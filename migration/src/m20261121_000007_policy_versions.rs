//! The states that a policy was seen in, so that its history needs no walk through snapshots.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, fk_document, key, run};

const REFUSED: [&str; 2] = ["UPDATE", "DELETE"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("policy_version")
            .col(uuid("workspace_id"))
            .col(uuid("policy_id"))
            .col(big_integer("number"))
            .col(timestamp_with_time_zone("seen_at"))
            .col(uuid("snapshot_id"))
            // No foreign key: a change may be cleared away one day, the policy's history not.
            .col(uuid_null("change_id"))
            .col(text("display_name"))
            .col(text("state"))
            .col(text("content_hash"))
            .col(text("document_hash"))
            .primary_key(&mut key(["policy_id", "number"]))
            .foreign_key(&mut fk("policy_version", "policy_id", "policy"))
            .foreign_key(&mut fk("policy_version", "snapshot_id", "snapshot"))
            .foreign_key(&mut fk_document("policy_version", "document_hash"))
            .to_owned();
        manager.create_table(table).await?;
        // What was seen stays as it was seen, like snapshots (migration 6).
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        for operation in REFUSED {
            let body = if postgres {
                "EXECUTE FUNCTION causeway_refuse()".to_owned()
            } else {
                format!("BEGIN SELECT RAISE(ABORT, 'immutable: {operation} of policy_version is refused'); END")
            };
            let name = format!("policy_version_no_{}", operation.to_lowercase());
            run(manager, &[&format!("CREATE TRIGGER {name} BEFORE {operation} ON policy_version FOR EACH ROW {body}")]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["policy_version"]).await
    }
}
