//! `Retry-After`: when a receiver wants to be asked again.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// A receiver can ask for this much patience and no more.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Seconds or an HTTP date, relative to `now`.
pub(crate) fn retry_after(header: Option<&str>, now: DateTime<Utc>) -> Option<Duration> {
    let text = header?.trim();
    let asked = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now).to_std().unwrap_or(Duration::ZERO),
    };
    Some(asked.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_or_a_date_up_to_an_hour() {
        let now = DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z").unwrap().to_utc();
        let read = |text| retry_after(Some(text), now);
        assert_eq!(read(" 10 "), Some(Duration::from_secs(10)));
        assert_eq!(read("0"), Some(Duration::ZERO));
        assert_eq!(read("3601"), Some(LONGEST));
        assert_eq!(read("Sun, 01 Mar 2026 12:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(read("Sun, 01 Mar 2026 11:00:00 GMT"), Some(Duration::ZERO), "a date gone by");
        assert_eq!(read("Mon, 01 Mar 2027 12:00:00 GMT"), Some(LONGEST));
        for nonsense in ["", "-1", "soon", "1.5", "99999999999999999999999"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(retry_after(None, now), None);
    }
}
