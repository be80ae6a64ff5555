//! A time of a wall clock.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDateTime;

const SECONDS: &str = "%Y-%m-%dT%H:%M:%S";
const MINUTES: &str = "%Y-%m-%dT%H:%M";

/// What a wall clock shows, without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalDateTime(pub NaiveDateTime);

/// What a wall clock shows, without an offset: `2026-12-20T18:00:00`. The seconds may be left out of inputs.
#[Scalar(name = "LocalDateTime", specified_by_url = "https://scalars.graphql.org/chillicream/local-date-time.html")]
impl ScalarType for LocalDateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let read = NaiveDateTime::parse_from_str(text, SECONDS).or_else(|_| NaiveDateTime::parse_from_str(text, MINUTES));
        read.map(LocalDateTime).map_err(|_| InputValueError::custom("not a time of a wall clock such as 2026-12-20T18:00:00"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format(SECONDS).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_or_a_fraction_is_no_part_of_it() {
        let read = |text: &str| <LocalDateTime as ScalarType>::parse(Value::String(text.to_owned())).ok();
        let written = |text: &str| read(text).map(|local| local.to_value());
        assert_eq!(written("2026-12-20T18:00"), Some(Value::String("2026-12-20T18:00:00".to_owned())));
        assert_eq!(written("2026-12-20T18:00:59"), Some(Value::String("2026-12-20T18:00:59".to_owned())));
        for bad in
            ["", "2026-12-20", "18:00", "2026-12-20T18:00:00Z", "2026-12-20T18:00:00+01:00", "2026-12-20T18:00:00.5", "2026-02-30T18:00"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
