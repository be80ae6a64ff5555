//! Summaries of sign-ins, and how far each tenant's log is read. Raw sign-ins are never kept.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let log = Table::create()
            .table("sign_in_log")
            .col(pk_uuid("tenant_id"))
            .col(uuid("workspace_id"))
            .col(text("state"))
            .col(text_null("reason"))
            .col(text_null("detail"))
            .col(timestamp_with_time_zone_null("data_from"))
            .col(timestamp_with_time_zone_null("data_through"))
            // The stretch that is being read, newest first, and where its next page is.
            .col(timestamp_with_time_zone_null("slice_from"))
            .col(timestamp_with_time_zone_null("slice_to"))
            .col(timestamp_with_time_zone_null("slice_begun_at"))
            .col(text_null("slice_link"))
            .col(big_integer("slice_entries"))
            .col(timestamp_with_time_zone_null("settled_through"))
            .col(big_integer("sign_ins"))
            .col(big_integer("unreadable"))
            .col(big_integer("repeated"))
            .col(big_integer("masked"))
            .col(big_integer("next_part"))
            .col(timestamp_with_time_zone_null("read_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(big_integer("version"))
            .foreign_key(&mut fk("sign_in_log", "tenant_id", "tenant"))
            .foreign_key(&mut fk("sign_in_log", "workspace_id", "workspace"))
            .to_owned();
        manager.create_table(log).await?;
        let chunk = Table::create()
            .table("sign_in_chunk")
            .col(uuid("tenant_id"))
            .col(date("day"))
            .col(big_integer("part"))
            .col(uuid("workspace_id"))
            .col(big_integer("rows"))
            .col(big_integer("sign_ins"))
            .col(big_integer("bytes"))
            // domain::summary::codec.
            .col(binary("body"))
            .col(timestamp_with_time_zone("encoded_at"))
            .primary_key(&mut key(["tenant_id", "day", "part"]))
            .foreign_key(&mut fk("sign_in_chunk", "tenant_id", "tenant"))
            .foreign_key(&mut fk("sign_in_chunk", "workspace_id", "workspace"))
            .to_owned();
        manager.create_table(chunk).await?;
        let seen = Table::create()
            .table("sign_in_seen")
            .col(uuid("tenant_id"))
            .col(big_integer("part"))
            .col(uuid("workspace_id"))
            // Creation instants of the first and the last sign-in of it.
            .col(timestamp_with_time_zone("from_at"))
            .col(timestamp_with_time_zone("to_at"))
            // Ids of sign-ins, 16 bytes each.
            .col(binary("ids"))
            .primary_key(&mut key(["tenant_id", "part"]))
            .foreign_key(&mut fk("sign_in_seen", "tenant_id", "tenant"))
            .foreign_key(&mut fk("sign_in_seen", "workspace_id", "workspace"))
            .to_owned();
        manager.create_table(seen).await?;
        run(manager, &["CREATE INDEX ix_sign_in_seen ON sign_in_seen (tenant_id, to_at)"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["sign_in_seen", "sign_in_chunk", "sign_in_log"]).await
    }
}
