//! Between rows and domain types. A value that doesn't convert is [`StoreError::Corrupt`], named by table and column.

use std::str::FromStr;

use domain::text_enum::UnknownText;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Result, StoreError};

/// A member of a closed set.
pub(crate) fn text<T: FromStr<Err = UnknownText>>(column: &'static str, stored: &str) -> Result<T> {
    stored.parse().map_err(|error: UnknownText| StoreError::corrupt(format!("{column}: {error}")))
}

/// A member of a closed set, or nothing.
pub(crate) fn optional_text<T: FromStr<Err = UnknownText>>(column: &'static str, stored: Option<&str>) -> Result<Option<T>> {
    stored.map(|stored| text(column, stored)).transpose()
}

/// A JSON column.
pub(crate) fn json<T: DeserializeOwned>(column: &'static str, stored: &str) -> Result<T> {
    serde_json::from_str(stored).map_err(|error| StoreError::corrupt(format!("{column}: {error}")))
}

/// A JSON column, or nothing.
pub(crate) fn optional_json<T: DeserializeOwned>(column: &'static str, stored: Option<&str>) -> Result<Option<T>> {
    stored.map(|stored| json(column, stored)).transpose()
}

/// Compact JSON for a text column.
pub(crate) fn to_json<T: Serialize>(column: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::corrupt(format!("{column}: {error}")))
}

/// What names are sorted and searched by: lower case by Unicode's rules, done here so that both databases agree.
pub(crate) fn sort_name(display_name: &str) -> String {
    display_name.to_lowercase()
}

/// Rows to domain values, the first failure ends it.
pub(crate) fn all<M, T>(rows: Vec<M>, convert: impl Fn(M) -> Result<T>) -> Result<Vec<T>> {
    rows.into_iter().map(convert).collect()
}
