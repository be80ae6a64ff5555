use chrono::{DateTime, SecondsFormat, Utc};

/// A timestamp as the Conditional Access service prints it: UTC, up to seven fractional digits, trailing zeros dropped (`2025-05-23T09:31:17.180337Z`).
#[must_use]
pub fn graph_time(at: DateTime<Utc>) -> String {
    let nanos = at.to_rfc3339_opts(SecondsFormat::Nanos, true);
    let Some((seconds, fraction)) = nanos.trim_end_matches('Z').split_once('.') else { return nanos };
    let fraction = fraction.get(..7).unwrap_or(fraction).trim_end_matches('0');
    if fraction.is_empty() { format!("{seconds}Z") } else { format!("{seconds}.{fraction}Z") }
}
