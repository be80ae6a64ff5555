//! Change requests, their approvals, the apply saga's intents and the idempotency keys.

use sea_orm_migration::{prelude::*, schema::*};

use crate::ddl::{drop_tables, fk, key, run};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(change_request()).await?;
        manager.create_table(approval()).await?;
        manager.create_table(apply_intent()).await?;
        manager.create_table(idempotency_key()).await?;
        run(
            manager,
            &[
                "CREATE INDEX ix_change_newest ON change_request (workspace_id, created_at, id)",
                "CREATE INDEX ix_change_tenant ON change_request (workspace_id, tenant_id, created_at, id)",
                "CREATE INDEX ix_change_policy ON change_request (workspace_id, policy_id, created_at, id)",
                "CREATE INDEX ix_change_status ON change_request (workspace_id, status, created_at, id)",
                "CREATE INDEX ix_change_applying ON change_request (updated_at) WHERE status = 'applying'",
                "CREATE INDEX ix_change_rollback_of ON change_request (rollback_of) WHERE rollback_of IS NOT NULL",
                "CREATE INDEX ix_approval_change ON approval (change_id, requested_at, id)",
                "CREATE INDEX ix_intent_unfinished ON apply_intent (change_id) WHERE finished_at IS NULL",
                "CREATE INDEX ix_idempotency_created ON idempotency_key (created_at)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["idempotency_key", "apply_intent", "approval", "change_request"]).await
    }
}

fn change_request() -> TableCreateStatement {
    Table::create()
        .table("change_request")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(uuid_null("policy_id"))
        .col(text("kind"))
        .col(text("payload"))
        .col(text("status"))
        .col(big_integer("revision"))
        .col(uuid("created_by"))
        .col(text("editors"))
        .col(text_null("note"))
        .col(boolean("requires_approval"))
        .col(uuid_null("rollback_of"))
        .col(uuid_null("rolled_back_by"))
        .col(text_null("dry_run"))
        .col(uuid_null("applied_by"))
        .col(uuid_null("pre_snapshot_id"))
        .col(uuid_null("post_snapshot_id"))
        .col(boolean_null("write_performed"))
        .col(text_null("failure"))
        .col(text_null("close_reason"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("applied_at"))
        .foreign_key(&mut fk("change_request", "tenant_id", "tenant"))
        .foreign_key(&mut fk("change_request", "policy_id", "policy"))
        .foreign_key(&mut fk("change_request", "created_by", "member"))
        .foreign_key(&mut fk("change_request", "rollback_of", "change_request"))
        .foreign_key(&mut fk("change_request", "rolled_back_by", "change_request"))
        .foreign_key(&mut fk("change_request", "pre_snapshot_id", "snapshot"))
        .foreign_key(&mut fk("change_request", "post_snapshot_id", "snapshot"))
        .to_owned()
}

fn approval() -> TableCreateStatement {
    Table::create()
        .table("approval")
        .col(pk_uuid("id"))
        .col(uuid("workspace_id"))
        .col(uuid("change_id"))
        .col(text("state"))
        .col(uuid("requested_by"))
        .col(timestamp_with_time_zone("requested_at"))
        .col(text("digest"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(uuid_null("decided_by"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(text_null("comment"))
        .foreign_key(&mut fk("approval", "change_id", "change_request"))
        .foreign_key(&mut fk("approval", "requested_by", "member"))
        .foreign_key(&mut fk("approval", "decided_by", "member"))
        .to_owned()
}

fn apply_intent() -> TableCreateStatement {
    Table::create()
        .table("apply_intent")
        .col(pk_uuid("change_id"))
        .col(uuid("workspace_id"))
        .col(uuid("tenant_id"))
        .col(uuid("job_id"))
        .col(big_integer("fence"))
        .col(text("stage"))
        .col(text("base_hash"))
        .col(text("desired_hash"))
        .col(text("write"))
        .col(uuid("client_request_id"))
        .col(uuid_null("pre_snapshot_id"))
        .col(timestamp_with_time_zone_null("write_started_at"))
        .col(integer_null("write_status"))
        .col(text_null("write_result"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(&mut fk("apply_intent", "change_id", "change_request"))
        .foreign_key(&mut fk("apply_intent", "pre_snapshot_id", "snapshot"))
        .to_owned()
}

fn idempotency_key() -> TableCreateStatement {
    Table::create()
        .table("idempotency_key")
        .col(uuid("workspace_id"))
        .col(uuid("member_id"))
        .col(text("key"))
        .col(text("operation"))
        .col(text("input_hash"))
        .col(text("result"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(&mut key(["workspace_id", "member_id", "key"]))
        .foreign_key(&mut fk("idempotency_key", "workspace_id", "workspace"))
        .foreign_key(&mut fk("idempotency_key", "member_id", "member"))
        .to_owned()
}
