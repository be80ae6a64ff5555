//! Tenants, what their directory held, documents, snapshots and policies.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, fk_document, key, run, sorted_text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tenant(manager)).await?;
        manager.create_table(directory_object()).await?;
        manager.create_table(document()).await?;
        manager.create_table(snapshot()).await?;
        manager.create_table(policy(manager)).await?;
        run(
            manager,
            &[
                "CREATE UNIQUE INDEX uq_tenant_entra ON tenant (workspace_id, entra_tenant_id)",
                "CREATE INDEX ix_tenant_name ON tenant (workspace_id, sort_name, id)",
                "CREATE INDEX ix_snapshot_newest ON snapshot (workspace_id, tenant_id, taken_at, id)",
                "CREATE UNIQUE INDEX uq_policy_graph ON policy (workspace_id, tenant_id, graph_id)",
                "CREATE INDEX ix_policy_tenant_name ON policy (workspace_id, tenant_id, sort_name, id) WHERE deleted_at IS NULL",
                "CREATE INDEX ix_policy_name ON policy (workspace_id, sort_name, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["policy", "snapshot", "document", "directory_object", "tenant"]).await
    }
}

fn tenant(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("tenant")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("entra_tenant_id"))
        .col(text("display_name"))
        .col(sorted_text(manager, "sort_name"))
        .col(text("cloud"))
        .col(text("client_id"))
        // Sealed by the application (AES-256-GCM, bound to this row); opaque here.
        .col(blob("credential"))
        .col(text("connection"))
        .col(text_null("connection_detail"))
        .col(timestamp_with_time_zone_null("imported_at"))
        .col(timestamp_with_time_zone_null("last_sync_at"))
        .col(text("licences"))
        .col(boolean_null("security_defaults"))
        .col(text("emergency_access"))
        // No foreign key: a snapshot names its tenant already, and a circle could not be created in one pass on both databases.
        .col(uuid_null("latest_snapshot_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(big_integer("version"))
        .foreign_key(&mut fk("tenant", "workspace_id", "workspace"))
        .to_owned()
}

fn directory_object() -> TableCreateStatement {
    Table::create()
        .table("directory_object")
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(text("kind"))
        .col(text("object_id"))
        .col(text("display_name"))
        .col(big_integer_null("member_count"))
        .primary_key(&mut key(["tenant_id", "kind", "object_id"]))
        .foreign_key(&mut fk("directory_object", "tenant_id", "tenant"))
        .to_owned()
}

fn document() -> TableCreateStatement {
    Table::create()
        .table("document")
        .col(uuid("workspace_id"))
        .col(text("hash"))
        .col(text("content"))
        .primary_key(&mut key(["workspace_id", "hash"]))
        .foreign_key(&mut fk("document", "workspace_id", "workspace"))
        .to_owned()
}

fn snapshot() -> TableCreateStatement {
    Table::create()
        .table("snapshot")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(text("kind"))
        .col(timestamp_with_time_zone("taken_at"))
        .col(text("content_hash"))
        .col(integer("policy_count"))
        // No foreign key: the change names its snapshots.
        .col(uuid_null("change_id"))
        .foreign_key(&mut fk("snapshot", "tenant_id", "tenant"))
        .foreign_key(&mut fk_document("snapshot", "content_hash"))
        .to_owned()
}

fn policy(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("policy")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(uuid("graph_id"))
        .col(text("display_name"))
        .col(sorted_text(manager, "sort_name"))
        .col(text("state"))
        // The document's conditions as compact text: list pages pass it through without parsing.
        .col(text("conditions"))
        .col(text("content_hash"))
        .col(text("document_hash"))
        .col(timestamp_with_time_zone_null("graph_modified_at"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .col(text_null("criticality"))
        .col(text_null("code"))
        .col(text("tags"))
        .col(timestamp_with_time_zone("first_seen_at"))
        .col(timestamp_with_time_zone("last_seen_at"))
        // A copy of the newest change's id and status, kept by the transaction that writes the change: list pages need no join.
        .col(uuid_null("latest_change_id"))
        .col(text_null("latest_change_status"))
        .col(big_integer("version"))
        .foreign_key(&mut fk("policy", "tenant_id", "tenant"))
        .foreign_key(&mut fk_document("policy", "document_hash"))
        .to_owned()
}
