//! Webhooks and the newest attempts of each; and how severe an event is, which they choose by.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(webhook()).await?;
        manager.create_table(webhook_attempt()).await?;
        run(
            manager,
            &[
                // Nullable, so that the binary before this one can go on writing; what it writes is unrated, and passed over by nobody.
                "ALTER TABLE event ADD COLUMN severity text",
                // Finished jobs are deleted after a while: a webhook makes one for each burst of events.
                "CREATE INDEX ix_job_finished ON job (finished_at) WHERE finished_at IS NOT NULL",
                "CREATE INDEX ix_webhook_workspace ON webhook (workspace_id, created_at, id)",
                "CREATE INDEX ix_event_severe ON event (workspace_id, seq) WHERE (severity IN ('WARNING', 'CRITICAL') OR severity IS NULL)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX ix_job_finished", "DROP INDEX ix_event_severe", "ALTER TABLE event DROP COLUMN severity"]).await?;
        drop_tables(manager, &["webhook_attempt", "webhook"]).await
    }
}

fn webhook() -> TableCreateStatement {
    Table::create()
        .table("webhook")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(text("display_name"))
        .col(text("url"))
        // JSON lists: topics, and tenants or null for all.
        .col(text("topics"))
        .col(text("min_severity"))
        .col(text_null("tenant_ids"))
        // Why it is off; null while it is on.
        .col(text_null("off"))
        // Sealed.
        .col(blob("secret"))
        .col(blob_null("previous_secret"))
        .col(timestamp_with_time_zone_null("previous_until"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("version"))
        // How far it has got; written by deliveries, which leave the version alone.
        .col(big_integer("event_cursor"))
        .col(big_integer("attempts"))
        .col(integer("failures"))
        .col(timestamp_with_time_zone_null("failing_since"))
        .col(timestamp_with_time_zone_null("next_try_at"))
        .col(timestamp_with_time_zone_null("delivered_at"))
        .foreign_key(&mut fk("webhook", "workspace_id", "workspace"))
        .foreign_key(&mut fk("webhook", "created_by", "member"))
        .to_owned()
}

fn webhook_attempt() -> TableCreateStatement {
    Table::create()
        .table("webhook_attempt")
        .col(uuid("webhook_id"))
        .col(big_integer("number"))
        .col(uuid("workspace_id"))
        .col(big_integer("seq"))
        .col(text("event_type"))
        .col(integer("attempt"))
        .col(timestamp_with_time_zone("at"))
        .col(big_integer("took_ms"))
        .col(integer_null("status"))
        .col(text_null("failure"))
        .primary_key(&mut key(["webhook_id", "number"]))
        .foreign_key(&mut fk("webhook_attempt", "webhook_id", "webhook"))
        .to_owned()
}
