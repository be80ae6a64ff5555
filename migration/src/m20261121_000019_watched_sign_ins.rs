//! Sign-ins of the policies that a rollout watches, row by row: a verdict counts people and attempts, which summaries can't tell. They are the
//! only sign-ins that are kept one by one, and go with the sign-ins' retention.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(watched_policy()).await?;
        manager.create_table(watched_sign_in()).await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_watched_policy_tenant ON watched_policy (tenant_id)",
                "CREATE INDEX ix_watched_sign_in_tenant ON watched_sign_in (tenant_id, at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["watched_sign_in", "watched_policy"]).await
    }
}

/// One row for each rollout; its id is opaque here.
fn watched_policy() -> TableCreateStatement {
    Table::create()
        .table("watched_policy")
        .col(pk_uuid("rollout_id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        // Graph's ids of both policies.
        .col(uuid("twin"))
        .col(uuid("original"))
        .col(timestamp_with_time_zone("since"))
        // Sign-ins created after it are not kept any more.
        .col(timestamp_with_time_zone_null("until"))
        .foreign_key(&mut fk("watched_policy", "tenant_id", "tenant"))
        .foreign_key(&mut fk("watched_policy", "workspace_id", "workspace"))
        .to_owned()
}

fn watched_sign_in() -> TableCreateStatement {
    Table::create()
        .table("watched_sign_in")
        .col(uuid("rollout_id"))
        .col(timestamp_with_time_zone("at"))
        .col(uuid("sign_in_id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(uuid("user_id"))
        // The client application, its name, and what it asked for.
        .col(text("app"))
        .col(text("app_name"))
        .col(text("resource"))
        .col(text("outcome"))
        // The original's report-only result on the same sign-in.
        .col(text_null("original"))
        .col(integer("error_code"))
        .col(text_null("client"))
        .col(text_null("platform"))
        .col(text_null("country"))
        // A sign-in has one instant: this key also keeps it from being there twice.
        .primary_key(&mut key(["rollout_id", "at", "sign_in_id"]))
        .foreign_key(&mut fk("watched_sign_in", "tenant_id", "tenant"))
        .foreign_key(&mut fk("watched_sign_in", "workspace_id", "workspace"))
        .to_owned()
}
