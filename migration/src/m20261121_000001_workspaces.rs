//! Workspaces and their members.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("workspace")
                    .col(pk_uuid("id"))
                    .col(text("name"))
                    .col(boolean("require_approval"))
                    .col(big_integer("dry_run_ttl_s"))
                    // The counters of the two logs: raised inside the writer's transaction, so the logs are dense and in commit order.
                    .col(big_integer("event_seq").default(0))
                    .col(big_integer("audit_seq").default(0))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(big_integer("version"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("member")
                    .col(pk_uuid("id"))
                    .col(uuid("workspace_id"))
                    .col(text("issuer"))
                    .col(text("subject"))
                    .col(text("display_name"))
                    .col(text("role"))
                    .col(text_null("tenant_scope"))
                    .col(timestamp_with_time_zone("created_at"))
                    .foreign_key(&mut fk("member", "workspace_id", "workspace"))
                    .to_owned(),
            )
            .await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX uq_member_principal ON member (issuer, subject, workspace_id)",
                "CREATE INDEX ix_member_workspace ON member (workspace_id, created_at, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["member", "workspace"]).await
    }
}
