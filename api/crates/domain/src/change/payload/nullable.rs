//! A member that may be absent (not touched), `null` (cleared) or a value.

use serde::{Deserialize, Deserializer};

/// Tells `null` from absent; to be used with `#[serde(default)]`.
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}
