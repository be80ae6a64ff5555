//! Authentication of requests, and how long an open stream may live.

use std::time::Duration;

use domain::workspace::Actor;
use http::{HeaderMap, HeaderName, header};
use tokio::time::{MissedTickBehavior, interval_at, sleep};

use super::context::CAUSEWAY_WORKSPACE;
use super::error::{ApiError, Code};
use super::state::{HttpState, ResolveActor};
use crate::auth::{AuthError, VerifiedToken};

/// An authenticated caller: the token and the member it stands for.
#[derive(Clone, Debug)]
pub struct Session {
    /// The verified token.
    pub token: VerifiedToken,
    /// The workspace that was asked for, as it came.
    pub workspace: Option<String>,
    /// The member.
    pub actor: Actor,
}

/// Why an open stream must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The token's expiry passed.
    TokenExpired,
    /// The member was removed, or its role or tenants changed.
    NoLongerEntitled,
    /// The server shuts down.
    Shutdown,
}

impl Session {
    /// Authenticates the `Authorization` header, in the workspace that the `causeway-workspace` header names.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, `BAD_REQUEST` or `UNAVAILABLE`.
    pub async fn from_headers<E, R: ResolveActor>(state: &HttpState<E, R>, headers: &HeaderMap) -> Result<Self, ApiError> {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Self::from_authorization(state, text(header::AUTHORIZATION), text(CAUSEWAY_WORKSPACE)).await
    }

    /// Authenticates the text `Bearer <token>`.
    ///
    /// # Errors
    /// As [`Session::from_headers`].
    pub async fn from_authorization<E, R: ResolveActor>(
        state: &HttpState<E, R>,
        value: Option<&str>,
        workspace: Option<&str>,
    ) -> Result<Self, ApiError> {
        let workspace = workspace.map(str::to_owned);
        let token = value
            .and_then(|value| value.trim().split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(|| ApiError::new(Code::Unauthenticated, "A bearer token is required."))?;
        let token = state.authenticator.verify(token).await.map_err(refusal)?;
        let actor = state.resolver.resolve(token.clone(), workspace.clone()).await.map_err(refusal)?;
        Ok(Self { token, workspace, actor })
    }

    /// Resolves when a stream of this session must end.
    pub async fn end<E, R: ResolveActor>(&self, state: &HttpState<E, R>) -> End {
        let lifetime = (self.token.expires_at - state.clock.now()).to_std().unwrap_or(Duration::ZERO);
        tokio::select! {
            () = state.shutdown.cancelled() => End::Shutdown,
            () = sleep(lifetime.min(MAX_LIFETIME)) => End::TokenExpired,
            () = self.entitlement_lost(state) => End::NoLongerEntitled,
        }
    }

    async fn entitlement_lost<E, R: ResolveActor>(&self, state: &HttpState<E, R>) {
        let period = state.timeouts.recheck;
        let mut ticks = interval_at(tokio::time::Instant::now() + period, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match state.resolver.resolve(self.token.clone(), self.workspace.clone()).await {
                Ok(actor) if same_rights(&actor, &self.actor) => {}
                // Not knowing is no reason to cut a stream: every event is authorized again by the use case.
                Err(AuthError::Unavailable(_)) => {}
                Ok(_) | Err(_) => return,
            }
        }
    }
}

/// A timer can't be set further than this; nobody keeps a socket for a month.
const MAX_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

fn same_rights(a: &Actor, b: &Actor) -> bool {
    (a.member_id, a.workspace_id, a.role) == (b.member_id, b.workspace_id, b.role) && a.tenant_scope == b.tenant_scope
}

fn refusal(error: AuthError) -> ApiError {
    let code = match error {
        AuthError::Unauthenticated(_) => Code::Unauthenticated,
        AuthError::Forbidden(_) => Code::Forbidden,
        AuthError::Invalid(_) => Code::BadRequest,
        AuthError::Unavailable(_) => Code::Unavailable,
    };
    ApiError::new(code, error.to_string())
}
