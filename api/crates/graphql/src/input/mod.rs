//! What callers send.

pub mod agent;
pub mod baseline;
pub mod bulk;
pub mod bulk_rollout;
pub mod bulk_step;
pub mod change;
pub mod drift;
pub mod filter;
pub mod freeze_window;
pub mod impact;
pub mod member;
pub mod oversight;
pub mod payload;
pub mod policy;
pub mod rollout;
pub mod schedule;
pub mod tenant;
pub mod tenant_alias;
pub mod webhook;
pub mod what_if;
pub mod what_if_device;
pub mod workspace;
