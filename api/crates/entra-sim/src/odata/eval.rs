//! Whether an object satisfies a filter.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::filter::{Compare, Filter, Literal};

impl Filter {
    /// Evaluates against one object. A property that is absent compares like null.
    pub(crate) fn accepts(&self, object: &Value) -> bool {
        match self {
            Filter::Compare { path, op, value } => compare(at(object, path), *op, value),
            Filter::In { path, values } => values.iter().any(|value| compare(at(object, path), Compare::Eq, value)),
            Filter::StartsWith { path, prefix } => {
                at(object, path).as_str().is_some_and(|text| text.to_lowercase().starts_with(&prefix.to_lowercase()))
            }
            Filter::IsOf(name) => {
                object["@odata.type"].as_str().is_some_and(|kind| kind.trim_start_matches('#').eq_ignore_ascii_case(name))
            }
            Filter::And(a, b) => a.accepts(object) && b.accepts(object),
            Filter::Or(a, b) => a.accepts(object) || b.accepts(object),
            Filter::Not(inner) => !inner.accepts(object),
        }
    }

    /// The instants between which a date property must lie for the filter to hold, both inclusive, as far as the filter says so by `and`.
    pub(crate) fn bounds(&self, date: &str) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        match self {
            Filter::And(a, b) => {
                let ((a_low, a_high), (b_low, b_high)) = (a.bounds(date), b.bounds(date));
                (a_low.into_iter().chain(b_low).max(), a_high.into_iter().chain(b_high).min())
            }
            Filter::Compare { path, op, value: Literal::Bare(text) | Literal::Text(text) } if path == date => {
                let at = instant(text);
                match op {
                    Compare::Ge | Compare::Gt => (at, None),
                    Compare::Le | Compare::Lt => (None, at),
                    Compare::Eq => (at, at),
                    Compare::Ne => (None, None),
                }
            }
            _ => (None, None),
        }
    }
}

/// The value at `a/b`; null when a step is missing.
pub(super) fn at<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('/').fold(object, |value, step| &value[step])
}

fn compare(actual: &Value, op: Compare, literal: &Literal) -> bool {
    let order = order(actual, literal);
    match op {
        Compare::Eq => order == Some(Ordering::Equal),
        Compare::Ne => order != Some(Ordering::Equal),
        Compare::Gt => order == Some(Ordering::Greater),
        Compare::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Compare::Lt => order == Some(Ordering::Less),
        Compare::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

/// `None` when the two can't be compared, which satisfies nothing but `ne`.
fn order(actual: &Value, literal: &Literal) -> Option<Ordering> {
    match (actual, literal) {
        (Value::Null, Literal::Null) => Some(Ordering::Equal),
        (Value::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Value::Number(a), Literal::Bare(b)) => a.as_f64()?.partial_cmp(&b.parse().ok()?),
        (Value::String(a), Literal::Text(b) | Literal::Bare(b)) => Some(text_order(a, b)),
        _ => None,
    }
}

/// Dates as instants, whatever their fraction; any other text without regard to case, as the directory compares.
pub(super) fn text_order(a: &str, b: &str) -> Ordering {
    match (instant(a), instant(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.to_lowercase().cmp(&b.to_lowercase()),
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    // Cheaper than a failed parse: most strings are not dates.
    if text.len() < 20 || text.as_bytes()[4] != b'-' {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bounds_come_from_conjunctions_only() {
        let bounds = |text: &str| Filter::parse(text).unwrap().bounds("at");
        let (a, b) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
        let (from, to) = (instant(a), instant(b));
        assert_eq!(bounds(&format!("at ge {a} and (x eq 1 and at lt {b})")), (from, to));
        assert_eq!(bounds(&format!("at ge {a} and at ge {b}")), (to, None));
        assert_eq!(bounds(&format!("at ge {a} or x eq 1")), (None, None));
        assert_eq!(bounds(&format!("not(at ge {a})")), (None, None));
    }

    #[test]
    fn compares_by_the_propertys_type() {
        let object = json!({"displayName": "Ops", "at": "2026-01-02T00:00:00.1234567Z", "n": 5, "on": true, "none": null, "status": {"errorCode": 0}});
        for (text, expected) in [
            ("displayName eq 'ops'", true),
            ("displayName ne 'ops'", false),
            ("at ge 2026-01-02T00:00:00Z", true),
            ("at lt 2026-01-02T00:00:00.2Z", true),
            ("n gt 4 and n le 5", true),
            ("on eq true", true),
            ("none eq null", true),
            ("missing eq null", true),
            ("none ne 'x'", true),
            ("status/errorCode eq 0", true),
            ("displayName in ('a','OPS')", true),
            ("startswith(displayName,'op')", true),
            ("not(startswith(displayName,'x'))", true),
            ("n eq 'five'", false),
        ] {
            assert_eq!(Filter::parse(text).unwrap().accepts(&object), expected, "{text}");
        }
    }
}
