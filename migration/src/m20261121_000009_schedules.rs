//! Schedules of changes, and freeze windows.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schedule = Table::create()
            .table("schedule")
            .col(pk_uuid("id"))
            .col(uuid("workspace_id"))
            .col(uuid("tenant_id"))
            .col(uuid("change_id"))
            .col(text("mode"))
            .col(text("state"))
            .col(timestamp_with_time_zone("fire_at"))
            .col(timestamp_with_time_zone("latest_at"))
            .col(text("digest"))
            .col(uuid("armed_by"))
            .col(timestamp_with_time_zone("armed_at"))
            .col(big_integer("revision"))
            // No foreign keys: jobs are cleared away after a while, what was scheduled is not.
            .col(uuid("job_id"))
            .col(uuid_null("sync_job_id"))
            .col(timestamp_with_time_zone_null("firing_at"))
            .col(timestamp_with_time_zone_null("finished_at"))
            .col(text_null("detail"))
            .col(text("blocked_diff"))
            .foreign_key(&mut fk("schedule", "workspace_id", "workspace"))
            .foreign_key(&mut fk("schedule", "tenant_id", "tenant"))
            .foreign_key(&mut fk("schedule", "change_id", "change_request"))
            .to_owned();
        manager.create_table(schedule).await?;
        let window = Table::create()
            .table("freeze_window")
            .col(pk_uuid("id"))
            .col(uuid("workspace_id"))
            .col(text("kind"))
            .col(text("name"))
            .col(text("time_zone"))
            .col(text("starts_at"))
            .col(text("ends_at"))
            .col(text_null("rule"))
            .col(text_null("tenant_ids"))
            .col(uuid("created_by"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(big_integer("version"))
            .foreign_key(&mut fk("freeze_window", "workspace_id", "workspace"))
            .to_owned();
        manager.create_table(window).await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_schedule_change ON schedule (change_id, armed_at)",
                "CREATE UNIQUE INDEX uq_schedule_active ON schedule (change_id) WHERE state IN ('armed', 'firing')",
                "CREATE INDEX ix_freeze_window ON freeze_window (workspace_id, created_at, id)",
            ],
        )
        .await?;
        // What was scheduled, and what became of it, stays (migration 6).
        let ended = "OLD.state NOT IN ('armed', 'firing')";
        if manager.get_database_backend() == DbBackend::Postgres {
            let refuse = "EXECUTE FUNCTION causeway_refuse()";
            let delete = format!("CREATE TRIGGER schedule_no_delete BEFORE DELETE ON schedule FOR EACH ROW {refuse}");
            let update = format!("CREATE TRIGGER schedule_ended BEFORE UPDATE ON schedule FOR EACH ROW WHEN ({ended}) {refuse}");
            run(manager, &[&delete, &update]).await
        } else {
            let refuse = |what: &str| format!("BEGIN SELECT RAISE(ABORT, 'immutable: {what}'); END");
            let delete = refuse("DELETE of schedule is refused");
            let update = refuse("a schedule that ended is not rewritten");
            let delete = format!("CREATE TRIGGER schedule_no_delete BEFORE DELETE ON schedule FOR EACH ROW {delete}");
            let update = format!("CREATE TRIGGER schedule_ended BEFORE UPDATE ON schedule FOR EACH ROW WHEN {ended} {update}");
            run(manager, &[&delete, &update]).await
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["freeze_window", "schedule"]).await
    }
}
