//! The two sides that a story speaks to: the API, and the strings of the simulated cloud.

use std::time::Duration;

use serde_json::{Value, json};

use super::{DemoError, Told};

/// How long an answer may take.
const WITHIN: Duration = Duration::from_secs(60);

/// A client of both.
pub(super) struct Api {
    http: reqwest::Client,
    api: String,
    cloud: String,
    token: String,
}

impl Api {
    /// A client; `api` and `cloud` are base addresses.
    pub(super) fn new(api: &str, cloud: &str, token: &str) -> Told<Self> {
        let http = reqwest::Client::builder().timeout(WITHIN).build().map_err(|cause| unreachable_by("the API", &cause))?;
        Ok(Api { http, api: format!("{api}/graphql"), cloud: format!("{cloud}/__sim"), token: token.to_owned() })
    }

    /// Runs an operation; its `data`.
    pub(super) async fn ask(&self, document: &str, variables: Value) -> Told<Value> {
        let request = self.http.post(&self.api).bearer_auth(&self.token).json(&json!({ "query": document, "variables": variables }));
        let failed = |cause: reqwest::Error| unreachable_by("the API", &cause);
        let mut answer: Value = request.send().await.map_err(failed)?.json().await.map_err(failed)?;
        match answer.get("errors") {
            Some(errors) => Err(DemoError::Refused { what: "a query".to_owned(), cause: errors.to_string() }),
            None => Ok(answer["data"].take()),
        }
    }

    /// Runs a mutation of one field with an `input`; `selection` is what is wanted of its payload beside `userErrors`.
    pub(super) async fn mutate(&self, field: &str, input: Value, selection: &str) -> Told<Value> {
        let (first, rest) = field.split_at(1);
        self.mutate_with(field, &format!("{}{rest}Input", first.to_uppercase()), input, selection).await
    }

    /// The same with an input of another name than the mutation's.
    pub(super) async fn mutate_with(&self, field: &str, kind: &str, input: Value, selection: &str) -> Told<Value> {
        let document =
            format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} userErrors {{ code message path }} }} }}");
        let mut data = self.ask(&document, json!({ "input": input })).await?;
        let payload = data[field].take();
        match payload["userErrors"].as_array().filter(|errors| !errors.is_empty()) {
            Some(errors) => Err(DemoError::Refused { what: field.to_owned(), cause: json!(errors).to_string() }),
            None => Ok(payload),
        }
    }

    /// Pulls a string of the simulated cloud; `path` is below `/__sim`.
    pub(super) async fn pull(&self, method: &'static str, path: &str, body: Value) -> Told<Value> {
        let failed = |cause: reqwest::Error| unreachable_by("the simulated cloud", &cause);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap_or(reqwest::Method::GET);
        let request = self.http.request(method, format!("{}{path}", self.cloud)).json(&body);
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let text = answer.text().await.map_err(failed)?;
        if !status.is_success() {
            return Err(DemoError::Refused { what: path.to_owned(), cause: text });
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

fn unreachable_by(what: &'static str, cause: &reqwest::Error) -> DemoError {
    DemoError::Unreachable { what, cause: cause.to_string() }
}
