//! The parameters of one GraphQL request, from JSON or from a query string, with strict types.

use async_graphql::Variables;
use serde_json::{Map, Value};

use super::error::{ApiError, Code};
use super::guard;
use super::limits::Limits;

/// `query`, `operationName` and `variables`. `extensions` are checked and not kept: none has a meaning here.
#[derive(Clone, Debug)]
pub struct Params {
    /// The document.
    pub query: String,
    /// The operation to run, where the document has several.
    pub operation_name: Option<String>,
    /// The variables, an object.
    pub variables: Map<String, Value>,
}

impl Params {
    /// Reads a request body.
    ///
    /// # Errors
    /// `BAD_REQUEST` for what isn't one JSON object with parameters of the right types (a batch is an array and so refused);
    /// `QUERY_TOO_COMPLEX` for variables nested too deep.
    pub fn from_json(body: &[u8], limits: &Limits) -> Result<Self, ApiError> {
        match serde_json::from_slice(body) {
            Ok(value) => Self::from_value(value, limits),
            Err(_) => Err(bad_request("The body is not valid JSON.")),
        }
    }

    /// Reads a JSON value: a body, or the payload of a `subscribe` message.
    ///
    /// # Errors
    /// As [`Params::from_json`].
    pub fn from_value(value: Value, limits: &Limits) -> Result<Self, ApiError> {
        let mut members = match value {
            Value::Object(members) => members,
            Value::Array(_) => return Err(bad_request("Batches are not supported: send one request object.")),
            _ => return Err(bad_request("The request must be a JSON object.")),
        };
        let extensions = take_object(&mut members, "extensions")?;
        let query = match members.remove("query") {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) if extensions.contains_key("persistedQuery") => {
                return Err(ApiError::new(Code::PersistedQueryNotSupported, "PersistedQueryNotSupported"));
            }
            None | Some(Value::Null) => return Err(bad_request("The parameter `query` is missing.")),
            Some(_) => return Err(bad_request("The parameter `query` must be a string.")),
        };
        let operation_name = match members.remove("operationName") {
            Some(Value::String(name)) => Some(name),
            None | Some(Value::Null) => None,
            Some(_) => return Err(bad_request("The parameter `operationName` must be a string.")),
        };
        let variables = take_object(&mut members, "variables")?;
        let variables = Value::Object(variables);
        guard::check_json_depth(&variables, limits.nesting)?;
        let Value::Object(variables) = variables else { unreachable!("wrapped two lines above") };
        Ok(Self { query, operation_name, variables })
    }

    /// Reads the query string of a GET request; `variables` and `extensions` are JSON texts in it.
    ///
    /// # Errors
    /// As [`Params::from_json`].
    pub fn from_query_string(text: &str, limits: &Limits) -> Result<Self, ApiError> {
        let mut members = Map::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let value = match name.as_ref() {
                "query" | "operationName" => Value::String(value.into_owned()),
                "variables" | "extensions" if value.is_empty() => Value::Null,
                "variables" | "extensions" => {
                    serde_json::from_str(&value).map_err(|_| bad_request(format!("The parameter `{name}` is not valid JSON.")))?
                }
                _ => continue,
            };
            members.insert(name.into_owned(), value);
        }
        Self::from_value(Value::Object(members), limits)
    }

    /// The request for the executor.
    pub fn into_request(self) -> async_graphql::Request {
        let request = async_graphql::Request::new(self.query).variables(Variables::from_json(Value::Object(self.variables)));
        match self.operation_name {
            Some(name) => request.operation_name(name),
            None => request,
        }
    }
}

fn take_object(members: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, ApiError> {
    match members.remove(name) {
        Some(Value::Object(object)) => Ok(object),
        None | Some(Value::Null) => Ok(Map::new()),
        Some(_) => Err(bad_request(format!("The parameter `{name}` must be an object."))),
    }
}

fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::new(Code::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &str) -> Option<Code> {
        Params::from_json(body.as_bytes(), &Limits::default()).err().map(|error| error.code)
    }

    #[test]
    fn json_parameters_are_strict() {
        for (body, expected) in [
            (r#"{"query":"{a}"}"#, None),
            (r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#, None),
            (r#"{"query":"{a}","extensions":{"some":1},"unknown":1}"#, None),
            (r#"{"query":1}"#, Some(Code::BadRequest)),
            (r#"{"query":"{a}","variables":[]}"#, Some(Code::BadRequest)),
            (r#"{"query":"{a}","operationName":{}}"#, Some(Code::BadRequest)),
            (r#"{"query":"{a}","extensions":"x"}"#, Some(Code::BadRequest)),
            (r#"[{"query":"{a}"}]"#, Some(Code::BadRequest)),
            (r#""{a}""#, Some(Code::BadRequest)),
            (r#"{"query"#, Some(Code::BadRequest)),
            ("", Some(Code::BadRequest)),
            ("{}", Some(Code::BadRequest)),
            (r#"{"extensions":{"persistedQuery":{}}}"#, Some(Code::PersistedQueryNotSupported)),
        ] {
            assert_eq!(code(body), expected, "{body}");
        }
    }

    #[test]
    fn deep_variables_are_refused_at_any_depth() {
        for n in [60, 1_000, 100_000] {
            let body = format!(r#"{{"query":"{{a}}","variables":{{"a":{}{}}}}}"#, "[".repeat(n), "]".repeat(n));
            assert!(matches!(code(&body), Some(Code::TooComplex | Code::BadRequest)), "{n}");
        }
    }

    #[test]
    fn query_string() {
        let params = Params::from_query_string("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=Q", &Limits::default()).unwrap();
        assert_eq!((params.query.as_str(), params.operation_name.as_deref()), ("{a}", Some("Q")));
        assert_eq!(params.variables["x"], 1);
        assert!(Params::from_query_string("query=%7Ba%7D&variables=nonsense", &Limits::default()).is_err());
        assert!(Params::from_query_string("", &Limits::default()).is_err());
    }
}
