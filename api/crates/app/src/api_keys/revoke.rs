//! `revokeApiKey`.

use domain::access::Operation;
use domain::api_key::ApiKey;
use domain::event::SubjectKind;
use domain::id::MemberId;
use domain::workspace::{Actor, Member};
use serde::Serialize;
use serde_json::json;

use crate::App;
use crate::audited::Subject;
use crate::authorize::authorize;
use crate::command::IdempotencyKey;
use crate::error::{AppError, AppResult};
use crate::idempotency::{Claim, Once};
use crate::members::{MemberStep, begin};

/// `revokeApiKey`.
#[derive(Clone, Debug, Serialize)]
pub struct RevokeApiKey {
    /// The key's member.
    pub id: MemberId,
    /// See [`IdempotencyKey`].
    #[serde(skip)]
    pub idempotency_key: IdempotencyKey,
}

impl App {
    /// Ends a key for good: the next request with it is refused, open streams end within seconds, and approvals that it gave count no more. A
    /// key that was revoked before stays as it is.
    pub async fn revoke_api_key(&self, actor: &Actor, command: RevokeApiKey) -> AppResult<ApiKey> {
        let subject = Subject::new(SubjectKind::Member, command.id.0, None);
        let work = async {
            authorize(actor, Operation::RevokeApiKey)?;
            let once = Once::new(Operation::RevokeApiKey, &command.idempotency_key, &command)?;
            let tx = self.store().write().await?;
            begin(&tx, actor, Operation::RevokeApiKey).await?;
            let key = tx.api_key(actor.workspace_id, command.id).await?.ok_or(AppError::NotFound)?;
            let replay = matches!(self.claim(&tx, actor, &once, command.id.0).await?, Claim::Replay(_));
            if replay || !key.member.present() {
                return Ok(key);
            }
            let member = tx.update_member(&Member { removed_at: Some(self.now()), ..key.member }).await?;
            let key = ApiKey { member, ..key };
            let detail = json!({ "displayName": key.member.display_name, "owner": key.member.owned_by, "lastFour": key.last_four });
            self.record_member(&tx, Some(actor), &key.member, MemberStep::KeyRevoked, detail).await?;
            tx.commit().await?;
            self.hub().poke();
            Ok(key)
        };
        self.audited(actor, Operation::RevokeApiKey, subject, work).await
    }
}
