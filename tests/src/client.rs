//! A GraphQL client as an integrator would write it.

use serde_json::{Value, json};

/// Speaks GraphQL over HTTP to one server as one person.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// A server's answer to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; `null` when it was not JSON.
    pub body: Value,
}

impl Answer {
    /// The data at a JSON pointer below `data`.
    ///
    /// # Panics
    /// With the whole answer when there are errors or no such member.
    pub fn at(&self, pointer: &str) -> &Value {
        assert!(self.body.get("errors").is_none(), "unexpected errors: {:#}", self.body);
        self.body.pointer(&format!("/data{pointer}")).unwrap_or_else(|| panic!("no {pointer} in {:#}", self.body))
    }

    /// The text at a JSON pointer below `data`.
    pub fn text(&self, pointer: &str) -> String {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("{pointer} is no text in {:#}", self.body)).to_owned()
    }

    /// `extensions.code` of the first top-level error.
    pub fn error_code(&self) -> Option<&str> {
        self.body.pointer("/errors/0/extensions/code")?.as_str()
    }

    /// The codes in `userErrors` of a mutation.
    pub fn user_errors(&self, mutation: &str) -> Vec<String> {
        let errors = self.at(&format!("/{mutation}/userErrors")).as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["code"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Client {
    /// A client for the server at `base` (`http://127.0.0.1:port`), with a bearer token.
    pub fn new(base: &str, token: Option<&str>) -> Self {
        let http = crate::http::client();
        Client { http, url: format!("{base}/graphql"), token: token.map(str::to_owned) }
    }

    /// Sends one operation.
    ///
    /// # Panics
    /// When the server can't be reached.
    pub async fn send(&self, query: &str, variables: Value) -> Answer {
        self.try_send(query, variables).await.expect("the server answers")
    }

    /// Sends one operation; `None` when the server can't be reached.
    pub async fn try_send(&self, query: &str, variables: Value) -> Option<Answer> {
        let mut request = self.http.post(&self.url).header("accept", "application/graphql-response+json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.json(&json!({ "query": query, "variables": variables })).send().await.ok()?;
        let status = response.status().as_u16();
        let text = response.text().await.ok()?;
        Some(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }

    /// The address it speaks to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The bearer token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}
