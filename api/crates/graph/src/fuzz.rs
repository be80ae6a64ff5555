//! Every decoder on answers that no service would send (security-checklist D34): none may panic, and what leaves is bounded and printable.

use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::envelope::{graph_error, token_refusal};
use crate::token::claims;

/// JSON whose member names are those the decoders look for, with anything as their values.
fn answer() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "AADSTS[0-9]{0,12}.{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        let name = prop_oneof![
            Just("error"),
            Just("code"),
            Just("message"),
            Just("innerError"),
            Just("innererror"),
            Just("request-id"),
            Just("error_codes"),
            Just("error_description"),
            Just("trace_id"),
            Just("tid"),
            Just("roles"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
            }),
        ]
    })
}

fn harmless(text: Option<String>) -> bool {
    text.is_none_or(|text| text.chars().count() <= 1_000 && !text.chars().any(char::is_control))
}

proptest! {
    #[test]
    fn error_bodies(value in answer()) {
        let body = value.to_string();
        let error = graph_error(body.as_bytes());
        prop_assert!(harmless(error.code) && harmless(error.message) && harmless(error.request_id));
        let refusal = token_refusal(body.as_bytes());
        prop_assert!(harmless(Some(refusal.error)) && harmless(refusal.description) && harmless(refusal.trace_id));
        prop_assert!(refusal.codes.len() <= 8);
    }

    #[test]
    fn bytes(body in prop::collection::vec(any::<u8>(), 0..300)) {
        graph_error(&body);
        token_refusal(&body);
        claims::read(&String::from_utf8_lossy(&body));
    }

    #[test]
    fn tokens(value in answer()) {
        use base64::Engine;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
        claims::read(&format!("x.{payload}.y"));
    }
}
