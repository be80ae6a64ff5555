//! One request until it has an answer: budget, token, retries, and the moment to give up.

use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Request};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tracing::Instrument;
use url::Url;
use uuid::Uuid;

use crate::budget::{Class, Lane};
use crate::call::Call;
use crate::classify::{Intent, Verdict, classify};
use crate::client::TenantGraph;
use crate::config::ApiVersion;
use crate::error::GraphError;
use crate::retry;
use crate::token::Token;
use crate::wire::{Answer, NoAnswer, identified};

/// The recycle bin of Conditional Access, which may live at a version of its own.
const DELETED_ITEMS: &str = "/identity/conditionalAccess/deletedItems/";

/// A request header besides the usual ones.
pub(crate) type Header = (&'static str, &'static str);

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) intent: Intent,
    pub(crate) class: Class,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: &'a [Header],
    pub(crate) body: Option<&'a Value>,
    pub(crate) client_request_id: Uuid,
}

impl TenantGraph {
    pub(crate) async fn exchange(&self, call: &Call, ask: &Ask<'_>) -> Result<Answer, GraphError> {
        let span = tracing::debug_span!(
            "graph",
            tenant = %self.access.entra_tenant_id,
            method = %ask.method,
            path = ask.url.path(),
            client_request_id = %ask.client_request_id,
        );
        self.until_answered(call, ask).instrument(span).await
    }

    async fn until_answered(&self, call: &Call, ask: &Ask<'_>) -> Result<Answer, GraphError> {
        let inner = &self.inner;
        let lane = inner.lanes.lane(self.access.entra_tenant_id, ask.class);
        let (mut pauses, mut failures, mut renewed) = (0, 0, false);
        // What the last attempt died of says more than that time is up.
        let mut last: Option<GraphError> = None;
        loop {
            let (token, verdict) = match self.attempt(call, ask, &lane).await {
                Ok(attempt) => attempt,
                Err(GraphError::Deadline) => return Err(last.unwrap_or(GraphError::Deadline)),
                Err(error) => return Err(error),
            };
            let scrub = |error: GraphError| error.scrubbed(|text| text.replace(token.bearer(), "(redacted)"));
            let (error, delay) = match verdict {
                Verdict::Answer(answer) => return Ok(answer),
                Verdict::Final(GraphError::Deadline) => {
                    return Err(last.unwrap_or(GraphError::Deadline));
                }
                Verdict::Final(error) => return Err(scrub(error)),
                Verdict::Renew(error) => {
                    inner.tokens.refuse(&self.access, &self.login, &token);
                    if renewed {
                        return Err(scrub(error));
                    }
                    renewed = true;
                    last = Some(scrub(error));
                    continue;
                }
                Verdict::Throttled { error, retry_after } => {
                    let delay = retry::delay(&inner.config.retry, pauses, retry_after, inner.ids.as_ref());
                    pauses += 1;
                    lane.hold(Instant::now() + delay.min(retry::MAX_HOLD));
                    (scrub(error), delay)
                }
                Verdict::Transient { error, retry_after } => {
                    let delay = retry::delay(&inner.config.retry, failures, retry_after, inner.ids.as_ref());
                    failures += 1;
                    if failures >= inner.config.retry.max_attempts {
                        return Err(scrub(error));
                    }
                    (scrub(error), delay)
                }
            };
            if delay >= call.deadline.saturating_duration_since(Instant::now()) {
                return Err(error);
            }
            last = Some(error);
            sleep(delay).await;
        }
    }

    /// The token first, then the turn: a turn taken early would be spent late, closer to the next one than the budget allows.
    async fn attempt(&self, call: &Call, ask: &Ask<'_>, lane: &Lane) -> Result<(Arc<Token>, Verdict), GraphError> {
        let inner = &self.inner;
        let token = inner.tokens.get(&self.access, &self.login, ask.client_request_id, call.deadline).await?;
        let request = match self.request(ask, &token) {
            Ok(request) => request,
            Err(error) => {
                return Ok((token, classify(ask.intent, Err(NoAnswer::Unsendable(error.to_string())), ask.client_request_id)));
            }
        };
        if !lane.turn(call).await {
            return Err(GraphError::Deadline);
        }
        let started = Instant::now();
        let outcome = inner.wire.send(request, call.deadline).await;
        let elapsed_ms = started.elapsed().as_millis() as u64;
        match &outcome {
            Ok(answer) => tracing::debug!(status = answer.status.as_u16(), request_id = answer.request_id, elapsed_ms, "answered"),
            Err(reason) => tracing::debug!(elapsed_ms, reason = reason.word(), "no answer"),
        }
        Ok((token, classify(ask.intent, outcome, ask.client_request_id)))
    }

    fn request(&self, ask: &Ask<'_>, token: &Token) -> Result<Request, reqwest::Error> {
        let mut builder = identified(self.inner.wire.http().request(ask.method.clone(), ask.url.clone()), ask.client_request_id);
        for (name, value) in ask.headers {
            builder = builder.header(*name, *value);
        }
        if let Some(body) = ask.body {
            builder = builder.json(body);
        }
        let mut request = builder.build()?;
        // Checked to be plain ASCII when it was issued; marked so that no debug output of a header map shows it.
        if let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {}", token.bearer())) {
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        Ok(request)
    }

    /// The address of a Graph path, which starts with `/` and may hold a query.
    pub(crate) fn url(&self, path: &str) -> Url {
        let config = &self.inner.config;
        self.url_in(if path.starts_with(DELETED_ITEMS) { config.deleted_items_version } else { config.version }, path)
    }

    /// The same in a given version of Graph.
    pub(crate) fn url_in(&self, version: ApiVersion, path: &str) -> Url {
        let base = self.graph.as_str().trim_end_matches('/');
        let text = format!("{base}/{}{path}", version.segment());
        Url::parse(&text).expect("a checked base and a path made of constants and GUIDs")
    }
}
