//! Baselines: named sets of policy documents, and which tenant is measured against which. And names that objects were found under beside their
//! display names.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, fk_document, key, run, sorted_text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let baseline = Table::create()
            .table("baseline")
            .col(pk_uuid("id"))
            .col(uuid("workspace_id"))
            .col(text("name"))
            .col(sorted_text(manager, "sort_name"))
            .col(text_null("description"))
            .col(big_integer("policy_count"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(big_integer("version"))
            .foreign_key(&mut fk("baseline", "workspace_id", "workspace"))
            .to_owned();
        manager.create_table(baseline).await?;
        let policy = Table::create()
            .table("baseline_policy")
            .col(pk_uuid("id"))
            .col(uuid("workspace_id"))
            .col(uuid("baseline_id"))
            .col(text_null("code"))
            .col(text("display_name"))
            .col(sorted_text(manager, "sort_name"))
            .col(text("severity"))
            .col(text("tags"))
            .col(text("document_hash"))
            .col(text("content_hash"))
            .col(text("path"))
            .col(text("notes"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(&mut fk("baseline_policy", "baseline_id", "baseline"))
            .foreign_key(&mut fk_document("baseline_policy", "document_hash"))
            .to_owned();
        manager.create_table(policy).await?;
        let assigned = Table::create()
            .table("tenant_baseline")
            .col(pk_uuid("tenant_id"))
            .col(uuid("workspace_id"))
            .col(uuid("baseline_id"))
            .col(uuid("assigned_by"))
            .col(timestamp_with_time_zone("assigned_at"))
            .foreign_key(&mut fk("tenant_baseline", "tenant_id", "tenant"))
            .foreign_key(&mut fk("tenant_baseline", "baseline_id", "baseline"))
            .foreign_key(&mut fk("tenant_baseline", "assigned_by", "member"))
            .to_owned();
        manager.create_table(assigned).await?;
        let alias = Table::create()
            .table("directory_alias")
            .col(uuid("tenant_id"))
            .col(text("kind"))
            .col(text("name"))
            .col(text("object_id"))
            .col(uuid("workspace_id"))
            .primary_key(&mut key(["tenant_id", "kind", "name", "object_id"]))
            .foreign_key(&mut fk("directory_alias", "tenant_id", "tenant"))
            .to_owned();
        manager.create_table(alias).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX uq_baseline_name ON baseline (workspace_id, sort_name)",
                "CREATE UNIQUE INDEX uq_baseline_policy_path ON baseline_policy (baseline_id, path)",
                "CREATE INDEX ix_baseline_policy ON baseline_policy (workspace_id, baseline_id, sort_name, id)",
                "CREATE INDEX ix_tenant_baseline ON tenant_baseline (baseline_id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["directory_alias", "tenant_baseline", "baseline_policy", "baseline"]).await
    }
}
