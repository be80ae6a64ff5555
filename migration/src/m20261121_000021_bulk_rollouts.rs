//! Rollouts across tenants: one row for the whole, one for each tenant; each tenant's rollout is one of `rollout`.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(bulk_rollout()).await?;
        manager.create_table(bulk_rollout_item()).await?;
        let uuid = if manager.get_database_backend() == DbBackend::Sqlite { "uuid_text" } else { "uuid" };
        // Nullable, so that the binary before this one can go on writing.
        run(manager, &[&format!("ALTER TABLE rollout ADD COLUMN bulk_rollout_id {uuid}")]).await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_bulk_rollout_newest ON bulk_rollout (workspace_id, created_at, id)",
                "CREATE UNIQUE INDEX uq_bulk_rollout_item_position ON bulk_rollout_item (bulk_id, position)",
                "CREATE INDEX ix_bulk_rollout_item_tenant ON bulk_rollout_item (tenant_id)",
                "CREATE INDEX ix_rollout_bulk ON rollout (bulk_rollout_id, status) WHERE bulk_rollout_id IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX ix_rollout_bulk", "ALTER TABLE rollout DROP COLUMN bulk_rollout_id"]).await?;
        drop_tables(manager, &["bulk_rollout_item", "bulk_rollout"]).await
    }
}

fn bulk_rollout() -> TableCreateStatement {
    Table::create()
        .table("bulk_rollout")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        // JSON: as it was asked for, and what members said to all of it since.
        .col(text("request"))
        .col(text("facts"))
        .col(integer("tenant_count"))
        .col(uuid("created_by"))
        .col(big_integer("revision"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut fk("bulk_rollout", "workspace_id", "workspace"))
        .foreign_key(&mut fk("bulk_rollout", "created_by", "member"))
        .to_owned()
}

fn bulk_rollout_item() -> TableCreateStatement {
    Table::create()
        .table("bulk_rollout_item")
        .col(uuid("bulk_id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(big_integer("position"))
        .col(uuid_null("rollout_id"))
        // JSON: what happened to the tenant beside its rollout.
        .col(text("facts"))
        .primary_key(Index::create().col("bulk_id").col("tenant_id"))
        .foreign_key(&mut fk("bulk_rollout_item", "bulk_id", "bulk_rollout"))
        .foreign_key(&mut fk("bulk_rollout_item", "tenant_id", "tenant"))
        .foreign_key(&mut fk("bulk_rollout_item", "rollout_id", "rollout"))
        .to_owned()
}
