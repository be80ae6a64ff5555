//! Error bodies: both generations of Graph's envelope and the token endpoint's (ca-semantics.md section 15, graph-api.md sections 0 and 1).

use serde_json::Value;

/// Texts from outside are clipped to this many characters.
const MAX_MESSAGE: usize = 1_000;
const MAX_CODE: usize = 120;

/// The older generation says only this outside and keeps the real text in `innerError.message`.
const SAYS_NOTHING: &str = "malformed or incorrect";

/// What an error body says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// Reads Graph's error body; anything else gives an empty answer, because the status alone must be enough.
pub(crate) fn graph_error(body: &[u8]) -> ErrorBody {
    let Ok(Value::Object(root)) = serde_json::from_slice::<Value>(body) else {
        return ErrorBody::default();
    };
    match root.get("error") {
        Some(Value::Object(error)) => {
            let inner = error.get("innerError").or_else(|| error.get("innererror"));
            let outer_text = text(error.get("message"));
            let inner_text = inner.and_then(|inner| text(inner.get("message")));
            let message = match outer_text {
                Some(outer) if !outer.contains(SAYS_NOTHING) => Some(outer),
                other => inner_text.or(other),
            };
            ErrorBody {
                code: text(error.get("code")).map(|code| clip(&code, MAX_CODE)),
                message: message.map(|message| clip(&message, MAX_MESSAGE)),
                request_id: inner.and_then(|inner| text(inner.get("request-id"))).map(|id| clip(&id, MAX_CODE)),
            }
        }
        Some(Value::String(code)) => ErrorBody {
            code: Some(clip(code, MAX_CODE)),
            message: text(root.get("error_description")).map(|message| clip(&message, MAX_MESSAGE)),
            request_id: None,
        },
        _ => ErrorBody::default(),
    }
}

/// A refusal of the token endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenRefusal {
    /// OAuth's word, such as `invalid_client`.
    pub(crate) error: String,
    /// Entra's numbers, such as 7000215, most specific first.
    pub(crate) codes: Vec<u32>,
    pub(crate) description: Option<String>,
    pub(crate) trace_id: Option<String>,
}

/// Reads the token endpoint's error body; the number is in `error_codes` and, in older answers, only in the text.
pub(crate) fn token_refusal(body: &[u8]) -> TokenRefusal {
    let Ok(Value::Object(root)) = serde_json::from_slice::<Value>(body) else {
        return TokenRefusal::default();
    };
    let description = text(root.get("error_description"));
    let mut codes: Vec<u32> = root
        .get("error_codes")
        .and_then(Value::as_array)
        .map(|codes| codes.iter().take(8).filter_map(Value::as_u64).filter_map(|code| u32::try_from(code).ok()).collect())
        .unwrap_or_default();
    if codes.is_empty() {
        codes.extend(description.as_deref().and_then(aadsts_number));
    }
    TokenRefusal {
        error: text(root.get("error")).map(|error| clip(&error, MAX_CODE)).unwrap_or_default(),
        codes,
        // The rest of the description (trace id, time) varies with every request and is not for people.
        description: description.as_deref().and_then(|text| text.lines().next()).map(|line| clip(line, MAX_MESSAGE)),
        trace_id: text(root.get("trace_id")).map(|id| clip(&id, MAX_CODE)),
    }
}

/// Makes a text from outside harmless in a log line or an error: no control characters, bounded.
pub(crate) fn clip(text: &str, max: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(max).collect()
}

fn aadsts_number(text: &str) -> Option<u32> {
    let digits = text.split_once("AADSTS")?.1;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> ErrorBody {
        graph_error(value.to_string().as_bytes())
    }

    #[test]
    fn both_generations_are_read() {
        let new = read(json!({"error": {"code": "BadRequest", "message": "1040: NamedLocation with id x does not exist in the directory.",
            "innerError": {"date": "2025-10-09T12:55:12", "request-id": "r-1", "client-request-id": "c-1"}}}));
        assert_eq!(new.code.as_deref(), Some("BadRequest"));
        assert_eq!(new.message.as_deref(), Some("1040: NamedLocation with id x does not exist in the directory."));
        assert_eq!(new.request_id.as_deref(), Some("r-1"));
        let old = read(json!({"error": {"code": "BadRequest",
            "message": "The server could not process the request because it is malformed or incorrect.",
            "innererror": {"message": "1064: 'clientAppTypes' condition does not support [].", "request-id": "r-2"}}}));
        assert_eq!(old.message.as_deref(), Some("1064: 'clientAppTypes' condition does not support []."));
        assert_eq!(old.request_id.as_deref(), Some("r-2"));
        let throttled = read(json!({"error": {"code": "TooManyRequests", "message": "Please retry again later.",
            "innerError": {"code": "429", "message": "Please retry after"}}}));
        assert_eq!(throttled.message.as_deref(), Some("Please retry again later."));
    }

    #[test]
    fn a_generic_text_is_kept_when_there_is_no_other() {
        let text = "The server could not process the request because it is malformed or incorrect.";
        assert_eq!(read(json!({"error": {"message": text}})).message.as_deref(), Some(text));
        assert_eq!(read(json!({"error": {"message": "", "innerError": {"message": "inner"}}})).message.as_deref(), Some("inner"));
    }

    #[test]
    fn anything_else_says_nothing() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for body in ["", "null", "[]", "<html>Bad gateway</html>", r#"{"error":7}"#, r#"{"error":{"code":{}}}"#, &deep] {
            assert_eq!(graph_error(body.as_bytes()), ErrorBody::default(), "{:.30}", body);
            assert_eq!(token_refusal(body.as_bytes()).codes, Vec::<u32>::new());
        }
        assert_eq!(graph_error(&[0xff, 0xfe, 0x00]), ErrorBody::default());
    }

    #[test]
    fn texts_are_clipped_and_cleaned() {
        let body = read(json!({"error": {"code": "a\nb\u{1b}[31m", "message": "é".repeat(5_000)}}));
        assert_eq!(body.code.as_deref(), Some("a b [31m"));
        assert_eq!(body.message.map(|m| m.chars().count()), Some(MAX_MESSAGE));
    }

    #[test]
    fn the_token_endpoint_names_its_number_in_either_place() {
        let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: t",
            "error_codes": [7_000_215], "trace_id": "t"});
        let refusal = token_refusal(body.to_string().as_bytes());
        assert_eq!(refusal.codes, [7_000_215]);
        assert_eq!(refusal.description.as_deref(), Some("AADSTS7000215: Invalid client secret provided."));
        let older = json!({"error": "unauthorized_client", "error_description": "AADSTS700016: Application not found"});
        assert_eq!(token_refusal(older.to_string().as_bytes()).codes, [700_016]);
        assert_eq!(aadsts_number("AADSTS99999999999999"), None);
    }
}
