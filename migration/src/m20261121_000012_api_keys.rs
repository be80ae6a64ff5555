//! Members that leave without being forgotten, and API keys. A key is a member that its creator owns; here is what only keys have.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let removed_at = ColumnDef::new("removed_at").timestamp_with_time_zone().null().to_owned();
        let version = ColumnDef::new("version").big_integer().not_null().default(1).to_owned();
        for column in [removed_at, version] {
            manager.alter_table(Table::alter().table("member").add_column(column).to_owned()).await?;
        }
        let key = Table::create()
            .table("api_key")
            // The key's member.
            .col(pk_uuid("id"))
            .col(uuid("workspace_id"))
            // SHA-256 of the secret, lower-case hex; the secret itself is nowhere.
            .col(text("hash"))
            .col(text("last_four"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("last_used_at"))
            .foreign_key(&mut fk("api_key", "id", "member"))
            .foreign_key(&mut fk("api_key", "workspace_id", "workspace"))
            .to_owned();
        manager.create_table(key).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX uq_api_key_hash ON api_key (hash)",
                "CREATE INDEX ix_api_key_workspace ON api_key (workspace_id, created_at, id)",
                "CREATE INDEX ix_member_owner ON member (owned_by) WHERE owned_by IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX ix_member_owner"]).await?;
        drop_tables(manager, &["api_key"]).await?;
        run(manager, &["ALTER TABLE member DROP COLUMN version", "ALTER TABLE member DROP COLUMN removed_at"]).await
    }
}
