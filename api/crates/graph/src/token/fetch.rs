//! One token from the token endpoint, with retries of what may pass.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use domain::env::{Clock, Ids};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Token, claims, refusal};
use crate::access::TenantAccess;
use crate::classify::{Intent, Verdict, classify};
use crate::config::{RetryPolicy, default_scope};
use crate::error::{GraphError, Info};
use crate::retry;
use crate::wire::{Answer, Wire, identified};

/// A renewal takes place this long before the token expires (graph-api.md section 1), or a tenth of a short life before.
const RENEW_BEFORE_S: i64 = 300;
/// Longer lives are not believed: 24 hours is what Entra issues at most.
const MAX_LIFE_S: i64 = 86_400;
/// One flight, retries included; each caller may give up earlier.
const FLIGHT_LIMIT: Duration = Duration::from_secs(60);
const MAX_TOKEN_BYTES: usize = 64 << 10;

/// What a flight needs; cheap to clone, because flights outlive their callers.
#[derive(Clone)]
pub(crate) struct Fetcher {
    pub(crate) wire: Wire,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) retry: RetryPolicy,
}

#[derive(Deserialize)]
struct Grant {
    token_type: String,
    access_token: String,
    /// A number; some gateways make it a text.
    expires_in: Value,
}

impl Fetcher {
    pub(crate) async fn fetch(&self, access: &TenantAccess, login: &Url, id: Uuid) -> Result<Arc<Token>, GraphError> {
        let deadline = Instant::now() + FLIGHT_LIMIT;
        let mut attempt = 0;
        loop {
            let (error, asked) = match self.attempt(access, login, id, deadline).await {
                Ok(token) => return Ok(Arc::new(token)),
                Err((error, asked)) if error.retryable() => (error, asked),
                Err((error, _)) => return Err(error),
            };
            let delay = retry::delay(&self.retry, attempt, asked, self.ids.as_ref());
            attempt += 1;
            if attempt >= self.retry.max_attempts || delay >= deadline.saturating_duration_since(Instant::now()) {
                return Err(error);
            }
            sleep(delay).await;
        }
    }

    async fn attempt(
        &self,
        access: &TenantAccess,
        login: &Url,
        id: Uuid,
        deadline: Instant,
    ) -> Result<Token, (GraphError, Option<Duration>)> {
        let started = Instant::now();
        let tenant = access.entra_tenant_id;
        let endpoint = format!("{}/{tenant}/oauth2/v2.0/token", login.as_str().trim_end_matches('/'));
        let scope = default_scope(access.cloud);
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", access.client_id.as_str()), ("scope", &scope)];
        form.extend(access.credential.form_fields());
        let request = identified(self.wire.http().post(endpoint), id)
            .header("Accept", "application/json")
            .form(&form)
            .build()
            .map_err(|error| (GraphError::config(error.without_url().to_string()), None))?;
        let outcome = self.wire.send(request, deadline).await;
        let status = outcome.as_ref().map(|answer| answer.status.as_u16()).ok();
        tracing::debug!(%tenant, client_request_id = %id, ?status, elapsed_ms = started.elapsed().as_millis() as u64, "token request");
        // Entra's own words before Graph's table: a refusal has numbers of its own.
        if let Ok(answer) = &outcome
            && answer.status.is_client_error()
            && !matches!(answer.status.as_u16(), 408 | 429)
        {
            let error = refusal::refused(answer, id).scrubbed(|text| access.credential.scrub(text));
            return Err((error, answer.retry_after));
        }
        // Asking for a token has no effect worth protecting: it is repeated like a read.
        match classify(Intent::Read, outcome, id) {
            Verdict::Answer(answer) => self.accept(access, &answer, id).map_err(|error| (error, None)),
            Verdict::Throttled { error, retry_after } | Verdict::Transient { error, retry_after } => {
                Err((error.scrubbed(|text| access.credential.scrub(text)), retry_after))
            }
            // Out of time here is the flight's own limit, not a caller's.
            Verdict::Final(GraphError::Deadline) => {
                let message = Some("the token endpoint does not answer".to_owned());
                Err((GraphError::Transient { info: Info { message, client_request_id: id, ..Info::default() } }, None))
            }
            Verdict::Final(error) | Verdict::Renew(error) => Err((error.scrubbed(|text| access.credential.scrub(text)), None)),
        }
    }

    fn accept(&self, access: &TenantAccess, answer: &Answer, id: Uuid) -> Result<Token, GraphError> {
        let info = || Info { status: Some(answer.status.as_u16()), client_request_id: id, ..Info::default() };
        let grant: Grant =
            serde_json::from_slice(&answer.body).map_err(|_| GraphError::protocol("the token answer is not a token", info()))?;
        let bearer = Zeroizing::new(grant.access_token);
        let sendable = !bearer.is_empty() && bearer.len() <= MAX_TOKEN_BYTES && bearer.bytes().all(|byte| byte.is_ascii_graphic());
        if !grant.token_type.eq_ignore_ascii_case("Bearer") || !sendable {
            return Err(GraphError::protocol("the token is not a bearer token", info()));
        }
        let life = match &grant.expires_in {
            Value::Number(seconds) => seconds.as_i64(),
            Value::String(seconds) => seconds.parse().ok(),
            _ => None,
        };
        let life = match life {
            Some(seconds) if seconds > 0 => seconds.min(MAX_LIFE_S),
            _ => return Err(GraphError::protocol("the token has no lifetime", info())),
        };
        let claims = claims::read(&bearer);
        if claims.as_ref().is_some_and(|claims| claims.tid != Some(access.entra_tenant_id)) {
            return Err(GraphError::protocol("the token was minted for another tenant", info()));
        }
        let now = self.clock.now();
        Ok(Token {
            bearer,
            renew_at: now + TimeDelta::seconds(life - RENEW_BEFORE_S.min(life / 10)),
            expires_at: now + TimeDelta::seconds(life),
            roles: claims.map(|claims| claims.roles),
        })
    }
}
