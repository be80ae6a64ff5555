//! What callers send.

pub mod change;
pub mod filter;
pub mod policy;
pub mod tenant;
pub mod workspace;
