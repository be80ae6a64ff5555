//! Background jobs: our own table, because no job library gives one code path on both databases with leases, fencing, persistent backoff and
//! enqueueing inside the business transaction.

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
                    .table("job")
                    .col(pk_uuid("id"))
                    .col(uuid("workspace_id"))
                    .col(uuid_null("tenant_id"))
                    .col(text("kind"))
                    .col(text_null("dedup_key"))
                    .col(text_null("serial_key"))
                    .col(text("payload"))
                    .col(integer("priority"))
                    .col(text("state"))
                    .col(timestamp_with_time_zone("run_at"))
                    .col(integer("attempts"))
                    .col(integer("max_attempts"))
                    .col(text_null("lease_owner"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(big_integer("fence"))
                    .col(text_null("last_error"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("finished_at"))
                    .foreign_key(&mut fk("job", "workspace_id", "workspace"))
                    .foreign_key(&mut fk("job", "tenant_id", "tenant"))
                    .to_owned(),
            )
            .await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_job_ready ON job (run_at) WHERE state = 'READY'",
                "CREATE INDEX ix_job_running ON job (tenant_id, lease_until) WHERE state = 'RUNNING'",
                "CREATE UNIQUE INDEX uq_job_serial ON job (workspace_id, serial_key) WHERE state = 'RUNNING'",
                "CREATE UNIQUE INDEX uq_job_dedup ON job (workspace_id, dedup_key) WHERE state IN ('READY', 'RUNNING')",
                "CREATE INDEX ix_job_counts ON job (kind, state)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["job"]).await
    }
}
