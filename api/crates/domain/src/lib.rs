//! The rules of Causeway, pure: no I/O, no clock, no ids made here. Time, ids and randomness arrive as arguments.
//!
//! What is deliberately absent: Graph's wire errors (crate `graph`), rows (crate `store`), and anything async.

pub mod access;
pub mod agent;
pub mod api_key;
pub mod audit;
pub mod baseline;
pub mod bulk;
pub mod bulk_rollout;
pub mod change;
pub mod coverage;
pub mod document;
pub mod drift;
pub mod env;
pub mod evaluate;
pub mod event;
pub mod filter;
pub mod freeze;
pub mod id;
pub mod impact;
pub mod membership;
pub mod overlap;
pub mod people;
pub mod person;
pub mod policy;
pub mod rollout;
pub mod schedule;
pub mod signin;
pub mod snapshot;
pub mod summary;
pub mod tenant;
pub mod text_enum;
pub mod webhook;
pub mod workspace;
