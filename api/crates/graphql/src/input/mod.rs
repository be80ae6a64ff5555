//! What callers send.

pub mod change;
pub mod filter;
pub mod freeze_window;
pub mod policy;
pub mod schedule;
pub mod tenant;
pub mod workspace;
