//! How long to wait before the next attempt.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::env::Ids;

use crate::config::RetryPolicy;

/// The longest pause that an answer can impose on a tenant's other calls. A longer `Retry-After` still ends the call that received it.
pub(crate) const MAX_HOLD: Duration = Duration::from_secs(300);

/// Exponential with "equal jitter": between half the ceiling and the ceiling, so that callers spread out and none comes back at once.
/// `attempt` counts from 0.
pub(crate) fn backoff(policy: &RetryPolicy, attempt: u32, ids: &dyn Ids) -> Duration {
    let doubled = policy.base_delay.saturating_mul(1_u32.checked_shl(attempt.min(31)).unwrap_or(u32::MAX));
    let ceiling = doubled.min(policy.max_delay);
    ceiling / 2 + (ceiling / 2).mul_f64(fraction(ids))
}

/// The wait after an answer: what it asked for, and never less than a jittered first step, because `Retry-After: 0` is sent too.
pub(crate) fn delay(policy: &RetryPolicy, attempt: u32, retry_after: Option<Duration>, ids: &dyn Ids) -> Duration {
    match retry_after {
        Some(asked) => asked.max(backoff(policy, 0, ids)),
        None => backoff(policy, attempt, ids),
    }
}

/// `Retry-After`: seconds, or an HTTP date.
pub(crate) fn retry_after(header: Option<&str>, now: DateTime<Utc>) -> Option<Duration> {
    let text = header?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some((at.with_timezone(&Utc) - now).to_std().unwrap_or(Duration::ZERO))
}

/// Uniform in [0, 1).
fn fraction(ids: &dyn Ids) -> f64 {
    let mut bytes = [0; 4];
    ids.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    struct Always(u8);
    impl Ids for Always {
        fn uuid(&self) -> Uuid {
            Uuid::nil()
        }
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    const POLICY: RetryPolicy =
        RetryPolicy { max_attempts: 5, base_delay: Duration::from_millis(100), max_delay: Duration::from_millis(1_000) };

    #[test]
    fn delays_double_up_to_the_ceiling_and_keep_half_of_it() {
        let least: Vec<_> = (0..6).map(|attempt| backoff(&POLICY, attempt, &Always(0)).as_millis()).collect();
        assert_eq!(least, [50, 100, 200, 400, 500, 500]);
        let most = backoff(&POLICY, 1, &Always(255));
        assert!(most > Duration::from_millis(199) && most <= Duration::from_millis(200), "{most:?}");
        assert_eq!(backoff(&POLICY, u32::MAX, &Always(0)), Duration::from_millis(500), "no overflow");
    }

    #[test]
    fn what_graph_asks_for_is_kept_and_zero_is_not_believed() {
        assert_eq!(delay(&POLICY, 3, Some(Duration::from_secs(7)), &Always(0)), Duration::from_secs(7));
        assert_eq!(delay(&POLICY, 3, Some(Duration::ZERO), &Always(0)), Duration::from_millis(50));
        assert_eq!(delay(&POLICY, 3, None, &Always(0)), Duration::from_millis(400));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z").unwrap().to_utc();
        let read = |text| retry_after(Some(text), now);
        assert_eq!(read("10"), Some(Duration::from_secs(10)));
        assert_eq!(read(" 0 "), Some(Duration::ZERO));
        assert_eq!(read("Sun, 01 Mar 2026 12:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(read("Sun, 01 Mar 2026 11:00:00 GMT"), Some(Duration::ZERO), "a date gone by");
        for nonsense in ["", "-1", "soon", "1.5", "99999999999999999999999"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(retry_after(None, now), None);
    }
}
