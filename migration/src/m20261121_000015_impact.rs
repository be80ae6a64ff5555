//! Impact reports: what a document does to the sign-ins of a window, kept so that nobody computes it twice.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let report = Table::create()
            .table("impact_report")
            .col(uuid("tenant_id"))
            .col(text("document_hash"))
            .col(text("window_length"))
            .col(text("source"))
            // Graph's id of the policy whose own results were counted; all zeros for a simulation, which depends on the document alone.
            .col(uuid("observed_as"))
            .col(uuid("workspace_id"))
            // The job that is computing it; null: none is.
            .col(uuid_null("job_id"))
            // Null until it was computed once.
            .col(timestamp_with_time_zone_null("from_at"))
            .col(timestamp_with_time_zone_null("data_through"))
            // How many sign-ins the log had counted: late ones don't move the watermark.
            .col(big_integer_null("log_sign_ins"))
            .col(timestamp_with_time_zone_null("people_as_of"))
            .col(timestamp_with_time_zone_null("computed_at"))
            // Why there are no figures to be shown; null where there are.
            .col(text_null("reason"))
            // JSON.
            .col(text_null("figures"))
            // Set when named locations changed since it was computed.
            .col(boolean("outdated"))
            .col(timestamp_with_time_zone("touched_at"))
            .foreign_key(&mut fk("impact_report", "tenant_id", "tenant"))
            .primary_key(&mut key(["tenant_id", "document_hash", "window_length", "source", "observed_as"]))
            .to_owned();
        manager.create_table(report).await?;
        // What clean-up reads.
        run(manager, &["CREATE INDEX ix_impact_report_age ON impact_report (workspace_id, tenant_id, touched_at)"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["impact_report"]).await
    }
}
