//! Our scalars.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use bytes::Bytes;
use chrono::{SecondsFormat, Utc};

use crate::iso_duration;

/// RFC 3339 instant, always UTC with `Z`, millisecond precision: `2026-11-21T09:30:00.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// RFC 3339 instant, always UTC with `Z`, millisecond precision: `2026-11-21T09:30:00.000Z`. Inputs may have any offset.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let instant = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| InputValueError::custom("not an RFC 3339 instant such as 2026-11-21T09:30:00Z"))?;
        Ok(DateTime(instant.with_timezone(&Utc)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(instant: chrono::DateTime<Utc>) -> Self {
        DateTime(instant)
    }
}

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// Seconds, never negative.
    pub seconds: i64,
}

/// ISO 8601 duration in weeks, days of 24 hours, hours, minutes and seconds: `PT30M`, `P7D`.
#[Scalar(name = "Duration", specified_by_url = "https://scalars.graphql.org/chillicream/duration.html")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let seconds = iso_duration::parse(text)
            .ok_or_else(|| InputValueError::custom("not an ISO 8601 duration of whole seconds such as PT30M or P7D"))?;
        Ok(Duration { seconds })
    }

    fn to_value(&self) -> Value {
        Value::String(iso_duration::format(self.seconds))
    }
}

/// JSON text, passed through as it is.
///
/// In a response it is `Value::Binary`, which the HTTP layer writes verbatim: a stored document is neither parsed nor copied
/// field by field on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(Bytes);

impl Json {
    /// From a text that is known to be JSON: a stored document, or one that serde wrote.
    pub fn verbatim(text: String) -> Self {
        Json(text.into())
    }

    /// From a value.
    pub fn of(value: &serde_json::Value) -> Self {
        Json(value.to_string().into())
    }

    /// The text.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Any JSON value. Used for verbatim Microsoft Graph documents and parts of them, and for the JSON form of a change's payload.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        let value = value.into_json().map_err(|error| InputValueError::custom(error.to_string()))?;
        Ok(Json::of(&value))
    }

    fn to_value(&self) -> Value {
        Value::Binary(self.0.clone())
    }
}

/// A place in the event log, as the client knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCursor(pub String);

/// A place in the workspace's event log. Opaque: rising along the log, but only the server compares them.
#[Scalar(name = "EventCursor", specified_by_url = "https://www.rfc-editor.org/rfc/rfc4648#section-5")]
impl ScalarType for EventCursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(EventCursor(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_utc_milliseconds() {
        let read = |text: &str| <DateTime as ScalarType>::parse(Value::String(text.to_owned()));
        let written = |text: &str| read(text).ok().map(|instant| instant.to_value());
        assert_eq!(written("2026-11-21T10:30:00.123456+01:00"), Some(Value::String("2026-11-21T09:30:00.123Z".to_owned())));
        assert_eq!(written("2026-11-21T09:30:00Z"), Some(Value::String("2026-11-21T09:30:00.000Z".to_owned())));
        for bad in ["", "2026-11-21", "yesterday", "2026-13-01T00:00:00Z"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(<DateTime as ScalarType>::parse(Value::from(5)).is_err());
    }

    #[test]
    fn json_passes_through_verbatim() {
        let text = "{\"b\": 1.50, \"a\":[ ]}";
        assert_eq!(Json::verbatim(text.to_owned()).to_value(), Value::Binary(Bytes::from_static(text.as_bytes())));
        let read = <Json as ScalarType>::parse(Value::from_json(serde_json::json!({"kind": "policy.rename"})).unwrap()).ok();
        assert_eq!(read.unwrap().bytes(), b"{\"kind\":\"policy.rename\"}");
    }
}
