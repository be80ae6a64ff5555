//! The three companies. All names are invented; their domains end in `.example` (RFC 2606).

mod builder;
mod larkspur;
mod meridian;
mod veldhoven;

use chrono::{DateTime, Utc};

use super::{RefusedFile, TenantSeed};

/// Each tenant with the files that Graph refused for it.
pub(super) fn build(seed: u64, now: DateTime<Utc>) -> Vec<(TenantSeed, Vec<RefusedFile>)> {
    vec![veldhoven::build(seed, now), larkspur::build(seed, now), meridian::build(seed, now)]
}
