//! Bulk changes: one intent for many tenants, each its own change request (domain.md section 5).
//!
//! A bulk has no status of its own: what it shows follows from its items, and an item's state from its facts and those of its change
//! (promise P21). So there is nothing that could disagree with what happened in a tenant.

mod digest;
mod item;
mod progress;
mod references;
mod request;
mod resolution;
mod state;
mod status;
mod strategy;
pub mod wave;

pub use digest::{DigestPart, bulk_digest};
pub use item::{Blocked, BulkItem, Exclusion, ItemFailure, MAX_STEPS, NotStarted};
pub use progress::{BulkStage, Moved, changed_event, progress_event};
pub use references::{BareId, bare_ids, given_names};
pub use request::{BulkChange, BulkRun, BulkSchedule, BulkTarget, MAX_PREREQUISITES, MAX_TENANTS, RunKind};
pub use resolution::{ItemReference, ReferenceSource, Resolution, placeholder};
pub use state::{BulkItemState, ChangeFacts, ItemFacts};
pub use status::{BulkCounts, BulkStatus, status};
pub use strategy::{BulkStrategy, ConcurrencyMode, FailureTolerance, MAX_CONCURRENT, StrategyError};
