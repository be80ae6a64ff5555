//! Single objects and lists: JSON out of answers, and pages put together.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::budget::Class;
use crate::call::Call;
use crate::classify::Intent;
use crate::client::TenantGraph;
use crate::error::{GraphError, Info};
use crate::exchange::{Ask, Header};
use crate::wire::Answer;

/// One page of a collection.
pub(crate) struct Page {
    pub(crate) items: Vec<Value>,
    pub(crate) next: Option<Url>,
    bytes: usize,
}

impl TenantGraph {
    pub(crate) async fn get(&self, call: &Call, class: Class, path: &str, headers: &[Header]) -> Result<Answer, GraphError> {
        self.exchange(call, &reading(call, class, self.url(path), headers)).await
    }

    pub(crate) async fn get_json(&self, call: &Call, class: Class, path: &str) -> Result<Value, GraphError> {
        let answer = self.get(call, class, path, &[]).await?;
        json(&answer).map_err(|reason| self.distrust(call, &answer, reason))
    }

    /// Every item of a collection. Pages may be empty; headers are sent again with each (graph-api.md section 0).
    pub(crate) async fn list(&self, call: &Call, class: Class, path: &str) -> Result<Vec<Value>, GraphError> {
        let config = &self.inner.config;
        let (mut items, mut bytes, mut seen) = (Vec::new(), 0, HashSet::new());
        let mut next = self.url(path);
        loop {
            let here = next.clone();
            let page = self.page(call, class, next, &[]).await?;
            bytes += page.bytes;
            items.extend(page.items);
            next = match page.next {
                None => return Ok(items),
                Some(next) => next,
            };
            let info = Info { client_request_id: call.client_request_id, ..Info::default() };
            if bytes > config.max_list_bytes {
                return Err(GraphError::protocol("list too large", info));
            }
            if !seen.insert(here) || seen.contains(&next) {
                return Err(GraphError::protocol("a page leads back to an earlier one", info));
            }
            if seen.len() >= config.max_pages {
                return Err(GraphError::protocol("too many pages", info));
            }
        }
    }

    /// One address, read.
    pub(crate) async fn read(&self, call: &Call, class: Class, url: Url, headers: &[Header]) -> Result<Answer, GraphError> {
        self.exchange(call, &reading(call, class, url, headers)).await
    }

    pub(crate) async fn page(&self, call: &Call, class: Class, url: Url, headers: &[Header]) -> Result<Page, GraphError> {
        let answer = self.read(call, class, url, headers).await?;
        let distrust = |reason| self.distrust(call, &answer, reason);
        let mut page = json(&answer).map_err(distrust)?;
        let next = match page.get("@odata.nextLink") {
            None | Some(Value::Null) => None,
            Some(Value::String(link)) => Some(self.trusted_link(link).ok_or_else(|| distrust("the next page is on another host"))?),
            Some(_) => return Err(distrust("the link to the next page is not a text")),
        };
        match page.get_mut("value").map(Value::take) {
            Some(Value::Array(items)) => Ok(Page { items, next, bytes: answer.body.len() }),
            _ => Err(distrust("a collection without a list of values")),
        }
    }

    /// The link, if it leads to the Graph that we asked: otherwise our token would go to whoever wrote it (security-checklist D34).
    pub(crate) fn trusted_link(&self, link: &str) -> Option<Url> {
        let link = Url::parse(link).ok()?;
        let same = link.scheme() == self.graph.scheme()
            && link.host() == self.graph.host()
            && link.port_or_known_default() == self.graph.port_or_known_default();
        (same && link.username().is_empty() && link.password().is_none()).then_some(link)
    }

    pub(crate) fn distrust(&self, call: &Call, answer: &Answer, reason: &str) -> GraphError {
        let status = Some(answer.status.as_u16());
        let request_id = answer.request_id.clone();
        GraphError::protocol(reason, Info { status, request_id, client_request_id: call.client_request_id, ..Info::default() })
    }
}

fn reading<'a>(call: &Call, class: Class, url: Url, headers: &'a [Header]) -> Ask<'a> {
    let client_request_id = call.client_request_id;
    Ask { intent: Intent::Read, class, method: Method::GET, url, headers, body: None, client_request_id }
}

/// The answer's JSON object. Nesting is capped by the parser at 128 levels.
pub(crate) fn json(answer: &Answer) -> Result<Value, &'static str> {
    match serde_json::from_slice(&answer.body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("the answer is not an object"),
        Err(_) => Err("the answer is not JSON"),
    }
}
