//! Content negotiation of GraphQL over HTTP: which representation the client asked for, and whether its body is one we read.

use http::{HeaderMap, header};

/// A representation that we can produce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells request errors.
    GraphqlResponse,
    /// `application/json`: well-formed requests always get 200.
    Json,
    /// `text/event-stream`: graphql-sse, distinct connections.
    EventStream,
}

impl Media {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        }
    }
}

/// What the `Accept` header allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The representation that the client likes best.
    pub preferred: Media,
    /// Whether `text/event-stream` is acceptable at all: a subscription then takes it whatever is preferred.
    pub event_stream: bool,
}

/// Reads `Accept`. `None` when nothing that we produce is acceptable. A missing header and `*/*` mean `application/json`.
///
/// The highest `q` wins, then the more specific range, then the order in the header.
pub fn accepted(headers: &HeaderMap) -> Option<Accepted> {
    let mut best: Option<(u16, u8, Media)> = None;
    let mut event_stream = false;
    let mut any_range = false;
    for value in headers.get_all(header::ACCEPT) {
        let Ok(text) = value.to_str() else { continue };
        for range in text.split(',').map(str::trim).filter(|range| !range.is_empty()).take(MAX_RANGES) {
            any_range = true;
            let Some((media, specificity, quality)) = parse_range(range) else { continue };
            event_stream |= media == Media::EventStream;
            if best.is_none_or(|(q, s, _)| (quality, specificity) > (q, s)) {
                best = Some((quality, specificity, media));
            }
        }
    }
    if !any_range {
        return Some(Accepted { preferred: Media::Json, event_stream: false });
    }
    best.map(|(_, _, preferred)| Accepted { preferred, event_stream })
}

/// Whether the body is `application/json`, in UTF-8 where a charset is named. Anything else is refused with 415, which
/// also keeps HTML forms of other sites out (security-checklist D11).
pub fn is_json_body(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json")) && charset_is_utf8(parts)
}

/// More ranges than any client sends; the rest is ignored.
const MAX_RANGES: usize = 32;

fn parse_range(range: &str) -> Option<(Media, u8, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let (media, specificity) = match parts.next()?.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => (Media::GraphqlResponse, 2),
        "application/json" => (Media::Json, 2),
        "text/event-stream" => (Media::EventStream, 2),
        "application/*" => (Media::Json, 1),
        "text/*" => (Media::EventStream, 1),
        "*/*" => (Media::Json, 0),
        _ => return None,
    };
    let quality =
        parts.clone().find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="))).map_or(Some(1000), parse_quality)?;
    (quality > 0 && charset_is_utf8(parts)).then_some((media, specificity, quality))
}

/// `q` in thousandths; `None` for what isn't a number from 0 to 1.
fn parse_quality(text: &str) -> Option<u16> {
    let quality: f32 = text.parse().ok()?;
    (0.0..=1.0).contains(&quality).then_some((quality * 1000.0) as u16)
}

fn charset_is_utf8<'a>(mut parameters: impl Iterator<Item = &'a str>) -> bool {
    parameters.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn accept(value: &str) -> Option<Accepted> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        accepted(&headers)
    }

    fn preferred(value: &str) -> Option<Media> {
        accept(value).map(|accepted| accepted.preferred)
    }

    #[test]
    fn accept_matrix() {
        use Media::{EventStream, GraphqlResponse, Json};
        for (header, expected) in [
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            ("APPLICATION/JSON; charset=UTF-8", Some(Json)),
            ("application/json; charset=latin1", None),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("text/event-stream", Some(EventStream)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GraphqlResponse)),
            ("application/json;q=0.5, application/graphql-response+json;q=0.4", Some(Json)),
            ("*/*, application/graphql-response+json", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;q=nonsense", None),
            ("text/html, */*;q=0.1", Some(Json)),
            ("", Some(Json)),
        ] {
            assert_eq!(preferred(header), expected, "{header:?}");
        }
        assert_eq!(accepted(&HeaderMap::new()).map(|accepted| accepted.preferred), Some(Json));
    }

    #[test]
    fn event_stream_is_remembered_beside_the_preferred_type() {
        let accepted = accept("application/graphql-response+json, application/json, text/event-stream, multipart/mixed").unwrap();
        assert_eq!((accepted.preferred, accepted.event_stream), (Media::GraphqlResponse, true));
        assert!(!accept("application/json").unwrap().event_stream);
    }

    #[test]
    fn body_types() {
        for (value, expected) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/json;charset=\"UTF-8\"", true),
            ("application/json; charset=utf-16", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("application/jsonx", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
            assert_eq!(is_json_body(&headers), expected, "{value:?}");
        }
        assert!(!is_json_body(&HeaderMap::new()));
    }
}
