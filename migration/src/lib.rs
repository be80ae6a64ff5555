//! The schema's history, for SQLite and PostgreSQL alike. A migration is frozen in time: it names tables and columns as text and never uses
//! crate `entity`, which describes the newest schema only.
//!
//! Rules for the next one: expand first, contract one release later, so that the old and the new binary can overlap (P30); always write `down`.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod ddl;
mod lock;
mod m20261121_000001_workspaces;
mod m20261121_000002_tenants;
mod m20261121_000003_changes;
mod m20261121_000004_logs;
mod m20261121_000005_jobs;
mod m20261121_000006_immutability;
mod m20261121_000007_policy_versions;
mod m20261121_000008_change_management;
mod m20261121_000009_schedules;
mod m20261121_000010_drift;
mod m20261121_000011_baselines;
mod m20261121_000012_api_keys;
mod m20261121_000013_sign_ins;
mod m20261121_000014_people;
mod m20261121_000015_impact;
mod m20261121_000016_bulk_changes;
mod m20261121_000017_tenant_aliases;
mod m20261121_000018_rollouts;
mod m20261121_000019_watched_sign_ins;
mod m20261121_000020_agent;
mod m20261121_000021_bulk_rollouts;
mod m20261121_000022_suggested_rollouts;
mod m20261122_000023_webhooks;

pub use lock::{LOCK_WAIT_S, down_all, pending, up};

/// Every migration, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_workspaces::Migration),
            Box::new(m20261121_000002_tenants::Migration),
            Box::new(m20261121_000003_changes::Migration),
            Box::new(m20261121_000004_logs::Migration),
            Box::new(m20261121_000005_jobs::Migration),
            Box::new(m20261121_000006_immutability::Migration),
            Box::new(m20261121_000007_policy_versions::Migration),
            Box::new(m20261121_000008_change_management::Migration),
            Box::new(m20261121_000009_schedules::Migration),
            Box::new(m20261121_000010_drift::Migration),
            Box::new(m20261121_000011_baselines::Migration),
            Box::new(m20261121_000012_api_keys::Migration),
            Box::new(m20261121_000013_sign_ins::Migration),
            Box::new(m20261121_000014_people::Migration),
            Box::new(m20261121_000015_impact::Migration),
            Box::new(m20261121_000016_bulk_changes::Migration),
            Box::new(m20261121_000017_tenant_aliases::Migration),
            Box::new(m20261121_000018_rollouts::Migration),
            Box::new(m20261121_000019_watched_sign_ins::Migration),
            Box::new(m20261121_000020_agent::Migration),
            Box::new(m20261121_000021_bulk_rollouts::Migration),
            Box::new(m20261121_000022_suggested_rollouts::Migration),
            Box::new(m20261122_000023_webhooks::Migration),
        ]
    }
}
