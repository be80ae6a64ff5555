//! The documented request budgets (graph-api.md section 16), enforced only when asked for.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

/// What a request draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// Conditional Access and identity protection: 1 request/s per tenant, all applications together.
    ConditionalAccess,
    /// Reports (sign-ins, directory audits): 5 requests in 10 s per application and tenant.
    Reports,
    /// Directory objects: resource units in 10 s per application and tenant, here by the middle tenant size.
    Directory {
        /// Resource units of this request.
        units: u32,
    },
}

/// A request that comes 100 ms early still counts as on time: a client that keeps exactly to its second must not be refused for a timer's rounding.
const CONDITIONAL_ACCESS_GAP: Duration = Duration::from_millis(900);
const REPORTS: (usize, Duration) = (5, Duration::from_secs(10));
const DIRECTORY: (u32, Duration) = (5000, Duration::from_secs(10));

/// What was spent lately.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    conditional_access: BTreeMap<Uuid, Instant>,
    reports: BTreeMap<(Uuid, Uuid), VecDeque<Instant>>,
    directory: BTreeMap<(Uuid, Uuid), (Instant, u32)>,
}

impl Budgets {
    /// Spends, or says how many seconds to wait.
    pub(crate) fn spend(&mut self, scope: Scope, tenant: Uuid, client: Uuid, now: Instant) -> Result<(), u32> {
        match scope {
            Scope::ConditionalAccess => match self.conditional_access.get(&tenant) {
                Some(last) if now.duration_since(*last) < CONDITIONAL_ACCESS_GAP => Err(1),
                _ => {
                    self.conditional_access.insert(tenant, now);
                    Ok(())
                }
            },
            Scope::Reports => {
                let (limit, window) = REPORTS;
                let recent = self.reports.entry((tenant, client)).or_default();
                while recent.front().is_some_and(|at| now.duration_since(*at) >= window) {
                    recent.pop_front();
                }
                if recent.len() >= limit {
                    let oldest = recent.front().copied().unwrap_or(now);
                    return Err(seconds(window.saturating_sub(now.duration_since(oldest))));
                }
                recent.push_back(now);
                Ok(())
            }
            Scope::Directory { units } => {
                let (limit, window) = DIRECTORY;
                let spent = self.directory.entry((tenant, client)).or_insert((now, 0));
                if now.duration_since(spent.0) >= window {
                    *spent = (now, 0);
                }
                if spent.1 + units > limit {
                    return Err(seconds(window.saturating_sub(now.duration_since(spent.0))));
                }
                spent.1 += units;
                Ok(())
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Budgets::default();
    }
}

fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditional_access_takes_one_a_second_for_all_applications() {
        let (tenant, now) = (Uuid::from_u128(1), Instant::now());
        let mut budgets = Budgets::default();
        let mut spend =
            |client, ms| budgets.spend(Scope::ConditionalAccess, tenant, Uuid::from_u128(client), now + Duration::from_millis(ms));
        assert_eq!([spend(1, 0), spend(2, 500), spend(1, 1000), spend(1, 1899), spend(1, 2000)], [Ok(()), Err(1), Ok(()), Err(1), Ok(())]);
    }

    #[test]
    fn reports_take_five_in_ten_seconds_per_application() {
        let (tenant, now) = (Uuid::from_u128(1), Instant::now());
        let mut budgets = Budgets::default();
        let mut spend = |client, s| budgets.spend(Scope::Reports, tenant, Uuid::from_u128(client), now + Duration::from_secs(s));
        for _ in 0..5 {
            assert_eq!(spend(1, 0), Ok(()));
        }
        assert_eq!((spend(1, 4), spend(2, 4), spend(1, 10)), (Err(6), Ok(()), Ok(())));
    }
}
