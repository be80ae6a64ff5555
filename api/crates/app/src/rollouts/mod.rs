//! Phased rollouts.

pub(crate) mod facts;
pub(crate) mod forecast;
