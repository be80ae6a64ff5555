//! One text for one value: what hashes, digests and seals are taken over.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::id::ContentHash;

/// Compact JSON with the members of every object in the order of their names.
///
/// Not `Value::to_string`: the order of a map's members is a build feature of `serde_json` that any dependency may switch on,
/// and a database may hand a stored object back in another order.
pub fn canonical_text(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, &mut text);
    text
}

/// SHA-256 of a text's bytes, lower-case hex: the key under which verbatim texts are stored.
pub fn text_hash(text: &str) -> ContentHash {
    let digest = Sha256::digest(text.as_bytes());
    ContentHash(digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    }))
}

fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (index, (name, value)) in members.into_iter().enumerate() {
                separate(index, text);
                write_string(name, text);
                text.push(':');
                write_value(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, text);
                write_value(item, text);
            }
            text.push(']');
        }
        Value::String(string) => write_string(string, text),
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn separate(index: usize, text: &mut String) {
    if index > 0 {
        text.push(',');
    }
}

fn write_string(string: &str, text: &mut String) {
    text.push_str(&serde_json::to_string(string).expect("a string always serialises"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_ordered_at_every_depth_and_texts_escaped() {
        let value = json!({ "b": [{ "z": 1, "a": "\"\n" }], "a": null, "é": 1.5 });
        assert_eq!(canonical_text(&value), "{\"a\":null,\"b\":[{\"a\":\"\\\"\\n\",\"z\":1}],\"é\":1.5}");
    }

    #[test]
    fn hashes_are_sha_256_in_lower_case_hex() {
        // The test vector of FIPS 180-2 for "abc".
        assert_eq!(text_hash("abc").0, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
