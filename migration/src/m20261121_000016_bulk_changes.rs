//! Bulk changes and their items. Neither has a status: it follows from the items and their change requests.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Column of `change_request`, type. All nullable, so that the binary before this one can go on writing. The last two repeat what the JSON of
/// the failure and of the dry-run says, so that a thousand changes are counted from an index alone.
const ADDED: [(&str, &str); 3] = [("bulk_change_id", "uuid"), ("outcome_unknown", "boolean"), ("dry_run_digest", "text")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(bulk_change()).await?;
        manager.create_table(bulk_item()).await?;
        for (column, kind) in ADDED {
            let kind = if manager.get_database_backend() == DbBackend::Sqlite && kind == "uuid" { "uuid_text" } else { kind };
            run(manager, &[&format!("ALTER TABLE change_request ADD COLUMN {column} {kind}")]).await?;
        }
        run(
            manager,
            &[
                "CREATE INDEX ix_bulk_newest ON bulk_change (workspace_id, created_at, id)",
                "CREATE UNIQUE INDEX uq_bulk_item_position ON bulk_item (bulk_id, position)",
                "CREATE INDEX ix_change_bulk ON change_request (bulk_change_id, id, status, write_performed, outcome_unknown, dry_run_digest) \
                 WHERE bulk_change_id IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX ix_change_bulk"]).await?;
        for (column, _) in ADDED.iter().rev() {
            run(manager, &[&format!("ALTER TABLE change_request DROP COLUMN {column}")]).await?;
        }
        drop_tables(manager, &["bulk_item", "bulk_change"]).await
    }
}

fn bulk_change() -> TableCreateStatement {
    Table::create()
        .table("bulk_change")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(text("kind"))
        .col(text("payload"))
        .col(text("prerequisites"))
        .col(text_null("target"))
        .col(text("strategy"))
        .col(text_null("note"))
        .col(text("approval_rules"))
        .col(integer("tenant_count"))
        .col(uuid("created_by"))
        .col(big_integer("revision"))
        .col(timestamp_with_time_zone_null("dry_run_at"))
        // JSON.
        .col(text_null("run"))
        // JSON.
        .col(text_null("schedule"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut fk("bulk_change", "workspace_id", "workspace"))
        .foreign_key(&mut fk("bulk_change", "created_by", "member"))
        .to_owned()
}

fn bulk_item() -> TableCreateStatement {
    Table::create()
        .table("bulk_item")
        .col(uuid("bulk_id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(integer("step"))
        .col(big_integer("position"))
        .col(uuid_null("change_id"))
        .col(uuid_null("rollback_change_id"))
        .col(timestamp_with_time_zone_null("planned_at"))
        .col(timestamp_with_time_zone_null("queued_at"))
        .col(timestamp_with_time_zone_null("rollback_queued_at"))
        .col(text_null("satisfied"))
        .col(text_null("not_started"))
        // JSON, all of them.
        .col(text_null("blocked"))
        .col(text_null("excluded"))
        .col(text_null("apply_failure"))
        .col(text_null("rollback_failure"))
        .col(text_null("resolution"))
        .primary_key(&mut key(["bulk_id", "tenant_id", "step"]))
        .foreign_key(&mut fk("bulk_item", "bulk_id", "bulk_change"))
        .foreign_key(&mut fk("bulk_item", "tenant_id", "tenant"))
        .foreign_key(&mut fk("bulk_item", "change_id", "change_request"))
        .foreign_key(&mut fk("bulk_item", "rollback_change_id", "change_request"))
        .to_owned()
}
