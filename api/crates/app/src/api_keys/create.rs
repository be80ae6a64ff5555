//! `createApiKey`.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound, Utc};
use domain::access::Operation;
use domain::api_key::{API_KEY_ISSUER, ApiKey, ApiKeySecret, LONGEST_LIFE, role_for_keys};
use domain::event::SubjectKind;
use domain::id::{MemberId, TenantId};
use domain::membership::{MAX_MEMBERS, MembershipRefusal, covers};
use domain::workspace::{Actor, Member, Role};
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::members::{MemberStep, begin, check_name, check_scope};

/// `createApiKey`.
#[derive(Clone, Debug, Serialize)]
pub struct CreateApiKey {
    /// Name: 1 to 200 characters.
    pub display_name: String,
    /// Role: not stronger than the creator's, and never `OWNER`.
    pub role: Role,
    /// The tenants it is limited to, 1 to 1,000; `None` is all.
    pub tenant_ids: Option<BTreeSet<TenantId>>,
    /// When it ends: later than now, at most a year away.
    pub expires_at: DateTime<Utc>,
    /// See [`IdempotencyKey`]. A repeated call answers with the key, but never again with its secret.
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

/// A new key.
#[derive(Clone, Debug)]
pub struct CreatedApiKey {
    /// The key.
    pub key: ApiKey,
    /// Its secret, in the answer to the first call only.
    pub secret: Option<ApiKeySecret>,
}

impl App {
    /// Creates a key that acts as a member of its own, owned by the actor. This is the only moment at which its secret exists here.
    pub async fn create_api_key(&self, actor: &Actor, command: CreateApiKey) -> AppResult<CreatedApiKey> {
        let subject = Subject::new(SubjectKind::Workspace, actor.workspace_id.0, None);
        self.audited(actor, Operation::CreateApiKey, subject, self.try_create_api_key(actor, &command)).await
    }

    async fn try_create_api_key(&self, actor: &Actor, command: &CreateApiKey) -> AppResult<CreatedApiKey> {
        authorize(actor, Operation::CreateApiKey)?;
        let once = Once::new(Operation::CreateApiKey, &command.idempotency_key, command)?;
        let tx = self.store().write().await?;
        let me = begin(&tx, actor, Operation::CreateApiKey).await?;
        let id = MemberId(self.ids().uuid());
        if let Claim::Replay(first) = self.claim(&tx, actor, &once, id.0).await? {
            let key = tx.api_key(actor.workspace_id, MemberId(first)).await?.ok_or(AppError::NotFound)?;
            return Ok(CreatedApiKey { key, secret: None });
        }
        let now = self.now();
        let expires_at = ends(command.expires_at, now)?;
        if !role_for_keys(command.role) || !covers(me.role, command.role) {
            return Err(AppError::invalid(&["input", "role"], "a key is never an owner, and never stronger than who creates it"));
        }
        check_scope(&tx, actor, command.role, command.tenant_ids.as_ref()).await?;
        if tx.members(actor.workspace_id).await?.len() >= MAX_MEMBERS {
            return Err(MembershipRefusal::Full.into());
        }
        let secret = ApiKeySecret::make(self.ids());
        let member = Member {
            id,
            workspace_id: actor.workspace_id,
            issuer: API_KEY_ISSUER.to_owned(),
            subject: id.to_string(),
            display_name: check_name(&command.display_name)?,
            role: command.role,
            tenant_scope: command.tenant_ids.clone(),
            owned_by: Some(actor.member_id),
            created_at: now,
            removed_at: None,
            version: 1,
        };
        let key = ApiKey { member, last_four: secret.last_four().to_owned(), expires_at, last_used_at: None };
        tx.insert_api_key(&key, &secret.hash()).await?;
        let detail = json!({
            "displayName": key.member.display_name,
            "role": key.member.role,
            "tenantIds": key.member.tenant_scope,
            "expiresAt": key.expires_at,
            "lastFour": key.last_four,
        });
        self.record_member(&tx, Some(actor), &key.member, MemberStep::KeyCreated, detail).await?;
        tx.commit().await?;
        self.hub().poke();
        Ok(CreatedApiKey { key, secret: Some(secret) })
    }
}

/// The end as both databases keep it, if it may be one.
fn ends(at: DateTime<Utc>, now: DateTime<Utc>) -> AppResult<DateTime<Utc>> {
    let at = at.trunc_subsecs(6);
    if at <= now || at > now + LONGEST_LIFE {
        return Err(AppError::invalid(&["input", "expiresAt"], "a key ends later than now and at most a year (366 days) from now"));
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_key_ends_within_a_year() {
        let now = DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap();
        let tick = TimeDelta::microseconds(1);
        assert!(ends(now, now).is_err());
        assert_eq!(ends(now + tick, now).unwrap(), now + tick);
        assert_eq!(ends(now + LONGEST_LIFE, now).unwrap(), now + LONGEST_LIFE);
        assert!(ends(now + LONGEST_LIFE + tick, now).is_err());
        assert_eq!(ends(now + tick + TimeDelta::nanoseconds(999), now).unwrap(), now + tick, "no more than both databases keep");
    }
}
