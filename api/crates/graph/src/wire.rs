//! One HTTP request and its answer: no retries, no opinions. What comes back is bounded in time and size.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use domain::env::Clock;
use futures_util::StreamExt;
use reqwest::{Client, Request, Response, StatusCode, redirect};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::config::GraphConfig;
use crate::error::GraphError;
use crate::retry;

/// Error bodies are small; more than this is not read.
const MAX_ERROR_BYTES: usize = 64 << 10;
/// Below the idle limits of Microsoft's front ends, so that a write rarely meets a connection that is just being closed (its outcome would be
/// unknown).
const POOL_IDLE: Duration = Duration::from_secs(20);

/// An HTTP answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no complete answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// No connection was made: the other side has not seen the request.
    NotSent(String),
    /// Sent, perhaps in part, and the connection broke.
    Lost(String),
    /// Sent, perhaps in part, and the time limit of one request passed.
    TimedOut,
    /// Sent, perhaps in part, and the deadline of the call passed.
    OutOfTime,
    /// A success whose body broke off.
    BodyLost(Answer),
    /// A success whose body exceeds the limit.
    TooLarge(Answer),
    /// Our request could not be built.
    Unsendable(String),
}

impl NoAnswer {
    /// One word for logs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            NoAnswer::NotSent(_) => "not_sent",
            NoAnswer::Lost(_) => "lost",
            NoAnswer::TimedOut => "timed_out",
            NoAnswer::OutOfTime => "out_of_time",
            NoAnswer::BodyLost(_) => "body_lost",
            NoAnswer::TooLarge(_) => "too_large",
            NoAnswer::Unsendable(_) => "unsendable",
        }
    }
}

/// The HTTP client with its limits.
#[derive(Clone)]
pub(crate) struct Wire {
    http: Client,
    clock: Arc<dyn Clock>,
    request_timeout: Duration,
    max_bytes: usize,
}

impl Wire {
    pub(crate) fn new(config: &GraphConfig, clock: Arc<dyn Clock>) -> Result<Self, GraphError> {
        // reqwest is built without a TLS provider of its own; the process may have chosen one already, and then that one counts.
        if CryptoProvider::get_default().is_none() {
            let _lost_a_race_to_an_equal = aws_lc_rs::default_provider().install_default();
        }
        let mut builder = Client::builder()
            .connect_timeout(config.connect_timeout)
            .user_agent(config.user_agent.as_str())
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            // One request, one connection: on a shared HTTP/2 connection one tenant's hanging requests take the streams of the others, and
            // one reset leaves every write in flight without an answer.
            .http1_only()
            .pool_idle_timeout(POOL_IDLE)
            .tcp_nodelay(true);
        let certificates = match &config.root_ca_pem {
            Some(pem) => reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| GraphError::config(format!("root_ca_pem is not a PEM certificate: {error}")))?,
            None => Vec::new(),
        };
        builder = if config.plain_http_only() {
            // No TLS will be spoken: the system's certificates need not be read, nor exist.
            builder.tls_certs_only(certificates)
        } else {
            builder.tls_certs_merge(certificates)
        };
        let http = builder.build().map_err(|error| GraphError::config(format!("the HTTP client can't be built: {}", chain(&error))))?;
        Ok(Wire { http, clock, request_timeout: config.request_timeout, max_bytes: config.max_response_bytes })
    }

    pub(crate) fn http(&self) -> &Client {
        &self.http
    }

    /// Sends and reads the answer, within the limit of one request and the deadline, whichever is first.
    pub(crate) async fn send(&self, request: Request, deadline: Instant) -> Result<Answer, NoAnswer> {
        let own_limit = Instant::now() + self.request_timeout;
        let late = || {
            if deadline <= own_limit { NoAnswer::OutOfTime } else { NoAnswer::TimedOut }
        };
        let limit = own_limit.min(deadline);
        let response = match timeout_at(limit, self.http.execute(request)).await {
            Err(_elapsed) => return Err(late()),
            Ok(Err(error)) if error.is_connect() => {
                return Err(NoAnswer::NotSent(chain(&error.without_url())));
            }
            Ok(Err(error)) if error.is_builder() => {
                return Err(NoAnswer::Unsendable(chain(&error.without_url())));
            }
            Ok(Err(error)) => return Err(NoAnswer::Lost(chain(&error.without_url()))),
            Ok(Ok(response)) => response,
        };
        let mut answer = self.head(&response);
        let failed = !answer.status.is_success();
        let max = if failed { MAX_ERROR_BYTES } else { self.max_bytes };
        let read = timeout_at(limit, read_body(response, max, &mut answer.body)).await;
        match read {
            // The status says enough.
            _ if failed => Ok(answer),
            Ok(BodyEnd::Complete) => Ok(answer),
            Ok(BodyEnd::TooLarge) => Err(NoAnswer::TooLarge(answer)),
            Ok(BodyEnd::Lost) | Err(_) => Err(NoAnswer::BodyLost(answer)),
        }
    }

    fn head(&self, response: &Response) -> Answer {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        Answer {
            status: response.status(),
            request_id: header("request-id").or_else(|| header("x-ms-request-id")).map(|id| crate::envelope::clip(id, 100)),
            retry_after: retry::retry_after(header("retry-after"), self.clock.now()),
            body: Vec::new(),
        }
    }
}

enum BodyEnd {
    Complete,
    TooLarge,
    Lost,
}

/// Reads piece by piece and stops at the limit: the stated length is not believed, and a body without one is bounded too.
async fn read_body(response: Response, max: usize, into: &mut Vec<u8>) -> BodyEnd {
    if response.content_length().is_some_and(|length| length > max as u64) {
        return BodyEnd::TooLarge;
    }
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let Ok(piece) = piece else {
            return BodyEnd::Lost;
        };
        if into.len() + piece.len() > max {
            return BodyEnd::TooLarge;
        }
        into.extend_from_slice(&piece);
    }
    BodyEnd::Complete
}

/// Puts the ids that let both sides find the request again on it (graph-api.md section 0).
pub(crate) fn identified(builder: reqwest::RequestBuilder, client_request_id: Uuid) -> reqwest::RequestBuilder {
    builder.header("client-request-id", client_request_id.to_string()).header("return-client-request-id", "true")
}

/// An error with its causes; reqwest's own text names only the outermost.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    crate::envelope::clip(&text, 500)
}
