//! What the handlers share.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use domain::env::{Clock, Ids};
use domain::workspace::Actor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::limits::{Limits, StreamSlots, Timeouts};
use crate::auth::{AuthError, Authenticator, EmbeddedIssuer, VerifiedToken};

/// Finds the member that a verified token stands for. Implemented by closures; the composition root passes the use case.
pub trait ResolveActor: Send + Sync + 'static {
    /// The actor in `workspace` (the `causeway-workspace` header as it came), or in the only one there is. Else why there is none:
    /// [`AuthError::Forbidden`] without a membership, [`AuthError::Invalid`] when a workspace must be named, [`AuthError::Unavailable`]
    /// when it can't be told.
    fn resolve(&self, token: VerifiedToken, workspace: Option<String>) -> impl Future<Output = Result<Actor, AuthError>> + Send;
}

impl<F, Fut> ResolveActor for F
where
    F: Fn(VerifiedToken, Option<String>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Actor, AuthError>> + Send,
{
    fn resolve(&self, token: VerifiedToken, workspace: Option<String>) -> impl Future<Output = Result<Actor, AuthError>> + Send {
        self(token, workspace)
    }
}

/// Answers whether the server can do its work: `Err` holds one short, public reason.
pub type ReadyProbe = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Switches of the HTTP surface.
#[derive(Clone, Debug, Default)]
pub struct HttpOptions {
    /// Web origins beside our own that may call the API and open WebSockets, such as `https://console.example.com`.
    pub allowed_origins: Vec<String>,
    /// Serve the query page at `/`.
    pub graphiql: bool,
    /// Answer introspection to authenticated callers.
    pub introspection: bool,
}

/// The parts of [`HttpState`].
pub struct HttpParts<E, R> {
    /// The schema.
    pub executor: E,
    /// Token to member.
    pub resolver: R,
    /// Bearer tokens.
    pub authenticator: Authenticator,
    /// The development issuer, whose documents are served under `/dev/issuer`.
    pub embedded_issuer: Option<EmbeddedIssuer>,
    /// The wall clock, for token expiry.
    pub clock: Arc<dyn Clock>,
    /// Request ids.
    pub ids: Arc<dyn Ids>,
    /// Readiness.
    pub ready: ReadyProbe,
    /// Switches.
    pub options: HttpOptions,
    /// Bounds.
    pub limits: Limits,
    /// Waits.
    pub timeouts: Timeouts,
    /// Cancelled when the server shuts down: streams end.
    pub shutdown: CancellationToken,
}

/// Shared by every handler; cheap to clone.
pub struct HttpState<E, R>(Arc<Inner<E, R>>);

/// See [`HttpState`].
pub struct Inner<E, R> {
    parts: HttpParts<E, R>,
    /// Mutations and streams that a shutdown waits for.
    pub tracker: TaskTracker,
    /// Open streams per member.
    pub streams: StreamSlots,
}

impl<E, R> HttpState<E, R> {
    /// Wraps the parts.
    pub fn new(parts: HttpParts<E, R>) -> Self {
        Self(Arc::new(Inner { parts, tracker: TaskTracker::new(), streams: StreamSlots::default() }))
    }
}

impl<E, R> Clone for HttpState<E, R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E, R> Deref for HttpState<E, R> {
    type Target = Inner<E, R>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<E, R> Deref for Inner<E, R> {
    type Target = HttpParts<E, R>;

    fn deref(&self) -> &Self::Target {
        &self.parts
    }
}
