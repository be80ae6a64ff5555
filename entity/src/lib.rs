//! The newest schema's rows, one file per table: primitive columns only, no domain types, no GraphQL. Only crate `store` sees them.
//!
//! Column names are the documentation of most columns; what a name can't say is in the table's first line and in the migration that made it.
#![expect(missing_docs, reason = "SeaORM's derive makes public items without docs; the columns are documented per table")]

pub mod agent;
pub mod agent_run;
pub mod api_key;
pub mod apply_intent;
pub mod approval;
pub mod audit_entry;
pub mod baseline;
pub mod baseline_policy;
pub mod bulk_change;
pub mod bulk_item;
pub mod bulk_rollout;
pub mod bulk_rollout_item;
pub mod change_request;
pub mod directory_alias;
pub mod directory_object;
pub mod document;
pub mod drift;
pub mod event;
pub mod freeze_window;
pub mod group_members;
pub mod idempotency_key;
pub mod impact_report;
pub mod job;
pub mod member;
pub mod people;
pub mod policy;
pub mod policy_version;
pub mod rollout;
pub mod rollout_verdict;
pub mod schedule;
pub mod sign_in_chunk;
pub mod sign_in_log;
pub mod sign_in_seen;
pub mod snapshot;
pub mod suggestion;
pub mod tenant;
pub mod tenant_alias;
pub mod tenant_baseline;
pub mod watched_policy;
pub mod watched_sign_in;
pub mod webhook;
pub mod webhook_attempt;
pub mod workspace;
