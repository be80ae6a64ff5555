//! A receiver of webhooks: a real HTTP server that keeps what it gets and answers as it was told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::DateTime;
use courier::{SigningSecret, signature};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(60);

/// What the receiver answers.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    /// This status.
    Status(u16),
    /// Nothing, for as long as the test lasts.
    Hang,
}

/// A message that came in, whatever it was answered with.
#[derive(Clone, Debug)]
pub struct Received {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`, seconds.
    pub timestamp: i64,
    /// `webhook-signature`, one by one.
    pub signatures: Vec<String>,
    /// The body as it came.
    pub raw: Vec<u8>,
    /// The body, read.
    pub body: Value,
    /// When it came.
    pub at: Instant,
}

impl Received {
    /// The message's type.
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default()
    }

    /// Whether one of its signatures is of this secret.
    ///
    /// # Panics
    /// When the secret is none.
    pub fn signed_with(&self, secret: &str) -> bool {
        let secret = SigningSecret::read(secret).expect("a secret of Standard Webhooks");
        let at = DateTime::from_timestamp(self.timestamp, 0).expect("an instant");
        self.signatures.contains(&signature(&secret, &self.id, at, &self.raw))
    }
}

#[derive(Default)]
struct Inbox {
    received: Vec<Received>,
    replies: VecDeque<Reply>,
}

/// The receiver. Its server ends when it is dropped.
pub struct Receiver {
    url: String,
    inbox: Arc<Mutex<Inbox>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// Starts one on a free port of this machine. It accepts everything.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook?token=in-the-address", listener.local_addr().expect("an address"));
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let router = Router::new().route("/hook", post(take)).with_state(Arc::clone(&inbox));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the receiver serves") });
        Receiver { url, inbox, task }
    }

    /// Its address, with a secret in it, as people do.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers the next messages so, one each; then it accepts everything again.
    pub fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        lock(&self.inbox).replies.extend(replies);
    }

    /// All that came so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.inbox).received.clone()
    }

    /// What came, once it is as it should be.
    ///
    /// # Panics
    /// After a minute.
    pub async fn until(&self, what: &str, so: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let until = Instant::now() + PATIENCE;
        loop {
            let received = self.received();
            if so(&received) {
                return received;
            }
            let kinds: Vec<&str> = received.iter().map(Received::kind).collect();
            assert!(Instant::now() < until, "{what} never came: {kinds:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn take(State(inbox): State<Arc<Mutex<Inbox>>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let received = Received {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
        signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
        raw: body.to_vec(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        at: Instant::now(),
    };
    let reply = {
        let mut inbox = lock(&inbox);
        inbox.received.push(received);
        inbox.replies.pop_front()
    };
    match reply {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Reply::Status(status)) => StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
        Some(Reply::Hang) => std::future::pending().await,
    }
}

fn lock(inbox: &Mutex<Inbox>) -> MutexGuard<'_, Inbox> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner)
}
