//! The optimization agent: what each tenant keeps of it, its runs, and its suggestions.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, fk_document, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(agent()).await?;
        manager.create_table(agent_run()).await?;
        manager.create_table(suggestion()).await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_agent_due ON agent (next_run_at) WHERE next_run_at IS NOT NULL",
                "CREATE INDEX ix_agent_run_newest ON agent_run (workspace_id, tenant_id, created_at, id)",
                "CREATE UNIQUE INDEX uq_agent_run_running ON agent_run (tenant_id) WHERE status = 'RUNNING'",
                "CREATE UNIQUE INDEX uq_suggestion_identity ON suggestion (tenant_id, identity)",
                "CREATE INDEX ix_suggestion_newest ON suggestion (workspace_id, tenant_id, created_at, id)",
                "CREATE INDEX ix_suggestion_change ON suggestion (change_id) WHERE change_id IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["suggestion", "agent_run", "agent"]).await
    }
}

fn agent() -> TableCreateStatement {
    Table::create()
        .table("agent")
        .col(pk_uuid("tenant_id"))
        .col(uuid("workspace_id"))
        // JSON.
        .col(text("settings"))
        .col(uuid_null("turned_on_by"))
        .col(timestamp_with_time_zone_null("next_run_at"))
        .col(uuid_null("last_run_id"))
        // First bytes of the ids of users, and ids of applications, that the last run saw.
        .col(blob_null("known_users"))
        .col(text_null("known_applications"))
        .col(big_integer("revision"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut fk("agent", "tenant_id", "tenant"))
        .foreign_key(&mut fk("agent", "workspace_id", "workspace"))
        .to_owned()
}

fn agent_run() -> TableCreateStatement {
    Table::create()
        .table("agent_run")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(text("status"))
        .col(text("trigger"))
        .col(uuid("as_member"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(text_null("input_hash"))
        // JSON, both.
        .col(text_null("summary"))
        .col(text_null("failure"))
        .foreign_key(&mut fk("agent_run", "tenant_id", "tenant"))
        .foreign_key(&mut fk("agent_run", "as_member", "member"))
        .foreign_key(&mut fk_document("agent_run", "input_hash"))
        .to_owned()
}

fn suggestion() -> TableCreateStatement {
    Table::create()
        .table("suggestion")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        // Rule and subject: one row for each in a tenant.
        .col(text("identity"))
        .col(text("kind"))
        .col(text("status"))
        // JSON, both.
        .col(text("finding"))
        .col(text("dismissed_grounds"))
        .col(text_null("note"))
        .col(timestamp_with_time_zone_null("snoozed_until"))
        .col(uuid_null("decided_by"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(integer("steps_done"))
        .col(uuid_null("change_id"))
        .col(uuid("first_run"))
        .col(uuid("last_run"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("revision"))
        .foreign_key(&mut fk("suggestion", "tenant_id", "tenant"))
        .foreign_key(&mut fk("suggestion", "change_id", "change_request"))
        .foreign_key(&mut fk("suggestion", "first_run", "agent_run"))
        .foreign_key(&mut fk("suggestion", "last_run", "agent_run"))
        .to_owned()
}
