//! From the secret of a key to whom it stands for.

use std::time::Duration;

use domain::api_key::{ApiKey, ApiKeySecret};
use tokio::time::timeout;

use crate::App;
use crate::error::AppResult;
use crate::session::Identity;

/// A busy database may make us forget a use, never a caller wait for it.
const NOTE_WITHIN: Duration = Duration::from_secs(1);

impl App {
    /// Whom a bearer token that claims to be a key stands for; `None` when it is none, was revoked or has ended.
    ///
    /// A text that can't be a key is refused without a look at the database. What is looked for is the hash, so the time that it takes tells
    /// nothing about a secret. Each request looks again: a revoked key is out at once.
    pub async fn enter_with_api_key(&self, token: &str) -> AppResult<Option<Identity>> {
        let Some(secret) = ApiKeySecret::read(token) else { return Ok(None) };
        let found = self.store().reader().api_key_by_hash(&secret.hash()).await?;
        let Some(key) = found.filter(|key| key.works_at(self.now())) else { return Ok(None) };
        self.note_use(&key).await;
        let ApiKey { member, expires_at, .. } = key;
        Ok(Some(Identity { issuer: member.issuer, subject: member.subject, expires_at }))
    }

    async fn note_use(&self, key: &ApiKey) {
        let now = self.now();
        if !key.use_is_news(now) {
            return;
        }
        let noted = timeout(NOTE_WITHIN, self.store().note_api_key_use(key.member.workspace_id, key.member.id, now)).await;
        if !matches!(noted, Ok(Ok(()))) {
            tracing::warn!(key = %key.member.id, "the use of an API key could not be noted in time");
        }
    }
}
