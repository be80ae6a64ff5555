//! How a bulk change goes through its tenants, after CloudFormation StackSets' operation preferences.

use serde::{Deserialize, Serialize};

use crate::id::TenantId;
use crate::text_enum;

/// The most tenants that are written to at a time.
pub const MAX_CONCURRENT: u16 = 64;

/// Tenants at a time unless asked otherwise.
const USUAL_CONCURRENT: u16 = 16;

/// Failures, in percent of the tenants, after which no further tenant is started, unless asked otherwise.
const USUAL_TOLERANCE: u8 = 10;

text_enum! {
    /// What a failure does to the number of tenants in flight.
    ConcurrencyMode {
        /// It shrinks with every failure, so that failures never exceed the tolerance by more than one.
        Strict = "STRICT",
        /// It stays: faster, but what is in flight when the tolerance is exceeded may fail too.
        Soft = "SOFT",
    }
}

/// How many tenants may fail before no further one is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureTolerance {
    /// So many tenants.
    Count(u32),
    /// So many of a hundred of a run's tenants, rounded down: 0 to 100.
    Percent(u8),
}

impl FailureTolerance {
    /// In tenants, of a run over so many.
    pub fn of(self, tenants: u32) -> u32 {
        match self {
            FailureTolerance::Count(count) => count,
            FailureTolerance::Percent(percent) => u32::try_from(u64::from(tenants) * u64::from(percent) / 100).unwrap_or(u32::MAX),
        }
    }
}

/// How a bulk change goes through its tenants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkStrategy {
    /// Tenants that go first; all must end well before any other is started. In no order.
    pub canary_tenants: Vec<TenantId>,
    /// Tenants at a time: 1 to [`MAX_CONCURRENT`].
    pub max_concurrent: u16,
    /// See [`FailureTolerance`].
    pub failure_tolerance: FailureTolerance,
    /// See [`ConcurrencyMode`].
    pub concurrency_mode: ConcurrencyMode,
}

impl Default for BulkStrategy {
    fn default() -> Self {
        BulkStrategy {
            canary_tenants: Vec::new(),
            max_concurrent: USUAL_CONCURRENT,
            failure_tolerance: FailureTolerance::Percent(USUAL_TOLERANCE),
            concurrency_mode: ConcurrencyMode::Strict,
        }
    }
}

/// A strategy that no bulk change can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrategyError {
    /// Not 1 to 64 tenants at a time.
    #[error("1 to 64 tenants are written to at a time")]
    Concurrency,
    /// Not 0 to 100 percent.
    #[error("the tolerated failures are 0 to 100 percent of the tenants")]
    Percent,
    /// A canary tenant is none of the bulk's.
    #[error("a canary tenant is one of the bulk change's own tenants, named once")]
    Canary,
}

impl BulkStrategy {
    /// Refuses what makes no sense for a bulk over `tenants`.
    pub fn validate(&self, tenants: &[TenantId]) -> Result<(), StrategyError> {
        if !(1..=MAX_CONCURRENT).contains(&self.max_concurrent) {
            return Err(StrategyError::Concurrency);
        }
        if matches!(self.failure_tolerance, FailureTolerance::Percent(101..)) {
            return Err(StrategyError::Percent);
        }
        let once: std::collections::BTreeSet<_> = self.canary_tenants.iter().collect();
        let own: std::collections::BTreeSet<_> = tenants.iter().collect();
        if once.len() != self.canary_tenants.len() || !once.is_subset(&own) {
            return Err(StrategyError::Canary);
        }
        Ok(())
    }

    /// Whether the tenant goes first.
    pub fn is_canary(&self, tenant: TenantId) -> bool {
        self.canary_tenants.contains(&tenant)
    }
}
