//! From a bearer token to a member.

use std::sync::Arc;

use app::error::AppError;
use app::{App, Identity};
use domain::id::WorkspaceId;
use domain::workspace::Actor;
use uuid::Uuid;

use super::parts::Parts;
use crate::auth::{ApiKeys, AuthError, Authenticator, EmbeddedIssuer, Found, VerifiedToken};
use crate::cli::StartError;
use crate::config::Config;
use crate::http::ResolveActor;

/// The issuers that this configuration trusts.
pub fn authenticator(config: &Config, parts: &Parts, embedded: Option<&EmbeddedIssuer>) -> Result<Authenticator, StartError> {
    let mut authenticator = Authenticator::new(parts.clock.clone()).with_api_keys(Arc::new(Keys(parts.app.clone())));
    if let Some(issuer) = config.oidc_issuer() {
        let client =
            Authenticator::http_client().map_err(|error| StartError::part("the client for signing keys cannot be made")(&error))?;
        authenticator = authenticator.with_oidc(issuer, client);
    }
    if let Some(issuer) = embedded {
        authenticator = authenticator.with_embedded(&issuer.jwks());
    }
    Ok(authenticator)
}

/// Finds members through the use case.
pub struct Members(pub App);

impl ResolveActor for Members {
    async fn resolve(&self, token: VerifiedToken, workspace: Option<String>) -> Result<Actor, AuthError> {
        let workspace = workspace
            .map(|text| Uuid::try_parse(&text).map(WorkspaceId))
            .transpose()
            .map_err(|_| AuthError::Invalid("The causeway-workspace header must be a workspace's UUID.".to_owned()))?;
        let identity = Identity { issuer: token.issuer, subject: token.subject, expires_at: token.expires_at };
        self.0.actor(&identity, workspace).await.map_err(refusal)
    }
}

/// Finds API keys through the use case.
struct Keys(App);

impl ApiKeys for Keys {
    fn find<'a>(&'a self, key: &'a str) -> Found<'a> {
        Box::pin(async move {
            let found = self.0.enter_with_api_key(key).await.map_err(|error| {
                tracing::warn!(%error, "an API key could not be looked up");
                AuthError::Unavailable("The API key cannot be checked now: try again.")
            })?;
            let token = |identity: Identity| VerifiedToken {
                issuer: identity.issuer,
                subject: identity.subject,
                name: None,
                expires_at: identity.expires_at,
            };
            Ok(found.map(token))
        })
    }
}

fn refusal(error: AppError) -> AuthError {
    match error {
        AppError::NotAMember | AppError::NotFound | AppError::Forbidden { .. } => AuthError::Forbidden(error.to_string()),
        AppError::Invalid { message, .. } => AuthError::Invalid(message),
        other => {
            tracing::warn!(error = %other, "a membership could not be looked up");
            AuthError::Unavailable("The membership cannot be checked now: try again.")
        }
    }
}
