//! Who is in a tenant's directory, and who is in which group or role: one reading per tenant, replaced as a whole.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let people = Table::create()
            .table("people")
            .col(pk_uuid("tenant_id"))
            .col(uuid("workspace_id"))
            .col(timestamp_with_time_zone("as_of"))
            .col(big_integer("users"))
            .col(big_integer("guests"))
            .col(big_integer("groups"))
            // A JSON array of what the reading left out.
            .col(text("gaps"))
            .col(blob("content"))
            .foreign_key(&mut fk("people", "tenant_id", "tenant"))
            .to_owned();
        manager.create_table(people).await?;
        let members = Table::create()
            .table("group_members")
            .col(uuid("tenant_id"))
            .col(text("kind"))
            .col(uuid("object_id"))
            .col(uuid("workspace_id"))
            .col(timestamp_with_time_zone("as_of"))
            // Null: nobody could read who is in it.
            .col(big_integer_null("counted"))
            .col(blob("members"))
            .foreign_key(&mut fk("group_members", "tenant_id", "tenant"))
            .primary_key(&mut key(["tenant_id", "kind", "object_id"]))
            .to_owned();
        manager.create_table(members).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["group_members", "people"]).await
    }
}
