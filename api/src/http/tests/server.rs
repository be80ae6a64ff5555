//! A server on a free port, and the few requests that tests need.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use domain::env::Clock;
use domain::id::{MemberId, WorkspaceId};
use domain::workspace::{Actor, Role};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::schema::{Counter, schema};
use crate::auth::{AuthError, Authenticator, EmbeddedIssuer, VerifiedToken};
use crate::config::Mode;
use crate::http::{HttpOptions, HttpParts, HttpState, Limits, Timeouts, serve};
use crate::system::{SystemClock, SystemIds};

/// A running server. Dropping it stops it.
pub struct TestServer {
    pub address: SocketAddr,
    pub issuer: Arc<EmbeddedIssuer>,
    /// How many mutations ran.
    pub bumped: Arc<AtomicUsize>,
    /// Once false, the member is gone.
    pub member: Arc<AtomicBool>,
    pub shutdown: CancellationToken,
    pub client: reqwest::Client,
    pub ended: JoinHandle<bool>,
    _folder: tempfile::TempDir,
}

#[derive(Default)]
pub struct Setup {
    pub limits: Limits,
    pub timeouts: Timeouts,
    pub options: Option<HttpOptions>,
}

impl Setup {
    pub fn timeouts(change: impl FnOnce(&mut Timeouts)) -> Self {
        let mut setup = Self::default();
        change(&mut setup.timeouts);
        setup
    }
}

pub fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(rustls::crypto::aws_lc_rs::default_provider().install_default()));
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        install_crypto();
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let issuer = EmbeddedIssuer::open(folder.path(), Mode::Embedded, address).unwrap();
        let authenticator = Authenticator::new(Arc::new(SystemClock)).with_embedded(&issuer.jwks());
        let counter = Counter::default();
        let member = Arc::new(AtomicBool::new(true));
        let shutdown = CancellationToken::new();
        let still_member = Arc::clone(&member);
        let state = HttpState::new(HttpParts {
            executor: schema(counter.clone()),
            resolver: move |token: VerifiedToken, workspace: Option<String>| {
                let member = still_member.load(Ordering::SeqCst);
                async move {
                    match workspace.as_deref() {
                        _ if !member => Err(AuthError::Forbidden("You are not a member.".to_owned())),
                        None | Some("first") => actor(&token),
                        Some(_) => Err(AuthError::Invalid("There is no such workspace.".to_owned())),
                    }
                }
            },
            authenticator,
            embedded_issuer: Some(EmbeddedIssuer::open(folder.path(), Mode::Embedded, address).unwrap()),
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            ready: Arc::new(|| Box::pin(async { Ok(()) })),
            options: setup.options.unwrap_or(HttpOptions {
                allowed_origins: vec!["https://console.example.com".to_owned()],
                graphiql: true,
                introspection: true,
            }),
            limits: setup.limits,
            timeouts: setup.timeouts,
            shutdown: shutdown.clone(),
        });
        let ended = tokio::spawn(serve(listener, state));
        Self {
            address,
            issuer: Arc::new(issuer),
            bumped: counter.0,
            member,
            shutdown,
            client: reqwest::Client::new(),
            ended,
            _folder: folder,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn token(&self) -> String {
        self.token_for(Duration::from_secs(600))
    }

    pub fn token_for(&self, ttl: Duration) -> String {
        self.issuer.mint(Role::Owner, ttl, SystemClock.now()).unwrap()
    }

    /// An authenticated POST to `/graphql`.
    pub fn post(&self, accept: &str, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.client
            .post(self.url("/graphql"))
            .header(AUTHORIZATION, format!("Bearer {}", self.token()))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, accept)
            .body(body)
    }

    /// Status and body of a query.
    pub async fn query(&self, query: &str) -> (u16, Value) {
        self.send(&json!({ "query": query })).await
    }

    /// Status and body of any request body.
    pub async fn send(&self, body: &Value) -> (u16, Value) {
        let response = self.post("application/graphql-response+json", body.to_string()).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The WebSocket address.
    pub fn ws_url(&self) -> String {
        format!("ws://{}/graphql/ws", self.address)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

pub fn actor(token: &VerifiedToken) -> Result<Actor, AuthError> {
    Ok(Actor {
        member_id: MemberId(Uuid::from_u128(1)),
        workspace_id: WorkspaceId(Uuid::from_u128(2)),
        display_name: token.name.clone().unwrap_or_default(),
        role: Role::Owner,
        tenant_scope: None::<BTreeSet<_>>,
        expires_at: token.expires_at,
    })
}

/// The code of the first error.
pub fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}
