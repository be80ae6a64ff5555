//! Names that members of the workspace keep for objects of a tenant: what a name in a change stands for there.
//!
//! Beside `directory_alias`, which holds what objects were found under and is replaced as they are looked up again.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alias = Table::create()
            .table("tenant_alias")
            .col(uuid("tenant_id"))
            .col(text("kind"))
            // In lower case: what is compared.
            .col(text("name"))
            .col(uuid("workspace_id"))
            // As the member wrote it.
            .col(text("shown_name"))
            .col(text("object_id"))
            .col(uuid("kept_by"))
            .col(timestamp_with_time_zone("kept_at"))
            .primary_key(&mut key(["tenant_id", "kind", "name"]))
            .foreign_key(&mut fk("tenant_alias", "tenant_id", "tenant"))
            .foreign_key(&mut fk("tenant_alias", "kept_by", "member"))
            .to_owned();
        manager.create_table(alias).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["tenant_alias"]).await
    }
}
