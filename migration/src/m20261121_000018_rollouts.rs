//! Phased rollouts, and the verdicts on their phases.

use sea_orm_migration::sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(rollout()).await?;
        manager.create_table(rollout_verdict()).await?;
        let uuid = if manager.get_database_backend() == DbBackend::Sqlite { "uuid_text" } else { "uuid" };
        // Nullable, so that the binary before this one can go on writing.
        run(manager, &[&format!("ALTER TABLE change_request ADD COLUMN rollout_id {uuid}")]).await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_rollout_newest ON rollout (workspace_id, created_at, id)",
                "CREATE INDEX ix_rollout_due ON rollout (next_look_at) WHERE next_look_at IS NOT NULL",
                // One that has not ended for each policy, be it the original or a twin.
                "CREATE UNIQUE INDEX uq_rollout_policy ON rollout (policy_id) WHERE ended_at IS NULL",
                "CREATE INDEX ix_rollout_twin ON rollout (twin_policy_id) WHERE twin_policy_id IS NOT NULL",
                "CREATE INDEX ix_rollout_verdict ON rollout_verdict (rollout_id, at, id)",
                "CREATE INDEX ix_change_rollout ON change_request (rollout_id, created_at, id) WHERE rollout_id IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX ix_change_rollout", "ALTER TABLE change_request DROP COLUMN rollout_id"]).await?;
        drop_tables(manager, &["rollout_verdict", "rollout"]).await
    }
}

fn rollout() -> TableCreateStatement {
    Table::create()
        .table("rollout")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(uuid("policy_id"))
        .col(uuid_null("twin_policy_id"))
        .col(text("status"))
        .col(text("mode"))
        .col(integer("phase"))
        // JSON: the plan with its digest, and what is known of the rollout beside it.
        .col(text("plan"))
        .col(text("facts"))
        .col(uuid("created_by"))
        .col(big_integer("revision"))
        .col(big_integer("version"))
        .col(timestamp_with_time_zone_null("next_look_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .foreign_key(&mut fk("rollout", "workspace_id", "workspace"))
        .foreign_key(&mut fk("rollout", "tenant_id", "tenant"))
        .foreign_key(&mut fk("rollout", "policy_id", "policy"))
        .foreign_key(&mut fk("rollout", "created_by", "member"))
        .to_owned()
}

fn rollout_verdict() -> TableCreateStatement {
    Table::create()
        .table("rollout_verdict")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("rollout_id"))
        .col(integer("phase"))
        .col(timestamp_with_time_zone("at"))
        .col(text("outcome"))
        // JSON: counts, guard and what was made of them, so that it can be judged again.
        .col(text("verdict"))
        .foreign_key(&mut fk("rollout_verdict", "rollout_id", "rollout"))
        .to_owned()
}
