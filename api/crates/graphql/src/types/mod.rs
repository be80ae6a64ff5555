//! The objects of the schema: each wraps what crate `domain` calls it, and asks the request's loaders for what it refers to.

pub mod approval;
pub mod audit;
pub mod change;
pub mod diff;
pub mod dry_run;
pub mod event;
pub mod failure;
pub mod freeze_window;
pub mod node;
pub mod payload;
pub mod policy;
pub mod policy_version;
pub mod schedule;
pub mod schedule_event;
pub mod snapshot;
pub mod snapshot_diff;
pub mod tenant;
pub mod user;
pub mod viewer;
pub mod warning;
pub mod workspace;
