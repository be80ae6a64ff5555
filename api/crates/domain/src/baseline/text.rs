//! From the bytes of a file to policy documents.

use serde_json::Value;

use super::clean::Unusable;

/// The most policies that one file may hold.
pub const MAX_POLICIES_IN_FILE: usize = 300;

/// The text of a file in UTF-8 or UTF-16, with or without a byte order mark.
pub fn decode(bytes: &[u8]) -> Result<String, Unusable> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        // JSON begins with an ASCII character, so that a zero beside it betrays UTF-16 without a mark (RFC 4627 section 3).
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes)?,
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes)?,
        _ => String::from_utf8(bytes.to_vec()).map_err(|_| Unusable("it is neither UTF-8 nor UTF-16".to_owned()))?,
    };
    Ok(without_mark(&text).to_owned())
}

/// The policies of a text: one object, a list of them, or an answer of Graph with a list in `value`.
pub fn policies(text: &str) -> Result<Vec<Value>, Unusable> {
    let text = without_mark(text);
    if text.trim().is_empty() {
        return Err(Unusable("it is empty".to_owned()));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| Unusable(format!("it is not JSON: {error}")))?;
    let found = match value {
        Value::Array(items) => items,
        Value::Object(mut members) if !members.contains_key("displayName") && members.get("value").is_some_and(Value::is_array) => {
            match members.remove("value") {
                Some(Value::Array(items)) => items,
                _ => Vec::new(),
            }
        }
        single => vec![single],
    };
    match found.len() {
        0 => Err(Unusable("it holds no policy".to_owned())),
        1..=MAX_POLICIES_IN_FILE => Ok(found),
        many => Err(Unusable(format!("it holds {many} policies; at most {MAX_POLICIES_IN_FILE} in one file"))),
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Unusable> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let broken = || Unusable("it looks like UTF-16, but is not".to_owned());
    if !odd.is_empty() {
        return Err(broken());
    }
    char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| broken())
}
