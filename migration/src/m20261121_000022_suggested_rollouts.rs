//! The rollout that carries a suggestion out.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl::run;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = if manager.get_database_backend() == DbBackend::Sqlite { "uuid_text" } else { "uuid" };
        // Nullable, so that the binary before this one can go on writing.
        run(manager, &[&format!("ALTER TABLE suggestion ADD COLUMN rollout_id {uuid}")]).await?;
        run(manager, &["CREATE INDEX ix_suggestion_rollout ON suggestion (rollout_id) WHERE rollout_id IS NOT NULL"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["DROP INDEX ix_suggestion_rollout", "ALTER TABLE suggestion DROP COLUMN rollout_id"]).await
    }
}
