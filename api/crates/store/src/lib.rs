//! Storage on SQLite and PostgreSQL by one code path: transactions, keyset pages, jobs with leases and fences, the event log and the audit log.
//!
//! Reads are methods of [`Reader`], writes of [`WriteTx`], which is a `Reader` too and so reads its own writes. Every function takes the workspace
//! first; the few that don't (principal look-up, job claim, start-up recovery, retention) say why. The crate reads no clock and makes no ids.
//!
//! Deliberately absent: Microsoft Graph (no transaction can contain a network call), authorization, and any decision about a change.

mod agent_runs;
mod agents;
mod api_keys;
mod audit;
mod baseline_policies;
mod baselines;
mod bulk_changes;
mod bulk_facts;
mod bulk_items;
mod bulk_steps;
mod bulk_targets;
mod change_pages;
mod change_targets;
mod changes;
mod config;
mod connect;
mod convert;
mod db;
mod directory;
mod directory_aliases;
mod documents;
mod drift;
mod drift_pages;
mod error;
mod events;
mod freeze_windows;
mod idempotency;
mod ids;
mod impact;
mod impact_pages;
mod intent_stage;
mod intents;
mod jobs;
mod members;
mod open_payloads;
mod page;
mod people;
mod policies;
mod policy_pages;
mod policy_versions;
mod schedules;
mod sign_in_chunks;
mod sign_in_logs;
mod snapshots;
mod store;
mod suggestions;
mod tenant_aliases;
mod tenant_pages;
mod tenant_policies;
mod tenants;
mod tenants_policies;
mod unsettled_changes;
mod workspaces;

pub use agent_runs::AgentRunFilter;
pub use audit::AuditFilter;
pub use bulk_changes::BulkChangeFilter;
pub use bulk_facts::BulkItemFacts;
pub use bulk_targets::PolicyMatch;
pub use change_pages::ChangeFilter;
pub use config::StoreConfig;
pub use db::{Reader, WriteTx};
pub use directory_aliases::DirectoryAlias;
pub use domain::policy::LatestChange;
pub use drift_pages::DriftFilter;
pub use error::{Result, StoreError, constraint};
pub use events::EventFilter;
pub use idempotency::IdempotencyRecord;
pub use impact::{ComputedImpact, ImpactKey};
pub use impact_pages::{ImpactDocument, ImpactFilter};
pub use intent_stage::IntentStage;
pub use intents::ApplyIntent;
pub use jobs::{Enqueued, Job, JobLease, JobState, NewJob};
pub use page::{MAX_PAGE, Page, PageRequest};
pub use people::PeopleSummary;
pub use policy_pages::PolicyFilter;
pub use sign_in_chunks::{ChunkPart, EncodedChunk, decode_chunk};
pub use store::{Backend, Store};
pub use suggestions::SuggestionFilter;
pub use tenant_aliases::MAX_TENANT_ALIASES;
pub use tenant_pages::{TenantFilter, TenantOrder};
pub use tenant_policies::{PolicyLine, TenantPolicies, TenantPolicyRequest};
