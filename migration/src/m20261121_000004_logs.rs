//! The event log and the audit log. They name actors, tenants and subjects without foreign keys: a log outlives what it speaks of.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("event")
                    .col(uuid("workspace_id"))
                    .col(big_integer("seq"))
                    .col(timestamp_with_time_zone("at"))
                    .col(text("kind"))
                    .col(uuid_null("actor"))
                    .col(uuid_null("tenant_id"))
                    .col(text("subject_kind"))
                    .col(uuid("subject_id"))
                    .col(text("data"))
                    .primary_key(&mut key(["workspace_id", "seq"]))
                    .foreign_key(&mut fk("event", "workspace_id", "workspace"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_entry")
                    .col(uuid("workspace_id"))
                    .col(big_integer("seq"))
                    .col(uuid("id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid_null("actor"))
                    .col(text("action"))
                    .col(uuid_null("tenant_id"))
                    .col(text("subject_kind"))
                    .col(uuid("subject_id"))
                    .col(text("outcome"))
                    .col(text("detail"))
                    .col(text("prev_hash"))
                    .col(text("hash"))
                    .primary_key(&mut key(["workspace_id", "seq"]))
                    .foreign_key(&mut fk("audit_entry", "workspace_id", "workspace"))
                    .to_owned(),
            )
            .await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_event_subject ON event (workspace_id, subject_id, seq)",
                "CREATE INDEX ix_event_tenant ON event (workspace_id, tenant_id, seq)",
                "CREATE UNIQUE INDEX uq_audit_id ON audit_entry (id)",
                "CREATE INDEX ix_audit_subject ON audit_entry (workspace_id, subject_id, seq)",
                "CREATE INDEX ix_audit_tenant ON audit_entry (workspace_id, tenant_id, seq)",
                "CREATE INDEX ix_audit_actor ON audit_entry (workspace_id, actor, seq)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["audit_entry", "event"]).await
    }
}
