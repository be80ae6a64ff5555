//! What change management as a whole needs beside the first two kinds: creations and locations, approval rules, waivers, emergencies, and
//! decisions on unknown outcomes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table, column, type. All have a default or are nullable, so that the binary before this one can go on writing.
const ADDED: [(&str, &str, &str); 11] = [
    ("change_request", "target_graph_id", "text"),
    ("change_request", "approval_rules", "text"),
    ("change_request", "waivers", "text"),
    ("change_request", "emergency", "text"),
    ("change_request", "resolution", "text"),
    ("approval", "quorum", "integer NOT NULL DEFAULT 1"),
    ("approval", "decisions", "text"),
    ("apply_intent", "known_ids", "text"),
    ("apply_intent", "result_graph_id", "text"),
    ("workspace", "approval_rules", "text"),
    ("member", "owned_by", "uuid"),
];

/// What an applied change was and did, with what this migration adds to it.
const APPLIED_FACTS: [&str; 12] = [
    "workspace_id",
    "tenant_id",
    "policy_id",
    "target_graph_id",
    "kind",
    "payload",
    "dry_run",
    "created_by",
    "pre_snapshot_id",
    "post_snapshot_id",
    "write_performed",
    "applied_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, kind) in ADDED {
            let kind = if manager.get_database_backend() == DbBackend::Sqlite && kind == "uuid" { "uuid_text" } else { kind };
            run(manager, &[&format!("ALTER TABLE {table} ADD COLUMN {column} {kind}")]).await?;
        }
        run(
            manager,
            &[
                "CREATE INDEX ix_change_target ON change_request (tenant_id, target_graph_id) WHERE target_graph_id IS NOT NULL",
                "CREATE INDEX ix_change_emergency ON change_request (workspace_id, created_at, id) WHERE emergency IS NOT NULL",
                "CREATE INDEX ix_approval_open ON approval (expires_at) WHERE state = 'PENDING'",
            ],
        )
        .await?;
        drop_trigger(manager).await?;
        create_trigger(manager, &APPLIED_FACTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_trigger(manager).await?;
        run(manager, &["DROP INDEX ix_approval_open", "DROP INDEX ix_change_emergency", "DROP INDEX ix_change_target"]).await?;
        for (table, column, _) in ADDED.iter().rev() {
            run(manager, &[&format!("ALTER TABLE {table} DROP COLUMN {column}")]).await?;
        }
        let before: Vec<&str> = APPLIED_FACTS.iter().copied().filter(|column| *column != "target_graph_id").collect();
        create_trigger(manager, &before).await
    }
}

async fn create_trigger(manager: &SchemaManager<'_>, facts: &[&str]) -> Result<(), DbErr> {
    let differs: Vec<String> = facts.iter().map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}")).collect();
    let when = format!("OLD.status IN ('applied', 'rolled_back') AND ({})", differs.join(" OR "));
    let body = if manager.get_database_backend() == DbBackend::Postgres {
        "EXECUTE FUNCTION causeway_refuse()"
    } else {
        "BEGIN SELECT RAISE(ABORT, 'immutable: an applied change is not rewritten'); END"
    };
    run(manager, &[&format!("CREATE TRIGGER change_request_applied BEFORE UPDATE ON change_request FOR EACH ROW WHEN ({when}) {body}")])
        .await
}

async fn drop_trigger(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let on = if manager.get_database_backend() == DbBackend::Postgres { " ON change_request" } else { "" };
    run(manager, &[&format!("DROP TRIGGER change_request_applied{on}")]).await
}
