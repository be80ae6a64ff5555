//! Addresses in the file are texts; `url` is built without serde in this workspace.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

pub(super) fn serialize<S: Serializer>(url: &Option<Url>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(Url::as_str).serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| Url::parse(&text).map_err(|_| serde::de::Error::custom("expected an address, such as https://example.com"))).transpose()
}
