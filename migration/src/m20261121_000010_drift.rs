//! Drift: what a tenant holds that Causeway did not write, or that its baseline does not have.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, fk_document, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(drift()).await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_drift_newest ON drift (workspace_id, tenant_id, detected_at, id)",
                // What every sync reads: items that are not over.
                "CREATE INDEX ix_drift_unsettled ON drift (workspace_id, tenant_id, source, detected_at, id) WHERE closed_at IS NULL",
                "CREATE INDEX ix_drift_policy ON drift (workspace_id, policy_id, detected_at, id) WHERE closed_at IS NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["drift"]).await
    }
}

fn drift() -> TableCreateStatement {
    Table::create()
        .table("drift")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(text("source"))
        .col(text("kind"))
        .col(text("object_kind"))
        .col(text("object_id"))
        .col(text("display_name"))
        .col(uuid_null("policy_id"))
        // No foreign key: baselines come and go, what was found stays.
        .col(uuid_null("baseline_policy_id"))
        .col(text("severity"))
        .col(text_null("before_document_hash"))
        .col(text_null("before_content_hash"))
        .col(text_null("after_document_hash"))
        .col(text_null("after_content_hash"))
        .col(uuid_null("before_snapshot_id"))
        .col(uuid_null("after_snapshot_id"))
        .col(timestamp_with_time_zone_null("changed_after"))
        .col(timestamp_with_time_zone("detected_at"))
        .col(text("actor_source"))
        .col(text_null("actor_object_id"))
        .col(text_null("actor_name"))
        .col(text_null("actor_app_id"))
        .col(timestamp_with_time_zone_null("actor_at"))
        .col(integer("actor_lookups"))
        .col(text("status"))
        .col(uuid_null("accepted_by"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(text_null("accepted_reason"))
        .col(timestamp_with_time_zone_null("accepted_until"))
        // A JSON array of ids; no foreign keys, as for `policy_version.change_id`.
        .col(text("reverts"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(big_integer("version"))
        .foreign_key(&mut fk("drift", "tenant_id", "tenant"))
        .foreign_key(&mut fk("drift", "policy_id", "policy"))
        .foreign_key(&mut fk("drift", "before_snapshot_id", "snapshot"))
        .foreign_key(&mut fk("drift", "after_snapshot_id", "snapshot"))
        .foreign_key(&mut fk("drift", "accepted_by", "member"))
        .foreign_key(&mut fk_document("drift", "before_document_hash"))
        .foreign_key(&mut fk_document("drift", "after_document_hash"))
        .to_owned()
}
