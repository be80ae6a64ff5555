//! A request, read in full.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde_json::Value;

/// The largest body: Graph's own limit for a JSON request is 4 MB.
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub method: Method,
    /// Path and query as sent.
    pub target: String,
    /// Decoded, non-empty path segments; OData keys in parentheses are segments of their own, named keys as `@name=value`.
    pub segments: Vec<String>,
    /// Decoded query pairs.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// `scheme://host[:port]` as the caller addressed us.
    pub base: String,
}

impl Call {
    pub(crate) fn new(method: Method, uri: &Uri, headers: HeaderMap, body: Bytes, scheme: &str, fallback_host: &str) -> Call {
        // HTTP/2 carries the host in the target, HTTP/1.1 in a header.
        let host = uri.authority().map(|authority| authority.as_str()).or_else(|| headers.get(http::header::HOST)?.to_str().ok());
        let host = host.unwrap_or(fallback_host);
        Call {
            method,
            target: uri.path_and_query().map_or_else(|| uri.path().to_owned(), |target| target.as_str().to_owned()),
            segments: segments(uri.path()),
            query: pairs(uri.query().unwrap_or_default()),
            base: format!("{scheme}://{host}"),
            headers,
            body,
        }
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether `Prefer` holds this token.
    pub(crate) fn prefers(&self, token: &str) -> bool {
        self.headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|t| t.trim().eq_ignore_ascii_case(token))
    }

    /// The body as JSON: `Ok(None)` when it is empty.
    pub(crate) fn json(&self) -> Result<Option<Value>, serde_json::Error> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        serde_json::from_slice(&self.body).map(Some)
    }
}

/// Splits and decodes a path. `policies('1')` becomes `policies`, `1`; `servicePrincipals(appId='1')` becomes `servicePrincipals`, `@appId=1`.
pub(crate) fn segments(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    for raw in path.split('/').filter(|segment| !segment.is_empty()) {
        let segment = decode(raw);
        match segment.strip_suffix(')').and_then(|inner| inner.split_once('(')) {
            Some((name, key)) if !name.is_empty() && !key.is_empty() => {
                out.push(name.to_owned());
                out.push(match key.split_once('=') {
                    Some((name, value)) => format!("@{name}={}", value.trim_matches('\'')),
                    None => key.trim_matches('\'').to_owned(),
                });
            }
            // `delta()`: a function without arguments.
            Some((name, _)) if !name.is_empty() => out.push(name.to_owned()),
            _ => out.push(segment),
        }
    }
    out
}

/// Decodes a query string.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Percent-decodes a path segment; a plus sign stays one.
fn decode(segment: &str) -> String {
    url::form_urlencoded::parse(format!("{}=", segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D")).as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_parentheses_are_segments() {
        assert_eq!(segments("/v1.0/policies('a')/x"), ["v1.0", "policies", "a", "x"]);
        assert_eq!(segments("/servicePrincipals(appId=%27a%27)"), ["servicePrincipals", "@appId=a"]);
        assert_eq!(segments("//groups/delta()"), ["groups", "delta"]);
        assert_eq!(segments("/users/a+b%40x.example"), ["users", "a+b@x.example"]);
    }
}
