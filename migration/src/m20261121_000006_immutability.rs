//! What was recorded stays as it was, whoever holds the connection (P27): triggers refuse to rewrite the logs, snapshots, documents, and what an
//! applied change did.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table and refused operation. Documents and old events may be deleted (retention), never rewritten.
const REFUSED: [(&str, &str); 8] = [
    ("audit_entry", "UPDATE"),
    ("audit_entry", "DELETE"),
    ("event", "UPDATE"),
    ("snapshot", "UPDATE"),
    ("snapshot", "DELETE"),
    ("document", "UPDATE"),
    ("change_request", "DELETE"),
    ("approval", "DELETE"),
];

/// What an applied change was and did. Only its later rollback may still be noted on it.
const APPLIED_FACTS: [&str; 11] = [
    "workspace_id",
    "tenant_id",
    "policy_id",
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
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        if postgres {
            run(manager, &[POSTGRES_FUNCTION]).await?;
        }
        for (table, operation) in REFUSED {
            let name = trigger(table, operation);
            let body = if postgres {
                "EXECUTE FUNCTION causeway_refuse()".to_owned()
            } else {
                format!("BEGIN SELECT RAISE(ABORT, 'immutable: {operation} of {table} is refused'); END")
            };
            run(manager, &[&format!("CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW {body}")]).await?;
        }
        let differs: Vec<String> = APPLIED_FACTS.iter().map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}")).collect();
        let when = format!("OLD.status IN ('applied', 'rolled_back') AND ({})", differs.join(" OR "));
        let body = if postgres {
            "EXECUTE FUNCTION causeway_refuse()"
        } else {
            "BEGIN SELECT RAISE(ABORT, 'immutable: an applied change is not rewritten'); END"
        };
        run(manager, &[&format!("CREATE TRIGGER change_request_applied BEFORE UPDATE ON change_request FOR EACH ROW WHEN ({when}) {body}")])
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let mut triggers: Vec<(String, &str)> = REFUSED.iter().map(|(table, operation)| (trigger(table, operation), *table)).collect();
        triggers.push(("change_request_applied".to_owned(), "change_request"));
        for (name, table) in triggers {
            let on = if postgres { format!(" ON {table}") } else { String::new() };
            run(manager, &[&format!("DROP TRIGGER {name}{on}")]).await?;
        }
        if postgres {
            run(manager, &["DROP FUNCTION causeway_refuse()"]).await?;
        }
        Ok(())
    }
}

fn trigger(table: &str, operation: &str) -> String {
    format!("{table}_no_{}", operation.to_lowercase())
}

const POSTGRES_FUNCTION: &str = "CREATE FUNCTION causeway_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'immutable: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$";
